"""What is one unit of work? Which decision answers which command or news."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from contracts.base import NotYet
from contracts.rma import DispositionDecided
from repair import decide
from repair.model import (
    Complete,
    ConfirmQuote,
    DeclineQuote,
    GiveUp,
    MakeQuote,
    Policy,
    RepairOrder,
    Series,
    Ship,
)
from servicekit.http import Asked
from servicekit.work import NOTHING, DeadlinePassed, Done, Ref, Unit, done, of_case


def month_of(now: datetime) -> str:
    """Name the series of repair numbers of this month."""
    return f"RP-{now:%y%m}"


def disposition_decided(unit: Unit, news: DispositionDecided) -> Done:
    """Open an order for a repair; a newer decision of another kind closes it."""
    order, month = unit.get(RepairOrder, news.case_id), month_of(unit.now)
    if order is not None:
        return followed(unit, order, news)
    if news.kind == decide.REPAIR:
        policy = unit.policy(Policy, news.scope)
        opened, series = decide.open_order(news, unit.get(Series, month) or Series(), policy, unit.now)
        return done(news.case_id, opened, also=[(month, series)])
    # A first decision replaces nothing; a later one may have overtaken a repair that is still on its way.
    return done(news.case_id, decide.order_of(news)) if news.revision > 1 else NOTHING


def gate_moved(unit: Unit, news: Any) -> Done:
    """Note what finance says about the payment; what an exchange costs is none of this shop's business."""
    if news.exchange:
        return NOTHING
    order = unit.get(RepairOrder, news.case_id)
    if order is None:
        raise NotYet("the decision to repair has not been heard of yet")
    return followed(unit, order, news)


def followed(unit: Unit, order: RepairOrder, news: Any) -> Done:
    """Save what news did to the order, if it did anything."""
    after = decide.follow(order, news, unit.policy(Policy, order.scope), unit.now)
    return done(order.case_id, after) if after is not order else NOTHING


def deadline_passed(unit: Unit, news: DeadlinePassed) -> Done:
    """Judge a deadline that has come."""
    order = unit.need(RepairOrder, news.case_id)
    after = decide.deadline_passed(order, news.name)
    return done(order.case_id, after) if after is not order else NOTHING


def quote(unit: Unit, asked: Asked[MakeQuote]) -> Done:
    """Quote a repair."""
    return answered(decide.quote(unit.need(RepairOrder, asked.case_id), asked.body))


def confirm_quote(unit: Unit, asked: Asked[ConfirmQuote]) -> Done:
    """Take the customer's yes."""
    order = unit.need(RepairOrder, asked.case_id)
    return answered(decide.confirm_quote(order, asked.body, unit.policy(Policy, order.scope), unit.now))


def decline_quote(unit: Unit, asked: Asked[DeclineQuote]) -> Done:
    """Take the customer's no."""
    return answered(decide.decline_quote(unit.need(RepairOrder, asked.case_id), asked.body))


def complete(unit: Unit, asked: Asked[Complete]) -> Done:
    """End the work on a unit."""
    order = unit.need(RepairOrder, asked.case_id)
    return answered(decide.complete(order, asked.body, unit.policy(Policy, order.scope)))


def give_up(unit: Unit, asked: Asked[GiveUp]) -> Done:
    """Give a unit up."""
    return answered(decide.give_up(unit.need(RepairOrder, asked.case_id), asked.body))


def ship(unit: Unit, asked: Asked[Ship]) -> Done:
    """Send a unit to its customer."""
    order = unit.need(RepairOrder, asked.case_id)
    return answered(decide.ship(order, asked.body, unit.policy(Policy, order.scope)))


def answered(decided: decide.Decided) -> Done:
    """Give what a caller hears after a command."""
    order, events = decided
    version = order.quote.version if order.quote else None
    answer = {
        "case_id": order.case_id,
        "stage": order.stage,
        "repair_number": order.repair_number,
        "quote": version,
    }
    return done(order.case_id, order, *events, answer=answer)


def _series(news: DispositionDecided, now: datetime) -> Iterable[Ref]:
    # Only a repair takes a number: nobody else waits for the month's series.
    if news.kind == decide.REPAIR:
        yield Series, month_of(now)


DECISION = of_case(RepairOrder, disposition_decided, _series)
GATE = of_case(RepairOrder, gate_moved)
DEADLINE = of_case(RepairOrder, deadline_passed)
QUOTE = of_case(RepairOrder, quote)
CONFIRM_QUOTE = of_case(RepairOrder, confirm_quote)
DECLINE_QUOTE = of_case(RepairOrder, decline_quote)
COMPLETE = of_case(RepairOrder, complete)
GIVE_UP = of_case(RepairOrder, give_up)
SHIP = of_case(RepairOrder, ship)
