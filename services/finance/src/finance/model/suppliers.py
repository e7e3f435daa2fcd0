"""What do suppliers owe us, and what goes back to them?"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from contracts.base import CaseId, Code, Currency, Day, Magnitude, OptionalCode, Part, UnitPrice
from finance.model.losses import Percent
from finance.model.requests import PathCode, Positive

ClaimStage = Literal["DRAFT", "SENT", "ACCEPTED", "PARTLY", "REJECTED", "SETTLED"]
ZERO = Decimal(0)


class SupplierClaim(Part):
    """A demand on a supplier for what a case has cost: without tax, it compensates and pays for nothing."""

    claim_id: CaseId
    stage: ClaimStage = "DRAFT"
    supplier: Code
    case_id: CaseId
    rma_number: OptionalCode = ""
    entity: Code
    currency: Currency
    amount: Magnitude
    accepted: Magnitude = ZERO
    withdrawn: Magnitude = ZERO
    answers: int = 0
    sent_on: Day | None = None
    answered_on: Day | None = None
    settled_on: Day | None = None
    reference: OptionalCode = ""

    @property
    def open_amount(self) -> Decimal:
        """What the supplier has neither accepted nor been let off."""
        return self.amount - self.accepted - self.withdrawn if self.stage != "DRAFT" else ZERO


class ClaimFromSupplier(Part):
    """Draft a claim: an amount, a percentage of the case's loss, or else the supplier's share of its split."""

    supplier: Code
    case_id: CaseId
    entity: PathCode
    currency: Currency
    amount: Positive | None = None
    percent: Percent | None = None
    rma_number: OptionalCode = ""


class SendClaim(Part):
    """Send a claim to the supplier: from now on it is a receivable."""

    posted_on: Day | None = None


class AnswerClaim(Part):
    """Report what the supplier accepts; the rest is given up, unless the answer is not final."""

    accepted: Magnitude
    final: bool = True
    posted_on: Day | None = None


class WithdrawClaim(Part):
    """Give up what is still open of a claim."""

    posted_on: Day | None = None


class SettleClaim(Part):
    """Report how an accepted claim was settled: set off against what we owe the supplier, or paid in cash."""

    by: Literal["SET_OFF", "CASH"] = "SET_OFF"
    reference: Code
    posted_on: Day | None = None


class SupplierReturn(Part):
    """Goods that go back to their supplier; nothing is booked before the supplier's red invoice is here."""

    return_id: CaseId
    stage: Literal["SENT", "CREDITED"] = "SENT"
    supplier: Code
    case_id: OptionalCode = ""
    entity: Code
    currency: Currency
    quantity: Annotated[Decimal, Field(gt=0)]
    cost: Magnitude
    """What the goods stand at in quarantine, all together."""
    input_tax: Magnitude
    red_invoice: OptionalCode = ""


class SendToSupplier(Part):
    """Send goods from quarantine back to their supplier; `unit_cost` is what one stands at."""

    supplier: Code
    case_id: OptionalCode = ""
    entity: PathCode
    currency: Currency
    quantity: Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=6)]
    unit_cost: UnitPrice
    input_tax: Magnitude = ZERO


class SupplierCredits(Part):
    """Report the supplier's red invoice for goods that went back; without amounts it is what was expected."""

    red_invoice: Code
    net: Magnitude | None = None
    tax: Magnitude | None = None
    posted_on: Day | None = None
