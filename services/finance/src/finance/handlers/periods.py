"""When are the books open?"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from contracts.base import Scope
from finance import decide
from finance.decide.about import ALWAYS_OPEN
from finance.decide.periods import By, Changed
from finance.handlers.reading import signer
from finance.handlers.touches import lender
from finance.model import Calendar, ClosePeriod, Effect, MakePeriod, Period, Policy, ReopenPeriod, Status
from finance.model.keys import period_key
from servicekit.http import Asked
from servicekit.work import Done, Ref, Unit, done


def asked_for(asked: Asked[MakePeriod], _now: datetime) -> Iterable[Ref]:
    """Lock the new period; its entity's others are read."""
    yield Period, period_key(asked.body.entity, asked.body.period)
    yield Calendar, asked.body.entity


def named(asked: Asked[Any], now: datetime) -> Iterable[Ref]:
    """Lock the period that is named."""
    yield Period, asked.case_id
    yield Calendar, asked.case_id.rpartition("/")[0]
    yield from lender(asked, now)


def make(unit: Unit, asked: Asked[MakePeriod]) -> Done:
    """Make a period."""
    period = decide.periods.make(asked.body, unit.get(Calendar, asked.body.entity) or ALWAYS_OPEN)
    key = period_key(period.entity, period.name)
    return Done(answer=shown(period)) if unit.get(Period, key) else done(key, period, answer=shown(period))


def soft_lock(unit: Unit, asked: Asked[ClosePeriod]) -> Done:
    """Close it for everybody but adjusters."""
    return _close(unit, asked, "SOFT_LOCKED")


def lock(unit: Unit, asked: Asked[ClosePeriod]) -> Done:
    """Close it for good."""
    return _close(unit, asked, "LOCKED")


def _close(unit: Unit, asked: Asked[ClosePeriod], after: Status) -> Done:
    period = unit.need(Period, asked.case_id)
    calendar = unit.get(Calendar, period.entity) or ALWAYS_OPEN
    return told(decide.periods.close(period, after, calendar, by(unit, asked.body.reason)))


def reopen(unit: Unit, asked: Asked[ReopenPeriod]) -> Done:
    """Open a softly closed period again, or sign for opening the latest locked one."""
    period, who = unit.need(Period, asked.case_id), by(unit, asked.body.reason)
    calendar = unit.get(Calendar, period.entity) or ALWAYS_OPEN
    if period.status == "SOFT_LOCKED":
        return told(decide.periods.close(period, "OPEN", calendar, who))
    matrix = unit.policy(Policy, Scope()).values.approval_matrix
    levels = decide.approvals.needed([Effect.REOPEN_PERIOD], decide.ZERO, matrix)
    return told(decide.periods.reopen(period, calendar, levels, signer(unit, asked.body.on_behalf_of), who))


def by(unit: Unit, reason: str) -> By:
    """Say who asks, today, and why."""
    return By(unit.actor, unit.now.date(), reason)


def told(changed: Changed) -> Done:
    """Save a period with the line of its record."""
    period, change, events = changed
    also = [(change.id, change)] if change is not None else []
    return done(period_key(period.entity, period.name), period, *events, also=also, answer=shown(period))


def shown(period: Period) -> dict[str, Any]:
    """Give what a caller hears about a period."""
    return {
        "entity": period.entity,
        "period": period.name,
        "starts": period.starts,
        "ends": period.ends,
        "status": period.status,
        "reopening": [each.person for each in period.reopening],
    }
