"""What are a receipt and an inspection, and what can be asked of the receiving dock and of quality?"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import (
    MOST_LINES,
    CaseId,
    Code,
    Magnitude,
    Name,
    OptionalCode,
    Part,
    Quantity,
    QuantityOrNone,
    Reason,
    Refused,
    Scope,
)
from contracts.policy import Span


class Stage(StrEnum):
    """Where an inspection stands (procedures.md 4.3)."""

    ANNOUNCED = "ANNOUNCED"
    RECEIVED = "RECEIVED"
    SCRAP_PENDING = "SCRAP_PENDING"
    COMPLETED = "COMPLETED"


class ReceiptStatus(StrEnum):
    """What a receipt has come to."""

    ACCEPTED = "ACCEPTED"
    UNIDENTIFIED = "UNIDENTIFIED"


class Unauthorised(StrEnum):
    """What the dock does with goods that nobody announced (P-31)."""

    REFUSE = "REFUSE"
    QUEUE = "QUEUE"


class MissingParts(StrEnum):
    """When missing parts are charged (P-32)."""

    ALWAYS = "ALWAYS"
    CUSTOMER_LIABLE = "CUSTOMER_LIABLE"


class Becomes(StrEnum):
    """What an inspector can say becomes of the goods."""

    RESTOCK = "RESTOCK"
    SCRAP = "SCRAP"
    REPAIR = "REPAIR"
    RETURN_TO_CUSTOMER = "RETURN_TO_CUSTOMER"
    GRADE_B = "GRADE_B"


SCRAP_PENDING = "SCRAP_PENDING"
NOT_RECEIVED = "NOT_RECEIVED"


class Line(Part):
    """One announced line: what was approved, what came, what was found."""

    line: int
    item: Code
    announced: Quantity
    received: QuantityOrNone = Decimal(0)
    becomes: OptionalCode = ""


class Signatures(Part):
    """Who signed the acceptance note, of quality and of storage & transport (R-170)."""

    quality: Name = ""
    storage: Name = ""


class ArrivedLine(Part):
    """What the dock counted, by announced line or by item."""

    line: int | None = Field(default=None, ge=1, le=100_000)
    item: OptionalCode = ""
    quantity: Quantity


class Inspection(Part):
    """The goods of one case, from their announcement to their disposition (docs/glossary.md: inspection 检验)."""

    case_id: CaseId
    stage: Stage
    rma_number: Code
    customer: OptionalCode
    scope: Scope
    expires_on: date
    lines: tuple[Line, ...]
    receipt: OptionalCode = ""
    quality_test: bool = False
    """Whether the lot is so large that quality must test it (R-176)."""
    test_overdue: bool = False
    inspector: OptionalCode = ""
    completed_by: Name = ""
    responsibility: OptionalCode = ""
    reason: Reason | None = None
    scrap_approver: OptionalCode = ""
    cosigned_by: Name = ""
    disposed_by: Name = ""
    deadlines: dict[str, datetime] = Field(default_factory=dict)


class Receipt(Part):
    """One parcel on the dock: accepted for its case, or waiting in the unidentified queue (R-117)."""

    receipt_id: CaseId
    status: ReceiptStatus
    rma_number: OptionalCode
    case_id: OptionalCode = ""
    lines: tuple[ArrivedLine, ...]
    signatures: Signatures
    differences_signed: bool
    received_by: Name
    received_at: datetime
    emergency_by: Name = ""
    reason: Reason
    explanation: Name = ""


class Obstacle(Part):
    """Why a parcel belongs to no case."""

    reason: Reason
    words: Name


class Policy(BaseModel):
    """The policy document of dock and quality; every figure of its rules, by the keys of procedures.md section 9."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    unauthorised_goods: Unauthorised = Field(description="P-31 refuse goods that nobody announced, or queue them")
    qa_lot_over: Decimal = Field(description="P-33 a lot of more pieces goes to quality")
    qa_all_lots: bool = Field(description="P-33 whether every lot goes to quality")
    test_days: Span | None = Field(description="R-179 days in which the test of returned goods ends; none: no limit")
    responsibilities: tuple[Code, ...] = Field(description="R-182 the words for whose fault it was")
    missing_parts: MissingParts = Field(description="P-32 when missing parts are charged")
    missing_part_prices: dict[Code, Magnitude] = Field(description="P-32 what is deducted for a missing part")
    scrap_approval_pieces: Decimal | None = Field(description="P-35 pieces of scrap that quality may not decide alone")
    scrap_approver: Code = Field(description="P-35 who approves the scrap then")


class Receive(Part):
    """Take in a parcel; `scope` selects the policy only when nobody announced it."""

    rma_number: OptionalCode = ""
    lines: tuple[ArrivedLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    signatures: Signatures = Signatures()
    differences_signed: bool = False
    emergency_by: Name = ""
    scope: Scope = Scope()


class Identify(Part):
    """Say which RMA number an unidentified parcel belongs to; what was not signed on the dock is signed now."""

    rma_number: Code
    signatures: Signatures | None = None
    differences_signed: bool = False


class Located(Part):
    """A command with the case that its RMA number names; we looked that up, it is not part of what was said."""

    case_id: OptionalCode = Field(default="", exclude=True)


class Delivery(Located):
    """A parcel with the case it belongs to, if any."""

    said: Receive


class Identification(Located):
    """An identified parcel with the case it belongs to, if any."""

    said: Identify


class Finding(Part):
    """What the inspector found on one line."""

    line: int = Field(ge=1, le=100_000)
    established: bool
    repairable: bool = False
    customer_fault: bool = False
    missing_parts: tuple[Code, ...] = Field(default=(), max_length=100)
    part_prices: dict[Code, Magnitude] = Field(default_factory=dict, description="for parts that have no list price")
    becomes: Becomes


class CompleteInspection(Part):
    """Give the findings on every line that came; they are final."""

    inspector: Code
    responsibility: Code
    lines: tuple[Finding, ...] = Field(min_length=1, max_length=MOST_LINES)


class Decision(StrEnum):
    """What an approver can say."""

    APPROVE = "APPROVE"
    REJECT = "REJECT"


class ApproveScrap(Part):
    """Decide on goods that wait to be scrapped; who rejects says what becomes of them instead."""

    cosigned_by: Name = Field(min_length=1)
    decision: Decision
    becomes: Becomes | None = None


class NotAuthorized(Refused):
    """Nobody announced these goods; they are not taken in."""


class SignaturesMissing(Refused):
    """The acceptance note needs the signatures of quality and of storage & transport."""


class DifferencesNotSigned(Refused):
    """The goods differ from what was announced; ask for an instruction and sign the actual quantity."""


class NotAnnounced(Refused):
    """The parcel holds a line or an item that this RMA number does not cover."""


class AlreadyReceived(Refused):
    """The goods of this RMA number have been received before."""


class AlreadyIdentified(Refused):
    """This parcel belongs to its case already."""


class GoodsNotReceived(Refused):
    """The goods have not been received yet; there is nothing to inspect."""


class InspectionAlreadyCompleted(Refused):
    """Findings are final; a second opinion is a new inspection."""


class FindingsDiffer(Refused):
    """Every line that came needs exactly one finding, and no other line can have one."""

    status = 422


class UnknownResponsibility(Refused):
    """This word for the responsible side is not in the reference list."""

    status = 422


class PartWithoutPrice(Refused):
    """A missing part is neither in the price list nor priced in the finding."""

    status = 422


class NoScrapPending(Refused):
    """No scrap of this case waits for an approval."""


class ApproverLevelTooLow(Refused):
    """Your level cannot sign this."""

    status = 403


class FourEyes(Refused):
    """Inspector, co-signer and approver of scrap must be three different people."""

    status = 403


class DispositionMissing(Refused):
    """Who rejects the scrap says what becomes of the goods instead."""

    status = 422
