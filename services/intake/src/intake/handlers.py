"""What is one unit of work? Which decision answers which command or news."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from contracts.base import NotYet
from intake import decide
from intake.model import Complaint, Confirm, NotEstablish, Policy, RegisterComplaint, Series
from servicekit.http import Asked
from servicekit.work import NOTHING, DeadlinePassed, Done, Ref, Unit, done, of_case


def month_of(now: datetime) -> str:
    """Name the series of complaint numbers of this month."""
    return f"{now:%y%m}"


def register(unit: Unit, asked: Asked[RegisterComplaint]) -> Done:
    """Register a complaint."""
    month = month_of(unit.now)
    complaint, series, events = decide.register(
        asked.case_id,
        asked.body,
        unit.get(Series, month) or Series(),
        unit.policy(Policy, asked.body.scope),
        unit.now,
        unit.actor,
    )
    return done(asked.case_id, complaint, *events, also=[(month, series)], answer=shown(complaint))


def follow(unit: Unit, news: Any) -> Done:
    """Hear what the RMA office did."""
    complaint = unit.get(Complaint, news.case_id)
    if complaint is None:
        raise NotYet("the complaint has not been registered yet")
    policy = unit.policy(Policy, complaint.scope)
    after, events = decide.follow(complaint, news, policy, unit.now)
    return done(news.case_id, after, *events) if after is not complaint else NOTHING


def not_establish(unit: Unit, asked: Asked[NotEstablish]) -> Done:
    """Answer that it is no complaint of ours."""
    complaint = unit.need(Complaint, asked.case_id)
    policy = unit.policy(Policy, complaint.scope)
    levels = [scope.removeprefix("level:") for scope in unit.scopes if scope.startswith("level:")]
    after, events = decide.not_establish(complaint, asked.body, policy, unit.now, unit.actor, levels)
    return done(asked.case_id, after, *events, answer=shown(after))


def confirm(unit: Unit, asked: Asked[Confirm]) -> Done:
    """Take the customer's word."""
    complaint = unit.need(Complaint, asked.case_id)
    above = unit.policy(Policy, complaint.scope).values.objection_level
    after, events = decide.confirm(complaint, satisfied=asked.body.satisfied, now=unit.now, above=above)
    return done(asked.case_id, after, *events, answer=shown(after))


def deadline_passed(unit: Unit, news: DeadlinePassed) -> Done:
    """Urge once for a limit that has passed."""
    complaint = unit.need(Complaint, news.case_id)
    after = decide.deadline_passed(complaint, news.name, unit.now)
    return done(news.case_id, after) if after is not complaint else NOTHING


def shown(complaint: Complaint) -> dict[str, Any]:
    """Give what a caller hears after a command."""
    return {"case_id": complaint.case_id, "number": complaint.number, "status": complaint.status}


def _series(_asked: Any, now: datetime) -> Iterable[Ref]:
    yield Series, month_of(now)


REGISTER = of_case(Complaint, register, _series)
FOLLOW = of_case(Complaint, follow)
NOT_ESTABLISH = of_case(Complaint, not_establish)
CONFIRM = of_case(Complaint, confirm)
DEADLINE = of_case(Complaint, deadline_passed)
