"""Bad histories of what is said and heard: each function plants one fault in a good history."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from tampering import again, department, events, of, record, records, records_of, swap

from redletter.oracle.history import Effect, History, Said
from redletter.oracle.rows import Asked, Deadline, Parked


def journal(end: str, reference: str) -> Callable[[History], History]:
    """Let a client's journal say how registering a complaint under this reference ended."""

    def tamper(h: History) -> History:
        where = (("reference", reference or _reference(h)),)
        line = Said("K-1", "intake", "/complaints", end, Effect("complaint", where))
        return replace(h, journal=(line._replace(end="intent"), line))

    tamper.__name__ = f"{end}_{reference or 'known'}"
    return tamper


def _reference(h: History) -> str:
    return next(a.body["reference"] for a in h.departments["intake"].aggregates if a.kind == "complaint")


def registered_twice(h: History) -> History:
    """An acknowledged complaint is there twice."""
    rows = h.departments["intake"].aggregates
    more = tuple(a._replace(body={**a.body, "reference": _reference(h)}) for a in rows if a.kind == "complaint")
    return journal("acked", "")(department(h, "intake", aggregates=more))


def both_answers(h: History) -> History:
    """A client was told both that it was done and that it was refused."""
    told = journal("acked", "")(h)
    return replace(told, journal=(*told.journal, told.journal[-1]._replace(end="refused")))


def refused_and_done(h: History) -> History:
    """A refused command has said something."""
    event = of(h, "ComplaintAccepted")
    asked = tuple(
        a._replace(status=409, version=None) if a.id == event.cause else a for a in h.departments["intake"].asked
    )
    return department(h, "intake", asked=asked)


def unpublished(h: History) -> History:
    """An event never went out."""
    event = of(h, "ComplaintClosed")
    return events(h, event, replace(event, published=False))


def lost_from_its_topic(h: History) -> History:
    """A published event is not in its topic."""
    event = of(h, "CaseSettled")
    return records(h, lambda rows: [r for r in rows if r.id != event.id])


def ghost(h: History) -> History:
    """A topic holds an event whose transaction was rolled back."""
    return records(
        h, lambda rows: [*rows, replace(rows[0], offset=10**6, headers={**rows[0].headers, "ce_id": "ghost"})]
    )


def other_bytes(h: History) -> History:
    """A record says something else than its outbox row."""
    return records(h, lambda rows: [replace(rows[0], body=rows[0].body + b" "), *rows[1:]])


def overtaken(h: History) -> History:
    """In the topic an event came before its predecessor."""

    def change(rows):
        first = next(r for r in rows if r.headers["ce_aggregateversion"] == "1" and r.topic == "rma.case.v1")
        return [replace(r, offset=10**6) if r is first else r for r in rows]

    return records(h, change)


def two_partitions(h: History) -> History:
    """A key changed its partition."""

    def change(rows):
        second = next(r for r in rows if r.headers["ce_aggregateversion"] == "2")
        return [replace(r, partition=13) if r is second else r for r in rows]

    return records(h, change)


def never_heard(h: History) -> History:
    """A consumer skipped a message: its group began at the end of the topic."""
    heard = of(h, "ReturnAuthorized").id
    return department(h, "inspection", inbox=h.departments["inspection"].inbox - {heard})


def heard_from_nobody(h: History) -> History:
    """A consumer heard what nobody said."""
    return department(h, "finance", inbox=h.departments["finance"].inbox | {"nobody"})


def version_left_out(h: History) -> History:
    """The events of a case have a gap."""
    event = next(e for e in h.departments["rma"].outbox if e.version == 1)
    return events(h, event, replace(event, version=9))


def forked(h: History) -> History:
    """Two events have the same version: one update was lost."""
    event = next(e for e in h.departments["rma"].outbox if e.version == 2)
    return events(h, event, replace(event, version=1))


def written_late(h: History) -> History:
    """An event was written after its successor."""
    event = next(e for e in h.departments["rma"].outbox if e.version == 1)
    return events(h, event, replace(event, seq=10**6))


def same_version_twice(h: History) -> History:
    """Two commands were told that they made the same version."""
    event = of(h, "ComplaintAccepted")
    cause = next(e.cause for e in h.departments["intake"].outbox if e.cause != event.cause)
    twice = again(h, event, cause=cause)
    asked = tuple(a._replace(version=1) if a.id == cause else a for a in h.departments["intake"].asked)
    return department(twice, "intake", asked=asked)


def fell_back(h: History) -> History:
    """A record is older than the version that a command was told."""
    event = of(h, "ComplaintAccepted")
    there = next(a for a in h.departments["intake"].aggregates if a.id == event.key)
    return record(h, "intake", event.key, version=-there.version)


def no_cause(h: History) -> History:
    """An event was written by hand."""
    event = of(h, "GoodsReceived")
    return events(h, event, replace(event, cause="by hand"))


def lost_trace(h: History) -> History:
    """A step of a case began a trace of its own."""
    event = of(h, "GoodsReceived")
    return events(h, event, replace(event, trace="00-11111111111111111111111111111111-2222222222222222-01"))


def behind(h: History) -> History:
    """A consumer stands still."""
    return replace(h, lag={"finance": 3})


def parked(h: History) -> History:
    """A message failed and nobody looked at it."""
    return department(h, "rma", parked=(Parked("m-1", "c-1", "failed", "t", "ValueError"),))


def overdue(h: History) -> History:
    """A timer was never fired."""
    there = h.departments["rma"]
    first = there.deadlines[0]
    late = first._replace(due_at=there.now - timedelta(hours=1))
    return department(h, "rma", deadlines=swap(there.deadlines, first, late))


def asleep(h: History) -> History:
    """A transaction was left open."""
    return department(h, "repair", stale=1)


def timer_lost(h: History) -> History:
    """A case waits for a timer that is not there."""
    return department(h, "rma", deadlines=())


def timer_of_nobody(h: History) -> History:
    """A timer is there that no record set."""
    there = h.departments["rma"]
    return department(h, "rma", deadlines=(*there.deadlines, Deadline("Case", "nobody", "goods", there.now)))


def asked_unknown(h: History) -> History:
    """A command was taken and its answer was lost from the table."""
    event = of(h, "ComplaintAccepted")
    kept: tuple[Asked, ...] = tuple(a for a in h.departments["intake"].asked if a.id != event.cause)
    return department(h, "intake", asked=kept)


def republished_otherwise(h: History) -> History:
    """Records are made anew with the version in the wrong header."""
    rows = [replace(r, headers={**r.headers, "ce_aggregateversion": "1"}) for r in records_of(h)]
    return replace(h, records=tuple(rows))


BAD = {
    "no_loss": (
        journal("acked", "nowhere"), journal("refused", ""), registered_twice, both_answers, refused_and_done,
    ),
    "delivery": (
        unpublished, lost_from_its_topic, ghost, other_bytes, overtaken, two_partitions, never_heard,
        heard_from_nobody, version_left_out, republished_otherwise,
    ),
    "order": (forked, written_late, same_version_twice, fell_back),
    "causes": (no_cause, lost_trace, asked_unknown),
    "liveness": (behind, parked, overdue, asleep),
    "sagas": (timer_lost, timer_of_nobody),
}  # fmt: skip
