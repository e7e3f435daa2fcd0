"""What is a complaint, and what can be asked of the intake department?"""

from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import (
    MOST_LINES,
    CaseId,
    Code,
    Currency,
    Magnitude,
    Money,
    Name,
    OptionalCode,
    Part,
    Reason,
    Refused,
    Scope,
    Text,
)
from contracts.intake import Circumstances, ComplaintLine
from contracts.policy import Span

Mandatory = Literal["customer", "contact", "content", "receiver", "category", "reference", "claim"]


class Request(StrEnum):
    """What the customer asks for (客户要求)."""

    RETURN = "RETURN"
    EXCHANGE = "EXCHANGE"
    REPAIR = "REPAIR"
    ALLOWANCE = "ALLOWANCE"


class Status(StrEnum):
    """Where a complaint stands (procedures.md 4.1)."""

    REGISTERED = "REGISTERED"
    AUTHORIZED = "AUTHORIZED"
    INVESTIGATING = "INVESTIGATING"
    ANSWERED = "ANSWERED"
    CLOSED = "CLOSED"


class Severity(IntEnum):
    """How severe a complaint is; every scheme speaks on this one scale (P-01)."""

    OTHER = 0
    GENERAL = 1
    MAJOR = 2
    SPECIAL_MAJOR = 3


class Defects(Part):
    """What is known for the classification when the complaint comes in."""

    functional: int = Field(default=0, ge=0, le=10**9)
    appearance: int = Field(default=0, ge=0, le=10**9)
    rate: Decimal | None = Field(default=None, ge=0, le=1, description="share of the lot that is defective")
    cost: Magnitude = Decimal(0)
    complainants: int = Field(default=1, ge=1, le=10**9)
    lawsuit: bool = False
    media: bool = False


class Classified(Part):
    """What each severity scheme said and what counts, so that the choice can be explained (R-040)."""

    by_count: Severity
    by_effect: Severity
    effective: Severity


class Answer(Part):
    """What the customer is told."""

    outcome: Code
    reason: Code
    text: Name
    credited: Money | None = None
    documents: tuple[Code, ...] = ()
    final: bool
    """Whether the decision is concluded: who refuses it then gets a new complaint (P-14)."""
    at: datetime


class Heard(Part):
    """One line of the complaint's short history."""

    event: Code
    at: datetime


class Urge(Part):
    """The urge note (催办单) of a limit that passed."""

    limit: Code
    unit: Name
    at: datetime


class Complaint(Part):
    """One complaint of one customer (docs/glossary.md: complaint 客诉)."""

    case_id: CaseId
    number: Code
    status: Status
    customer: OptionalCode
    contact: Name
    content: Text
    channel: Code
    receiver: Name
    category: OptionalCode
    reference: OptionalCode
    claim: OptionalCode
    entity: Code
    currency: Currency
    request: Request
    scope: Scope
    lines: tuple[ComplaintLine, ...]
    circumstances: Circumstances
    abroad: bool
    previous: OptionalCode
    registered_at: datetime
    accepted: Reason
    severity: Classified | None = None
    rma_number: OptionalCode = ""
    instructions: Name = ""
    answer: Answer | None = None
    satisfied: bool | None = None
    escalated_to: OptionalCode = ""
    """Which level decides what the customer has objected to."""
    timeline: tuple[Heard, ...] = ()
    urges: tuple[Urge, ...] = ()
    deadlines: dict[str, datetime] = Field(default_factory=dict)


class Series(Part):
    """The running number of a month; taken under lock, so a number that was rolled back is given again."""

    next: int = 1


class Policy(BaseModel):
    """The intake department's policy document; every figure of its rules, by the keys of procedures.md section 9."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    mandatory_fields: tuple[Mandatory, ...] = Field(
        description="P-19 what may not be empty; without customer: blind returns"
    )
    channels: tuple[Code, ...] = Field(description="R-001 the ways a complaint can come in")
    categories: tuple[Code, ...] = Field(description="R-037 what a complaint can be about")
    closing_needs_confirmation: bool = Field(description="P-14 whether the customer's word closes, or the answer")
    objection_level: OptionalCode = Field(
        description="R-077 the level that decides when a customer objects that his case is not established; empty: none"
    )
    first_answer_working_days: Span | None = Field(description="P-08 working days until the first answer; none: no end")
    close_days_domestic: Span | None = Field(description="P-11 days until a domestic complaint is closed; none: no end")
    close_days_abroad: Span | None = Field(description="P-11 the same for one from abroad")
    holidays: tuple[date, ...] = Field(description="P-47 the company's holidays")
    functional_general: int = Field(description="P-02 functional defects of one type that make it general")
    functional_major: int = Field(description="P-02 and major")
    appearance_general: int = Field(description="P-02 appearance defects of one type that make it general")
    appearance_major: int = Field(description="P-02 and major")
    low_rate: Decimal = Field(description="P-03 a defect rate below this may lower general to other")
    special_major_cost: Decimal = Field(description="P-06 cost of one case that makes it special-major")
    special_major_people: int = Field(description="P-06 complainants that make it special-major")
    answer_texts: dict[Code, Name] = Field(description="R-163 what the customer is told, by outcome")


class RegisterComplaint(Part):
    """Register a complaint that came in on any channel."""

    customer: OptionalCode = ""
    contact: Name = ""
    content: Text = ""
    channel: Code
    receiver: Name = ""
    category: OptionalCode = ""
    reference: OptionalCode = ""
    claim: OptionalCode = ""
    entity: Code
    currency: Currency
    request: Request
    scope: Scope = Scope()
    lines: tuple[ComplaintLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    circumstances: Circumstances = Circumstances()
    defects: Defects | None = None
    abroad: bool = False
    previous: OptionalCode = ""
    """The number of the concluded complaint whose decision the customer refuses (R-072)."""


class NotEstablish(Part):
    """Decide that this is no complaint of ours, and say why."""

    explanation: Name = Field(min_length=1)


class Confirm(Part):
    """Say whether the customer is satisfied with the answer."""

    satisfied: bool


class FieldsMissing(Refused):
    """A complaint cannot be registered without these fields."""

    status = 422


class UnknownChannel(Refused):
    """This channel is not in the reference list."""

    status = 422


class UnknownCategory(Refused):
    """This category is not in the reference list."""

    status = 422


class LinesNotDistinct(Refused):
    """Two lines of the complaint have the same number."""

    status = 422


class NotAnsweredYet(Refused):
    """The customer has no answer yet that could satisfy."""


class AlreadyClosed(Refused):
    """The complaint is closed; who refuses its decision gets a new complaint that names it as `previous`."""


class ForTheLevelAbove(Refused):
    """The customer has objected to this decision: the level above decides now."""

    status = 403


class AlreadyDecided(Refused):
    """The complaint has its answer and can no longer be found not established."""
