"""When are the books open? Periods are made, closed softly, locked, and opened again by two persons."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from contracts.base import Event
from contracts.finance import PeriodLocked as Locked
from contracts.finance import PeriodReopened
from finance import rules
from finance.decide.approvals import Signer, sign
from finance.model import (
    Calendar,
    MakePeriod,
    NotTheLatestPeriod,
    Period,
    PeriodChange,
    PeriodDaysMissing,
    PeriodNotReady,
    PeriodOverlaps,
    Status,
)
from finance.model.keys import period_key
from finance.model.periods import MONTH


class Changed(NamedTuple):
    """A period as it is now, the line of its record, and what the others hear."""

    period: Period
    change: PeriodChange | None
    events: tuple[Event, ...] = ()


class By(NamedTuple):
    """Who does it, on which day, and why."""

    name: str
    day: date
    reason: str = ""


def make(asked: MakePeriod, calendar: Calendar) -> Period:
    """Make a period; the same again is the one that there is.

    Raises:
        PeriodDaysMissing: its name is no month and its days are not said.
        PeriodOverlaps: another one has one of its days.
    """
    starts, ends = _days(asked)
    known = next((period for period in calendar.periods if period.name == asked.period), None)
    if known is not None and (known.starts, known.ends) == (starts, ends):
        return known
    if ends < starts or rules.overlaps(starts, ends, calendar.periods) or known is not None:
        raise PeriodOverlaps
    return Period(entity=asked.entity, name=asked.period, starts=starts, ends=ends)


def _days(asked: MakePeriod) -> tuple[date, date]:
    if asked.starts is not None and asked.ends is not None:
        return asked.starts, asked.ends
    if MONTH.match(asked.period) is None:
        raise PeriodDaysMissing
    return rules.month_of(asked.period)


def close(period: Period, after: Status, calendar: Calendar, by: By) -> Changed:
    """Close a period softly or for good; a softly closed one may be opened again by whoever closes.

    Raises:
        PeriodNotReady: an earlier one is not locked yet, or this one is not in a state for that.
    """
    if not rules.may_become(period.status, after) or period.status == "LOCKED":
        raise PeriodNotReady
    if after == "LOCKED" and rules.earlier_open(period, calendar.periods):
        raise PeriodNotReady
    events = (Locked(entity=period.entity, period=period.name, locked_by=by.name),) if after == "LOCKED" else ()
    return Changed(*_became(period, after, by, ""), events)


def reopen(period: Period, calendar: Calendar, levels: tuple[str, ...], signer: Signer, by: By) -> Changed:
    """Sign for opening the latest locked period again; with the last signature it is open (4.5).

    Raises:
        PeriodNotReady: it is not locked.
        NotTheLatestPeriod: a later one is closed.
        FourEyes: the person has signed.
        ApproverLevelTooLow: another level has to sign.
    """
    if period.status != "LOCKED":
        raise PeriodNotReady
    if rules.later_locked(period, calendar.periods):
        raise NotTheLatestPeriod
    missing = rules.levels_missing(rules.two_persons(levels), [each.level for each in period.reopening])
    signed = sign(period.reopening, missing, (), signer, Decimal(0))
    if len(missing) > 1:
        return Changed(period.but(reopening=signed), None)
    first, *_, last = (each.person for each in signed)
    event = PeriodReopened(
        entity=period.entity, period=period.name, asked_by=first, opened_by=last, explanation=by.reason
    )
    return Changed(*_became(period, "OPEN", by, first), (event,))


def _became(period: Period, after: Status, by: By, first: str) -> tuple[Period, PeriodChange]:
    now = period.but(status=after, changes=period.changes + 1, reopening=())
    change = PeriodChange(
        id=f"{period_key(period.entity, period.name)}/{now.changes}",
        entity=period.entity,
        period=period.name,
        before=period.status,
        after=after,
        by=first or by.name,
        second=by.name if first else "",
        reason=by.reason,
        on_day=by.day,
    )
    return now, change
