"""How is X decided? One function per rule, one sentence above it, its examples in tests/test_rules.py."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from decimal import Decimal

SATURDAY = 5


def working_days_between(start: date, end: date, holidays: Collection[date]) -> int:
    """Working days are counted from the day after the first day, without weekends and the company's holidays (P-47)."""
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(1 for day in days if day.weekday() < SATURDAY and day not in holidays)


def outside_return_window(
    received_on: date | None, today: date, window: int | None, *, working: bool, holidays: Collection[date]
) -> bool:
    """Goods may come back for so many days after receipt; without a window there is no limit (R-131, R-133, P-23)."""
    if window is None or received_on is None:
        return False
    if working:
        return working_days_between(received_on, today, holidays) > window
    return (today - received_on).days > window


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the month's last day where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError(day)


def warranty_ends(starts: Iterable[date | None], months: int) -> date | None:
    """Warranty runs from the latest start that the policy counts from; None when none is known (R-150, P-20)."""
    known = [day for day in starts if day is not None]
    return add_months(max(known), months) if known else None


def out_of_warranty(ends: date | None, today: date) -> bool:
    """The last day of the warranty still counts; without a known start it has not run out (R-150)."""
    return ends is not None and today > ends


def warranty_void(facts: Collection[str], exclusions: Collection[str]) -> bool:
    """A broken tamper label, own part replacement, human damage or poor storage makes it chargeable (R-151, P-21)."""
    return any(fact in exclusions for fact in facts)


def batch_return(
    per_item: Decimal, total: Decimal, same_item_limit: Decimal | None, total_limit: Decimal | None
) -> bool:
    """Reaching 50 of one model or 100 in all of one customer on one day makes it a batch (R-139, P-25)."""
    return (same_item_limit is not None and per_item >= same_item_limit) or (
        total_limit is not None and total >= total_limit
    )


def advance_replacement_allowed(*, wanted: bool, allowed: bool) -> bool:
    """A good unit goes out first only where the policy allows it, and only when it was asked for (P-28)."""
    return wanted and allowed


def rma_number(today: date, running: int) -> str:
    """An RMA number is RMA-YYMM- and a running number of at least four digits (P-55)."""
    return f"RMA-{today:%y%m}-{running:04d}"


def complaint_established(established: Iterable[bool]) -> bool:
    """A case is established when quality confirmed at least one of its lines (R-076)."""
    return any(established)


def cannot_be_repaired(repairable: Iterable[bool]) -> bool:
    """A repair is promised only when every confirmed line can be repaired; else it is settled otherwise (R-229)."""
    return not all(repairable)


def review_passed(obstacles: Collection[str]) -> bool:
    """A return is authorized when its review found no obstacle (R-115, R-116)."""
    return not obstacles


def reminder_days(days: Iterable[int], until_due: int) -> list[int]:
    """The customer is reminded of the old unit only before its day (P-28)."""
    return sorted(day for day in days if day < until_due)


def difference_due(due: Decimal) -> bool:
    """What costs more than what came back ships when the difference is paid (I16, F-14)."""
    return due > 0


def old_unit_overdue(due: date, today: date) -> bool:
    """The swapped unit is overdue from its due day on (R-124)."""
    return today >= due


def goods_never_came(due: date, today: date) -> bool:
    """An authorization lapses when the goods did not come by its last day."""
    return today >= due
