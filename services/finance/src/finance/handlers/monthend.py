"""How does a month end, and which returns are on their way?"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from contracts.base import Scope
from contracts.rma import ReturnAuthorized
from finance import decide
from finance.decide.about import ALWAYS_OPEN
from finance.decide.monthend import Month, Stepped
from finance.decide.revaluing import Foreign
from finance.handlers import reconciling
from finance.handlers.periods import by
from finance.handlers.reading import happened, open_books
from finance.model import BlueInvoice, Calendar, CustomerCredit, MakePeriod, Period, Policy, Refund, RefundStage
from finance.model.keys import loss_key, of_counters, of_revaluation, of_splits, period_key
from finance.model.losses import Loss
from finance.model.monthend import ExpectedLine, ExpectedReturn, MonthEnd, MonthFacts, RunMonthEnd
from finance.model.reconciliation import Reconciliation, ThreeBooks
from servicekit.http import Asked
from servicekit.work import NOTHING, Done, Ref, Unit, done


def ending(asked: Asked[RunMonthEnd], _now: datetime) -> Iterable[Ref]:
    """Lock the month end and its period; what the books say is read."""
    key = period_key(asked.body.entity, asked.body.period)
    yield MonthEnd, key
    if asked.body.rates:
        open_there = of_revaluation(asked.body.entity, asked.body.period, asked.body.rates)
        yield from ((kind, open_there) for kind in (BlueInvoice, CustomerCredit, Refund))
    yield Period, key
    yield Calendar, asked.body.entity
    yield Loss, of_splits(key)
    yield MonthFacts, key
    yield from reconciling.told_of(asked.body.entity, asked.body.period)
    yield ThreeBooks, of_counters(key)


def authorized(news: ReturnAuthorized, _now: datetime) -> Iterable[Ref]:
    """Lock the return that is expected."""
    yield ExpectedReturn, news.case_id


def run(unit: Unit, asked: Asked[RunMonthEnd]) -> Done:
    """Do the next step; nothing, when another of the same transaction has done that for which the books were read."""
    month = opened(unit, asked.body)
    if month.facts.step is not month.end.following:
        return Done(answer=shown(month.end))
    stepped = decide.monthend.step(month)
    return told(stepped, month)


def opened(unit: Unit, body: RunMonthEnd) -> Month:
    """Put everything together that a step looks at; a month without a period gets one."""
    key, calendar = period_key(body.entity, body.period), unit.get(Calendar, body.entity) or ALWAYS_OPEN
    period = unit.get(Period, key)
    if period is None:
        period = decide.periods.make(MakePeriod(entity=body.entity, period=body.period), calendar)
        calendar = Calendar((*calendar.periods, period))
    end = unit.get(MonthEnd, key) or MonthEnd(entity=body.entity, period=body.period)
    facts, values = unit.get(MonthFacts, key) or MonthFacts(), unit.policy(Policy, Scope()).values
    who, before = by(unit, "month end"), unit.get(Reconciliation, key)
    record = decide.reconciling.asked_for(before, body.entity, body.period, (), who.day)
    three, known = unit.get(ThreeBooks, key) or ThreeBooks(), reconciling.known(unit, record)
    books, there = open_books(unit), foreign(unit, body)
    return Month(end, period, calendar, facts, body, books, values, who, record, three, known, there, grown(unit, body))


def foreign(unit: Unit, body: RunMonthEnd) -> Foreign:
    """Give what is locked and open in the currencies whose rates are given."""
    every = [entry.state for (kind, _), entry in unit.held.items() if kind in {BlueInvoice, CustomerCredit, Refund}]
    mine = [each for each in every if each.entity == body.entity and each.currency in body.rates]
    payable = {RefundStage.APPROVED, RefundStage.SENT}
    return Foreign(
        tuple(each for each in mine if isinstance(each, BlueInvoice) and each.open_amount),
        tuple(each for each in mine if isinstance(each, CustomerCredit) and each.balance > 0),
        tuple(x for x in mine if isinstance(x, Refund) and x.stage in payable and not x.booked_on_payment),
    )


def grown(unit: Unit, body: RunMonthEnd) -> dict[str, Loss]:
    """Give the losses that are locked, by case."""
    every = (entry.state for (kind, _), entry in unit.held.items() if kind is Loss)
    return {each.case_id: each for each in every if each.entity == body.entity}


def told(stepped: Stepped, month: Month) -> Done:
    """Save a step: the month end, its run, and what it changed and wrote; its events are of the period or of a loss."""
    end, ran, outcome = stepped
    key, resplit = period_key(end.entity, end.period), outcome.resplit
    also: list[tuple[str, Any]] = [*outcome.also, *([(ran.id, ran)] if ran else [])]
    also += [(outcome.change.id, outcome.change)] if outcome.change else []
    also += month.books.changed() if ran or resplit else []
    if end == month.end and not also:
        return Done(answer=shown(end))
    speaks: tuple[str, Any] = (loss_key(resplit.case_id), resplit) if resplit else (key, outcome.period or end)
    mine = [] if speaks[1] is end else [(key, end)]
    return done(*speaks, *outcome.events, also=[*mine, *also], answer=shown(end))


def shown(end: MonthEnd) -> dict[str, Any]:
    """Give what a caller hears about a month end."""
    return {**end.model_dump(), "stage": end.stage, "next": end.following}


def expect(unit: Unit, news: ReturnAuthorized) -> Done:
    """Note a return that is authorized, as far as it is known where its goods were sold."""
    lines = tuple(
        ExpectedLine(original=line.original, quantity=line.approved) for line in news.lines if line.original is not None
    )
    known = unit.get(ExpectedReturn, news.case_id)
    if known is not None or not lines or not news.entity or news.request != "RETURN":
        return NOTHING
    words = {"case_id": news.case_id, "entity": news.entity, "currency": news.currency, "lines": lines}
    return done(news.case_id, ExpectedReturn(authorized_on=happened(unit), **words))
