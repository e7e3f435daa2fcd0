"""What has a case cost, and who bears it? Losses, their split, and what can be asked of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from contracts.base import CaseId, Code, Currency, Day, Magnitude, Name, OptionalCode, Part
from finance.model.books import Account
from finance.model.requests import PathCode, Positive

Percent = Annotated[Decimal, Field(gt=0, le=100, max_digits=9, decimal_places=6)]
UNALLOCATED = "UNALLOCATED"


@dataclass(frozen=True, slots=True)
class CaseCost:
    """What the entries of a case have left on accounts, in the currency of the books: read out of the journal.

    What supplier claims and earlier splits moved is not in it: they say who bears a loss, not how large it is.
    """

    accounts: Mapping[Account, Decimal] = field(default_factory=dict)


class Bearer(Part):
    """Who bears a part of a loss: a department, or a supplier; `moved` is what a claim's answer brought or took.

    What of it suppliers had refused before this split, and the split itself therefore moved, is `carried`.
    """

    party: Code
    kind: Literal["DEPARTMENT", "SUPPLIER"] = "DEPARTMENT"
    percent: Percent
    amount: Magnitude
    moved: Decimal = Decimal(0)
    carried: Decimal = Decimal(0)


class ReportedLoss(Part):
    """A loss that other books carry, such as rework or freight in the ERP."""

    kind: Code
    amount: Magnitude


class Loss(Part):
    """What a case has cost by the configured basis, and how it was split; a new split is a new revision."""

    case_id: CaseId
    stage: Literal["OPEN", "SPLIT"] = "OPEN"
    entity: Code
    currency: Currency
    cause: OptionalCode = ""
    reported: dict[str, ReportedLoss] = Field(default_factory=dict)
    revision: int = 0
    total: Magnitude = Decimal(0)
    booked: dict[str, Decimal] = Field(default_factory=dict)
    """What of it each account had left when it was split."""
    allocated: tuple[tuple[Code, Magnitude], ...] = ()
    """What the current split moved to each department."""
    shares: tuple[Bearer, ...] = ()
    split_on: Day | None = None
    given_up: dict[Code, Magnitude] = Field(default_factory=dict)
    """What each supplier was claimed for and does not bear."""
    accepted: dict[Code, Magnitude] = Field(default_factory=dict)
    """What each supplier has accepted."""


class ReportLoss(Part):
    """Report a loss of a case that other books carry; the same reference again changes nothing."""

    case_id: CaseId
    entity: PathCode
    currency: Currency
    kind: Code
    amount: Positive
    reference: Code
    cause: OptionalCode = ""


class AskedShare(Part):
    """How much of it one party bears."""

    party: Code
    kind: Literal["DEPARTMENT", "SUPPLIER"] = "DEPARTMENT"
    percent: Percent


class SplitLoss(Part):
    """Decide who bears the loss of a case; the shares are a hundred percent together."""

    entity: PathCode
    currency: Currency
    shares: tuple[AskedShare, ...] = Field(min_length=1, max_length=50)
    cause: OptionalCode = ""
    posted_on: Day | None = None


class Refurbish(Part):
    """Report what it cost to repair returned goods for the own stock; the same reference again changes nothing."""

    line: int = Field(ge=1, le=1_000_000)
    parts: Magnitude = Decimal(0)
    labour: Magnitude = Decimal(0)
    reference: Code


class TakeGradeB(Part):
    """Take refurbished goods into the grade B stock, at no more than they can still be sold for, net of the costs."""

    line: int = Field(ge=1, le=1_000_000)
    quantity: Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=6)]
    net_realisable: Magnitude
    note: Name = ""
