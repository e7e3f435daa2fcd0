"""The values of a unit of work: what came, what is locked, what was decided."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.base import Event, Scope, Unknown
from contracts.policy import InForce
from servicekit.policy import PolicyBook

A = TypeVar("A")
Ref = tuple[type[Any], str]


@dataclass
class Entry:
    """One aggregate as the database holds it, and as the batch has decided it so far."""

    state: Any
    version: int = 0
    emitted: int = 0
    trace: str = ""
    read: int = 0
    """The version that the database holds; 0 for a new one."""
    before: Any = None
    """What the database holds; None for a new one."""
    changed: bool = False
    """Whether there is anything to save."""


class Store(Protocol):
    """How one kind of aggregate is locked and loaded, and saved: many at once, in id order."""

    async def load(self, conn: AsyncConnection, ids: Sequence[str]) -> dict[str, Entry]: ...

    async def save(self, conn: AsyncConnection, entries: Mapping[str, Entry]) -> None: ...


@dataclass
class Unit:
    """What one handler sees: the locked aggregates, the time, who asks, the policy in force."""

    held: dict[Ref, Entry]
    now: datetime
    actor: str
    scopes: frozenset[str]
    book: PolicyBook
    work_id: str
    source: str = ""
    """Where it came from: a caller's address, or a place on a topic."""
    told_at: str = ""
    """When the fact that a message tells of came about, in its publisher's words (`ce_time`)."""

    def get(self, kind: type[A], key: str) -> A | None:
        """Give the aggregate, or None when there is none yet."""
        entry = self.held.get((kind, key))
        return None if entry is None else entry.state

    def need(self, kind: type[A], key: str) -> A:
        """Give the aggregate that must exist.

        Raises:
            Unknown: there is none.
        """
        state = self.get(kind, key)
        if state is None:
            raise Unknown(f"There is no {kind.__name__.lower()} {key}.")
        return state

    def all(self, kind: type[A], keys: Iterable[str]) -> dict[str, A]:
        """Give those that exist."""
        return {key: state for key in keys if (state := self.get(kind, key)) is not None}

    def policy(self, model: type[BaseModel], scope: Scope) -> InForce[Any]:
        """Resolve the policy document for this case today."""
        return self.book.resolve(model, scope, self.now.date())


@dataclass(frozen=True)
class Done:
    """What was decided. The first changed aggregate is the one the events speak of: its id is their key."""

    changed: tuple[tuple[str, Any], ...] = ()
    """(id, new state) of each changed aggregate; `changed(...)` below reads better."""
    events: tuple[Event, ...] = ()
    answer: Any = None


def done(key: str, state: Any, *events: Event, also: Iterable[tuple[str, Any]] = (), answer: Any = None) -> Done:
    """Say what was decided for the aggregate `key`, what it publishes, and what else changed with it."""
    return Done(((key, state), *also), tuple(events), answer)


NOTHING = Done()
Handler = Callable[[Unit, Any], Done]
Touches = Callable[[Any, datetime], Iterable[Ref]]


@dataclass(frozen=True)
class Handle:
    """One row of a table: which handler answers, and which aggregates it needs locked. The first one is changed."""

    handler: Handler
    touches: Touches


def of_case(kind: type[Any], handler: Handler, *more: Touches) -> Handle:
    """Answer with the aggregate that has the case's id, and whatever else the news names."""

    def touches(news: Any, now: datetime) -> Iterable[Ref]:
        yield kind, news.case_id
        for also in more:
            yield from also(news, now)

    return Handle(handler, touches)


@dataclass(frozen=True)
class DeadlinePassed:
    """A deadline that an aggregate set for itself has come."""

    kind: str
    case_id: str
    name: str
    due_at: datetime
    answer: Any = None
    """What a partner outside has said, where the deadline asks one; None when nobody answered."""


@dataclass(frozen=True)
class Work:
    """One message, command or deadline on its way through the shell."""

    id: str
    news: Any
    handle: Handle
    key: str
    trace: str = ""
    actor: str = ""
    source: str = ""
    scopes: frozenset[str] = frozenset()
    if_match: int | None = None
    fingerprint: str = ""
    """Set for HTTP commands: the answer is kept under the id and repeated for the same fingerprint."""
    status: int = 200
    """What a command answers when it is taken."""
    record: Mapping[str, Any] = field(default_factory=dict)
    """Set for messages: where the record came from, and its bytes, in case it has to be parked."""


@dataclass(frozen=True)
class Answer:
    """What a caller hears: a status, a JSON value, and the version of what changed."""

    status: int
    body: Any
    version: int | None = None
    repeated: bool = False


@dataclass(frozen=True)
class Service:
    """A department's system as the kit runs it."""

    name: str
    topic: str
    stores: Mapping[type[Any], Store]
    consumes: Mapping[type[Event], Handle]
    deadlines: Mapping[str, Handle]
    policy: type[BaseModel]
    routers: Sequence[Any]
    operations: Mapping[str, str]
    package: str
    topics: Mapping[type[Event], str]
    """The topic of every event type of the house."""
    calls: Mapping[str, Callable[[Any], tuple[str, Any] | None]] = field(default_factory=dict)
    """The deadlines that ask a partner: which operation, and what it is asked, by the state of the aggregate."""

    def listens_to(self) -> dict[str, type[Event]]:
        """Give the wire names that have a handler here."""
        return {event.TYPE: event for event in self.consumes}
