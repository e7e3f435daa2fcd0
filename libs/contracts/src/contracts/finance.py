"""Facts of accounting."""

from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from contracts.base import (
    CaseEvent,
    CaseId,
    Code,
    Currency,
    Event,
    Magnitude,
    Name,
    OptionalCode,
    Original,
    Part,
    Reason,
)

TOPIC = "finance.settlement.v1"


class IssuedDocument(Part):
    """A legal document with its number; amounts are magnitudes, the type gives the direction."""

    type: Code
    number: Code
    reason: OptionalCode = ""
    original: Original | None = None
    currency: Currency
    net: Magnitude
    tax: Magnitude
    gross: Magnitude


class CreditIssued(CaseEvent):
    """The documents of this decision are issued and posted."""

    TYPE: ClassVar[str] = "redletter.finance.credit_issued.v1"
    decision_id: Code
    revision: int
    documents: tuple[IssuedDocument, ...] = Field(min_length=1)
    currency: Currency
    credited: Magnitude
    to_receivable: Magnitude
    to_credit: Magnitude
    due: Magnitude = Decimal(0)
    """What has to be paid before an exchange may ship."""
    reason: Reason


class CreditHeld(CaseEvent):
    """Finance cannot book yet: the reason says whose hand it waits for."""

    TYPE: ClassVar[str] = "redletter.finance.credit_held.v1"
    decision_id: Code
    revision: int
    reason: Reason


class PaymentGateClosed(CaseEvent):
    """Nothing may ship before this is paid."""

    TYPE: ClassVar[str] = "redletter.finance.payment_gate_closed.v1"
    currency: Currency
    due: Magnitude
    exchange: bool = False
    """It is what an exchange costs more that has to be paid, and no repair."""


class PaymentGateOpened(CaseEvent):
    """What was due is paid; it may ship."""

    TYPE: ClassVar[str] = "redletter.finance.payment_gate_opened.v1"
    currency: Currency
    due: Magnitude
    paid: Magnitude
    exchange: bool = False


class AdvanceReplacementBilled(CaseEvent):
    """The unit sent in advance is invoiced because the old one never came back."""

    TYPE: ClassVar[str] = "redletter.finance.advance_replacement_billed.v1"
    document: IssuedDocument
    reason: Reason


class RefundApproved(Event):
    """Everybody who has to has signed; the bank may pay."""

    TYPE: ClassVar[str] = "redletter.finance.refund_approved.v1"
    refund_id: CaseId
    customer: OptionalCode
    currency: Currency
    amount: Magnitude


class RefundNotPaid(Event):
    """The bank could not pay; the amount is the customer's credit again."""

    TYPE: ClassVar[str] = "redletter.finance.refund_not_paid.v1"
    refund_id: CaseId
    customer: OptionalCode
    currency: Currency
    amount: Magnitude
    explanation: Name


class CreditReversed(CaseEvent):
    """An issued document was taken back: by a debit note, as void, or by a new blue invoice; a charge by a credit."""

    TYPE: ClassVar[str] = "redletter.finance.credit_reversed.v1"
    document: IssuedDocument
    how: Code
    by: IssuedDocument | None = None


class RefundPaid(Event):
    """The bank confirmed that the customer has the money."""

    TYPE: ClassVar[str] = "redletter.finance.refund_paid.v1"
    refund_id: CaseId
    customer: OptionalCode
    currency: Currency
    amount: Magnitude


class CompensationDecided(CaseEvent):
    """A customer's claim is granted in full or in part, or refused: the claimant is told what for and by what."""

    TYPE: ClassVar[str] = "redletter.finance.compensation_decided.v1"
    claim_id: CaseId
    customer: Code
    currency: Currency
    claimed: Magnitude
    granted: Magnitude
    decision: Code
    by: OptionalCode
    explanation: Name


class PeriodLocked(Event):
    """Nothing is posted into this period any more."""

    TYPE: ClassVar[str] = "redletter.finance.period_locked.v1"
    entity: Code
    period: Code
    locked_by: Name


class PeriodReopened(Event):
    """Two persons have opened the latest locked period again."""

    TYPE: ClassVar[str] = "redletter.finance.period_reopened.v1"
    entity: Code
    period: Code
    asked_by: Name
    opened_by: Name
    explanation: Name


class LossShare(Part):
    """How much of a loss one party bears: a department, or a supplier."""

    party: Code
    kind: Code
    percent: Magnitude
    amount: Magnitude


class LossSplit(CaseEvent):
    """It is decided who bears what a case has cost; a newer revision replaces an older one."""

    TYPE: ClassVar[str] = "redletter.finance.loss_split.v1"
    revision: int
    currency: Currency
    amount: Magnitude
    cause: OptionalCode
    shares: tuple[LossShare, ...] = Field(min_length=1)


class SupplierClaimSent(CaseEvent):
    """A supplier is asked to bear a part of what a case has cost."""

    TYPE: ClassVar[str] = "redletter.finance.supplier_claim_sent.v1"
    claim_id: CaseId
    supplier: Code
    currency: Currency
    amount: Magnitude


class SupplierClaimSettled(CaseEvent):
    """What a supplier has accepted is set off or paid."""

    TYPE: ClassVar[str] = "redletter.finance.supplier_claim_settled.v1"
    claim_id: CaseId
    supplier: Code
    currency: Currency
    claimed: Magnitude
    recovered: Magnitude


class PenaltyNotified(Event):
    """A notice of reward or penalty is signed: payroll acts on it, the books know nothing of it."""

    TYPE: ClassVar[str] = "redletter.finance.penalty_notified.v1"
    penalty_id: CaseId
    kind: Code
    case_id: OptionalCode
    person: Name
    department: Code
    offence: OptionalCode
    currency: Currency
    amount: Magnitude
    sanction: OptionalCode
    copies: tuple[Code, ...]


EVENTS = (
    CreditIssued,
    CreditHeld,
    CreditReversed,
    PaymentGateClosed,
    PaymentGateOpened,
    AdvanceReplacementBilled,
    RefundApproved,
    RefundNotPaid,
    RefundPaid,
    CompensationDecided,
    PeriodLocked,
    PeriodReopened,
    LossSplit,
    SupplierClaimSent,
    SupplierClaimSettled,
    PenaltyNotified,
)
