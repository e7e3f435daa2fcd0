"""What the oracle judges as a whole, and the form of its verdict."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, NamedTuple

from redletter.oracle.rows import Aggregate, Books, Department, Event, Record

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
    bank: tuple[tuple[str, Decimal], ...] | None = None
    """What the bank says that it has paid out: reference and amount."""
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
