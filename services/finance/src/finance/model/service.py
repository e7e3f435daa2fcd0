"""What does after-sales service cost beside repairs: journeys to install or to help, material, carriage."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from contracts.base import CaseId, Code, Currency, Day, Name, OptionalCode, Part
from finance.model.requests import PathCode, Positive

Journey = Literal["INSTALLATION", "DISPATCH"]
ServiceKind = Literal[Journey, "MATERIAL", "TRANSPORT"]
Department = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")]
Days = Annotated[Decimal, Field(ge=0, le=366, max_digits=6, decimal_places=2)]


class Ticket(Part):
    """What shows that somebody was there: the number of a ticket, the place it leads to, and its day."""

    number: Code
    place: Name = Field(min_length=1)
    on: date


class ServiceCost(Part):
    """One expense of after-sales service; it is paid by other books, here it counts for the month and the project."""

    cost_id: CaseId
    kind: ServiceKind
    entity: Code
    currency: Currency
    customer: Code
    case_id: OptionalCode = ""
    project: OptionalCode = ""
    contractual: bool = False
    person: Name = ""
    place: Name = ""
    persons: int = 0
    days: Days = Decimal(0)
    amount: Positive
    spent_on: Day
    until: Day
    tickets: tuple[Ticket, ...] = ()
    claimed_by: Name


class CustomerFile(Part):
    """That a customer is on file: expenses for anybody else are not paid."""

    customer: Code
    department: Department
    contacted_on: Day
    filed_on: Day
    reminders: int


class FileCustomer(Part):
    """Note that a department has filed its customer, since when it knows him, and how often it was reminded."""

    entity: PathCode
    currency: Currency
    customer: Code
    department: Department
    contacted_on: Day
    filed_on: Day
    reminders: Annotated[int, Field(ge=0, le=1000)] = 0


class LateFilings(Part):
    """Which customers a department has filed late in a month although it was reminded."""

    customers: tuple[Code, ...] = ()


class ClaimExpense(Part):
    """Claim an expense of after-sales service.

    A journey names who went, where to, how many for how many days, and its tickets. Guidance of an installation that a
    contract promises is contractual.
    """

    kind: ServiceKind
    entity: PathCode
    currency: Currency
    customer: Code
    case_id: OptionalCode = ""
    project: OptionalCode = ""
    contractual: bool = False
    person: Name = ""
    place: Name = ""
    persons: Annotated[int, Field(ge=0, le=1000)] = 0
    days: Days = Decimal(0)
    amount: Positive
    spent_on: Day
    until: Day | None = None
    tickets: Annotated[tuple[Ticket, ...], Field(max_length=100)] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """A journey says who went where; a contract promises installations only; nothing ends before it begins."""
        if self.kind in {"INSTALLATION", "DISPATCH"} and not (self.person and self.place and self.persons):
            raise ValueError("a journey says who went, where to and how many")
        if self.contractual and self.kind != "INSTALLATION":
            raise ValueError("only an installation is contractual")
        if self.until is not None and self.until < self.spent_on:
            raise ValueError("it ends before it begins")
        return self
