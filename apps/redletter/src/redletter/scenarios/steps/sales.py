"""What was sold, and which of it is reserved for a return."""

from datetime import datetime, time
from decimal import Decimal

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
    Reason,
    UnitPrice,
    Unknown,
)
from contracts.rma import CaseSettled, ReturnRefused
from finance import handlers, rules
from finance.model import (
    AmountNotPositive,
    AskedLine,
    CreditExceedsRemaining,
    ImportBlueInvoice,
    MakeClaim,
    QtyNotPositive,
)
from redletter.scenarios.office import Office, Outcome
from redletter.scenarios.sold import GivenInvoice, imported
from redletter.scenarios.spelling import amount
from redletter.scenarios.steps.base import Act, Case, Differs, From


class Sell(GivenInvoice, Act):
    """A blue invoice becomes known, as one that is given; the same number with another content is refused."""

    word = "sell"
    example = "sell: {invoice: B2, date: 2026-03-09, lines: [{quantity: 5, price: 100.00, tax: 65.00, cost: 60.00}]}"

    def play(self, office: Office) -> None:
        """Import it."""
        body: ImportBlueInvoice = imported(self, office.currency, office.entity)
        office.ask(handlers.IMPORT, body)


class ClaimLine(Part):
    """One thing that comes back."""

    item: Code = Field("P-100", description="what")
    quantity: Quantity = Field(description="how many")
    price: UnitPrice = Field(description="at which price it was sold")
    goods: bool = Field(default=True, description="false: no goods, nothing is reserved")


class Claim(Act):
    """Blue lines are found for what a customer sends back, the newest sale first, and reserved for the case."""

    word = "claim"
    example = "claim: {claim: C-1, customer: C077, lines: [{quantity: 6, price: 100.00}]}"
    claim: CaseId = Field(description="the name of the claim")
    customer: OptionalCode = Field("C077", description="whose sales")
    currency: Currency | None = Field(None, description="otherwise the company's")
    lines: tuple[ClaimLine, ...] = Field(min_length=1, description="what comes back")

    def play(self, office: Office) -> None:
        """Find and reserve."""
        lines = tuple(
            AskedLine(line=n, item=x.item, quantity=x.quantity, unit_price=x.price, goods=x.goods)
            for n, x in enumerate(self.lines, 1)
        )
        currency = self.currency or office.currency
        about = {"entity": office.entity, "customer": self.customer, "currency": currency}
        returned_at = datetime.combine(office.who.on, time(9))
        body = MakeClaim(claim_id=self.claim, lines=lines, returned_at=returned_at, **about)
        office.ask(handlers.CLAIM, body)


class Calculate(Act):
    """Asks what a credit of so much of a blue line would be; nothing is written.

    A quantity is a return, an amount an allowance. What does not fit into the line is refused.
    """

    word = "calculate"
    compares = True
    example = "calculate: {from: B1/1, quantity: 3, net: 300.00, tax: 39.00}"
    original: From = Field(alias="from", description="the blue line, `INVOICE/LINE`")
    quantity: Decimal | None = Field(None, description="how many come back")
    amount: Magnitude | None = Field(None, description="or how much is allowed, as the prices of the line are")
    net: Magnitude | None = Field(None, description="what it must come to")
    tax: Magnitude | None = Field(None, description="and its tax")

    def play(self, office: Office) -> None:
        """Apply the rule of partial credits to what is left of the line."""
        line = office.line(self.original.invoice, self.original.line)
        if line is None:
            office.outcome = Outcome("refused", Unknown.code())
            return
        rest = rules.left(line)
        try:
            share = (
                rules.allowed(rest, self.amount, line.price_mode, line.decimals)
                if self.amount is not None
                else rules.returned(rest, self.quantity or Decimal(0), line.price_mode, line.decimals)
            )
        except (AmountNotPositive, CreditExceedsRemaining, QtyNotPositive) as refused:
            office.outcome = Outcome("refused", refused.code())
            return
        office.outcome = Outcome("done")
        if (self.net, self.tax) not in {(None, None), (share.net, share.tax)}:
            said = f"net {amount(self.net or Decimal(0))} tax {amount(self.tax or Decimal(0))}"
            raise Differs(said, f"net {amount(share.net)} tax {amount(share.tax)}")


class EndCase(Act):
    """The RMA office ends a case without a credit: what its claim reserved is free again."""

    word = "end-case"
    example = "end-case: {case: K-1, claim: C-1, outcome: EXPIRED}"
    case: Case
    claim: CaseId = Field(description="the claim of the case")
    outcome: Code = Field("EXPIRED", description="how it ended; REFUSED is a return that was not authorized")
    explanation: Name = Field("", description="what the customer is told of a refusal")

    def play(self, office: Office) -> None:
        """Say so."""
        about = {"case_id": self.case, "claim": self.claim, "reason": Reason(code="scenario")}
        if self.outcome == "REFUSED":
            office.hear(ReturnRefused(**about, explanation=self.explanation))
        else:
            office.hear(CaseSettled(**about, outcome=self.outcome))
