"""Do three books agree?"""

from collections.abc import Iterable
from datetime import datetime

from contracts.base import Scope
from finance import decide
from finance.model import Policy
from finance.model.keys import of_month, period_key
from finance.model.reconciliation import (
    CloseDifference,
    Difference,
    Reconcile,
    Reconciliation,
    TellAccount,
    TellDocument,
    ThreeBooks,
    Told,
    told_key,
)
from servicekit.http import Asked
from servicekit.work import Done, Ref, Unit, done

SHOWN = 100  # the others are on the worklist


def told_document(asked: Asked[TellDocument], _now: datetime) -> Iterable[Ref]:
    """Lock what the book has said of this document before."""
    yield Told, told_key(decide.reconciling.document(asked.body))


def told_account(asked: Asked[TellAccount], _now: datetime) -> Iterable[Ref]:
    """Lock what the ERP has said of this account before."""
    yield Told, told_key(decide.reconciling.account(asked.body))


def compared(entity: str, period: str) -> Iterable[Ref]:
    """Lock a month's record and its differences; the books are read."""
    yield from told_of(entity, period)
    yield ThreeBooks, period_key(entity, period)


def told_of(entity: str, period: str) -> Iterable[Ref]:
    """Lock a month's record and its differences."""
    key = period_key(entity, period)
    yield Reconciliation, key
    yield Difference, of_month(key)


def asked_for(asked: Asked[Reconcile], _now: datetime) -> Iterable[Ref]:
    """Lock what is compared."""
    yield from compared(asked.body.entity, asked.body.period)


def named(asked: Asked[CloseDifference], _now: datetime) -> Iterable[Ref]:
    """Lock the difference that is named."""
    yield Difference, asked.case_id


def tell_document(unit: Unit, asked: Asked[TellDocument]) -> Done:
    """Keep what another book says of a document."""
    return _told(unit, decide.reconciling.document(asked.body))


def tell_account(unit: Unit, asked: Asked[TellAccount]) -> Done:
    """Keep what the ERP says of an account."""
    return _told(unit, decide.reconciling.account(asked.body))


def _told(unit: Unit, news: Told) -> Done:
    key, values = told_key(news), unit.policy(Policy, Scope()).values
    known = unit.get(Told, key)
    after = decide.reconciling.tell(known, news, values)
    answer = (after or known or news).model_dump()
    return Done(answer=answer) if after is None else done(key, after, answer=answer)


def reconcile(unit: Unit, asked: Asked[Reconcile]) -> Done:
    """Compare the books of a month."""
    body, key = asked.body, period_key(asked.body.entity, asked.body.period)
    books, values, day = unit.get(ThreeBooks, key) or ThreeBooks(), unit.policy(Policy, Scope()).values, unit.now.date()
    before = unit.get(Reconciliation, key)
    month = decide.reconciling.asked_for(before, body.entity, body.period, body.complete, day)
    after = decide.reconciling.reconcile(month, books, known(unit, month), values, day)
    answer = {**after.month.model_dump(), "differences": [each.model_dump() for each in after.open[:SHOWN]]}
    return Done(decide.reconciling.changed(after, before), answer=answer)


def known(unit: Unit, month: Reconciliation) -> dict[str, Difference]:
    """Give what differs in the month, or between ledger and sub-ledgers at any time."""
    every = (entry.state for (kind, _), entry in unit.held.items() if kind is Difference)
    mine = (each for each in every if each.entity == month.entity and each.period in {"", month.period})
    return {each.difference_id: each for each in mine}


def close(unit: Unit, asked: Asked[CloseDifference]) -> Done:
    """Let a difference stand for a reason."""
    after = decide.reconciling.close(unit.need(Difference, asked.case_id), asked.body.reason, unit.actor)
    return done(asked.case_id, after, answer=after.model_dump())
