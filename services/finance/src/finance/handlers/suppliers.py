"""What do suppliers owe us, and what goes back to them?"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from contracts.base import Scope
from finance import decide
from finance.decide import Books
from finance.handlers.reading import open_books
from finance.model import Policy, Settlement
from finance.model.keys import loss_key, of_supplier_claim, of_supplier_return
from finance.model.losses import CaseCost, Loss
from finance.model.periods import Calendar
from finance.model.suppliers import (
    AnswerClaim,
    ClaimFromSupplier,
    SendClaim,
    SendToSupplier,
    SettleClaim,
    SupplierClaim,
    SupplierCredits,
    SupplierReturn,
    WithdrawClaim,
)
from servicekit.http import Asked
from servicekit.work import Done, Ref, Unit, done


def drafted(asked: Asked[ClaimFromSupplier], _now: datetime) -> Iterable[Ref]:
    """Lock the new claim; the loss that it is about is read."""
    yield SupplierClaim, asked.case_id
    yield Loss, loss_key(asked.body.case_id)
    yield CaseCost, asked.body.case_id


def claimed(asked: Asked[Any], _now: datetime) -> Iterable[Ref]:
    """Lock a claim and the loss that it is about."""
    yield SupplierClaim, asked.case_id
    yield Loss, of_supplier_claim(asked.case_id)
    yield Calendar, of_supplier_claim(asked.case_id)


def sending(asked: Asked[SendToSupplier], _now: datetime) -> Iterable[Ref]:
    """Lock goods that go back, and the case that they came with."""
    if asked.body.case_id:
        yield Settlement, asked.body.case_id
    yield SupplierReturn, asked.case_id


def returned(asked: Asked[Any], _now: datetime) -> Iterable[Ref]:
    """Lock goods that go back."""
    yield SupplierReturn, asked.case_id
    yield Calendar, of_supplier_return(asked.case_id)


def draft(unit: Unit, asked: Asked[ClaimFromSupplier]) -> Done:
    """Draft a claim."""
    case = asked.body.case_id
    loss, cost = unit.get(Loss, loss_key(case)), unit.get(CaseCost, case) or CaseCost()
    values = unit.policy(Policy, Scope()).values
    claim = decide.suppliers.draft(asked.case_id, asked.body, loss, cost, values)
    return done(asked.case_id, claim, answer=shown(claim))


def send(unit: Unit, asked: Asked[SendClaim]) -> Done:
    """Send a claim."""
    claim = unit.need(SupplierClaim, asked.case_id)
    books = dated(unit, claim.entity, asked.body.posted_on)
    after, event = decide.suppliers.send(claim, books)
    return done(asked.case_id, after, event, also=books.changed(), answer=shown(after))


def answer(unit: Unit, asked: Asked[AnswerClaim]) -> Done:
    """Book what the supplier accepts."""
    claim = unit.need(SupplierClaim, asked.case_id)
    books, loss = dated(unit, claim.entity, asked.body.posted_on), unit.get(Loss, loss_key(claim.case_id))
    after, borne = decide.suppliers.answer(claim, asked.body, loss, books, unit.policy(Policy, Scope()).values)
    return told(after, borne, books)


def withdraw(unit: Unit, asked: Asked[WithdrawClaim]) -> Done:
    """Give up what is open."""
    claim = unit.need(SupplierClaim, asked.case_id)
    books, loss = dated(unit, claim.entity, asked.body.posted_on), unit.get(Loss, loss_key(claim.case_id))
    after, borne = decide.suppliers.withdraw(claim, loss, books, unit.policy(Policy, Scope()).values)
    return told(after, borne, books)


def settle(unit: Unit, asked: Asked[SettleClaim]) -> Done:
    """Close a claim."""
    claim = unit.need(SupplierClaim, asked.case_id)
    books = dated(unit, claim.entity, asked.body.posted_on)
    after, event = decide.suppliers.settle(claim, asked.body, books)
    return done(asked.case_id, after, event, also=books.changed(), answer=shown(after))


def send_back(unit: Unit, asked: Asked[SendToSupplier]) -> Done:
    """Send goods back to their supplier."""
    case = unit.get(Settlement, asked.body.case_id)
    sent, after = decide.suppliers.send_back(asked.case_id, asked.body, case, unit.policy(Policy, Scope()).values)
    return done(asked.case_id, sent, also=[(after.case_id, after)] if after else [], answer=sent.model_dump())


def credited(unit: Unit, asked: Asked[SupplierCredits]) -> Done:
    """Book the supplier's red invoice."""
    goods = unit.need(SupplierReturn, asked.case_id)
    books = dated(unit, goods.entity, asked.body.posted_on)
    after = decide.suppliers.credited(goods, asked.body, books)
    if after is None:
        return Done(answer=goods.model_dump())
    return done(asked.case_id, after, also=books.changed(), answer=after.model_dump())


def dated(unit: Unit, entity: str, day: date | None) -> Books:
    """Open the books on the day that somebody asks for."""
    books = open_books(unit)
    books.dates = books.dates.asked(entity, day)
    return books


def told(claim: SupplierClaim, loss: Loss | None, books: Books) -> Done:
    """Save a claim, and who bears what it did not bring."""
    also = [*([(loss_key(loss.case_id), loss)] if loss else []), *books.changed()]
    return done(claim.claim_id, claim, also=also, answer=shown(claim))


def shown(claim: SupplierClaim) -> dict[str, Any]:
    """Give what a caller hears about a claim."""
    return {**claim.model_dump(), "open": claim.open_amount, "recovered": claim.accepted}
