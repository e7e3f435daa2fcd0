"""What is paid: to the payment gate of a repair, and out of a credit balance."""

from decimal import Decimal

from pydantic import Field

from contracts.base import CaseId, Code
from finance import handlers
from finance.model import Approve, ConfirmPayment, RequestRefund
from finance.model import Pay as PayGate
from redletter.scenarios.office import Office
from redletter.scenarios.steps.base import Act, Case


class Pay(Act):
    """The customer pays what is due before something ships; the same reference again changes nothing."""

    word = "pay"
    example = "pay: {case: K-1, amount: 226.00, reference: BANK-1}"
    case: Case
    amount: Decimal = Field(gt=0, description="how much")
    reference: Code = Field(description="the number of the payment")

    def play(self, office: Office) -> None:
        """Report it."""
        body = PayGate(case_id=self.case, amount=self.amount, reference=self.reference)
        office.ask(handlers.PAY, body)


class RequestPayout(Act):
    """A person asks to pay out a credit balance; no money moves yet."""

    word = "request-refund"
    example = "request-refund: {refund: R-1, customer: C077, amount: 339.00}\n  by: alice"
    refund: CaseId = Field(description="the name of the refund")
    customer: Code = Field("C077", description="whose balance")
    amount: Decimal = Field(gt=0, description="how much")

    def play(self, office: Office) -> None:
        """Ask for it."""
        about = {"entity": office.entity, "customer": self.customer, "currency": office.currency}
        body = RequestRefund(**about, amount=self.amount)
        office.ask(handlers.REQUEST_REFUND, body, self.refund)


class ApprovePayout(Act):
    """Another person signs for a refund; with the last signature the money leaves the credit balance."""

    word = "approve-refund"
    example = "approve-refund: {refund: R-1}\n  by: bob"
    refund: CaseId = Field(description="the refund")

    def play(self, office: Office) -> None:
        """Sign."""
        office.ask(handlers.APPROVE_REFUND, Approve(), self.refund)


class ConfirmPayout(Act):
    """The bank has paid a refund."""

    word = "confirm-refund"
    example = "confirm-refund: {refund: R-1}"
    refund: CaseId = Field(description="the refund")
    reference: Code = Field("BANK-1", description="the number of the payment")

    def play(self, office: Office) -> None:
        """Report it."""
        office.ask(handlers.CONFIRM_PAYMENT, ConfirmPayment(reference=self.reference), self.refund)
