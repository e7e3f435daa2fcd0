"""What would it be? The very same decision, on the same books under the same locks, and then nothing is saved."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.base import NotYet, Refused
from finance import handlers
from finance.model import AlreadyIssued, Document, JournalEntry, Settlement
from finance.model.preview import PreviewCredit
from servicekit import shell
from servicekit.http import Call
from servicekit.work import Done, Entry, Ref, Store, Unit


async def preview(call: Call, asked: PreviewCredit) -> dict[str, Any]:
    """Decide, and tell what would have been written; the connection is given back without a commit."""
    news = asked.decision(call.actor)
    runtime = call.desk.runtime
    async with runtime.engine.connect() as conn:
        book = await shell.policies(conn, runtime)
        held = await _locked(conn, call.desk.service.stores, news, runtime.now())
        unit = Unit(held, runtime.now(), "", frozenset(), book, "preview")
        try:
            done = handlers.DECIDED.handler(unit, news)
        except (NotYet, AlreadyIssued) as wait:
            code = "not-yet" if isinstance(wait, NotYet) else "already-issued"
            return told(asked.case_id, Done(), [{"code": code, "detail": str(wait)}])
        except Refused as no:
            return told(asked.case_id, Done(), [{"code": no.code(), "detail": no.detail}])
        finally:
            await conn.rollback()
    return told(asked.case_id, done, [])


async def _locked(
    conn: AsyncConnection, stores: Mapping[type[Any], Store], news: Any, now: datetime
) -> dict[Ref, Entry]:
    """Lock and load what the decision touches, in the order in which everybody locks."""
    needed: dict[type[Any], set[str]] = defaultdict(set)
    for kind, key in handlers.DECIDED.touches(news, now):
        needed[kind].add(key)
    held: dict[Ref, Entry] = {}
    for kind, store in stores.items():
        if kind in needed:
            found = await store.load(conn, sorted(needed[kind]))
            held.update({(kind, key): entry for key, entry in found.items()})
    return held


def told(case_id: str, done: Done, violations: list[dict[str, str]]) -> dict[str, Any]:
    """Say what would be written, and what stands against it."""
    states = [state for _, state in done.changed]
    settlement = next((state for state in states if isinstance(state, Settlement)), None)
    events = [event.model_dump(mode="json") for event in done.events]
    held = settlement.held if settlement else None
    if held is not None:
        violations = [
            *violations,
            {"code": held.code.replace("_", "-"), "detail": f"{held.rule} {held.policy}".strip()},
        ]
    issued = next((event for event in events if "to_receivable" in event), {})
    return {
        "case_id": case_id,
        "stage": settlement.stage if settlement else "",
        "documents": [paper(state) for state in states if isinstance(state, Document)],
        "entries": [paper(state) for state in states if isinstance(state, JournalEntry)],
        "amounts": {name: issued.get(name, "0") for name in ("credited", "to_receivable", "to_credit")},
        "approver": settlement.approver if settlement else "",
        "gate": settlement.gate.model_dump(mode="json") if settlement and settlement.gate else None,
        "worklist": [todo.model_dump(mode="json") for todo in settlement.worklist] if settlement else [],
        "violations": violations,
    }


def paper(state: Any) -> dict[str, Any]:
    """Write a document or an entry with its lines, as the reads of the journal do."""
    if not is_dataclass(state):
        return dict(state._asdict())
    written = {field.name: getattr(state, field.name) for field in fields(state)}
    return {**written, "lines": [paper(line) for line in written["lines"]]}
