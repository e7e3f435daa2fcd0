"""The lines of a decision: what was approved, where it was sold, with what the dock and the inspectors said."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator

from contracts.base import Amount, Code, Magnitude, OptionalCode, Part, QuantityOrNone, SignedUnitPrice, UnitPrice
from contracts.rma import DecidedLine, Replacement
from redletter.scenarios.office import Office
from redletter.scenarios.steps.base import Differs, From


class Gives(Part):
    """Another thing that is given in exchange, at its own price."""

    item: Code = Field(description="what is given")
    price: UnitPrice = Field(description="the price of one, as the prices of the original are")
    tax: Magnitude | None = Field(None, description="the tax of all of it; otherwise at the rate of the original")
    cost: UnitPrice | None = Field(None, description="what one has cost us; otherwise nothing in the books")


class Line(Part):
    """One line of a decision."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    line: int | None = Field(None, ge=1, description="its number; otherwise its place in the list")
    original: From | None = Field(
        None, alias="from", description="where it was sold, `INVOICE/LINE`; without it nowhere"
    )
    item: OptionalCode = Field("", description="what it is; otherwise what the blue line says")
    price: SignedUnitPrice | None = Field(
        None, description="the price of one; otherwise that of the blue line; needed without `from`"
    )
    quantity: QuantityOrNone | None = Field(None, alias="approved", description="the approved quantity")
    received: QuantityOrNone | None = Field(
        None, description="otherwise what the dock has counted, or what was approved"
    )
    goods: bool = Field(default=True, description="false: no goods, nothing comes back")
    allowance: Amount | None = Field(
        None, description="an amount that is allowed while nothing comes back, beside lines of goods too"
    )
    deduction: Magnitude | None = Field(None, description="otherwise what the inspectors said")
    becomes: Code | None = Field(None, description="otherwise what the inspectors said")
    give: Gives | None = Field(None, description="what is given in exchange; otherwise the same at the same price")
    reason: OptionalCode = Field("", description="why it came back; the policy of exchanges may depend on it")

    @model_validator(mode="after")
    def _counted(self) -> Self:
        """Ask for a quantity, unless an amount is allowed."""
        if self.quantity is None and self.allowance is None:
            raise ValueError("a line says how many are `approved`, or an amount as `allowance`")
        return self

    @property
    def approved(self) -> Decimal:
        """How many are approved; none where an amount is allowed."""
        return self.quantity or Decimal(0)


Lines = Annotated[tuple[Line, ...], Field(min_length=1, description="its lines")]


def decided(office: Office, case: str, lines: Iterable[Line]) -> tuple[DecidedLine, ...]:
    """Write the lines as the RMA office sends them."""
    return tuple(_decided(office, case, line.line or place, line) for place, line in enumerate(lines, 1))


def _decided(office: Office, case: str, number: int, line: Line) -> DecidedLine:
    blue = office.line(line.original.invoice, line.original.line) if line.original else None
    noted: Mapping[str, Any] = office.noted.get((case, number), {})
    office.untold.discard((case, number))
    price = blue.unit_price if line.price is None and blue else line.price
    if price is None and line.allowance is not None:
        price = line.allowance
    if price is None and line.original:  # it waits for its original, which says the price
        price = Decimal(0)
    if price is None:
        raise Differs("a price", f"line {number} has none, and no `from` where it was sold")
    return DecidedLine(
        line=number,
        item=line.item or (blue.item if blue else "P-100"),
        approved=line.approved,
        received=noted.get("received", line.approved) if line.received is None else line.received,
        unit_price=price,
        original=line.original,
        goods=line.goods and line.quantity is not None,
        allowance=line.allowance,
        deduction=noted.get("deduction", Decimal(0)) if line.deduction is None else line.deduction,
        becomes=noted.get("becomes", "") if line.becomes is None else line.becomes,
        reason=line.reason,
        replacement=line.give
        and Replacement(item=line.give.item, unit_price=line.give.price, tax=line.give.tax, unit_cost=line.give.cost),
    )


def about(office: Office, customer: str | None, lines: Iterable[DecidedLine]) -> dict[str, str]:
    """Say whom it is about, and in which currency: whoever bought the first thing that has an original."""
    named = [invoice for line in lines if line.original and (invoice := office.invoice(line.original.invoice))]
    if customer is None:
        customer = named[0].customer if named else "C077"
    currency = named[0].currency if named else office.currency
    return {"entity": office.entity, "customer": customer, "currency": currency}
