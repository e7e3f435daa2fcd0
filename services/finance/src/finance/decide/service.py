"""When is an expense of after-sales service taken, and who files customers too late?"""

from typing import get_args

from finance import rules
from finance.decide import writeoffs
from finance.model import Policy
from finance.model.refusals import CustomerNotFiled, FiledAlready, TicketDiffers
from finance.model.service import ClaimExpense, CustomerFile, FileCustomer, Journey, LateFilings, ServiceCost
from finance.model.writeoffs import DraftPenalty, Penalty

LATE = "late-filing"


def claim(cost_id: str, asked: ClaimExpense, file: CustomerFile | None, values: Policy, actor: str) -> ServiceCost:
    """Take an expense; nothing is booked, for it is paid by other books (R-280).

    Raises:
        CustomerNotFiled: it is for somebody who is not on file.
        TicketDiffers: its tickets do not show that journey.
    """
    if rules.service.not_on_file(filed=file is not None, needed=values.expenses_need_a_file):
        raise CustomerNotFiled
    last = asked.until or asked.spent_on
    if asked.kind in get_args(Journey) and rules.service.ticket_differs(
        asked.place, asked.spent_on, last, asked.tickets
    ):
        raise TicketDiffers
    return ServiceCost(cost_id=cost_id, claimed_by=actor, **{**asked.model_dump(), "until": last})


def file(known: CustomerFile | None, asked: FileCustomer) -> CustomerFile | None:
    """Put a customer on file; the same again changes nothing.

    Raises:
        FiledAlready: he is on file otherwise.
    """
    filed = CustomerFile(**asked.model_dump(exclude={"entity", "currency"}))
    if known is not None and known != filed:
        raise FiledAlready
    return filed if known is None else None


def late(
    penalty_id: str, asked: FileCustomer, before: LateFilings, values: Policy, actor: str
) -> tuple[LateFilings, Penalty | None]:
    """Count who was filed late although somebody reminded of him; the second makes the month's penalty (R-112)."""
    days, holidays = values.filing_working_days, values.holidays
    if not asked.reminders or not rules.service.filed_late(asked.contacted_on, asked.filed_on, days, holidays):
        return before, None
    counted = before.but(customers=(*before.customers, asked.customer))
    if not rules.service.penalty_proposed(len(counted.customers), values.late_filings_for_penalty):
        return counted, None
    about = {"entity": asked.entity, "currency": asked.currency, "department": asked.department}
    why = f"filed late although reminded: {', '.join(counted.customers)}"[:500]
    return counted, writeoffs.draft_penalty(
        penalty_id, DraftPenalty(offence=LATE, explanation=why, **about), values, actor
    )
