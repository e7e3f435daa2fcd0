"""What is spent on after-sales service, and for whom?"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from contracts.base import Scope
from finance import decide
from finance.model import Policy
from finance.model.service import ClaimExpense, CustomerFile, FileCustomer, LateFilings, ServiceCost
from servicekit.http import Asked
from servicekit.work import Done, Ref, Unit, done


def spent(asked: Asked[ClaimExpense], _now: datetime) -> Iterable[Ref]:
    """Lock the new expense; whether its customer is on file is read."""
    yield ServiceCost, asked.case_id
    yield CustomerFile, asked.body.customer


def claim(unit: Unit, asked: Asked[ClaimExpense]) -> Done:
    """Take an expense."""
    file, values = unit.get(CustomerFile, asked.body.customer), unit.policy(Policy, Scope()).values
    cost = decide.service.claim(asked.case_id, asked.body, file, values, unit.actor)
    return done(asked.case_id, cost, answer=cost.model_dump())


def month_of(asked: FileCustomer) -> str:
    """Name the department's month in which a customer is filed."""
    return f"{asked.department}.{asked.filed_on:%Y-%m}"


def filed(asked: Asked[FileCustomer], _now: datetime) -> Iterable[Ref]:
    """Lock the customer's file and what his department has filed late in that month."""
    yield CustomerFile, asked.body.customer
    yield LateFilings, month_of(asked.body)


def file(unit: Unit, asked: Asked[FileCustomer]) -> Done:
    """Put a customer on file."""
    body, month, values = asked.body, month_of(asked.body), unit.policy(Policy, Scope()).values
    new = decide.service.file(unit.get(CustomerFile, body.customer), body)
    if new is None:
        return Done(answer={**body.model_dump(), "penalty": ""})
    before = unit.get(LateFilings, month) or LateFilings()
    counted, notice = decide.service.late(f"late.{month}", body, before, values, unit.actor)
    also: list[tuple[str, Any]] = [(month, counted)] if counted != before else []
    also += [(notice.penalty_id, notice)] if notice else []
    answer = {**body.model_dump(), "penalty": notice.penalty_id if notice else ""}
    return done(body.customer, new, also=also, answer=answer)
