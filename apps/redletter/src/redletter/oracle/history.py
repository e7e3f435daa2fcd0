"""What the oracle judges: plain rows of the five databases, the records of all topics, the journal of the clients."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, NamedTuple

Found = tuple[str, str]
"""What is wrong, before it has the name of its invariant: the subject, and words."""


class Violation(NamedTuple):
    """One thing that must not be."""

    invariant: str
    subject: str
    words: str


def named(invariant: str, *streams: Iterable[Found]) -> list[Violation]:
    """Give what was found the name of the invariant that it breaks."""
    return [Violation(invariant, subject, words) for stream in streams for subject, words in stream]


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


class Effect(NamedTuple):
    """What a command must bring about, once: a record or an event of a department that shows these fields."""

    kind: str
    where: tuple[tuple[str, str], ...]


class Said(NamedTuple):
    """A line of a client's journal. An intent that was never followed is an unknown."""

    key: str
    department: str
    path: str
    end: Literal["intent", "acked", "refused", "unknown"]
    effect: Effect


@dataclass(frozen=True)
class History:
    """Everything that is known of a system: what nobody kept is None, and is not judged."""

    departments: Mapping[str, Department]
    books: Books = field(default_factory=Books)
    records: tuple[Record, ...] | None = None
    records_whole: bool = True
    """Whether the topics hold everything that was ever published; not so when a memory broker was lost."""
    lag: Mapping[str, int] | None = None
    journal: tuple[Said, ...] = ()
    expected: Mapping[tuple[str, str], Decimal] | None = None
    """What must have been credited in all, by customer and currency, by books that are not ours."""
    planted: frozenset[str] = frozenset()
    """Ids of messages, or places of records, that a test put there itself."""
    at_rest: bool = True
    """Whether nothing is on its way. While it runs only what one database knows is judged."""

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Every event of every outbox."""
        return tuple(event for department in self.departments.values() for event in department.outbox)

    @cached_property
    def told(self) -> Mapping[str, Mapping[str, list[Event]]]:
        """By key and wire name, in the order of versions."""
        found: dict[str, dict[str, list[Event]]] = defaultdict(lambda: defaultdict(list))
        for event in sorted(self.events, key=lambda e: (e.department, e.key, e.version)):
            found[event.key][event.type].append(event)
        return {key: dict(events) for key, events in found.items()}

    def kind(self, department: str, kind: str) -> Mapping[str, Aggregate]:
        """Give a department's records of one kind."""
        there = self.departments.get(department)
        return there.records.get(kind, {}) if there else {}

    def last(self, key: str, kind: str) -> Any:
        """Give what the newest event of this type said about a case; None when there is none."""
        events = self.told.get(key, {}).get(kind)
        return events[-1].said if events else None

    def settlements(self) -> Iterator[tuple[str, Any]]:
        """Give the money side of every case."""
        return ((key, record.body) for key, record in self.kind("finance", "settlement").items())
