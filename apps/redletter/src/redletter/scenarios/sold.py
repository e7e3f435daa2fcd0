"""What was sold: blue invoices as a scenario writes them, and as accounting imports them."""

from datetime import datetime, time
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from contracts.base import Code, Currency, Day, Magnitude, OptionalCode, Part, Quantity
from finance.model import ImportBlueInvoice, ImportedLine
from finance.model.requests import Rate


class GivenLine(Part):
    """A line of a blue invoice."""

    line: int | None = Field(None, ge=1, description="its number; otherwise its place in the list")
    item: Code = Field("P-100", description="what was sold")
    quantity: Quantity = Field(description="how many")
    price: Magnitude = Field(description="the price of one, before any discount")
    net: Magnitude | None = Field(None, description="the net amount after discounts; otherwise quantity times price")
    tax: Magnitude = Field(Decimal(0), description="the tax of the line")
    cost: Magnitude | None = Field(None, description="what one has cost us; otherwise goods have no value in the books")
    kind: Literal["GOODS", "SERVICE"] = Field("GOODS", description="GOODS or SERVICE")


class GivenInvoice(Part):
    """A blue invoice that accounting knows."""

    invoice: Annotated[str, Field(pattern=r"^[^/\x00-\x1f]{1,64}$")] = Field(description="its number")
    date: Day = Field(description="when it was issued")
    customer: OptionalCode = Field("C077", description="who bought; empty for a sale over the counter")
    currency: Currency | None = Field(None, description="otherwise the company's")
    prices: Literal["EXCLUSIVE", "INCLUSIVE"] = Field("EXCLUSIVE", description="whether prices contain the tax")
    decimals: int = Field(2, ge=0, le=4, description="the decimals of its amounts")
    rate: Rate | None = Field(
        None, description="what one of its currency was worth in the books when it was booked, where that is another"
    )
    open: Magnitude | None = Field(None, description="what the customer still owes of it; otherwise all")
    discount: Magnitude | None = Field(None, description="a net discount on the whole, spread over its lines")
    lines: tuple[GivenLine, ...] = Field(min_length=1, description="its lines")


def imported(given: GivenInvoice, currency: str, entity: str) -> ImportBlueInvoice:
    """Write it as the import takes it."""
    return ImportBlueInvoice(
        entity=entity,
        invoice=given.invoice,
        customer=given.customer,
        currency=given.currency or currency,
        issued_at=datetime.combine(given.date, time()),
        price_mode=given.prices,
        decimals=given.decimals,
        open_amount=given.open,
        discount=given.discount,
        rate=given.rate,
        lines=tuple(_line(number, line) for number, line in enumerate(given.lines, 1)),
    )


def _line(number: int, given: GivenLine) -> ImportedLine:
    return ImportedLine(
        line=given.line or number,
        item=given.item,
        quantity=given.quantity,
        unit_price=given.price,
        net=given.net,
        tax=given.tax,
        kind=given.kind,
        unit_cost=given.cost,
    )
