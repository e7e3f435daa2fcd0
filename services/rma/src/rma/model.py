"""What is a case, and what can be asked of the RMA office?"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import (
    MOST_LINES,
    CaseId,
    Code,
    Currency,
    Magnitude,
    Name,
    OptionalCode,
    Original,
    Part,
    Quantity,
    QuantityOrNone,
    Reason,
    Refused,
    Scope,
    UnitPrice,
)
from contracts.intake import Circumstances
from contracts.policy import Span
from contracts.rma import Replacement


class Request(StrEnum):
    """What the customer asks for (客户要求)."""

    RETURN = "RETURN"
    EXCHANGE = "EXCHANGE"
    REPAIR = "REPAIR"
    ALLOWANCE = "ALLOWANCE"


class Stage(StrEnum):
    """Where a case stands (procedures.md 4.2)."""

    PENDING_APPROVAL = "PENDING_APPROVAL"
    AWAITING_GOODS = "AWAITING_GOODS"
    INSPECTING = "INSPECTING"
    CREDITING = "CREDITING"
    HELD = "HELD"
    REPAIRING = "REPAIRING"
    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    REPLACING = "REPLACING"
    BILLING = "BILLING"
    SETTLED = "SETTLED"
    REFUSED = "REFUSED"


class Kind(StrEnum):
    """What is decided for the customer; the words of `DispositionDecided.kind`."""

    CREDIT = "CREDIT"
    EXCHANGE = "EXCHANGE"
    ALLOWANCE = "ALLOWANCE"
    REPAIR = "REPAIR"
    SEND_BACK = "SEND_BACK"
    ADVANCE_SETTLED = "ADVANCE_SETTLED"


class CaseLine(Part):
    """One line of a case: what was asked, and what has been found since."""

    line: int
    item: Code
    quantity: Quantity
    unit_price: UnitPrice
    reason: OptionalCode = ""
    original: Original | None = None
    goods: bool = True
    allowance: Magnitude | None = None
    received: QuantityOrNone | None = None
    established: bool | None = None
    repairable: bool = False
    deduction: Magnitude = Decimal(0)
    becomes: OptionalCode = ""
    replacement: Replacement | None = None


class Case(Part):
    """One case of the RMA office; it owns the process of the return (docs/glossary.md: case 案件)."""

    case_id: CaseId
    stage: Stage
    customer: OptionalCode
    entity: Code
    currency: Currency
    request: Request
    scope: Scope
    claim: OptionalCode = ""
    lines: tuple[CaseLine, ...]
    circumstances: Circumstances
    reason: Reason
    complaint: Code
    rma_number: OptionalCode = ""
    approver: OptionalCode = ""
    approved_by: tuple[Name, ...] = ()
    chargeable: bool = False
    advance: bool = False
    revision: int = 0
    kind: Kind | None = None
    held: Reason | None = None
    received_by: tuple[Name, ...] = ()
    billed: bool = False
    due_on: date | None = None
    reminders: tuple[date, ...] = ()
    reminded: int = 0
    deadlines: dict[str, datetime] = Field(default_factory=dict)


class CustomerDay(Part):
    """What one customer asked to send back on one day: the batch rule counts it (R-139)."""

    per_item: dict[str, Decimal] = Field(default_factory=dict)
    total: Decimal = Decimal(0)


class Series(Part):
    """The running number of a month; taken under lock, so a number that was rolled back is given again."""

    next: int = 1


class Policy(BaseModel):
    """The RMA office's policy document; every figure of its rules, by the keys of procedures.md section 9."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    return_window_days: Span | None = Field(
        description="P-23 days after receipt in which goods may come back; none: no window"
    )
    exchange_window_days: Span | None = Field(description="P-24 the same for an exchange")
    window_in_working_days: bool = Field(description="P-23/P-47 whether the window counts working days")
    holidays: tuple[date, ...] = Field(description="P-47 the company's holidays")
    warranty_decides: bool = Field(description="P-20 whether a return outside warranty is refused")
    warranty_months: Span = Field(description="P-20 length of the warranty")
    warranty_from_shipping: bool = Field(description="P-20 counted from shipping")
    warranty_from_purchase: bool = Field(description="P-20 counted from purchase; with both, the later one")
    warranty_exclusions: tuple[Code, ...] = Field(description="P-21 facts that void the warranty")
    batch_same_item: Decimal | None = Field(
        description="P-25 pieces of one model a day that make a batch; none: no batches"
    )
    batch_total: Decimal | None = Field(description="P-25 pieces in all a day that make a batch")
    batch_approver: Code = Field(description="P-26 who approves a batch")
    exchange_approver: OptionalCode = Field(description="P-27 who confirms an exchange; empty: nobody")
    allowance_approver: OptionalCode = Field(description="5.10 who approves an allowance; empty: nobody")
    over_tolerance_approver: Code = Field(description="P-41 who approves more goods than were authorized")
    advance_replacement: bool = Field(description="P-28 whether a replacement may go out first")
    advance_return_days: Span = Field(description="P-28 days until the old unit is due")
    advance_reminder_days: tuple[Span, ...] = Field(
        description="P-28 days after which the customer is reminded of the old unit"
    )
    advance_late_days: Span = Field(description="P-28 days after its day in which the old unit is still taken in")
    goods_validity_days: Span = Field(description="days until an authorization lapses [P]")
    instructions: Name = Field(description="R-137 what the customer is told about sending back")


class Approve(BaseModel):
    """Sign for what the case waits for."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    note: Name = ""


class Refuse(BaseModel):
    """Decline what the case waits for."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    note: Name = Field(min_length=1)


class OfferedLine(BaseModel):
    """What is given for one line."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    line: int
    replacement: Replacement


class OfferReplacement(BaseModel):
    """Agree with the customer that something else is given in exchange, at its own price."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    lines: tuple[OfferedLine, ...] = Field(min_length=1, max_length=MOST_LINES)


class ShipReplacement(BaseModel):
    """Report that the good unit has left the house."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    parcel: Name = Field(min_length=1)


class NothingToApprove(Refused):
    """This case does not wait for an approval."""


class ApproverLevelTooLow(Refused):
    """Your level cannot sign this."""

    status = 403


class NoReplacementDue(Refused):
    """No replacement is released for this case."""


class GateClosed(Refused):
    """Nothing ships before the customer has paid the difference."""


class NothingToOffer(Refused):
    """This case is no exchange that is still open, or has no such line."""
