"""What is lost for good, and who is told of it: write-offs of abnormal losses, and notices of reward and penalty."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from contracts.base import CaseId, Code, Currency, Day, Magnitude, Name, OptionalCode, Part, UnitPrice
from finance.model.approvals import Signature
from finance.model.requests import PathCode

ZERO = Decimal(0)


class LostGoods(Part):
    """Goods that are gone: what one cost, and what of it was bought with input tax."""

    item: Code = "GOODS"
    quantity: Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=6)]
    unit_cost: UnitPrice
    material: UnitPrice = ZERO
    input_tax_percent: Annotated[Decimal, Field(ge=0, le=100, max_digits=9, decimal_places=6)] = ZERO


class WriteOff(Part):
    """An abnormal loss: pending from the day it is found, a loss of the company when everybody has signed."""

    write_off_id: CaseId
    stage: Literal["REPORTED", "APPROVED", "REJECTED"] = "REPORTED"
    entity: Code
    currency: Currency
    cause: Code
    case_id: OptionalCode = ""
    goods: tuple[LostGoods, ...]
    cost: Magnitude
    input_tax: Magnitude
    reported_by: Name
    signatures: tuple[Signature, ...] = ()
    missing: tuple[OptionalCode, ...] = ()

    @property
    def pending(self) -> Decimal:
        """What is lost with the input tax that is no longer deductible."""
        return self.cost + self.input_tax


class ReportWriteOff(Part):
    """Report goods that are lost by mismanagement: theft, spoilage, a stock that does not add up."""

    entity: PathCode
    currency: Currency
    cause: Code
    case_id: OptionalCode = ""
    goods: tuple[LostGoods, ...] = Field(min_length=1, max_length=1000)
    posted_on: Day | None = None


class DecideWriteOff(Part):
    """Sign for a write-off, or refuse it: then the goods are in stock again."""

    note: Name = ""
    on_behalf_of: Name = ""
    posted_on: Day | None = None


class Penalty(Part):
    """A notice of reward or penalty (奖罚通知单): a matter of payroll, nothing is booked here."""

    penalty_id: CaseId
    stage: Literal["DRAFT", "NOTIFIED"] = "DRAFT"
    kind: Literal["PENALTY", "REWARD"] = "PENALTY"
    case_id: OptionalCode = ""
    entity: Code
    person: Name = ""
    department: Code
    offence: OptionalCode = ""
    currency: Currency
    amount: Magnitude = ZERO
    sanction: OptionalCode = ""
    explanation: Name = ""
    drafted_by: Name
    signatures: tuple[Signature, ...] = ()
    missing: tuple[OptionalCode, ...] = ()


class DraftPenalty(Part):
    """Draft a notice: an offence of the configured table says its own fine or sanction, anything else says it here."""

    kind: Literal["PENALTY", "REWARD"] = "PENALTY"
    case_id: OptionalCode = ""
    entity: PathCode
    person: Name = ""
    department: Code
    offence: OptionalCode = ""
    currency: Currency
    amount: Magnitude | None = None
    explanation: Name = ""


class SignPenalty(Part):
    """Sign for a notice; with the last signature everybody concerned is told."""

    note: Name = ""
    on_behalf_of: Name = ""
