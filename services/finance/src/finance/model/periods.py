"""When are the books open: the periods of a legal entity, who opens and closes them, and the runs of policy."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contracts.base import CaseId, Code, Currency, Day, Name, OptionalCode, Part
from finance.model.approvals import Signature
from finance.model.books import Account
from finance.model.requests import PathCode, Positive

Status = Literal["OPEN", "SOFT_LOCKED", "LOCKED"]
PeriodName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,16}$")]
MONTH = re.compile(r"^(19|20)\d{2}-(0[1-9]|1[0-2])$")


class Period(Part):
    """Days whose postings belong together; a day that no period has is open."""

    entity: Code
    name: PeriodName
    starts: Day
    ends: Day
    status: Status = "OPEN"
    changes: int = 0
    """How often it was opened or closed: each time has its line in the record."""
    reopening: tuple[Signature, ...] = ()
    """Who has signed for opening it again."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Every period of one entity, in the order of days: an index, a period is locked for itself."""

    periods: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class PeriodChange:
    """One line of the record of who opened or closed a period, and why; written once."""

    id: str
    entity: str
    period: str
    before: str
    after: str
    by: str
    second: str
    reason: str
    on_day: date


class MakePeriod(Part):
    """Make a period; without days it is the month that its name says, 2026-03."""

    entity: PathCode
    period: PeriodName
    starts: Day | None = None
    ends: Day | None = None


class AdjustedLine(Part):
    """One line of an adjusting entry."""

    side: Literal["D", "C"]
    account: Account
    amount: Positive
    department: OptionalCode = ""


class Adjustment(Part):
    """An entry that an adjuster writes by hand; taken back at most once, never changed."""

    adjustment_id: CaseId
    stage: Literal["POSTED", "REVERSED"] = "POSTED"
    entity: Code
    currency: Currency
    case_id: OptionalCode = ""
    posted_on: Day
    lines: tuple[AdjustedLine, ...]
    reason: Name
    made_by: Name
    reversed_by: Name = ""


class Adjust(Part):
    """Write an entry by hand on a day that is open for adjusters: its sides are equal."""

    entity: PathCode
    currency: Currency
    case_id: OptionalCode = ""
    posted_on: Day
    service_on: Day | None = None
    lines: tuple[AdjustedLine, ...] = Field(min_length=2, max_length=200)
    reason: Name = Field(min_length=1)


class ReverseAdjustment(Part):
    """Take an entry back that was written by hand."""

    posted_on: Day | None = None
    reason: Name = ""


class ClosePeriod(Part):
    """Close a period softly, for everybody but adjusters, or for good."""

    reason: Name = ""


class ReopenPeriod(Part):
    """Sign for opening the latest locked period again; with the last signature it is open."""

    reason: Name = Field(min_length=1)
    on_behalf_of: Name = ""
