"""What is proposed and signed for outside a decision, and credit that is set off."""

from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from contracts.base import CaseId, Code, Currency, Magnitude, Name, OptionalCode
from finance import handlers
from finance.model import ApplyCredit, Approve, Propose, Refuse
from redletter.scenarios.office import Office
from redletter.scenarios.steps.base import Asks


class Proposal(Asks):
    """A person proposes something that others sign for."""

    handle, body, named = handlers.PROPOSE, Propose, "request"
    request: CaseId = Field(description="the name of the request")
    customer: Code = Field("C077", description="whose")
    currency: Currency | None = Field(None, description="otherwise the company's")


class RequestFine(Proposal):
    """A customer fines us by contract: when it is approved it is a loss without tax that reduces what he owes."""

    word = "request-fine"
    example = "request-fine: {request: FN-1, case: K-1, amount: 5000.00, reason: contract penalty}\n  by: alice"
    fixed: ClassVar = {"kind": "FINE"}
    case: CaseId = Field(description="the case; it counts for the signatures and in the cost of the case")
    amount: Decimal = Field(gt=0, description="how much")
    reason: Name = Field("contract penalty", min_length=1, description="why")
    invoice: OptionalCode = Field("", description="the invoice that it is deducted from; otherwise what he owes in all")


class RequestGoodwill(Proposal):
    """A grant without an original invoice: approved, it is a GOODWILL_MEMO without tax and the customer's credit."""

    word = "request-goodwill"
    example = "request-goodwill: {request: GW-1, case: K-1, amount: 100.00, reason: a good customer}\n  by: alice"
    fixed: ClassVar = {"kind": "GOODWILL"}
    case: CaseId = Field(description="the case")
    amount: Decimal = Field(gt=0, description="how much")
    reason: Name = Field("goodwill", min_length=1, description="why")


class RequestCompensation(Proposal):
    """A customer claims something for his trouble: a person proposes how much of it is granted, and by what.

    When it is approved, VOUCHER is a GOODWILL_MEMO without tax and his credit, CASH is paid out of that at once (a
    refund of the same name, which the bank has to confirm), GIFT takes goods of that cost from the stock.
    """

    word = "request-compensation"
    example = (
        "request-compensation: {request: CL-1, case: K-1, claimed: 200.00, amount: 120.00, granted_by: VOUCHER, "
        "reason: worn in part}\n  by: alice"
    )
    fixed: ClassVar = {"kind": "COMPENSATION"}
    words: ClassVar = {"granted_by": "by"}
    case: CaseId = Field(description="the case")
    claimed: Decimal = Field(gt=0, description="how much the customer claims")
    amount: Decimal = Field(gt=0, description="how much of it is granted; a gift's cost")
    granted_by: Literal["CASH", "VOUCHER", "GIFT"] = Field("VOUCHER", description="CASH, VOUCHER or GIFT")
    reason: Name = Field("compensation", min_length=1, description="why; the claimant is told")


class RequestDiscount(Proposal):
    """A discount on the net fee or labour of a repair: when it is approved less is due and invoiced."""

    word = "request-discount"
    example = "request-discount: {request: FD-1, case: K-1, amount: 50.00, reason: our fault in part}\n  by: alice"
    fixed: ClassVar = {"kind": "FEE_DISCOUNT"}
    case: CaseId = Field(description="the case of the repair")
    amount: Decimal = Field(gt=0, description="how much, without tax")
    reason: Name = Field("goodwill", min_length=1, description="why")


class RequestTerms(Proposal):
    """One of a customer's own terms: it comes into force when it is approved."""

    word = "request-terms"
    example = "request-terms: {request: T-1, customer: C077, tolerance: 10}\n  by: alice"
    reason: Name = Field("contract", min_length=1, description="why")
    overdraft: Magnitude | None = Field(None, description="how far refunds may overdraw his credit balance")
    tolerance: Magnitude | None = Field(None, description="his over-acceptance ratio in percent, before the company's")
    bank_account: OptionalCode = Field("", description="where his refunds go")

    def asked(self, office: Office) -> Propose:
        """Say which of them it is."""
        kinds = {"OVERDRAFT": self.overdraft, "TOLERANCE": self.tolerance}
        kind, amount = next(((k, a) for k, a in kinds.items() if a is not None), ("BANK_DATA", Decimal(0)))
        about = {"entity": office.entity, "customer": self.customer, "currency": self.currency or office.currency}
        return Propose(kind=kind, amount=amount, bank_account=self.bank_account, reason=self.reason, **about)


class ApproveProposal(Asks):
    """Another person signs for a fine, goodwill, a discount or terms; with the last signature it is in force."""

    word = "approve-request"
    example = "approve-request: {request: FN-1}\n  by: bob\n  level: finance-manager"
    handle, body, named = handlers.APPROVE_PROPOSAL, Approve, "request"
    request: CaseId = Field(description="the request")
    behalf: Name = Field("", description="whose level it is, where it was lent by `delegate`")


class RefuseProposal(Asks):
    """A person declines a fine, goodwill, a discount or terms."""

    word = "refuse-request"
    example = "refuse-request: {request: FN-1}\n  by: bob"
    handle, body, named = handlers.REFUSE_PROPOSAL, Refuse, "request"
    words: ClassVar = {"reason": "note"}
    request: CaseId = Field(description="the request")
    reason: Name = Field("", description="why; whose claim is refused is told")


class SetOff(Asks):
    """Credit is set off against an invoice, or for a case against what it gives in exchange, as if it were paid."""

    word = "apply-credit"
    example = "apply-credit: {customer: C077, amount: 22.60, invoice: B2}"
    handle, body = handlers.APPLY_CREDIT, ApplyCredit
    customer: OptionalCode = Field("C077", description="whose credit balance")
    currency: Currency | None = Field(None, description="of which balance; otherwise the company's")
    amount: Decimal = Field(gt=0, description="how much")
    invoice: OptionalCode = Field("", description="against which invoice")
    case: CaseId | None = Field(None, description="or for which case")
    reference: Code = Field("SET-OFF-1", description="the number of the set-off; for a case the same changes nothing")
