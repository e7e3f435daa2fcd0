"""Facts of the RMA office: authorizations, decisions and the process of a case."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from contracts.base import (
    Amount,
    CaseEvent,
    Code,
    Currency,
    Magnitude,
    Money,
    Name,
    OptionalCode,
    Original,
    Part,
    Quantity,
    QuantityOrNone,
    Reason,
    Scope,
    SignedUnitPrice,
    UnitPrice,
)

TOPIC = "rma.case.v1"


class AuthorizedLine(Part):
    """One line that may come back, with the approved quantity (核定量)."""

    line: int
    item: Code
    approved: Quantity
    reason: OptionalCode = ""
    original: Original | None = None


class ReturnAuthorized(CaseEvent):
    """The goods may come back under this RMA number."""

    TYPE: ClassVar[str] = "redletter.rma.return_authorized.v1"
    rma_number: Code
    customer: OptionalCode
    entity: OptionalCode = ""
    currency: Currency | None = None
    scope: Scope
    request: Code
    chargeable: bool
    expires_on: date
    lines: tuple[AuthorizedLine, ...]
    instructions: Name
    reason: Reason


class ReturnRefused(CaseEvent):
    """The goods may not come back; the customer is told why."""

    TYPE: ClassVar[str] = "redletter.rma.return_refused.v1"
    claim: OptionalCode = ""
    reason: Reason
    explanation: Name


class ApprovalRequested(CaseEvent):
    """The case waits for a signature of this role."""

    TYPE: ClassVar[str] = "redletter.rma.approval_requested.v1"
    approver: Code
    reason: Reason


class Replacement(Part):
    """Another thing that is given in exchange; its price as the original was priced, its tax on the whole line.

    Without a tax it is taxed as the original was, without a cost it has none in the books.
    """

    item: Code
    unit_price: UnitPrice
    tax: Magnitude | None = None
    unit_cost: UnitPrice | None = None


class DecidedLine(Part):
    """What was decided for one line: approved beside received, where it was sold, what becomes of the goods."""

    line: int
    item: Code
    approved: QuantityOrNone
    received: QuantityOrNone
    unit_price: SignedUnitPrice
    original: Original | None = None
    goods: bool = True
    allowance: Amount | None = None
    deduction: Magnitude = Decimal(0)
    becomes: OptionalCode = ""
    reason: OptionalCode = ""
    replacement: Replacement | None = None


class DispositionDecided(CaseEvent):
    """What happens for the customer: CREDIT, EXCHANGE, ALLOWANCE, REPAIR, SEND_BACK or ADVANCE_SETTLED.

    A newer revision replaces an older one.
    """

    TYPE: ClassVar[str] = "redletter.rma.disposition_decided.v1"
    decision_id: Code
    revision: int = Field(ge=1)
    kind: Code
    rma_number: OptionalCode
    claim: OptionalCode = ""
    customer: OptionalCode
    entity: Code
    currency: Currency
    scope: Scope
    lines: tuple[DecidedLine, ...]
    chargeable: bool = False
    decided_by: Code
    received_by: tuple[Name, ...] = ()
    reason: Reason


class ReplacementReleased(CaseEvent):
    """A good unit goes to the customer; `due_on` is set when it goes before the old one is back."""

    TYPE: ClassVar[str] = "redletter.rma.replacement_released.v1"
    customer: OptionalCode
    entity: Code
    currency: Currency
    scope: Scope
    lines: tuple[DecidedLine, ...]
    due_on: date | None = None


class ObligationReminded(CaseEvent):
    """The swapped unit is not back yet; the customer is reminded, the first or another time, of the day it is due."""

    TYPE: ClassVar[str] = "redletter.rma.obligation_reminded.v1"
    reminder: int = Field(ge=1)
    due_on: date
    reason: Reason


class ObligationOverdue(CaseEvent):
    """The swapped unit did not come back by its day."""

    TYPE: ClassVar[str] = "redletter.rma.obligation_overdue.v1"
    due_on: date
    reason: Reason


class CaseSettled(CaseEvent):
    """The case has its outcome: everything the departments owed is done."""

    TYPE: ClassVar[str] = "redletter.rma.case_settled.v1"
    claim: OptionalCode = ""
    outcome: Code
    credited: Money | None = None
    documents: tuple[Code, ...] = ()
    reason: Reason


EVENTS = (
    ReturnAuthorized,
    ReturnRefused,
    ApprovalRequested,
    DispositionDecided,
    ReplacementReleased,
    ObligationReminded,
    ObligationOverdue,
    CaseSettled,
)
