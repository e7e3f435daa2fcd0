"""The rows that the oracle judges: what stands in the five databases and in the topics, as plain values."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple


class Share(NamedTuple):
    """Pieces, net amount and tax."""

    quantity: Decimal
    net: Decimal
    tax: Decimal

    def plus(self, other: "Share") -> "Share":
        """Add each of the three."""
        return Share(self.quantity + other.quantity, self.net + other.net, self.tax + other.tax)


NOTHING = Share(Decimal(0), Decimal(0), Decimal(0))


@dataclass(frozen=True)
class Event:
    """A row of an outbox."""

    department: str
    seq: int
    id: str
    topic: str
    key: str
    version: int
    type: str
    body: str
    cause: str
    trace: str
    time: datetime
    published: bool

    @cached_property
    def said(self) -> Any:
        """What the body says."""
        return json.loads(self.body, parse_float=Decimal)


@dataclass(frozen=True)
class Record:
    """A record as the broker keeps it."""

    topic: str
    partition: int
    offset: int
    key: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The id of the event; empty where there is none."""
        return self.headers.get("ce_id", "")

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.topic}@{self.partition}@{self.offset}"


class Parked(NamedTuple):
    """A message that waits, has failed, or is dead."""

    id: str
    key: str
    state: str
    type: str
    reason: str


class Deadline(NamedTuple):
    """A timer."""

    kind: str
    id: str
    name: str
    due_at: datetime


class Asked(NamedTuple):
    """A command that has its answer."""

    id: str
    status: int
    version: int | None


class Aggregate(NamedTuple):
    """A record of a department: `kind` is its table."""

    kind: str
    id: str
    version: int
    emitted: int
    body: Any


@dataclass(frozen=True)
class Department:
    """One database, at one moment."""

    name: str
    now: datetime
    outbox: tuple[Event, ...] = ()
    inbox: frozenset[str] = frozenset()
    parked: tuple[Parked, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    asked: tuple[Asked, ...] = ()
    aggregates: tuple[Aggregate, ...] = ()
    stale: int = 0
    """Transactions that have been idle, or locks that have been waited for, longer than 30 seconds."""

    @cached_property
    def records(self) -> Mapping[str, Mapping[str, Aggregate]]:
        """The aggregates by table and id."""
        found: dict[str, dict[str, Aggregate]] = defaultdict(dict)
        for aggregate in self.aggregates:
            found[aggregate.kind][aggregate.id] = aggregate
        return found


class Document(NamedTuple):
    """A document with its number."""

    id: str
    entity: str
    type: str
    series: str
    no: int
    number: str
    case_id: str
    decision_id: str
    customer: str
    currency: str
    reason: str
    original: str
    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        """Net and tax."""
        return self.net + self.tax


class DocumentLine(NamedTuple):
    """A line of a document; `blue_line` is empty where there is no original."""

    document: str
    no: int
    blue_line: str
    share: Share


class EntryLine(NamedTuple):
    """A line of an entry."""

    entry: str
    no: int
    side: str
    account: str
    currency: str
    amount: Decimal


class Entry(NamedTuple):
    """An entry of the journal."""

    id: str
    entity: str
    case_id: str
    template: str
    document: str
    customer: str
    currency: str


class BlueLine(NamedTuple):
    """A line that was sold, and what of it is reserved and credited."""

    id: str
    entity: str
    invoice: str
    currency: str
    sold: Share
    reserved: Share
    credited: Share


class Credit(NamedTuple):
    """What a customer has to his credit."""

    entity: str
    customer: str
    currency: str
    balance: Decimal


@dataclass(frozen=True)
class Books:
    """Accounting's tables; of the blue lines those that anything was ever done with."""

    documents: tuple[Document, ...] = ()
    document_lines: tuple[DocumentLine, ...] = ()
    entries: tuple[Entry, ...] = ()
    entry_lines: tuple[EntryLine, ...] = ()
    blue_lines: tuple[BlueLine, ...] = ()
    blue_invoices: frozenset[tuple[str, str]] = frozenset()
    credits: tuple[Credit, ...] = ()

    @cached_property
    def lines_of(self) -> Mapping[str, list[EntryLine]]:
        """The lines of every entry."""
        found: dict[str, list[EntryLine]] = defaultdict(list)
        for line in self.entry_lines:
            found[line.entry].append(line)
        return found
