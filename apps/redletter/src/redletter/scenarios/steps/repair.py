"""What a repair costs, and when it may ship."""

from decimal import Decimal

from pydantic import Field

from contracts.base import Code, Magnitude, OptionalCode
from contracts.repair import QuoteConfirmed, RepairCompleted, RepairShipped
from finance import rules
from redletter.scenarios.office import Office, Outcome
from redletter.scenarios.steps.base import Act, Case

ORDER = "W-1"


class ConfirmQuote(Act):
    """The customer will pay this quote: nothing ships before it is paid. What was paid for an older quote counts."""

    word = "confirm-quote"
    example = "confirm-quote: {case: K-1, quote: 1, net: 200.00, tax: 26.00}"
    case: Case
    repair: Code = Field(ORDER, description="the repair order")
    quote: int = Field(1, ge=1, description="which quote it is")
    customer: OptionalCode = Field("C077", description="who pays")
    net: Magnitude = Field(description="its net amount")
    tax: Magnitude = Field(Decimal(0), description="its tax")

    def play(self, office: Office) -> None:
        """Say so."""
        about = {"entity": office.entity, "customer": self.customer, "currency": office.currency}
        words = {"repair_number": self.repair, "confirmed_by": office.who.name or "customer"}
        office.hear(QuoteConfirmed(case_id=self.case, quote=self.quote, net=self.net, tax=self.tax, **about, **words))


class CompleteRepair(Act):
    """A repair is done: the warranty bears its cost, or it is the cost of a repair that the customer pays."""

    word = "complete-repair"
    example = "complete-repair: {case: K-1, chargeable: true, parts: 25.00, labour: 15.00}"
    case: Case
    repair: Code = Field(ORDER, description="the repair order")
    chargeable: bool = Field(description="whether the customer pays")
    parts: Magnitude = Field(Decimal(0), description="the cost of the parts")
    labour: Magnitude = Field(Decimal(0), description="the cost of the work")

    def play(self, office: Office) -> None:
        """Say so."""
        office.hear(
            RepairCompleted(
                case_id=self.case,
                repair_number=self.repair,
                chargeable=self.chargeable,
                entity=office.entity,
                currency=office.currency,
                parts_cost=self.parts,
                labour_cost=self.labour,
            )
        )


class ShipRepair(Act):
    """The unit leaves for the customer: a repair that was quoted is invoiced, anything else costs nothing.

    What the customer pays for has a `complete-repair` before, though it has cost nothing; otherwise it waits.
    Where nothing is booked for it, it is `ignored: true`. The repair shop ships nothing while the payment gate is
    closed: `refused: GATE_CLOSED`.
    """

    word = "ship-repair"
    example = "ship-repair: {case: K-1}"
    case: Case
    repair: Code = Field(ORDER, description="the repair order")
    repaired: bool = Field(default=True, description="false: it goes back as it came")
    freight: Magnitude = Field(
        Decimal(0),
        description="what its way to the customer costs us: REPAIR_COST, WARRANTY_PROVISION if it was free",
    )

    def play(self, office: Office) -> None:
        """Say so, unless the shop has to wait for the money."""
        settlement = office.settlement(self.case)
        gate = settlement.gate if settlement else None
        if self.repaired and gate is not None and not rules.gate_opens(gate.due, gate.paid):
            office.outcome = Outcome("refused", "gate-closed")
            return
        office.hear(
            RepairShipped(case_id=self.case, repair_number=self.repair, repaired=self.repaired, freight=self.freight)
        )
