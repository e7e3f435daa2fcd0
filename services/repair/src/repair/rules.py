"""How is X decided? One function per rule, one sentence above it, its examples in tests/test_rules.py."""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from contracts.base import total

SATURDAY = 5


def repair_number(today: date, running: int) -> str:
    """A repair number is RP-YYMM- and a running number of at least four digits, its own series (R-127, P-55)."""
    return f"RP-{today:%y%m}-{running:04d}"


def may_start(*, chargeable: bool, confirmed: bool) -> bool:
    """Free work starts at once, chargeable work only after the customer confirmed its quote (R-222)."""
    return confirmed or not chargeable


def repair_fee(material: Decimal, labour: Decimal, transport: Decimal) -> Decimal:
    """The fee of a repair is its material, its labour and its transport (R-269)."""
    return material + labour + transport


def quote_is_current(asked: int | None, current: int) -> bool:
    """The customer's word counts only for the newest version of the quote; who names none means that one (R-222)."""
    return asked is None or asked == current


def outgoing_check_passed(*, complaint_points_tested: bool, report: str) -> bool:
    """A unit leaves repair only when the complaint points were tested again and a report says so (R-198, R-199)."""
    return complaint_points_tested and bool(report.strip())


def payment_outstanding(due: Decimal, *, paid: bool, before_shipment: bool) -> bool:
    """A chargeable unit may not leave before its payment is recorded, unless the customer has terms (R-270, P-22)."""
    return before_shipment and due > 0 and not paid


def is_batch(pieces: Iterable[Decimal], limit: Decimal) -> bool:
    """So many pieces in one order, or more, make it a batch (R-224, P-25)."""
    return total(pieces) >= limit


def working_day_after(start: date, days: int, holidays: Collection[date]) -> date:
    """The so-manieth working day, counted from the day after the first day (R-223, P-47)."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY and day not in holidays:
            days -= 1
    return day


def repair_due(start: date, days: int, extra_hours: int, holidays: Collection[date]) -> datetime:
    """A repair is due when its last working day ends; a batch has some hours more (R-223, R-224, P-39)."""
    last = working_day_after(start, days, holidays)
    return datetime.combine(last + timedelta(days=1), time(), UTC) + timedelta(hours=extra_hours)


def plan_due(now: datetime, hours: int) -> datetime:
    """A repair demand is answered within so many hours with a plan, a price or a reason why not (R-220, P-39)."""
    return now + timedelta(hours=hours)


def beyond_repair(explanation: str) -> bool:
    """A unit is beyond repair when the technician says why it cannot be repaired or is not worth it (R-229)."""
    return bool(explanation.strip())
