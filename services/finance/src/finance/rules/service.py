"""Which expenses of after-sales service are taken, and by when is a month told?"""

from collections.abc import Collection
from datetime import date, timedelta

from finance.model.service import Ticket

SATURDAY = 5


def ticket_differs(place: str, first: date, last: date, tickets: Collection[Ticket]) -> bool:
    """A journey is paid for by its tickets: it has one, and each leads to its place within its days (R-283)."""
    return not tickets or any(
        ticket.place.casefold() != place.casefold() or not first <= ticket.on <= last for ticket in tickets
    )


def not_on_file(*, filed: bool, needed: bool) -> bool:
    """An expense for a customer whom nobody has filed is not paid (R-111, BR-C14)."""
    return needed and not filed


def filed_late(contacted_on: date, filed_on: date, days: int, holidays: Collection[date]) -> bool:
    """A new customer is filed within so many working days after the first contact (R-112, BR-C10)."""
    passed = (contacted_on + timedelta(days=n) for n in range(1, (filed_on - contacted_on).days + 1))
    return sum(1 for day in passed if day.weekday() < SATURDAY and day not in holidays) > days


def penalty_proposed(late: int, limit: int) -> bool:
    """Who files late again although reminded is proposed for a penalty, once a month (R-112, BR-C15)."""
    return late == limit


def report_due(month: date, day: int) -> date:
    """A monthly report is ready at the latest on its day of the month after (R-267, R-280, R-281, P-43, BR-B5)."""
    return date(month.year + month.month // 12, month.month % 12 + 1, day)
