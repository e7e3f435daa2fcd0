"""A credit document on its way: from the draft to the number that the tax platform gives it."""

from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from contracts.base import Code, Currency, Day, Magnitude, Name, OptionalCode, Part, QuantityOrNone, Scope
from contracts.rma import DecidedLine
from finance.model.approvals import Signature

ZERO = Decimal(0)
Handshake = Literal["NONE", "E_FORM", "PAPER_FORM"]
Initiator = Literal["SELLER", "BUYER"]
Call = Literal["submit", "query", "withdraw", "confirm", "reject"]


class DocumentState(StrEnum):
    """Where a credit document stands (finance.md 5.2)."""

    DRAFT = "DRAFT"
    PENDING_APPROVAL = "PENDING_APPROVAL"
    APPROVED = "APPROVED"
    AWAITING_COUNTERPARTY = "AWAITING_COUNTERPARTY"
    READY_TO_ISSUE = "READY_TO_ISSUE"
    ISSUING = "ISSUING"
    ISSUED = "ISSUED"
    REVERSED = "REVERSED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


class FormState(StrEnum):
    """Where a red-letter confirmation form (红字发票信息确认单) stands at the tax bureau, and what we know of it."""

    UNKNOWN = "UNKNOWN"
    """We have asked, and nobody has answered: it may be there or not."""
    NO_CONFIRMATION = "01"
    BUYER_TO_CONFIRM = "02"
    SELLER_TO_CONFIRM = "03"
    CONFIRMED = "04"
    REFUSED_BY_BUYER = "05"
    REFUSED_BY_SELLER = "06"
    LAPSED = "07"
    WITHDRAWN = "08"
    WITHDRAWN_LATE = "09"
    APPLYING = "10"
    FAILED_THERE = "15"
    FAILED_AGAIN = "16"


class Form(Part):
    """One form at the tax platform. The serial is ours: whoever asks again with it asks about the same form."""

    serial: Code
    initiator: Initiator = "SELLER"
    call: Call = "submit"
    state: FormState = FormState.UNKNOWN
    form_no: OptionalCode = ""
    sent_at: AwareDatetime
    expires_at: AwareDatetime
    asked: int = 0


class PlannedLine(Part):
    """What a credit document takes of one blue line; it is reserved there until the document is issued or given up."""

    line: DecidedLine
    blue: str
    quantity: QuantityOrNone
    net: Magnitude
    tax: Magnitude
    kept_back_net: Magnitude = ZERO
    kept_back_tax: Magnitude = ZERO
    fee_net: Magnitude = ZERO
    fee_tax: Magnitude = ZERO
    off_net: Magnitude = ZERO
    off_tax: Magnitude = ZERO
    cost: Magnitude = ZERO


class CreditDocument(Part):
    """A credit on its way to its legal document: of a decision, or drafted by hand."""

    document_id: Code
    state: DocumentState
    case_id: Code
    decision_id: Code
    entity: Code
    customer: OptionalCode
    currency: Currency
    scope: Scope = Field(default_factory=Scope)
    invoice: Code
    blue_invoice: str
    reason: OptionalCode
    by_hand: bool = False
    full: bool = False
    lines: tuple[PlannedLine, ...]
    blue_lines: tuple[str, ...]
    credit: str
    made_by: Name
    signatures: tuple[Signature, ...] = ()
    attempt: int = 0
    form: Form | None = None
    refusal: OptionalCode = ""
    proofs: tuple[OptionalCode, ...] = ()
    live: str = ""
    """The blue invoice, while a form is out on it: one at a time (I19)."""
    number: OptionalCode = ""
    decided_on: Day | None = None
    """When it was decided: whenever the document is issued, its entries tell of that day."""
    deadlines: dict[str, AwareDatetime] = Field(default_factory=dict)

    @property
    def net(self) -> Decimal:
        """What it credits without tax."""
        return sum((line.net for line in self.lines), start=ZERO)

    @property
    def tax(self) -> Decimal:
        """The tax that it gives back."""
        return sum((line.tax for line in self.lines), start=ZERO)


class InboundForm(Part):
    """A form that a buyer has entered: we confirm it for a credit of ours that it matches, or refuse it."""

    form_no: Code
    state: FormState
    entity: Code
    invoice: Code
    reason: Code
    net: Magnitude
    tax: Magnitude
    document_id: OptionalCode = ""
    refusing: bool = False
    asked: int = 0
    expires_at: AwareDatetime
    live: str = ""
    deadlines: dict[str, AwareDatetime] = Field(default_factory=dict)


class Upload(Part):
    """An issued certificate that the authority must have by a day (TW: 上傳期限)."""

    document: Code
    entity: Code
    case_id: Code
    number: Code
    state: Literal["WAITING", "NEAR", "UPLOADED"]
    due_on: Day
    reference: OptionalCode = ""
    deadlines: dict[str, AwareDatetime] = Field(default_factory=dict)


class Reversal(Part):
    """What took an issued document back; its key is the document, so it happens once (I3)."""

    document: str
    entity: Code
    number: Code
    case_id: Code
    kind: Literal["REVERSAL", "NEW_BLUE", "VOID"]
    by: OptionalCode
    reason: Name
    made_by: Name
