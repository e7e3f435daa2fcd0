"""The rules that are tables: who listens to what, what comes before what, and where a case may stand everywhere."""

from collections.abc import Mapping
from typing import NamedTuple

from contracts import finance, inspection, intake, repair, rma
from contracts.base import Event

TOPICS: Mapping[str, str] = {
    "intake": intake.TOPIC,
    "rma": rma.TOPIC,
    "inspection": inspection.TOPIC,
    "repair": repair.TOPIC,
    "finance": finance.TOPIC,
}
_LISTENS: Mapping[str, tuple[type[Event], ...]] = {
    "intake": (rma.ReturnAuthorized, rma.ReturnRefused, rma.CaseSettled),
    "rma": (
        intake.ComplaintAccepted,
        intake.ComplaintNotEstablished,
        inspection.GoodsReceived,
        inspection.InspectionCompleted,
        finance.CreditIssued,
        finance.CreditHeld,
        finance.AdvanceReplacementBilled,
        finance.PaymentGateOpened,
        repair.RepairCompleted,
        repair.RepairImpossible,
        repair.RepairShipped,
        repair.QuoteDeclined,
    ),
    "inspection": (rma.ReturnAuthorized,),
    "repair": (rma.DispositionDecided, finance.PaymentGateClosed, finance.PaymentGateOpened),
    "finance": (
        rma.ReturnAuthorized,
        rma.DispositionDecided,
        rma.ReplacementReleased,
        rma.ObligationOverdue,
        rma.CaseSettled,
        rma.ReturnRefused,
        repair.QuoteConfirmed,
        repair.RepairCompleted,
        repair.RepairShipped,
        inspection.GoodsDisposed,
    ),
}
LISTENS = {name: frozenset(event.TYPE for event in events) for name, events in _LISTENS.items()}
_BEFORE: Mapping[type[Event], tuple[type[Event], ...]] = {
    rma.ReturnAuthorized: (intake.ComplaintAccepted,),
    rma.ReturnRefused: (intake.ComplaintAccepted,),
    rma.DispositionDecided: (intake.ComplaintAccepted,),
    rma.CaseSettled: (intake.ComplaintAccepted,),
    rma.ObligationOverdue: (rma.ReplacementReleased,),
    inspection.GoodsReceived: (rma.ReturnAuthorized,),
    inspection.InspectionCompleted: (inspection.GoodsReceived,),
    inspection.ScrapApprovalRequested: (inspection.InspectionCompleted,),
    inspection.GoodsDisposed: (inspection.ScrapApprovalRequested,),
    repair.RepairQuoted: (rma.DispositionDecided,),
    repair.QuoteConfirmed: (repair.RepairQuoted,),
    repair.QuoteDeclined: (repair.RepairQuoted,),
    repair.RepairCompleted: (rma.DispositionDecided,),
    repair.RepairImpossible: (rma.DispositionDecided,),
    repair.RepairShipped: (repair.RepairCompleted, repair.QuoteDeclined),
    finance.CreditIssued: (rma.DispositionDecided,),
    finance.CreditHeld: (rma.DispositionDecided,),
    finance.PaymentGateClosed: (repair.QuoteConfirmed, finance.CreditIssued),
    finance.PaymentGateOpened: (repair.QuoteConfirmed, finance.CreditIssued),
    finance.AdvanceReplacementBilled: (rma.ObligationOverdue,),
    intake.ComplaintClosed: (rma.CaseSettled, rma.ReturnRefused, intake.ComplaintNotEstablished),
}
BEFORE = {after.TYPE: tuple(event.TYPE for event in any_of) for after, any_of in _BEFORE.items()}
"""event → one of these must have been told about the same case before"""

ONCE = frozenset(
    event.TYPE
    for event in (
        intake.ComplaintAccepted,
        intake.ComplaintNotEstablished,
        intake.ComplaintClosed,
        rma.ReturnAuthorized,
        rma.ReturnRefused,
        rma.CaseSettled,
        rma.ObligationOverdue,
        inspection.GoodsReceived,
        inspection.InspectionCompleted,
        inspection.ScrapApprovalRequested,
        inspection.GoodsDisposed,
        repair.RepairCompleted,
        repair.RepairImpossible,
        repair.RepairShipped,
        finance.CreditIssued,
        finance.AdvanceReplacementBilled,
        finance.RefundPaid,
    )
)
"""What can happen to a case only once in its life."""

TIMED: Mapping[str, tuple[str, str]] = {
    "Complaint": ("intake", "complaint"),
    "Case": ("rma", "rma_case"),
    "Inspection": ("inspection", "inspection"),
    "RepairOrder": ("repair", "repair_order"),
}
"""kind of a timer → whose it is, and in which table"""

WITH_BLUE = frozenset({"RED_INVOICE", "CREDIT_NOTE", "ALLOWANCE", "CREDIT_MEMO"})
MUST_HAVE_BLUE = frozenset({"RED_INVOICE", "CREDIT_NOTE", "ALLOWANCE"})
COUNTED = WITH_BLUE | {"DELIVERY_NOTE"}
"""Kinds whose lines count on their blue lines, where they name any."""
CREDITS = WITH_BLUE | {"GOODWILL_MEMO", "COMMERCIAL_MEMO"}
POSTED_BY: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(WITH_BLUE, frozenset({"T1", "T5"})),
    "GOODWILL_MEMO": frozenset({"T21"}),
    "COMMERCIAL_MEMO": frozenset({"T5"}),
    "DEBIT_NOTE": frozenset({"T11"}),
    "REPLACEMENT_INVOICE": frozenset({"T6", "T8"}),
    "REPAIR_INVOICE": frozenset({"T10"}),
    "DELIVERY_NOTE": frozenset(),
}
"""kind of document → the templates one entry of which posts its whole amount"""

PAID_OUT: Mapping[str, frozenset[str]] = {"T15": frozenset({"APPROVED", "PAID"}), "T15-paid": frozenset({"PAID"})}
"""template of a payout → the stages in which it is posted"""

MANY_PER_CASE = frozenset({"T10-paid", "T4-sold", "T3", "T4"})
"""Templates of which a case may have several entries without a document: payments, scrap sold, goods line by line."""


class Legal(NamedTuple):
    """Where the others may stand at rest when the RMA office stands there; `-` is nowhere."""

    intake: frozenset[str]
    inspection: frozenset[str]
    repair: frozenset[str]
    finance: frozenset[str]


def _row(intake_: str, inspection_: str, repair_: str, finance_: str) -> Legal:
    return Legal(*(frozenset(words.split()) for words in (intake_, inspection_, repair_, finance_)))


GOING = "AUTHORIZED ANSWERED CLOSED"  # intake may have closed what turned out to be more than it knew
OVER, LOOKED = "ANSWERED CLOSED", "COMPLETED SCRAP_PENDING"
WORKING = "PLANNED QUOTED DECLINED IN_REPAIR WAITING_PAYMENT REPAIRED"
LATE = f"ANNOUNCED RECEIVED {LOOKED}"  # goods may arrive after their case has ended
AFTER_ITS_BILL = "LATE_RETURNED"  # the only end that comes after another one: the unit was billed, and is back
LEGAL: Mapping[str, Legal] = {
    "PENDING_APPROVAL": _row("REGISTERED", "-", "-", "-"),
    "AWAITING_GOODS": _row("AUTHORIZED", "ANNOUNCED", "-", "- OPEN"),
    "INSPECTING": _row(GOING, "RECEIVED", "-", "- OPEN"),
    "CREDITING": _row(f"REGISTERED {GOING}", f"- {LOOKED}", "- CLOSED", "HELD"),
    "HELD": _row(GOING, LOOKED, "- CLOSED", "HELD"),
    "REPAIRING": _row(GOING, LOOKED, WORKING, "OPEN"),
    "AWAITING_PAYMENT": _row(GOING, LOOKED, "- CLOSED", "ISSUED"),
    "REPLACING": _row(GOING, LOOKED, "- CLOSED", "ISSUED"),
    "SETTLED CREDITED": _row(OVER, LOOKED, "- CLOSED", "ISSUED"),
    "SETTLED ALLOWED": _row(OVER, f"- {LOOKED}", "- CLOSED", "ISSUED"),
    "SETTLED EXCHANGED": _row(OVER, LOOKED, "- CLOSED", "ISSUED CLOSED"),
    "SETTLED BILLED": _row(OVER, LATE, "-", "ISSUED"),
    f"SETTLED {AFTER_ITS_BILL}": _row(OVER, LOOKED, "-", "ISSUED"),
    "SETTLED REPAIRED": _row(OVER, LOOKED, "SHIPPED", "OPEN"),
    "SETTLED SENT_BACK": _row(OVER, LOOKED, "SHIPPED", "OPEN"),
    "SETTLED NOT_ESTABLISHED": _row(f"{OVER} INVESTIGATING", f"- {LATE}", "-", "- OPEN CLOSED"),
    "SETTLED EXPIRED": _row(OVER, LATE, "-", "-"),
    "REFUSED": _row(f"{OVER} INVESTIGATING", "-", "-", "-"),
}
"""where the RMA office stands (and its outcome) → where the others may"""

NEEDS_GOODS = frozenset({"CREDITED", "EXCHANGED", "REPAIRED", "SENT_BACK", AFTER_ITS_BILL})
"""Outcomes that an authorized return reaches only with its goods."""
