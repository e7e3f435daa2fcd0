"""Accounting without a database: its own handlers on records in memory, refusing what the database would refuse."""

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from importlib import resources
from typing import Any, NamedTuple, TypeVar

from contracts.base import Event, NotYet, Refused, Scope
from contracts.finance import CreditHeld
from finance.consumers import CONSUMES
from finance.model import AlreadyIssued, BlueInvoice, BlueLine, Policy, Settlement, Shelf
from finance.model.keys import invoice_key, line_key
from redletter.scenarios.constraints import AgainstTheBooks, check
from redletter.scenarios.spelling import code
from servicekit.http import Asked
from servicekit.policy import PolicyBook, PolicyRow, check_values, shipped_rows
from servicekit.work import Done, Entry, Handle, Unit

R = TypeVar("R")
SHIPPED = shipped_rows(resources.files("finance").joinpath("policy.json").read_text("utf-8"))
HERE = "here"
BEGAN = date(2000, 1, 1)
NINE = time(9, tzinfo=UTC)


class Outcome(NamedTuple):
    """What came of a step: done, ignored, or refused, held or parked with a code."""

    what: str
    code: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.code}".strip()


class Who(NamedTuple):
    """Who does a step, what they may sign for, and on which day."""

    name: str
    level: str
    on: date


class Office:
    """Everything that accounting knows."""

    def __init__(self, entity: str, currency: str, profile: str, policy: dict[str, Any]) -> None:
        check_values(Policy, policy, PolicyBook(SHIPPED))
        values = json.loads(json.dumps(policy))
        rows = [PolicyRow("global", 2, BEGAN, values), PolicyRow(f"contract:{HERE}", 1, BEGAN, values)]
        self.book = PolicyBook([*SHIPPED, *rows])
        self.entity, self.currency = entity, currency
        self.scope = Scope(profile=profile, contract=HERE)
        self.who = Who("", "", BEGAN)
        self.held: dict[tuple[type[Any], str], Entry] = {}
        self.waiting: list[Event] = []
        self.noted: dict[tuple[str, int], dict[str, Any]] = {}
        self.outcome = Outcome("done")

    def ask(self, handle: Handle, body: Any, case_id: str) -> Any:
        """Let somebody ask for something; the answer, or what it was refused for, stands in `outcome`."""
        try:
            done = handle.handler(self._unit(), Asked(case_id, body))
            self._keep(done)
        except Refused as refused:
            self.outcome = Outcome("refused", refused.code())
            return None
        except AgainstTheBooks:
            self.outcome = Outcome("refused", "not-possible-now")
            return None
        self._retry()
        return done.answer

    def hear(self, news: Event) -> None:
        """Let accounting hear something; what came too early waits and is heard again when something has moved."""
        self.outcome = self._heard(news)
        if self.outcome == Outcome("parked", "not-yet"):
            self.waiting.append(news)
        elif self.outcome.what in {"done", "held"}:
            self._retry()

    def _heard(self, news: Event) -> Outcome:
        try:
            self._keep(CONSUMES[type(news)].handler(self._unit(), news))
        except NotYet:
            return Outcome("parked", "not-yet")
        except AlreadyIssued:
            return Outcome("parked", "already-issued")
        except AgainstTheBooks:
            return Outcome("parked", "refused-by-database")
        return self.outcome

    def _retry(self) -> None:
        """Hear again what waits, until none of it moves any more; what came of the step itself stands."""
        mine = self.outcome
        again = True
        while again:
            still = [news for news in self.waiting if self._heard(news) == Outcome("parked", "not-yet")]
            again, self.waiting = len(still) < len(self.waiting), still
        self.outcome = mine

    def _unit(self) -> Unit:
        now = datetime.combine(self.who.on, NINE)
        scopes = frozenset({f"level:{self.who.level}"} if self.who.level else ())
        return Unit(self.held, now, self.who.name, scopes, self.book, "scenario")

    def _keep(self, done: Done) -> None:
        check(done.changed, self.held)
        for key, state in done.changed:
            entry = self.held.setdefault((type(state), key), Entry(state))
            entry.state = state
            if isinstance(state, BlueLine):
                self._shelve(state)
        held = [event for event in done.events if isinstance(event, CreditHeld)]
        self.outcome = Outcome("done" if done.changed else "ignored")
        if held:
            self.outcome = Outcome("held", code(held[-1].reason.code))

    def _shelve(self, line: BlueLine) -> None:
        shelf = self.held.setdefault((Shelf, line.shelf), Entry(Shelf(())))
        shelf.state = Shelf(tuple(dict.fromkeys((*shelf.state.lines, line.id))))

    def get(self, kind: type[R], key: str) -> R | None:
        """Give a record, or None."""
        entry = self.held.get((kind, key))
        return None if entry is None else entry.state

    def all(self, kind: type[R]) -> list[R]:
        """Give every record of a kind, in the order in which they came."""
        return [entry.state for (held, _), entry in self.held.items() if held is kind]

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
        self.outcome = Outcome("done")
