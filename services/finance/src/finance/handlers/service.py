"""What is spent on after-sales service?"""

from collections.abc import Iterable
from datetime import datetime

from finance import decide
from finance.model.service import ClaimExpense, ServiceCost
from servicekit.http import Asked
from servicekit.work import Done, Ref, Unit, done


def spent(asked: Asked[ClaimExpense], _now: datetime) -> Iterable[Ref]:
    """Lock the new expense."""
    yield ServiceCost, asked.case_id


def claim(unit: Unit, asked: Asked[ClaimExpense]) -> Done:
    """Take an expense."""
    cost = decide.service.claim(asked.case_id, asked.body, unit.actor)
    return done(asked.case_id, cost, answer=cost.model_dump())
