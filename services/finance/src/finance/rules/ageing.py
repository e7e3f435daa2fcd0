"""How old is it, and how much of it is late?"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from contracts.base import half_up

NOT_DUE, NO_LIMIT = "not_due", "over_90"
BUCKETS = ((30, "days_1_30"), (60, "days_31_60"), (90, "days_61_90"))


def age_in_days(since: datetime | None, now: datetime) -> int:
    """A row of a worklist is as old as the whole days since it came onto it (finance.md 4.1)."""
    return max((now - since).days, 0) if since else 0


def late(age_days: int, allowed_days: int) -> bool:
    """A row is late when it has waited longer than its worklist allows (finance.md 4.1)."""
    return age_days > allowed_days


def due_on(due: date | None, issued: date, terms_days: int) -> date:
    """An invoice is due when it says, otherwise so many days after it was issued (F-51)."""
    return due or issued + timedelta(days=terms_days)


def days_overdue(due: date, today: date) -> int:
    """On the day it is due an invoice is not overdue yet (F-51)."""
    return max((today - due).days, 0)


def bucket(overdue: int) -> str:
    """What is open ages by its days overdue: not due, to 30, to 60, to 90 and beyond (F-51)."""
    if overdue <= 0:
        return NOT_DUE
    return next((name for days, name in BUCKETS if overdue <= days), NO_LIMIT)


def aged(open_by_overdue: Mapping[int, Decimal]) -> dict[str, Decimal]:
    """Every bucket is named even when nothing is in it, and together they are all that is open (F-51)."""
    sums = dict.fromkeys((NOT_DUE, *(name for _, name in BUCKETS), NO_LIMIT), Decimal(0))
    for overdue, amount in open_by_overdue.items():
        sums[bucket(overdue)] += amount
    return sums


def balance_due(open_amount: Decimal, unapplied: Decimal) -> Decimal:
    """A customer owes what is open less the credit that is not applied yet (F-51)."""
    return open_amount - unapplied


def rate(part: Decimal, whole: Decimal) -> Decimal | None:
    """A rate is a percentage with two decimals; of nothing there is none (F-50)."""
    return half_up(part * 100 / whole, 2) if whole else None


def collectible(due: Decimal, disputed: Decimal) -> Decimal:
    """What open complaints dispute is not asked of the salesperson who should collect it (R-265, F-50)."""
    return max(due - disputed, Decimal(0))


def disputed(open_amount: Decimal, complained: Decimal) -> Decimal:
    """A complaint disputes at most what is still open of its invoice (R-265, F-50)."""
    return min(complained, max(open_amount, Decimal(0)))
