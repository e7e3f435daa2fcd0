"""What is one unit of work? Which decision answers which command or news."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from contracts.base import NotYet
from contracts.intake import ComplaintAccepted
from rma import decide
from rma.model import Approve, Case, CustomerDay, OfferReplacement, Policy, Refuse, Series, ShipReplacement
from servicekit.http import Asked
from servicekit.work import NOTHING, DeadlinePassed, Done, Ref, Unit, done, of_case


def day_of(news: ComplaintAccepted) -> str:
    """Name the customer's day that the batch rule counts."""
    return f"{news.customer}|{news.accepted_on}"


def month_of(now: datetime) -> str:
    """Name the series of RMA numbers of this month."""
    return f"RMA-{now:%y%m}"


def complaint_accepted(unit: Unit, news: ComplaintAccepted) -> Done:
    """Open the case once; who asks for nothing to be done has none."""
    if unit.get(Case, news.case_id) is not None:
        return NOTHING
    day, month = day_of(news), month_of(unit.now)
    case, counted, series, events = decide.open_case(
        news,
        unit.get(CustomerDay, day) or CustomerDay(),
        unit.get(Series, month) or Series(),
        unit.policy(Policy, news.scope),
        unit.now,
    )
    return done(case.case_id, case, *events, also=[(day, counted), (month, series)])


def follow(unit: Unit, news: Any) -> Done:
    """Let the process of the case go on."""
    case = unit.get(Case, news.case_id)
    if case is None:
        raise NotYet("the complaint has not been heard of yet")
    after, events = decide.follow(case, news, unit.policy(Policy, case.scope), unit.now)
    return done(case.case_id, after, *events) if after is not case else NOTHING


def deadline_passed(unit: Unit, news: DeadlinePassed) -> Done:
    """Judge a deadline that has come."""
    case = unit.need(Case, news.case_id)
    after, events = decide.deadline_passed(case, news.name, unit.now)
    return done(case.case_id, after, *events) if after is not case else NOTHING


def approve(unit: Unit, asked: Asked[Approve]) -> Done:
    """Sign for a case."""
    case, month = unit.need(Case, asked.case_id), month_of(unit.now)
    after, series, events = decide.approve(
        case,
        unit.get(Series, month) or Series(),
        unit.policy(Policy, case.scope),
        unit.now,
        unit.actor,
        unit.scopes,
    )
    return done(case.case_id, after, *events, also=[(month, series)], answer=shown(after))


def refuse(unit: Unit, asked: Asked[Refuse]) -> Done:
    """Decline to sign."""
    after, events = decide.refuse(unit.need(Case, asked.case_id), unit.actor, unit.scopes)
    return done(asked.case_id, after, *events, answer=shown(after))


def offer_replacement(unit: Unit, asked: Asked[OfferReplacement]) -> Done:
    """Note what else is given in exchange."""
    after, events = decide.offer_replacement(unit.need(Case, asked.case_id), asked.body)
    return done(asked.case_id, after, *events, answer=shown(after))


def ship_replacement(unit: Unit, asked: Asked[ShipReplacement]) -> Done:
    """Note that the good unit left."""
    after, events = decide.ship_replacement(unit.need(Case, asked.case_id))
    return done(asked.case_id, after, *events, answer=shown(after))


def shown(case: Case) -> dict[str, Any]:
    """Give what a caller hears after a command."""
    return {"case_id": case.case_id, "stage": case.stage, "rma_number": case.rma_number, "approver": case.approver}


def _series(_news: Any, now: datetime) -> Iterable[Ref]:
    yield Series, month_of(now)


def _day(news: ComplaintAccepted, _now: datetime) -> Iterable[Ref]:
    yield CustomerDay, day_of(news)


OPEN = of_case(Case, complaint_accepted, _day, _series)
FOLLOW = of_case(Case, follow)
DEADLINE = of_case(Case, deadline_passed)
APPROVE = of_case(Case, approve, _series)
REFUSE = of_case(Case, refuse)
OFFER_REPLACEMENT = of_case(Case, offer_replacement)
SHIP_REPLACEMENT = of_case(Case, ship_replacement)
