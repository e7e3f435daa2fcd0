"""Facts of the intake department: complaints."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from contracts.base import (
    Amount,
    CaseEvent,
    Code,
    Currency,
    Name,
    OptionalCode,
    Original,
    Part,
    Quantity,
    Reason,
    Scope,
    UnitPrice,
)

TOPIC = "intake.complaint.v1"


class ComplaintLine(Part):
    """One thing the customer complains about. A line that is no goods has nothing to send back."""

    line: int = Field(ge=1, le=100_000)
    item: Code
    quantity: Quantity
    unit_price: UnitPrice
    reason: OptionalCode = ""
    original: Original | None = None
    goods: bool = True
    allowance: Amount | None = Field(default=None, ge=0)


class Circumstances(Part):
    """What the review needs to know about the sale and the state of the goods."""

    shipped_on: date | None = None
    bought_on: date | None = None
    received_on: date | None = None
    facts: tuple[Code, ...] = ()
    paid_agreement: bool = False
    wants_advance: bool = False


class ComplaintAccepted(CaseEvent):
    """A complaint was registered, is complete and has its number."""

    TYPE: ClassVar[str] = "redletter.intake.complaint_accepted.v1"
    number: Code
    reference: OptionalCode = ""
    claim: OptionalCode = ""
    customer: OptionalCode
    entity: Code
    currency: Currency
    request: Code
    scope: Scope
    lines: tuple[ComplaintLine, ...] = Field(min_length=1)
    circumstances: Circumstances
    accepted_on: date


class ComplaintNotEstablished(CaseEvent):
    """The complaint was found not to be one; its receivable goes back to normal collection."""

    TYPE: ClassVar[str] = "redletter.intake.complaint_not_established.v1"
    reason: Reason
    explanation: Name
    approved_by: Code


class ComplaintClosed(CaseEvent):
    """The customer has an answer and the complaint is closed."""

    TYPE: ClassVar[str] = "redletter.intake.complaint_closed.v1"
    outcome: Code
    satisfied: bool | None = None


EVENTS = (ComplaintAccepted, ComplaintNotEstablished, ComplaintClosed)
