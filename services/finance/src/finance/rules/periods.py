"""Into which period does a posting go, and which period may be opened or closed?"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from finance.model import Period, Status

DAY = timedelta(days=1)


def posting_date(day: date, periods: Sequence[Period]) -> date:
    """A late event is posted on the first day from its own on that is in an open period (F-39)."""
    for period in sorted(periods, key=lambda period: period.starts):
        if period.status != "OPEN" and period.starts <= day <= period.ends:
            day = period.ends + DAY
    return day


def period_locked(day: date, periods: Iterable[Period], *, adjuster: bool) -> bool:
    """Nothing is posted into a locked period, and only adjusters post into a soft-locked one (I12, F-39)."""
    closed = [period.status for period in periods if period.starts <= day <= period.ends]
    return "LOCKED" in closed or ("SOFT_LOCKED" in closed and not adjuster)


def month_of(name: str) -> tuple[date, date]:
    """A period that is named as a month has the days of that month (F-39)."""
    year, month = (int(part) for part in name.split("-"))
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def overlaps(starts: date, ends: date, periods: Iterable[Period]) -> bool:
    """A day is in one period at most (I12)."""
    return any(period.starts <= ends and starts <= period.ends for period in periods)


def earlier_open(period: Period, periods: Iterable[Period]) -> bool:
    """Periods are locked one after the other, and no day between two of them is left open (I12)."""
    before = [other for other in periods if other.ends < period.starts]
    left_out = bool(before) and max(other.ends for other in before) + DAY < period.starts
    return left_out or any(other.status != "LOCKED" for other in before)


def later_locked(period: Period, periods: Iterable[Period]) -> bool:
    """Only the latest locked period is opened again (I12)."""
    return any(other.starts > period.ends and other.status != "OPEN" for other in periods)


def may_become(before: Status, after: Status) -> bool:
    """A period is closed softly, then locked; softly closed it opens again, locked only by two persons (I12)."""
    return (before, after) in {
        ("OPEN", "SOFT_LOCKED"),
        ("SOFT_LOCKED", "LOCKED"),
        ("OPEN", "LOCKED"),
        ("SOFT_LOCKED", "OPEN"),
        ("LOCKED", "OPEN"),
    }


def two_persons(levels: Sequence[str]) -> tuple[str, ...]:
    """A locked period is opened again by at least two persons, whatever the matrix says (I12, 4.5)."""
    return (*levels, *[""] * (2 - len(levels)))
