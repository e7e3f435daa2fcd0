"""Which expenses of after-sales service are taken, and by when is a month told?"""

from collections.abc import Collection
from datetime import date

from finance.model.service import Ticket


def ticket_differs(place: str, first: date, last: date, tickets: Collection[Ticket]) -> bool:
    """A journey is paid for by its tickets: it has one, and each leads to its place within its days (R-283)."""
    return not tickets or any(
        ticket.place.casefold() != place.casefold() or not first <= ticket.on <= last for ticket in tickets
    )


def report_due(month: date, day: int) -> date:
    """A monthly report is ready at the latest on its day of the month after (R-267, R-280, R-281, P-43, BR-B5)."""
    return date(month.year + month.month // 12, month.month % 12 + 1, day)
