"""What a case has cost, who bears it, and what suppliers owe and get back."""

from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from contracts.base import CaseId, Code, Currency, Day, Magnitude, OptionalCode, UnitPrice
from finance import handlers
from finance.model.losses import AskedShare, Refurbish, ReportLoss, SplitLoss, TakeGradeB
from finance.model.suppliers import (
    AnswerClaim,
    ClaimFromSupplier,
    SendClaim,
    SendToSupplier,
    SettleClaim,
    SupplierCredits,
    WithdrawClaim,
)
from redletter.scenarios.office import Office
from redletter.scenarios.steps.base import Act, Asks, Case

PostedOn = Field(None, description="the posting date that is asked for; otherwise the first open day")
ClaimName = Field(description="the claim on the supplier")


class Lose(Asks):
    """A loss of a case becomes known that other books carry, such as rework or freight: nothing is posted for it here.

    Scrap, allowances, fines and repairs in warranty need no report: they are a loss of their case as they are posted.
    """

    word = "report-loss"
    example = "report-loss: {case: K-1, kind: REWORK, amount: 500.00}"
    handle, body = handlers.REPORT_LOSS, ReportLoss
    case: Case
    kind: Code = Field("REWORK", description="what kind of loss")
    amount: Decimal = Field(gt=0, description="how much")
    currency: Currency | None = Field(None, description="otherwise the company's")
    reference: Code = Field("W-1", description="the number of its paper; the same again changes nothing")
    cause: OptionalCode = Field("", description="why")


class Split(Act):
    """It is decided who bears the loss of a case, in percent; the parts go by largest remainder.

    What stands on QUALITY_LOSS (and what other books carry) is moved from `QUALITY_LOSS[UNALLOCATED]` to the
    departments; a warranty cost or an allowance stays where it was posted and is only reported. A supplier's part waits
    for a claim. A new split takes the one before back.
    """

    word = "split-loss"
    example = "split-loss: {case: K-1, departments: {MFG: 60}, suppliers: {S1: 40}}"
    case: Case
    departments: dict[Code, Decimal] = Field({}, description="departments with their percentage")
    suppliers: dict[Code, Decimal] = Field({}, description="suppliers with theirs; a hundred together")
    currency: Currency | None = Field(None, description="otherwise the company's")
    cause: OptionalCode = Field("", description="why")
    posted: Day | None = PostedOn

    def play(self, office: Office) -> None:
        """Decide it."""
        shares = [AskedShare(party=who, percent=percent) for who, percent in self.departments.items()]
        shares += [AskedShare(party=w, kind="SUPPLIER", percent=p) for w, p in self.suppliers.items()]
        about = {"entity": office.entity, "currency": self.currency or office.currency, "cause": self.cause}
        office.ask(handlers.SPLIT_LOSS, SplitLoss(shares=tuple(shares), posted_on=self.posted, **about), self.case)


class RepairForStock(Asks):
    """Returned goods in quarantine are repaired for the own stock: what it costs is part of what they stand at.

    All that wait of the line share it.
    """

    word = "refurbish"
    example = "refurbish: {case: K-1, parts: 10.00, labour: 5.00}"
    handle, body, named = handlers.REFURBISH, Refurbish, "case"
    case: Case
    line: int = Field(1, ge=1, description="the line of the case")
    parts: Magnitude = Field(Decimal(0), description="the cost of the parts")
    labour: Magnitude = Field(Decimal(0), description="the cost of the work")
    reference: Code = Field("W-1", description="the number of the work; the same again changes nothing")


class GradeB(Asks):
    """Refurbished goods go into the grade B stock, at no more than they can be sold for; the rest is a quality loss."""

    word = "grade-b"
    example = "grade-b: {case: K-1, quantity: 1, nrv: 70.00}"
    handle, body, named = handlers.TAKE_GRADE_B, TakeGradeB, "case"
    words: ClassVar = {"nrv": "net_realisable"}
    case: Case
    line: int = Field(1, ge=1, description="the line of the case")
    quantity: Decimal = Field(gt=0, description="how many")
    nrv: Magnitude = Field(description="what they can be sold for, all together, net of the costs of selling")


class ClaimSupplier(Asks):
    """A claim on a supplier is drafted: an amount, a percentage of the case's loss, or else his share of its split."""

    word = "claim-supplier"
    example = "claim-supplier: {claim: SC-1, supplier: S1, case: K-1, percent: 60}"
    handle, body, named = handlers.CLAIM_FROM_SUPPLIER, ClaimFromSupplier, "claim"
    claim: CaseId = ClaimName
    supplier: Code = Field("S1", description="whom")
    case: Case
    amount: Decimal | None = Field(None, gt=0, description="how much")
    percent: Decimal | None = Field(None, gt=0, le=100, description="or how much of the loss")
    currency: Currency | None = Field(None, description="otherwise the company's")


class SendSupplierClaim(Asks):
    """A drafted claim goes to the supplier: it is a receivable, and the loss is smaller by it."""

    word = "send-supplier-claim"
    example = "send-supplier-claim: {claim: SC-1}"
    handle, body, named = handlers.SEND_CLAIM, SendClaim, "claim"
    claim: CaseId = ClaimName
    posted: Day | None = PostedOn


class SupplierAnswers(Asks):
    """The supplier accepts all of a claim, a part, or nothing: what he accepts is set off against what we owe him.

    The rest is given up at once: a quality loss again, of the departments of the split in their own ratio. An answer
    that is not `final` leaves it open, for another answer or `withdraw-supplier-claim`.
    """

    word = "supplier-answers"
    example = "supplier-answers: {claim: SC-1, accepted: 250.00}"
    handle, body, named = handlers.ANSWER_CLAIM, AnswerClaim, "claim"
    claim: CaseId = ClaimName
    accepted: Magnitude = Field(description="what he accepts")
    final: bool = Field(default=True, description="false: the rest stays open")
    posted: Day | None = PostedOn


class WithdrawSupplierClaim(Asks):
    """What is still open of a claim is given up."""

    word = "withdraw-supplier-claim"
    example = "withdraw-supplier-claim: {claim: SC-1}"
    handle, body, named = handlers.WITHDRAW_CLAIM, WithdrawClaim, "claim"
    claim: CaseId = ClaimName
    posted: Day | None = PostedOn


class SettleSupplierClaim(Asks):
    """An answered claim is closed: it was set off when it was accepted, or the supplier pays in cash.

    A claim that is not sent, or answered in full, or settled, is `refused: NOT_POSSIBLE_IN_THIS_STATE` for what comes
    before or after that.
    """

    word = "settle-supplier-claim"
    example = "settle-supplier-claim: {claim: SC-1, by: SET_OFF}"
    handle, body, named = handlers.SETTLE_CLAIM, SettleClaim, "claim"
    claim: CaseId = ClaimName
    by: Literal["SET_OFF", "CASH"] = Field("SET_OFF", description="SET_OFF against what we owe him, or CASH")
    reference: Code = Field("SO-1", description="the number of its paper")
    posted: Day | None = PostedOn


class ReturnToSupplier(Asks):
    """Goods leave quarantine for their supplier; nothing is booked before the supplier's red invoice is here.

    With a `case`, no more leave than wait there of it: `refused: NOTHING_WAITING`.
    """

    word = "return-to-supplier"
    example = "return-to-supplier: {return: SR-1, supplier: S1, quantity: 5, cost: 40.00, input_tax: 26.00}"
    handle, body, named = handlers.SEND_TO_SUPPLIER, SendToSupplier, "goods"
    words: ClassVar = {"cost": "unit_cost"}
    goods: CaseId = Field(alias="return", description="the name of the return")
    supplier: Code = Field("S1", description="to whom")
    case: OptionalCode = Field("", description="the case that they came back with")
    quantity: Decimal = Field(gt=0, description="how many")
    cost: UnitPrice = Field(description="what one stands at")
    input_tax: Magnitude = Field(Decimal(0), description="the input tax that was deducted on all of them")
    currency: Currency | None = Field(None, description="otherwise the company's")


class SupplierRedInvoice(Asks):
    """The supplier's red invoice for goods that went back is booked: we owe less, and give the input tax back."""

    word = "supplier-red-invoice"
    example = "supplier-red-invoice: {return: SR-1, invoice: RI-77}"
    handle, body, named = handlers.SUPPLIER_CREDITS, SupplierCredits, "goods"
    words: ClassVar = {"invoice": "red_invoice"}
    goods: CaseId = Field(alias="return", description="the return")
    invoice: Code = Field("RI-1", description="its number; the same again changes nothing")
    net: Magnitude | None = Field(None, description="its net amount; otherwise what the goods stand at")
    tax: Magnitude | None = Field(None, description="its tax; otherwise the input tax that was deducted")
    posted: Day | None = PostedOn


ALL: tuple[type[Act], ...] = (
    Lose,
    Split,
    RepairForStock,
    GradeB,
    ClaimSupplier,
    SendSupplierClaim,
    SupplierAnswers,
    WithdrawSupplierClaim,
    SettleSupplierClaim,
    ReturnToSupplier,
    SupplierRedInvoice,
)
