"""What is paid: to the payment gate of a repair, and out of a credit balance."""

from decimal import Decimal

from pydantic import Field

from contracts.base import CaseId, Code, Currency, Name, OptionalCode
from finance import handlers
from finance.model import Approve, ConfirmPayment, ReportFailure, RequestRefund, SendRefund
from finance.model import Pay as PayGate
from finance.model.requests import Rate
from redletter.scenarios.office import Office
from redletter.scenarios.steps.base import Act, Case


class Pay(Act):
    """The customer pays what is due before a repair or a dearer exchange ships; the same reference changes nothing.

    What is paid beyond what is open of the invoice of an exchange is his credit.
    """

    word = "pay"
    example = "pay: {case: K-1, amount: 226.00, reference: BANK-1}"
    case: Case
    amount: Decimal = Field(gt=0, description="how much")
    reference: Code = Field(description="the number of the payment")
    rate: Rate | None = Field(None, description="in another currency than the books', the bank's rate")

    def play(self, office: Office) -> None:
        """Report it."""
        body = PayGate(case_id=self.case, amount=self.amount, reference=self.reference, rate=self.rate)
        office.ask(handlers.PAY, body)


class RequestPayout(Act):
    """A person asks to pay out a credit balance; no money moves yet."""

    word = "request-refund"
    example = "request-refund: {refund: R-1, customer: C077, amount: 339.00}\n  by: alice"
    refund: CaseId = Field(description="the name of the refund")
    customer: OptionalCode = Field("C077", description="whose balance; empty for sales over the counter")
    currency: Currency | None = Field(None, description="of which balance; otherwise the company's")
    amount: Decimal = Field(gt=0, description="how much")
    case: CaseId | None = Field(None, description="for which case; what is paid out for one case counts together")
    return_slip: OptionalCode = Field("", description="the return slip that it pays; each ends as one posting")
    channel: OptionalCode = Field("", description="through which channel; some are asked for by desks of their own")

    def play(self, office: Office) -> None:
        """Ask for it."""
        currency = self.currency or office.currency
        about = {"entity": office.entity, "customer": self.customer, "currency": currency, "case": self.case}
        body = RequestRefund(**about, amount=self.amount, return_slip=self.return_slip, channel=self.channel)
        office.ask(handlers.REQUEST_REFUND, body, self.refund)


class ApprovePayout(Act):
    """Another person signs for a refund; with the last signature the money leaves the credit balance."""

    word = "approve-refund"
    example = "approve-refund: {refund: R-1}\n  by: bob"
    refund: CaseId = Field(description="the refund")
    behalf: Name = Field("", description="whose level it is, where it was lent by `delegate`")

    def play(self, office: Office) -> None:
        """Sign."""
        office.ask(handlers.APPROVE_REFUND, Approve(on_behalf_of=self.behalf), self.refund)


class SendPayout(Act):
    """An approved refund goes to the bank; the bank may confirm it without this being told."""

    word = "send-refund"
    example = "send-refund: {refund: R-1}"
    refund: CaseId = Field(description="the refund")

    def play(self, office: Office) -> None:
        """Send it."""
        office.ask(handlers.SEND_REFUND, SendRefund(), self.refund)


class FailPayout(Act):
    """The bank could not pay a refund: the amount is the customer's credit again."""

    word = "fail-refund"
    example = "fail-refund: {refund: R-1, reason: account closed}"
    refund: CaseId = Field(description="the refund")
    reason: Name = Field("not paid", min_length=1, description="what the bank says")

    def play(self, office: Office) -> None:
        """Report it."""
        office.ask(handlers.REPORT_FAILURE, ReportFailure(reason=self.reason), self.refund)


class ConfirmPayout(Act):
    """The bank has paid a refund, once; in another currency than the books', at a rate of its own."""

    word = "confirm-refund"
    example = "confirm-refund: {refund: R-1}"
    refund: CaseId = Field(description="the refund")
    reference: Code = Field("BANK-1", description="the number of the payment")
    rate: Rate | None = Field(None, description="the bank's rate; otherwise the booking rate of the policy")

    def play(self, office: Office) -> None:
        """Report it."""
        office.ask(handlers.CONFIRM_PAYMENT, ConfirmPayment(reference=self.reference, rate=self.rate), self.refund)
