"""What is written off, and who is rewarded or punished."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from contracts.base import CaseId, Code, Currency, Day, Magnitude, Name, OptionalCode, Part, UnitPrice
from finance import handlers
from finance.model.writeoffs import DecideWriteOff, DraftPenalty, LostGoods, ReportWriteOff, SignPenalty
from redletter.scenarios.office import Office
from redletter.scenarios.steps.base import Act, Asks
from redletter.scenarios.steps.losses import PostedOn

WriteOffName = Field(description="the name of the write-off")


class Gone(Part):
    """Goods that are gone."""

    item: Code = Field("GOODS", description="what")
    quantity: Decimal = Field(gt=0, description="how many")
    cost: UnitPrice = Field(description="what one cost")
    material: UnitPrice = Field(Decimal(0), description="what of that was bought with input tax")
    input_tax_percent: Decimal = Field(Decimal(0), ge=0, le=100, description="the rate of that tax")


class FindLoss(Act):
    """Goods are lost by mismanagement, such as theft or spoilage: the loss is pending, with its input tax.

    An ordinary quality loss is no write-off: scrapped goods are disposed of, and their input tax stays deducted.
    """

    word = "report-write-off"
    example = (
        "report-write-off: {write_off: WO-1, cause: theft, "
        "goods: [{quantity: 10, cost: 60.00, material: 40.00, input_tax_percent: 13}]}"
    )
    write_off: CaseId = WriteOffName
    cause: Code = Field("theft", description="why they are gone")
    case: OptionalCode = Field("", description="the case that it is about, if any")
    goods: tuple[Gone, ...] = Field(min_length=1, description="what is gone")
    currency: Currency | None = Field(None, description="otherwise the company's")
    posted: Day | None = PostedOn

    def play(self, office: Office) -> None:
        """Report it."""
        goods = tuple(
            LostGoods(
                item=x.item,
                quantity=x.quantity,
                unit_cost=x.cost,
                material=x.material,
                input_tax_percent=x.input_tax_percent,
            )
            for x in self.goods
        )
        about = {"entity": office.entity, "currency": self.currency or office.currency, "case_id": self.case}
        body = ReportWriteOff(cause=self.cause, goods=goods, posted_on=self.posted, **about)
        office.ask(handlers.REPORT_WRITE_OFF, body, self.write_off)


class ApproveLoss(Asks):
    """A person signs for a write-off; with the last signature that the matrix asks for it is a loss of the company."""

    word = "approve-write-off"
    example = "approve-write-off: {write_off: WO-1}\n  by: gina\n  level: general-manager"
    handle, body, named = handlers.APPROVE_WRITE_OFF, DecideWriteOff, "write_off"
    write_off: CaseId = WriteOffName
    behalf: Name = Field("", description="whose level is used, if it was lent")
    posted: Day | None = PostedOn


class RejectLoss(Asks):
    """A write-off is refused: the goods are in stock again, and their input tax is deducted again."""

    word = "reject-write-off"
    example = "reject-write-off: {write_off: WO-1}\n  by: fiona\n  level: finance-manager"
    handle, body, named = handlers.REJECT_WRITE_OFF, DecideWriteOff, "write_off"
    write_off: CaseId = WriteOffName
    posted: Day | None = PostedOn


class Notice(Asks):
    """A notice of reward or penalty is drafted; nothing is ever booked for one."""

    word = "draft-penalty"
    example = "draft-penalty: {penalty: N-1, department: SERVICE, person: W. Zhou, offence: late-on-site}"
    handle, body, named = handlers.DRAFT_PENALTY, DraftPenalty, "penalty"
    penalty: CaseId = Field(description="the name of the notice")
    kind: Literal["PENALTY", "REWARD"] = Field("PENALTY", description="PENALTY or REWARD")
    case: OptionalCode = Field("", description="the case that it is about, if any")
    department: Code = Field("MFG", description="whose")
    person: Name = Field("", description="who")
    offence: OptionalCode = Field("", description="an offence of the policy's table, which says its fine")
    amount: Magnitude | None = Field(None, description="the amount of anything else")


class SignNotice(Asks):
    """A person signs for a notice; with the last signature it goes to the department, the person and payroll."""

    word = "approve-penalty"
    example = "approve-penalty: {penalty: N-1}\n  by: gina\n  level: general-manager"
    handle, body, named = handlers.SIGN_PENALTY, SignPenalty, "penalty"
    penalty: CaseId = Field(description="the notice")


ALL: tuple[type[Act], ...] = (FindLoss, ApproveLoss, RejectLoss, Notice, SignNotice)
