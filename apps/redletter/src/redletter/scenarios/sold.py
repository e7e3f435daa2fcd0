"""What was sold: blue invoices as a scenario writes them, and as accounting imports them."""

from datetime import datetime, time
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from contracts.base import Code, Currency, Day, Magnitude, OptionalCode, Part, Quantity, UnitPrice, half_up, total
from finance.decide.claims import discounted
from finance.model import DiscountTooLarge, ImportBlueInvoice, ImportedLine
from finance.model.requests import Buyer, Rate
from redletter.scenarios.memory import SHIPPED

[DECIMALS] = [row.values["decimals"] for row in SHIPPED if row.scope == "global"]


class GivenLine(Part):
    """A line of a blue invoice."""

    line: int | None = Field(None, ge=1, description="its number; otherwise its place in the list")
    item: Code = Field("P-100", description="what was sold")
    quantity: Quantity = Field(description="how many")
    price: UnitPrice = Field(description="the price of one, before any discount")
    net: Magnitude | None = Field(
        None, description="the net amount after discounts; otherwise what quantity and price make"
    )
    tax: Magnitude | None = Field(None, description="the tax of the line; otherwise what its rate makes of it")
    tax_percent: Decimal | None = Field(None, ge=0, le=100, description="its tax rate; otherwise the invoice's")
    cost: UnitPrice | None = Field(None, description="what one has cost us; otherwise goods have no value in the books")
    kind: Literal["GOODS", "SERVICE"] = Field("GOODS", description="GOODS or SERVICE")


class GivenInvoice(Part):
    """A blue invoice that accounting knows."""

    invoice: Annotated[str, Field(pattern=r"^[^/\x00-\x1f]{1,64}$")] = Field(description="its number")
    date: Day = Field(description="when it was issued")
    customer: OptionalCode = Field("C077", description="who bought; empty for a sale over the counter")
    entity: OptionalCode = Field("", description="who sold it, if not the company")
    currency: Currency | None = Field(None, description="otherwise the company's")
    prices: Literal["EXCLUSIVE", "INCLUSIVE"] = Field("EXCLUSIVE", description="whether prices contain the tax")
    decimals: int | None = Field(None, ge=0, le=4, description="the decimals of its amounts; otherwise the currency's")
    rate: Rate | None = Field(
        None, description="what one of its currency was worth in the books when it was booked, where that is another"
    )
    tax_percent: Decimal = Field(Decimal(0), ge=0, le=100, description="the tax rate of lines that say no tax")
    open: Magnitude | None = Field(None, description="what the customer still owes of it; otherwise all")
    paid: Magnitude | None = Field(None, description="what is paid of it, instead of `open`")
    discount: Magnitude | None = Field(None, description="a net discount on the whole, spread over its lines")
    due: Day | None = Field(None, description="when it is due; otherwise by the policy's terms")
    salesperson: OptionalCode = Field("", description="who sold it and collects the money")
    buyer: Buyer | None = Field(None, description="who bought, as the invoice names it; otherwise a business")
    lines: tuple[GivenLine, ...] = Field(min_length=1, description="its lines")


def imported(given: GivenInvoice, currency: str, entity: str) -> ImportBlueInvoice:
    """Write it as the import takes it, with the amounts that rates and payments make.

    Raises:
        ValueError: what is paid of it cannot be.
    """
    money = given.currency or currency
    decimals = DECIMALS.get(money, 2) if given.decimals is None else given.decimals
    body = ImportBlueInvoice(
        entity=entity,
        invoice=given.invoice,
        customer=given.customer,
        currency=money,
        issued_at=datetime.combine(given.date, time()),
        price_mode=given.prices,
        decimals=decimals,
        open_amount=given.open,
        discount=given.discount,
        rate=given.rate,
        due_on=given.due,
        salesperson=given.salesperson or None,
        buyer=given.buyer,
        lines=tuple(_line(number, line, given, decimals) for number, line in enumerate(given.lines, 1)),
    )
    try:
        nets = discounted(body, decimals)
    except DiscountTooLarge:
        return body  # accounting refuses it, by its code
    lines = tuple(
        _taxed(line, made, given, nets[made.line], decimals) for line, made in zip(given.lines, body.lines, strict=True)
    )
    if given.paid is None:
        return body.but(lines=lines)
    still_open = total(nets.values()) + total(line.tax for line in lines) - given.paid
    if still_open < 0 or given.open is not None:
        raise ValueError("it says `open` and `paid`, or more is paid than it comes to")
    return body.but(lines=lines, open_amount=still_open)


def _line(number: int, given: GivenLine, invoice: GivenInvoice, decimals: int) -> ImportedLine:
    net, tax = given.net, given.tax
    if net is None and invoice.prices == "INCLUSIVE":
        gross = half_up(given.quantity * given.price, decimals)
        net = gross - tax if tax is not None else half_up(gross / (1 + _rate(given, invoice) / 100), decimals)
        tax = gross - net
    return ImportedLine(
        line=given.line or number,
        item=given.item,
        quantity=given.quantity,
        unit_price=given.price,
        net=net,
        tax=tax or Decimal(0),
        kind=given.kind,
        unit_cost=given.cost,
        tax_code=_code(_rate(given, invoice)) if given.tax is None else "",
    )


def _taxed(line: GivenLine, made: ImportedLine, invoice: GivenInvoice, net: Decimal, decimals: int) -> ImportedLine:
    """Tax a line at its rate; one that says its tax is of the rate that is said where the two agree but for a cent."""
    tax = _of(net, _rate(line, invoice), decimals)
    if line.tax is None:
        return made.but(tax=tax) if _by_rate(line, invoice) else made
    cent = Decimal(1).scaleb(-decimals)
    return made.but(tax_code=_code(_rate(line, invoice))) if tax and abs(line.tax - tax) <= cent else made


def _code(rate: Decimal) -> str:
    return f"S {rate.normalize():f}" if rate else ""


def _by_rate(line: GivenLine, invoice: GivenInvoice) -> bool:
    """Say whether a line's tax is its rate on what is left of it after discounts."""
    parted_from_its_price = invoice.prices == "INCLUSIVE" and line.net is None and not invoice.discount
    return line.tax is None and not parted_from_its_price


def _rate(line: GivenLine, invoice: GivenInvoice) -> Decimal:
    return invoice.tax_percent if line.tax_percent is None else line.tax_percent


def _of(net: Decimal, rate: Decimal, decimals: int) -> Decimal:
    return half_up(net * rate / 100, decimals)
