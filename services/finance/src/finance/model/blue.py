"""What was sold: blue invoices and their lines with the counters of what is reserved and credited."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, NamedTuple

PriceMode = Literal["EXCLUSIVE", "INCLUSIVE"]
LineKind = Literal["GOODS", "SERVICE"]
NOTHING = Decimal(0)


class Share(NamedTuple):
    """A part of a blue line: pieces, net amount and tax."""

    quantity: Decimal
    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        """What the customer paid for it."""
        return self.net + self.tax

    def __neg__(self) -> "Share":
        """The same, given back."""
        return Share(-self.quantity, -self.net, -self.tax)


@dataclass(frozen=True, slots=True)
class BlueInvoice:
    """An original invoice (蓝字发票) as it was issued; only what is open of it moves, with its value in the books."""

    id: str
    entity: str
    invoice: str
    customer: str
    currency: str
    issued_at: datetime
    content: str
    open_amount: Decimal
    rate: Decimal = Decimal(1)
    open_functional: Decimal = NOTHING
    gross: Decimal = NOTHING
    buyer: str = ""
    """Who bought, as the invoice names it (JSON of `Buyer`); empty where it was not said."""
    form: str = ""
    """What has a red-letter form out on it: a credit document, or the buyer's own form; one at a time (I19)."""
    due_on: date | None = None
    salesperson: str = ""
    opened: Decimal | None = None
    """What was open of it when it was taken over; the ERP has booked everything before that."""


@dataclass(frozen=True, slots=True)
class BlueLine:
    """A line of a blue invoice. Price mode and decimals are a snapshot: today's settings never change an old sale."""

    id: str
    entity: str
    invoice: str
    line: int
    customer: str
    currency: str
    issued_at: datetime
    shelf: str
    item: str
    kind: LineKind
    price_mode: PriceMode
    decimals: int
    unit_price: Decimal
    unit_cost: Decimal | None
    quantity: Decimal
    net: Decimal
    tax: Decimal
    tax_code: str = ""
    """VAT category and rate, `S 19`; empty where it was not said."""
    reserved_quantity: Decimal = NOTHING
    reserved_net: Decimal = NOTHING
    reserved_tax: Decimal = NOTHING
    credited_quantity: Decimal = NOTHING
    credited_net: Decimal = NOTHING
    credited_tax: Decimal = NOTHING
    kept_net: Decimal = NOTHING
    """What stayed with us of pieces that came back: fees and missing accessories; it is never credited."""
    kept_tax: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Shelf:
    """Which blue lines a customer has of one item at one price: an index, the lines are locked for themselves."""

    lines: tuple[str, ...]
