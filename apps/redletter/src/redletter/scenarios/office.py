"""Where is a scenario played? An office: who acts on which day, and on which accounting, in memory or live."""

from copy import copy
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, Self, TypeVar

from contracts.base import Event, Scope
from finance.model import BlueInvoice, BlueLine, Settlement
from finance.model.keys import invoice_key, line_key
from servicekit.work import Handle

R = TypeVar("R")
HERE = "here"
NEW = "new"
BEGAN = date(2000, 1, 1)
NINE = time(9, tzinfo=UTC)


class Outcome(NamedTuple):
    """What came of a step: done, ignored, or refused, held or parked with a code."""

    what: str
    code: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.code}".strip()


class Who(NamedTuple):
    """Who does a step, what they may sign for, and on which day: every step happens at nine.

    News may tell of a fact that came about on an earlier day (`happened`).
    """

    name: str
    level: str
    on: date
    happened: date | None = None

    @property
    def actor(self) -> str:
        """Under which name a command is given."""
        return self.name or "somebody"

    @property
    def moment(self) -> datetime:
        """When it happens."""
        return datetime.combine(self.on, NINE)

    @property
    def told_at(self) -> datetime:
        """When the fact that is told came about."""
        return datetime.combine(self.happened or self.on, NINE)


class Books(NamedTuple):
    """Whose books they are, in which currency, under which policy profile."""

    entity: str
    currency: str
    profile: str


class Accounting(Protocol):
    """Accounting itself: `memory.Memory` has its handlers on records in memory, `live` its service as it runs."""

    def ask(self, who: Who, handle: Handle, body: Any, record: str) -> tuple[Outcome, Any]:
        """Let somebody give a command for a record, or for a new one of that name."""

    def hear(self, news: Event, told_at: datetime) -> Outcome:
        """Let another department say something that came about at a moment."""

    def wait(self, until: datetime) -> None:
        """Let time pass: every deadline that is due by then fires at its own moment."""

    def put(self, key: str, state: Any) -> None:
        """Have a record that is given."""

    def get(self, kind: type[R], key: str) -> R | None:
        """Give a record, or None."""

    def all(self, kind: type[R]) -> list[R]:
        """Give every record of a kind; documents and entries in the order in which they were written."""


class Office:
    """Where steps act: only `ask` and `hear` change anything, so a step runs live as it runs in memory."""

    def __init__(self, accounting: Accounting, company: Books, *others: Books) -> None:
        self.accounting = accounting
        self.companies = {books.entity: books for books in (*others, company)}
        self.entity = self.first = company.entity
        self.who = Who("", "", BEGAN)
        self.policy: dict[str, Any] = {}
        self.noted: dict[tuple[str, int], dict[str, Any]] = {}
        self.untold: set[tuple[str, int]] = set()
        self.outcome = Outcome("done")

    @property
    def currency(self) -> str:
        """In which currency the books are."""
        return self.companies[self.entity].currency

    @property
    def scope(self) -> Scope:
        """For whom policy is asked."""
        return Scope(profile=self.companies[self.entity].profile, contract=HERE)

    def of(self, entity: str) -> Self:
        """Look at the books of another company of the scenario; of the first one where none is named."""
        other = copy(self)
        other.entity = entity or self.first
        return other

    def whose(self, name: str) -> tuple[Self, str]:
        """Read in whose books a name stands: `B1 of DE01`; in the company's where none is named."""
        plain, _, entity = name.partition(" of ")
        return (self.of(entity), plain) if entity in self.companies else (self, name)

    def turn(self, who: Who, entity: str = "") -> None:
        """Let somebody come on a day, to a company's books; what was due by then has happened."""
        self.who, self.entity = who, entity or self.first
        self.accounting.wait(who.moment)

    def ask(self, handle: Handle, body: Any, record: str = NEW) -> Any:
        """Give a command; the answer, or what it was refused for, stands in `outcome`."""
        self.outcome, answer = self.accounting.ask(self.who, handle, body, record)
        return answer

    def hear(self, news: Event) -> None:
        """Let accounting hear something; what came too early waits and is heard again when its case has moved."""
        self.outcome = self.accounting.hear(news, self.who.told_at)

    def get(self, kind: type[R], key: str) -> R | None:
        """Give a record, or None."""
        return self.accounting.get(kind, key)

    def all(self, kind: type[R]) -> list[R]:
        """Give every record of a kind, in the order in which they came."""
        return self.accounting.all(kind)

    def line(self, invoice: str, line: int) -> BlueLine | None:
        """Give a blue line."""
        return self.get(BlueLine, line_key(self.entity, invoice, line))

    def invoice(self, invoice: str) -> BlueInvoice | None:
        """Give a blue invoice."""
        return self.get(BlueInvoice, invoice_key(self.entity, invoice))

    def settlement(self, case: str) -> Settlement | None:
        """Give the money side of a case."""
        return self.get(Settlement, case)

    def note(self, case: str, line: int, **what: Decimal | str) -> None:
        """Keep what the dock and the inspectors say until the decision takes it along."""
        self.noted.setdefault((case, line), {}).update(what)
        self.untold.add((case, line))
        self.outcome = Outcome("done")
