"""How does a month end? Its steps in their order, what the books say of it, and what it has written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field, StringConstraints

from contracts.base import CaseId, Code, Currency, Day, Magnitude, Original, Part, Quantity
from finance.model.losses import CaseCost
from finance.model.requests import PathCode, Positive, Rate

Month = Annotated[str, StringConstraints(pattern=r"^(19|20)\d{2}-(0[1-9]|1[0-2])$")]
ZERO = Decimal(0)


class Step(StrEnum):
    """The steps of a month end, in their order (finance.md 2.5)."""

    STOP_INTAKE = "STOP_INTAKE"
    NOTHING_ISSUING = "NOTHING_ISSUING"
    COUNTERS = "COUNTERS"
    QUANTITIES = "QUANTITIES"
    PROVISION = "PROVISION"
    CUT_OFF = "CUT_OFF"
    REVALUATION = "REVALUATION"
    RESPONSIBILITY = "RESPONSIBILITY"
    REPORTS = "REPORTS"
    LOCK = "LOCK"
    CONTROL_TOTALS = "CONTROL_TOTALS"
    REVERSAL = "REVERSAL"


class ExpectedLine(Part):
    """So many pieces of a blue line that may come back."""

    original: Original
    quantity: Quantity


class ExpectedReturn(Part):
    """A return that is authorized: until it is credited or ended, the customer's money is owed (CAS 14, IFRS 15)."""

    case_id: CaseId
    entity: Code
    currency: Currency
    authorized_on: Day
    lines: tuple[ExpectedLine, ...]
    ended_on: Day | None = None


class OnTheWay(NamedTuple):
    """What a return on its way is worth in the books, not rounded yet."""

    case_id: str
    currency: str
    refund: Decimal
    cost: Decimal


class Accrual(Part):
    """What was accrued for a return on its way: the refund without tax, and the goods at their cost."""

    case_id: CaseId
    currency: Currency
    refund: Magnitude
    cost: Magnitude


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """What the books say of a month: read, never written.

    It is read for one step: who comes after it in the same transaction has to ask again.
    """

    step: Step | None = None
    issuing: int = 0
    drifting: int = 0
    gaps: int = 0
    differences: int = 0
    unsplit: tuple[str, ...] = ()
    costs: Mapping[str, CaseCost] = field(default_factory=dict)
    """What cases have cost by the month's last day whose loss was split before, and which moved in the month."""
    revenue: Mapping[str, Decimal] = field(default_factory=dict)
    """Of goods, by currency: what was invoiced less what was credited, in the currency of the books."""
    on_the_way: tuple[OnTheWay, ...] = ()
    open_in: tuple[str, ...] = ()
    """The currencies in which receivables, credits or refunds are open."""
    credited_since: Mapping[str, Decimal] = field(default_factory=dict)
    """What came to credit balances after the month's last day, less what went."""
    approved_since: frozenset[str] = frozenset()
    """The refunds that were approved after it."""
    losses: Mapping[str, Decimal] = field(default_factory=dict)
    entries: int = 0
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    digest: str = ""


@dataclass(frozen=True, slots=True)
class PolicyRun:
    """One step of one month, done once; its key says so."""

    id: str
    kind: str
    entity: str
    period: str
    result: str
    by: str
    on_day: date


class MonthEnd(Part):
    """One month of one entity on its way to its end: killed in between, it goes on with the next step."""

    entity: Code
    period: Month
    done: tuple[Step, ...] = ()
    blocked: tuple[Code, ...] = ()
    provision: dict[Currency, Magnitude] = Field(default_factory=dict)
    accruals: tuple[Accrual, ...] = ()
    rates: dict[Currency, Rate] = Field(default_factory=dict)
    """The closing rates that it was revalued at."""

    @property
    def following(self) -> Step | None:
        """Name the next step; none is left when the month has ended."""
        return next((step for step in Step if step not in self.done), None)

    @property
    def stage(self) -> str:
        """Say where it stands."""
        return "BLOCKED" if self.blocked else "DONE" if self.following is None else "RUNNING"


class RunMonthEnd(Part):
    """Do the next step of a month end; revenue that bears a warranty is read from the invoices unless it is said.

    What is open in other currencies than the books' needs the closing rate of each: what one was worth on the last day.
    """

    entity: PathCode
    period: Month
    currency: Currency | None = None
    warranty_revenue: Positive | None = None
    rates: dict[Currency, Rate] = Field(default_factory=dict)
