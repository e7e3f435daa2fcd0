"""Small hands that change one thing in a good history."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from contracts.catalog import EVENTS
from redletter.oracle.history import History
from redletter.oracle.rows import Aggregate, Event, Record

TYPES = {event.__name__: name for name, event in EVENTS.items()}


def of(history: History, name: str, outcome: str = "") -> Event:
    """Find the first event of this class; of a case with this outcome, where one is named."""
    ended = {e.key for e in history.events if e.type == TYPES["CaseSettled"] and e.said["outcome"] == outcome}
    return next(e for e in history.events if e.type == TYPES[name] and (not outcome or e.key in ended))


def department(history: History, name: str, **changes: Any) -> History:
    """Change rows of one department."""
    return replace(history, departments={**history.departments, name: replace(history.departments[name], **changes)})


def books(history: History, **changes: Any) -> History:
    """Change rows of accounting."""
    return replace(history, books=replace(history.books, **changes))


def swap(rows: Iterable[Any], old: Any, *new: Any) -> tuple[Any, ...]:
    """Put others in the place of one row; none takes it away."""
    return tuple(each for row in rows for each in (new if row is old else (row,)))


def events(history: History, old: Event, *new: Event) -> History:
    """Change a fact everywhere it stands: outbox and topic, and where it is gone, inboxes too."""
    there = history.departments[old.department]
    changed = department(history, old.department, outbox=swap(there.outbox, old, *new))
    return replace(changed, records=records_of(changed))


def unheard(history: History, old: Event) -> History:
    """Take a fact away as if nobody had ever said it; the later ones move up."""
    there = history.departments[old.department]
    rest = tuple(
        replace(e, version=e.version - 1) if e.key == old.key and e.version > old.version else e
        for e in there.outbox
        if e is not old
    )
    changed = department(history, old.department, outbox=rest)
    changed = record(changed, old.department, old.key, emitted=-1)
    for name, each in changed.departments.items():
        changed = department(changed, name, inbox=each.inbox - {old.id})
    return replace(changed, records=records_of(changed))


def said(event: Event, **changes: Any) -> Event:
    """Let a fact say something else."""
    return replace(event, body=json.dumps({**json.loads(event.body), **changes}))


def again(history: History, old: Event, **changes: Any) -> History:
    """Say a fact once more, as an event of its own that everybody hears: only that it was said is wrong."""
    there = history.departments[old.department]
    version = 1 + max(e.version for e in there.outbox if e.key == old.key)
    more = replace(old, **{"id": f"{old.id}-again", "seq": 10**6, "version": version, **changes})
    changed = department(history, old.department, outbox=(*there.outbox, more))
    changed = record(changed, old.department, old.key, emitted=1)
    for name, each in changed.departments.items():
        if old.id in each.inbox:
            changed = department(changed, name, inbox=each.inbox | {more.id})
    return replace(changed, records=records_of(changed))


def record(history: History, name: str, key: str, *, emitted: int = 0, version: int = 0, **body: Any) -> History:
    """Change the body of a department's record that gives out events, and its counters."""
    there = history.departments[name]
    kinds = ("complaint", "rma_case", "inspection", "repair_order", "settlement", "refund", "claim", "receipt")
    old = next(a for kind in kinds for a in there.aggregates if (a.kind, a.id) == (kind, key))
    new = Aggregate(old.kind, key, old.version + version, old.emitted + emitted, {**old.body, **body})
    return department(history, name, aggregates=swap(there.aggregates, old, new))


def records_of(history: History) -> tuple[Record, ...]:
    """Make the records anew from the outboxes: what the relays would have sent."""
    made = []
    for event in history.events:
        headers = {"ce_id": event.id, "ce_type": event.type, "ce_aggregateversion": str(event.version)}
        partition = sum(event.key.encode()) % 12
        made.append(Record(event.topic, partition, event.seq, event.key, headers, event.body.encode()))
    return tuple(made)


def records(history: History, change: Callable[[list[Record]], list[Record]]) -> History:
    """Change what stands in the topics."""
    return replace(history, records=tuple(change(list(history.records or ()))))
