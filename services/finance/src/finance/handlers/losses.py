"""What has a case cost, who bears it, and what are its goods still worth?"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from contracts.base import Scope
from finance import decide
from finance.handlers.reading import open_books
from finance.handlers.settlements import shown
from finance.model import Policy, Settlement
from finance.model.keys import loss_key
from finance.model.losses import CaseCost, Loss, Refurbish, ReportLoss, SplitLoss, TakeGradeB
from finance.model.periods import Calendar
from servicekit.http import Asked
from servicekit.work import Done, Ref, Unit, done


def reported(asked: Asked[ReportLoss], _now: datetime) -> Iterable[Ref]:
    """Lock the loss of the case that is named."""
    yield Loss, loss_key(asked.body.case_id)


def split_up(asked: Asked[SplitLoss], _now: datetime) -> Iterable[Ref]:
    """Lock the case and its loss; what it has cost is read out of the journal."""
    yield Loss, loss_key(asked.case_id)
    yield Settlement, asked.case_id
    yield CaseCost, asked.case_id
    yield Calendar, asked.body.entity


def report(unit: Unit, asked: Asked[ReportLoss]) -> Done:
    """Note a loss that other books carry."""
    known = unit.get(Loss, loss_key(asked.body.case_id))
    after = decide.losses.report(known, asked.body, unit.policy(Policy, Scope()).values)
    if after is None:
        assert known is not None
        return Done(answer=lost(known))
    return done(loss_key(after.case_id), after, answer=lost(after))


def split(unit: Unit, asked: Asked[SplitLoss]) -> Done:
    """Decide who bears a loss."""
    body, values, books = asked.body, unit.policy(Policy, Scope()).values, open_books(unit)
    books.dates = books.dates.asked(body.entity, body.posted_on)
    cost = unit.get(CaseCost, asked.case_id) or CaseCost()
    known = unit.get(Loss, loss_key(asked.case_id))
    loss = decide.losses.split(known, asked.case_id, body, cost, books, values)
    return done(loss_key(asked.case_id), loss, decide.losses.told(loss), also=books.changed(), answer=lost(loss))


def refurbish(unit: Unit, asked: Asked[Refurbish]) -> Done:
    """Add the cost of a repair for the own stock."""
    settlement, books = unit.need(Settlement, asked.case_id), open_books(unit)
    after = decide.refurbish.refurbish(settlement, asked.body, books)
    if after is None:
        return Done(answer=shown(settlement))
    return done(after.case_id, after, also=books.changed(), answer=shown(after))


def take_grade_b(unit: Unit, asked: Asked[TakeGradeB]) -> Done:
    """Take refurbished goods into the grade B stock."""
    settlement, books = unit.need(Settlement, asked.case_id), open_books(unit)
    values = unit.policy(Policy, settlement.scope).values
    after = decide.refurbish.take_grade_b(settlement, asked.body, books, values)
    return done(after.case_id, after, also=books.changed(), answer=shown(after))


def lost(loss: Loss) -> dict[str, Any]:
    """Give what a caller hears about a loss."""
    shares = [{"party": x.party, "kind": x.kind, "percent": x.percent, "amount": x.amount} for x in loss.shares]
    return {"case_id": loss.case_id, "stage": loss.stage, "total": loss.total, "shares": shares}
