"""Who saw it? Every unit of work that changes something leaves a record in the audit trail, in the same transaction."""

from dataclasses import replace
from typing import Any

from contracts.base import Event
from finance.model import BlueLine, Document, ImportBlueInvoice, JournalEntry, MakeClaim, Settlement
from finance.model.audit import ROUTINE, AuditRecord, changed, fingerprint, written
from finance.model.exports import ExportedEntry
from finance.model.reconciliation import TellAccount, TellDocument
from servicekit import work
from servicekit.work import Done, Handler, Touches, Unit

PAPERS: dict[type[Any], str] = {Document: "document", JournalEntry: "entry"}
# What moves blue lines and exported entries is a document, a claim or a batch, and that is told.
UNTOLD = {*PAPERS, BlueLine, ExportedEntry}
# What is taken over in bulk: thousands in a second, each with its own content hash.
BULK = (ImportBlueInvoice, MakeClaim, TellDocument, TellAccount)


def witnessed(handler: Handler) -> Handler:
    """Let a handler do its work, and record what came of it."""

    def recorded(unit: Unit, news: Any) -> Done:
        done = handler(unit, news)
        if not done.changed:
            return done
        record = seen(unit, news, done)
        return replace(done, changed=(*done.changed, (record.id, record)))

    return recorded


def Handle(handler: Handler, touches: Touches) -> work.Handle:  # noqa: N802  it stands where the kit's Handle would
    """Make a row of a table of handlers, with a witness."""
    return work.Handle(witnessed(handler), touches)


def of_case(kind: type[Any], handler: Handler, *more: Touches) -> work.Handle:
    """Make a row for the aggregate that has the case's id, with a witness."""
    return work.of_case(kind, witnessed(handler), *more)


def seen(unit: Unit, news: Any, done: Done) -> AuditRecord:
    """Say who did what, from where and why, what it changed, and which papers it wrote."""
    body, first = getattr(news, "body", news), done.changed[0][0]
    routine = not unit.actor or isinstance(body, BULK)
    return AuditRecord(
        id=unit.work_id,
        at=unit.now,
        actor=unit.actor or getattr(body, "decided_by", "") or ROUTINE,
        source=unit.source,
        action=body.TYPE if isinstance(body, Event) else type(body).__name__,
        object=first,
        changes="{}" if routine else written(_changes(unit, done)),
        routine=routine,
        **_told(body, [state for _, state in done.changed], done, first),
    )


def _told(body: Any, states: list[Any], done: Done, first: str) -> dict[str, str]:
    """Give the entity, the reason, the case, and the papers by their hash."""
    reason = next((event.reason for event in done.events if hasattr(event, "reason")), None)
    papers = {f"{PAPERS[type(s)]}:{s.id}": fingerprint(facts(s)) for s in states if type(s) in PAPERS}
    return {
        "entity": next((entity for state in states if (entity := getattr(state, "entity", ""))), ""),
        "reason": getattr(reason, "code", "") or str(getattr(body, "note", "") or getattr(body, "reason", "")),
        "correlation": next((state.case_id for state in states if isinstance(state, Settlement)), first),
        "papers": written(papers),
    }


def facts(paper: Any) -> dict[str, Any]:
    """Give everything that a paper says."""
    return {name: getattr(paper, name) for name in paper.__dataclass_fields__}


def _changes(unit: Unit, done: Done) -> dict[str, Any]:
    """Give what changed of each record, before beside after."""
    records = [(key, state) for key, state in done.changed if type(state) not in UNTOLD]
    return {f"{type(state).__name__}:{key}": changed(unit.get(type(state), key), state) for key, state in records}
