"""When is an expense of after-sales service taken?"""

from typing import get_args

from finance import rules
from finance.model.refusals import TicketDiffers
from finance.model.service import ClaimExpense, Journey, ServiceCost


def claim(cost_id: str, asked: ClaimExpense, actor: str) -> ServiceCost:
    """Take an expense; nothing is booked, for it is paid by other books (R-280).

    Raises:
        TicketDiffers: its tickets do not show that journey.
    """
    last = asked.until or asked.spent_on
    if asked.kind in get_args(Journey) and rules.service.ticket_differs(
        asked.place, asked.spent_on, last, asked.tickets
    ):
        raise TicketDiffers
    return ServiceCost(cost_id=cost_id, claimed_by=actor, **{**asked.model_dump(), "until": last})
