"""What goes to the general ledger: batches of entries, and what it says of each."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, StringConstraints, model_validator

from contracts.base import CaseId, Name, OptionalCode, Part
from finance.model.books import JournalEntry
from finance.model.requests import PathCode

MOST_ENTRIES = 10_000
Style = Literal["OPPOSITE", "RED"]
EntryId = Annotated[str, StringConstraints(min_length=1, max_length=400)]


class ExportGL(Part):
    """Put what is posted and not exported yet into a batch: of one entity, up to a day, in the order of posting."""

    entity: PathCode
    through: date | None = None
    style: Style | None = Field(None, description="otherwise what the policy says for the entity's jurisdiction")
    most: int = Field(MOST_ENTRIES, ge=1, le=MOST_ENTRIES)


class Answered(Part):
    """What the ERP says of one entry: its number, or why it does not take it."""

    entry: EntryId
    erp_number: OptionalCode = ""
    rejected: Name = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.erp_number) == bool(self.rejected):
            raise ValueError("an entry has a number, or a reason why it is rejected")
        return self


class AcknowledgeExport(Part):
    """Take over what the ERP says of the entries of a batch."""

    export_id: CaseId
    results: tuple[Answered, ...] = Field(min_length=1, max_length=1000)


class Known(NamedTuple):
    """What a line of the general ledger says beside its entry."""

    blue_number: str = ""
    rma_number: str = ""


@dataclass(frozen=True, slots=True)
class ToExport:
    """What is posted and not exported yet: an index, read when it is asked for."""

    entries: tuple[JournalEntry, ...]
    known: dict[str, Known]


def to_export_key(entity: str, through: date | None, most: int) -> str:
    """Name what an export asks for."""
    return json.dumps([entity, through.isoformat() if through else "", most])


class GLLine(NamedTuple):
    """One line for the general ledger; the names are the columns of every file."""

    batch: str
    entry: str
    line: int
    entity: str
    posting_date: str
    service_date: str
    role: str
    account: str
    debit: Decimal
    credit: Decimal
    currency: str
    document_amount: Decimal
    books_currency: str
    rate: Decimal
    functional_amount: Decimal
    tax_code: str
    partner: str
    department: str
    case: str
    rma: str
    document: str
    blue_number: str
    red: str
    text: str


@dataclass(frozen=True, slots=True)
class ExportBatch:
    """A batch for the general ledger; its lines are kept as they left, and the hash is theirs."""

    id: str
    entity: str
    style: str
    made_by: str
    made_at: datetime
    entries: int
    lines: int
    debit: Decimal
    credit: Decimal
    hash: str
    content: str


class Answer(StrEnum):
    """What the ERP has said of an entry."""

    PENDING = "PENDING"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class ExportedEntry:
    """An entry in its batch; its id is the entry's, so no entry is in two."""

    id: str
    batch: str
    state: Answer
    erp_number: str
    answer: str
    answered_at: datetime | None
