"""Do three books agree? What the ERP and the tax platform have told, what ours say, and where they differ."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, StringConstraints

from contracts.base import Amount, Code, Currency, Day, Magnitude, Name, OptionalCode, Part
from finance.model.books import Account
from finance.model.requests import PathCode

OtherBook = Literal["ERP", "TAX_PLATFORM"]
Book = Literal["OURS", "ERP", "TAX_PLATFORM", "SUB_LEDGER"]
What = Literal["DOCUMENT", "ACCOUNT", "SUB_LEDGER"]
Problem = Literal["MISSING", "DIFFERS"]
Stage = Literal["OPEN", "CLOSED", "GONE"]
Month = Annotated[str, StringConstraints(pattern=r"^(19|20)\d{2}-(0[1-9]|1[0-2])$")]


class TellDocument(Part):
    """Say that another book has a document: the ERP has booked it, or the tax platform has issued it."""

    book: OtherBook
    entity: PathCode
    number: Code
    issued_on: Day
    currency: Currency
    net: Magnitude
    tax: Magnitude
    told_on: Day


class TellAccount(Part):
    """Say what an account of the ERP came to in a month, of what it got from here; in the currency of the books."""

    entity: PathCode
    period: Month
    account: Code
    debit: Amount
    credit: Amount
    told_on: Day


class Said(Part):
    """What one book says of a thing: amounts by their names, in a currency."""

    currency: OptionalCode = ""
    amounts: dict[Code, Amount]


class Told(Part):
    """What another book has said last of a document, or of an account in a month."""

    book: OtherBook
    entity: Code
    what: What
    name: Code
    period: Month
    said: Said
    told_on: Day


class Paper(NamedTuple):
    """A document of ours, of which kind and month, and what it comes to; an original of the ERP's own has no kind."""

    number: str
    type: str
    currency: str
    net: Decimal
    tax: Decimal
    month: str


class Tie(NamedTuple):
    """What the journal has left on a role, and what the records of it come to; both signed towards debit."""

    role: Account
    currency: str
    ledger: Decimal
    sub_ledger: Decimal

    @property
    def name(self) -> str:
        """Name it as people do."""
        return f"{self.role} {self.currency}".strip()


@dataclass(frozen=True, slots=True)
class ThreeBooks:
    """What is compared for one month of one entity: read, never written."""

    papers: tuple[Paper, ...] = ()
    movements: Mapping[Account, Decimal] = field(default_factory=dict)
    """What each role moved in the month, in the currency of the books, signed towards debit."""
    told: tuple[Told, ...] = ()
    ties: tuple[Tie, ...] = ()


class Difference(Part):
    """Something on which the books do not agree: a task until somebody closes it with a reason, or it is gone."""

    difference_id: Code
    stage: Stage = "OPEN"
    entity: Code
    what: What
    name: Name
    period: OptionalCode = ""
    """The month; none for a sub-ledger, which ties at any time."""
    problem: Problem
    lacking: tuple[Book, ...] = ()
    """The books that should have it and have not."""
    said: dict[Book, Said]
    amount: Magnitude
    seen_on: Day
    closed_by: Name = ""
    reason: Name = ""


class Reconciliation(Part):
    """One month of one entity: which books have told everything of it, and what came of comparing them."""

    entity: Code
    period: Month
    complete: tuple[OtherBook, ...] = ()
    compared_on: Day
    compared: int = 0
    open: int = 0


class Reconcile(Part):
    """Compare the books for a month; what a complete book does not have is missing there."""

    entity: PathCode
    period: Month
    complete: tuple[OtherBook, ...] = Field((), description="the books that have told everything of this month")


class CloseDifference(Part):
    """Say why a difference may stand."""

    reason: Name = Field(min_length=1)


def told_key(told: Told) -> str:
    """Name what another book says: one word for each thing."""
    return json.dumps([told.book, told.entity, told.what, told.period if told.what == "ACCOUNT" else "", told.name])


def difference_key(entity: str, what: str, period: str, name: str) -> str:
    """Name a difference: the same thing is the same task, whenever it is compared."""
    return hashlib.sha256(json.dumps([entity, what, period, name]).encode()).hexdigest()[:32]
