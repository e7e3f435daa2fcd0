"""What is being settled: cases, payment gates and refunds."""

from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from contracts.base import (
    CaseId,
    Code,
    Currency,
    Magnitude,
    Name,
    OptionalCode,
    Part,
    Quantity,
    QuantityOrNone,
    Reason,
    Scope,
    UnitPrice,
)
from contracts.finance import IssuedDocument
from contracts.rma import DispositionDecided
from finance.model.approvals import Signature
from finance.model.blue import PriceMode
from finance.model.books import Account
from finance.model.papers import Paper

ZERO = Decimal(0)


class Stage(StrEnum):
    """Where the settlement of a case stands."""

    OPEN = "OPEN"
    HELD = "HELD"
    ISSUED = "ISSUED"
    CLOSED = "CLOSED"


class Work(StrEnum):
    """What is on somebody's desk (finance.md 4.1)."""

    QTY_OVER_TOLERANCE = "QTY_OVER_TOLERANCE"
    QTY_MISSING = "QTY_MISSING"
    NO_BLUE_LEFT = "NO_BLUE_LEFT"
    FIND_BLUE = "FIND_BLUE"
    AWAITING_CERTIFICATE = "AWAITING_CERTIFICATE"
    AWAITING_APPROVAL = "AWAITING_APPROVAL"
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS"
    RED_FORM = "RED_FORM"
    RED_FORM_ENDED = "RED_FORM_ENDED"
    DECISION_TOO_LATE = "DECISION_TOO_LATE"


class Todo(Part):
    """One item of a worklist."""

    work: Work
    line: int = 0
    quantity: QuantityOrNone = ZERO
    amount: Magnitude = ZERO


class Evidence(Part):
    """A proof in the file."""

    kind: Code
    reference: Name
    recorded_by: Name


class GoodsWaiting(Part):
    """Goods in quarantine until it is decided what becomes of them, and what they cost in all."""

    line: int
    quantity: Quantity
    cost: Magnitude


class Kept(Part):
    """What a document kept of pieces that came back, a fee or a missing accessory; taken back, it is left again.

    What was asked to be deducted is noted beside it, so that a newer decision deducts only what it has more of. What is
    charged by a document of its own names the credit that it lessens.
    """

    document: Code
    lessens: OptionalCode = ""
    blue: str
    net: Magnitude
    tax: Magnitude
    deduction: Magnitude = ZERO


class SentAhead(Part):
    """A good unit that went out before the old one came back."""

    line: int
    item: Code
    quantity: Quantity
    net: Magnitude
    tax: Magnitude
    cost: Magnitude
    unit_price: UnitPrice = ZERO
    price_mode: PriceMode = "EXCLUSIVE"
    decimals: int = 2
    tax_code: OptionalCode = ""


class AdvanceStage(StrEnum):
    """Where a unit stands that was sent in advance (finance.md 5.2)."""

    SHIPPED = "SHIPPED"
    RETURNED = "RETURNED"
    BILLED = "BILLED"
    LATE_RETURNED = "LATE_RETURNED"


class Gate(Part):
    """A payment gate: nothing ships before what the confirmed quote says is paid."""

    repair_number: Code
    quote: int
    currency: OptionalCode = ""
    net: Magnitude
    tax: Magnitude
    discount: Magnitude = ZERO
    discount_tax: Magnitude = ZERO
    payments: dict[str, Magnitude] = Field(default_factory=dict)
    invoiced: bool = False
    ended: bool = False
    """Whether the unit went back as it came: nothing will be invoiced."""
    given_back: Magnitude = ZERO

    @property
    def due(self) -> Decimal:
        """What has to be paid in all."""
        return self.net + self.tax - self.discount - self.discount_tax

    @property
    def paid(self) -> Decimal:
        """What has been paid so far and was not given back."""
        return sum(self.payments.values(), start=ZERO) - self.given_back


class ScrapSale(Part):
    """What scrapped goods were sold for."""

    net: Magnitude
    tax: Magnitude


class Difference(Part):
    """What an exchange costs more than what came back, on which invoices; the goods wait for it in the stock."""

    invoices: tuple[str, ...]
    due: Magnitude
    cost: Magnitude
    payments: dict[str, Magnitude] = Field(default_factory=dict)

    @property
    def paid(self) -> Decimal:
        """What has been paid so far, credit that was set off included."""
        return sum(self.payments.values(), start=ZERO)


class Payout(Part):
    """A refund of a case: how much in the currency of the books, and for which return slip."""

    amount: Magnitude
    return_slip: OptionalCode = ""


class Partial(Part):
    """What those documents of a decision came to that are out while others wait for their forms."""

    to_receivable: Magnitude = ZERO
    to_credit: Magnitude = ZERO
    due: Magnitude = ZERO
    cost: Magnitude = ZERO
    given: tuple[str, ...] = ()
    over: Magnitude = ZERO
    """What originals leave over that came back for something cheaper, and how much of that is credit."""
    spare: Magnitude = ZERO


class Settlement(Part):
    """The money side of one case."""

    case_id: CaseId
    stage: Stage = Stage.OPEN
    entity: Code
    customer: OptionalCode = ""
    currency: Currency
    scope: Scope = Field(default_factory=Scope)
    revision: int = 0
    decision_id: OptionalCode = ""
    claim: OptionalCode = ""
    decision: DispositionDecided | None = None
    held: Reason | None = None
    approver: OptionalCode = ""
    signatures: tuple[Signature, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    papers: tuple[Paper, ...] = ()
    documents: tuple[Code, ...] = ()
    credited: Magnitude = ZERO
    committed: Magnitude = ZERO
    """What was credited so far in the currency of the books; signatures are asked for the whole case."""
    proposed: dict[str, Magnitude] = Field(default_factory=dict)
    """What is proposed beside decisions, in the currency of the books."""
    refunds: dict[str, Payout] = Field(default_factory=dict)
    worklist: tuple[Todo, ...] = ()
    waiting: tuple[GoodsWaiting, ...] = ()
    went: dict[str, Account] = Field(default_factory=dict)
    """Where goods of a line have gone last from quarantine."""
    kept: tuple[Kept, ...] = ()
    waived: Magnitude = ZERO
    """What was deducted and is no more by the newest decision: it is for a person to give back."""
    ahead: tuple[SentAhead, ...] = ()
    refurbished: dict[str, Magnitude] = Field(default_factory=dict)
    scrapped: bool = False
    scrap_sales: dict[str, ScrapSale] = Field(default_factory=dict)
    billed: bool = False
    billed_as: OptionalCode = ""
    advance: AdvanceStage | None = None
    repaired: OptionalCode = ""
    shipped: OptionalCode = ""
    """The repair order whose way back to the customer is booked."""
    gate: Gate | None = None
    difference: Difference | None = None
    blue_lines: tuple[str, ...] = ()
    blue_invoices: tuple[str, ...] = ()
    credit: str = ""
    pending: tuple[Code, ...] = ()
    told: tuple[IssuedDocument, ...] = ()
    partial: Partial = Partial()
    newer: DispositionDecided | None = None


class RefundStage(StrEnum):
    """Where a refund stands."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    SENT = "SENT"
    PAID = "PAID"
    FAILED = "FAILED"


class Refund(Part):
    """A payout of a customer's credit balance."""

    refund_id: CaseId
    stage: RefundStage
    entity: Code
    customer: OptionalCode
    currency: Currency
    amount: Magnitude
    functional: Magnitude = ZERO
    credit: str
    requested_by: Name
    case: OptionalCode = ""
    return_slip: OptionalCode = ""
    desks: tuple[OptionalCode, ...] = ()
    at_stake: Magnitude
    signatures: tuple[Signature, ...] = ()
    booked_on_payment: bool = False
    bank_account: OptionalCode = ""
    bank_reference: OptionalCode = ""
    failure: Name = ""
