"""Accounting without a database: its own handlers on records in memory, refusing what the database would refuse."""

import json
import logging
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from importlib import resources
from typing import Any, TypeVar

from pydantic import ValidationError

from contracts.base import Event, NotYet, Refused
from contracts.finance import CreditHeld
from finance.main import service
from finance.model import BlueLine, Calendar, Document, IssuedPaper, JournalEntry, Period, Policy, Shelf
from finance.model.exports import ToExport
from finance.model.keys import REFERENCE
from finance.model.losses import CaseCost
from finance.model.monthend import MonthFacts
from finance.model.reconciliation import ThreeBooks
from redletter.scenarios.constraints import AgainstTheBooks, check
from redletter.scenarios.indexes import case_cost, filed, to_export
from redletter.scenarios.months import month_facts
from redletter.scenarios.office import BEGAN, HERE, NINE, Outcome, Who
from redletter.scenarios.spelling import code, reason, suggested
from redletter.scenarios.threebooks import three_books
from servicekit.http import Asked
from servicekit.policy import PolicyBook, PolicyRow, check_values, shipped_rows
from servicekit.work import DeadlinePassed, Done, Entry, Handle, Unit

R = TypeVar("R")
SHIPPED = shipped_rows(resources.files("finance").joinpath("policy.json").read_text("utf-8"))
NOBODY = Who("", "", BEGAN)
TOO_EARLY = Outcome("parked", "not-yet")
log = logging.getLogger(__name__)


def figures(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Give policy figures as a policy maker enters them.

    Raises:
        ValueError: accounting's policy does not know or cannot hold them.
    """
    try:
        check_values(Policy, policy, PolicyBook(SHIPPED))
    except ValueError as wrong:
        raise ValueError(_wrong(policy) or str(wrong)) from None
    values: dict[str, Any] = json.loads(json.dumps(policy))
    return values


def _wrong(policy: Mapping[str, Any]) -> str:
    """Say which figures are wrong, down to the place inside of them."""
    known = list(Policy.model_fields)
    unknown = (f"there is no policy figure {key}{suggested(key, known)}" for key in policy if key not in known)
    shipped = next(row.values for row in SHIPPED if row.scope == "global")
    found: list[str] = []
    try:
        Policy.model_validate({**shipped, **{key: value for key, value in policy.items() if key in known}})
    except ValidationError as wrong:
        found = [f"policy {' '.join(map(str, each['loc']))}: {each['msg']}" for each in wrong.errors()]
    return "; ".join((*unknown, *found))


class Memory:
    """Everything that accounting knows, and what waits under the key of each case."""

    def __init__(self, policy: Mapping[str, Any]) -> None:
        rows = [PolicyRow(scope, 2, BEGAN, policy) for scope in ("global", f"contract:{HERE}")]
        self.book = PolicyBook([*SHIPPED, *rows])
        self.now = datetime.combine(BEGAN, NINE)
        self.held: dict[tuple[type[Any], str], Entry] = {}
        self.waiting: dict[str, list[tuple[Event, datetime]]] = defaultdict(list)
        self.blocked: set[str] = set()
        self.fired: set[DeadlinePassed] = set()

    def ask(self, who: Who, handle: Handle, body: Any, record: str) -> tuple[Outcome, Any]:
        """Have a command done, or refused."""
        try:
            outcome, answer = self._do(handle, Asked(record, body), who)
        except Refused as refused:
            return Outcome("refused", refused.code()), None
        except AgainstTheBooks:
            return Outcome("refused", "not-possible-now"), None
        except Exception:
            log.info("cannot decide", exc_info=True)
            return Outcome("refused", "broken"), None
        self._go_on(record)
        return outcome, answer

    def hear(self, news: Event, told_at: datetime) -> Outcome:
        """Hear news; what cannot be done yet waits under its case, and what never can blocks it."""
        key = key_of(news)
        outcome = self._heard(news, told_at) if key not in self.blocked else Outcome("parked", "behind-failed")
        if outcome == TOO_EARLY:
            self.waiting[key].append((news, told_at))
        elif outcome.what == "parked":
            self.blocked.add(key)
        else:
            self._go_on(key)
        return outcome

    def wait(self, until: datetime) -> None:
        """Fire what is due by then, the earliest first, each once."""
        while due := min(self._due(until), key=lambda each: each.due_at, default=None):
            self.fired.add(due)
            self.now = max(self.now, due.due_at)
            try:
                self._do(service.deadlines[due.name], due, NOBODY)
            except Exception:
                log.info("cannot decide", exc_info=True)
                continue
            self._go_on(due.case_id)
        self.now = until

    def _due(self, until: datetime) -> list[DeadlinePassed]:
        every = [
            DeadlinePassed(kind.__name__, key, name, at)
            for (kind, key), entry in self.held.items()
            for name, at in getattr(entry.state, "deadlines", {}).items()
        ]
        return [each for each in every if each.due_at <= until and each not in self.fired]

    def _heard(self, news: Event, told_at: datetime) -> Outcome:
        try:
            return self._do(service.consumes[type(news)], news, NOBODY, told_at.isoformat())[0]
        except NotYet:
            return TOO_EARLY
        except Refused as no:
            return Outcome("parked", no.code())
        except AgainstTheBooks:
            return Outcome("parked", "refused-by-database")
        except Exception as bug:
            log.info("cannot decide", exc_info=True)
            return Outcome("parked", reason(type(bug).__name__))

    def _go_on(self, key: str) -> None:
        """Hear again what waits under a key that has moved, until nothing of it moves any more."""
        again = True
        while again and key not in self.blocked:
            heard = [(each, self._heard(*each)) for each in self.waiting[key]]
            still = [each for each, outcome in heard if outcome == TOO_EARLY]
            again, self.waiting[key] = len(still) < len(heard), still
            if any(outcome.what == "parked" and outcome != TOO_EARLY for _, outcome in heard):
                self.blocked.add(key)

    def _do(self, handle: Handle, news: Any, who: Who, told_at: str = "") -> tuple[Outcome, Any]:
        scopes = frozenset({f"level:{who.level}"} if who.level else ())
        self._index(handle, news)
        done = handle.handler(
            Unit(self.held, self.now, who.actor, scopes, self.book, "scenario", told_at=told_at), news
        )
        self._keep(done)
        held = [event for event in done.events if isinstance(event, CreditHeld)]
        if held:
            return Outcome("held", code(held[-1].reason.code)), done.answer
        return Outcome("done" if done.changed else "ignored"), done.answer

    def _index(self, handle: Handle, news: Any) -> None:
        """Read the indexes that a command asks for, as the database would: they follow from the records."""
        for kind, key in handle.touches(news, self.now):
            if kind is IssuedPaper:
                for name, paper in filed(key, self.all(Document), self.all(JournalEntry)).items():
                    self.held[kind, name] = Entry(paper)
            if kind is ToExport:
                self.held[kind, key] = Entry(to_export(key, self.all(JournalEntry), self.all(Document), self.held))
            if kind is MonthFacts:
                self.held[kind, key] = Entry(month_facts(key, self))
            if kind is ThreeBooks:
                month = key.rpartition(REFERENCE)[2]
                self.held[kind, month] = Entry(three_books(month, self))
            if kind is CaseCost:
                self.held[kind, key] = Entry(case_cost(key, self.all(JournalEntry)))

    def _keep(self, done: Done) -> None:
        check(done.changed, self.held)
        for key, state in done.changed:
            self.put(key, state)

    def put(self, key: str, state: Any) -> None:
        """Keep a record."""
        self.held.setdefault((type(state), key), Entry(state)).state = state
        if isinstance(state, BlueLine):
            shelf = self.held.setdefault((Shelf, state.shelf), Entry(Shelf(())))
            shelf.state = Shelf(tuple(dict.fromkeys((*shelf.state.lines, key))))
        if isinstance(state, Period):
            every = sorted((each for each in self.all(Period) if each.entity == state.entity), key=lambda p: p.starts)
            self.held.setdefault((Calendar, state.entity), Entry(Calendar())).state = Calendar(tuple(every))

    def get(self, kind: type[R], key: str) -> R | None:
        """Give a record, or None."""
        entry = self.held.get((kind, key))
        return None if entry is None else entry.state

    def all(self, kind: type[R]) -> list[R]:
        """Give every record of a kind, in the order in which they came."""
        return [entry.state for (held, _), entry in self.held.items() if held is kind]


def key_of(news: Event) -> str:
    """Give the key under which news stands on its topic: its case."""
    key: str = getattr(news, "case_id", "")
    return key
