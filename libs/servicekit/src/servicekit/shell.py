"""The batch shell: every unit of work, one HTTP command or five hundred messages, in one transaction.

Inbox, lock and load many, decide each in order, save many, outbox, commit. A refused command gets its answer, news that
came too early waits parked under its key, and a batch that the database refuses is split until the guilty one is alone.
"""

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.base import Event, NotYet, Refused
from servicekit import sql, telemetry
from servicekit.failpoints import failpoint
from servicekit.policy import PolicyBook, PolicyRow
from servicekit.runtime import Runtime
from servicekit.schema import kit_tables
from servicekit.store import LostUpdate
from servicekit.work import Answer, DeadlinePassed, Done, Entry, Ref, Service, Unit, Work

log = logging.getLogger(__name__)
tables = sa.MetaData()
kit_tables(tables)
inbox, outbox, parked, deadline, request, policy_row = (
    tables.tables[name] for name in ("inbox", "outbox", "parked", "deadline", "request", "policy_row")
)
RACES = {"40001", "40P01", "23505"}  # serialization, deadlock, unique: somebody was faster, do it again
ABOUT_DATA = {"22", "23", "40", "P0"}  # what the data did (range, constraint, race, our own triggers), not the server
TRIES = 4
PUT_OFF = timedelta(minutes=1)
VERSIONS = 2**31  # what the column holds
_RECORD = ("type", "version", "topic", "partition", "position", "headers", "body")  # what is kept of a parked message


class StaleVersion(Refused):
    """The record has changed since you read it; read it again and repeat."""

    status = 412


class KeyReused(Refused):
    """This Idempotency-Key was used before with another body."""

    status = 422


class NotPossibleNow(Refused):
    """The books do not allow this."""


class Broken(Refused):
    """This could not be decided because of a fault of ours; nothing was changed."""

    status = 500


@dataclass
class Batch:
    """What one transaction is about to write."""

    now: datetime
    held: dict[Ref, Entry] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    parked: list[dict[str, Any]] = field(default_factory=list)
    unparked: list[str] = field(default_factory=list)
    put_off: list[tuple[DeadlinePassed, datetime]] = field(default_factory=list)
    answers: dict[int, Answer] = field(default_factory=dict)
    same_as: dict[int, int] = field(default_factory=dict)
    reasons: list[tuple[str, str]] = field(default_factory=list)


async def run(service: Service, runtime: Runtime, works: Sequence[Work]) -> list[Answer]:
    """Do the works in order, in one transaction if the database takes it.

    Returns:
        The answer to each, in the same order.

    Raises:
        DBAPIError: the database is not there (transient): nothing was done, the caller tries later.
    """
    return await _run(service, runtime, works, tries=TRIES)


async def _run(service: Service, runtime: Runtime, works: Sequence[Work], tries: int) -> list[Answer]:
    try:
        return await _transaction(service, runtime, works)
    except (LostUpdate, DBAPIError) as refused:
        state = getattr(getattr(refused, "orig", None), "sqlstate", None)
        if not isinstance(refused, LostUpdate) and (state is None or state[:2] not in ABOUT_DATA):
            raise
        race = isinstance(refused, LostUpdate) or state in RACES
        if race and tries > 1:
            return await _run(service, runtime, works, tries - 1)
        if len(works) > 1:
            half = len(works) // 2
            return [
                *await _run(service, runtime, works[:half], TRIES),
                *await _run(service, runtime, works[half:], TRIES),
            ]
        log.warning("the database refuses %s: %s", works[0].id, refused)
        return await _transaction(service, runtime, works, refusal=str(getattr(refused, "orig", refused)))


async def _transaction(
    service: Service, runtime: Runtime, works: Sequence[Work], refusal: str | None = None
) -> list[Answer]:
    async with sql.transaction(runtime.engine) as conn:
        batch = Batch(runtime.now())
        latest, new, waits, again = await _opened(conn, service, works)
        book = await _book(conn, runtime, latest)
        fresh = await _first_time(conn, batch, works, new, again=again)
        failpoint("shell.after_inbox")
        waiting = await _waiting(conn, service, {w.key for w in fresh.values()} if waits else set())
        if fresh:
            await _load(conn, service, batch, [*fresh.values(), *(w for ws in waiting.values() for w, _ in ws)])
            failpoint("shell.after_load")
            for index, work in fresh.items():
                answer = _decide(service, runtime, batch, book, work, waiting[work.key], refusal)
                batch.answers[index] = answer
            failpoint("shell.after_decide")
            await _save(conn, service, batch)
        failpoint("shell.before_commit")
    failpoint("shell.after_commit")
    if batch.events:
        runtime.unpublished.set()
    telemetry.decided(service.name, batch.reasons)
    batch.answers.update({i: replace(batch.answers[first], repeated=True) for i, first in batch.same_as.items()})
    return [batch.answers[i] for i in range(len(works))]


async def _first_time(
    conn: AsyncConnection, batch: Batch, works: Sequence[Work], new: set[str], *, again: bool
) -> dict[int, Work]:
    """Keep what was never done before; answer repeated commands as they were answered."""
    due, said = await _due(conn, works), await _said(conn, works) if again else {}
    fresh: dict[int, Work] = {}
    first: dict[str, int] = {}
    for index, work in enumerate(works):
        before = first.setdefault(work.id, index)
        if work.fingerprint and work.id in said:
            batch.answers[index] = _as_said(said[work.id], work)
        elif work.fingerprint and before != index:
            same = works[before].fingerprint == work.fingerprint
            if same:
                batch.same_as[index] = before
            else:
                batch.answers[index] = problem(KeyReused())
        elif before != index or (work.record and work.id not in new) or not _still_due(work, due):
            batch.answers[index] = Answer(200, None, repeated=True)
        else:
            fresh[index] = work
    return fresh


async def _opened(conn: AsyncConnection, service: Service, works: Sequence[Work]) -> tuple[int, set[str], bool, bool]:
    """Put the message ids into the inbox.

    Returns:
        The number of the latest policy, the ids that were not in the inbox, whether anything waits under the keys, and
        whether a command has its answer already.
    """
    ids = sorted({work.id for work in works if work.record})
    commands = [work.id for work in works if work.fingerprint]
    keys, types = sorted({work.key for work in works}), sorted(service.listens_to())
    asked = {"ids": ids, "commands": commands, "keys": keys, "types": types}
    [(latest, new, waits, again)] = await sql.rows(conn, _OPENED, asked)
    return latest, set(new), waits, again


async def _due(conn: AsyncConnection, works: Sequence[Work]) -> set[tuple[str, str, str]]:
    """Take the deadlines' rows away; whoever gets a row fires it: once."""
    wanted = [(d.kind, d.case_id, d.name, d.due_at) for work in works if isinstance(d := work.news, DeadlinePassed)]
    if not wanted:
        return set()
    t = deadline.c
    taken = sa.delete(deadline).where(sa.tuple_(t.kind, t.id, t.name, t.due_at).in_(wanted))
    return {(row.kind, row.id, row.name) for row in await conn.execute(taken.returning(t.kind, t.id, t.name))}


def _still_due(work: Work, due: set[tuple[str, str, str]]) -> bool:
    news = work.news
    return not isinstance(news, DeadlinePassed) or (news.kind, news.case_id, news.name) in due


async def _said(conn: AsyncConnection, works: Sequence[Work]) -> dict[str, Any]:
    """Find the commands that have their answer already."""
    ids = [work.id for work in works if work.fingerprint]
    return {id_: answer for id_, *answer in await sql.rows(conn, _SAID, {"commands": ids})}


def _as_said(said: Sequence[Any], work: Work) -> Answer:
    fingerprint, status, answer, version = said
    if fingerprint != work.fingerprint:
        return problem(KeyReused())
    return Answer(status, json.loads(answer), version, repeated=True)


async def _waiting(conn: AsyncConnection, service: Service, keys: set[str]) -> dict[str, list[tuple[Work, str]]]:
    """Lock and read what is parked under these keys, in the order it was published.

    What a later version beside this one has parked stays for that one.
    """
    known = service.listens_to()
    found: dict[str, list[tuple[Work, str]]] = defaultdict(list)
    for row in await conn.execute(_WAITING, {"keys": sorted(keys), "types": sorted(known)}) if keys else ():
        event = known[row.type]
        trace = telemetry.taken_over(row.headers.get("traceparent", ""))
        record = {name: getattr(row, name) for name in _RECORD}
        work = Work(row.message_id, event.read(row.body), service.consumes[event], row.key, trace, record=record)
        found[row.key].append((work, row.state))
    return found


async def _load(conn: AsyncConnection, service: Service, batch: Batch, works: Iterable[Work]) -> None:
    """Lock and load everything the works touch: kind by kind in the order of the service's table, in id order."""
    needed: dict[type[Any], set[str]] = defaultdict(set)
    for work in works:
        for kind, key in work.handle.touches(work.news, batch.now):
            needed[kind].add(key)
    for kind, store in service.stores.items():
        if ids := needed.get(kind):
            found = await store.load(conn, sorted(ids))
            batch.held.update({(kind, key): entry for key, entry in found.items()})


def _decide(  # noqa: PLR0911  one line for each way it can end
    service: Service,
    runtime: Runtime,
    batch: Batch,
    book: PolicyBook,
    work: Work,
    queue: list[tuple[Work, str]],
    refusal: str | None,
) -> Answer:
    """Decide one work, then whatever waited under its key and can go on now."""
    if refusal is not None:
        return _set_aside(batch, work, "failed", "refused-by-database", refusal)
    if work.record and any(state == "failed" for _, state in queue):
        queue.append((work, "waiting"))
        return _set_aside(batch, work, "waiting", "behind-failed", "An earlier message of this key failed.")
    try:
        answer = _apply(service, runtime, batch, book, work)
    except NotYet as early:
        queue.append((work, "waiting"))
        return _set_aside(batch, work, "waiting", "not-yet", str(early))
    except Refused as no:
        if work.record:
            queue.append((work, "failed"))
            return _set_aside(batch, work, "failed", no.code(), no.detail)
        answer = problem(no)
        if no.status not in {412, 404}:  # a stale or unknown record is not a decision: the key may be used again
            _remember(batch, work, answer)
        batch.reasons.append((_name(work), no.code()))
        return answer
    except Exception as bug:
        log.exception("cannot decide %s", work.id)
        queue.append((work, "failed"))
        return _set_aside(batch, work, "failed", type(bug).__name__, str(bug)[:2000])
    _remember(batch, work, answer)
    _go_on(service, runtime, batch, book, queue)
    return answer


def _go_on(service: Service, runtime: Runtime, batch: Batch, book: PolicyBook, queue: list[tuple[Work, str]]) -> None:
    """Try what waits under a key that has moved, in published order, until nothing moves any more."""
    moved = True
    while moved and queue and all(state == "waiting" for _, state in queue):
        moved = False
        for entry in list(queue):
            try:
                _apply(service, runtime, batch, book, entry[0])
            except NotYet:
                continue
            except Exception as bug:
                log.exception("cannot decide parked %s", entry[0].id)
                _set_aside(batch, entry[0], "failed", type(bug).__name__, str(bug)[:2000])
                queue[queue.index(entry)] = (entry[0], "failed")
                return
            queue.remove(entry)
            batch.unparked.append(entry[0].id)
            batch.parked = [row for row in batch.parked if row["message_id"] != entry[0].id]
            moved = True


def _apply(service: Service, runtime: Runtime, batch: Batch, book: PolicyBook, work: Work) -> Answer:
    """Call the handler and take over what it decided."""
    told_at = work.record.get("headers", {}).get("ce_time", "")
    unit = Unit(batch.held, batch.now, work.actor, work.scopes, book, work.id, work.source, told_at)
    if work.if_match is not None:
        first = next(iter(work.handle.touches(work.news, batch.now)))
        held = batch.held.get(first)
        if held is not None and held.version != work.if_match:
            raise StaleVersion(f"The record is at version {held.version}, you have seen {work.if_match}.")
    done = work.handle.handler(unit, work.news)
    version, trace = None, work.trace
    for index, (key, state) in enumerate(done.changed):
        ref = (type(state), key)
        entry = batch.held.get(ref)
        if entry is None:
            trace = trace or telemetry.span(service.name, runtime, _name(work), "")
            entry = batch.held[ref] = Entry(state, trace=trace)
        entry.state = state
        entry.changed = True
        entry.version += 1
        if index == 0:
            version = entry.version
            _emit(service, runtime, batch, entry, key, done, work)
    batch.reasons.extend((_name(work), r.code) for e in done.events if (r := vars(e).get("reason")) is not None)
    return Answer(work.status, done.answer, version)


def _emit(service: Service, runtime: Runtime, batch: Batch, entry: Entry, key: str, done: Done, work: Work) -> None:
    """Put the events beside the change; the case keeps the trace it began with, each event is a span of its own."""
    for event in done.events:
        entry.emitted += 1
        batch.events.append(
            {
                "id": runtime.new_id(),
                "aggregatetype": service.topic,
                "aggregateid": key,
                "aggregateversion": entry.emitted,
                "type": event.TYPE,
                "payload": event.write(),
                "causationid": work.id,
                "traceparent": telemetry.span(
                    service.name, runtime, event.TYPE, _parent(entry, work), work.trace, case=key
                ),
                "time": batch.now,
            }
        )


def _parent(entry: Entry, work: Work) -> str:
    """Stay in the case's trace: under the message that caused it, or under the beginning when a person did."""
    same_trace = work.trace[3:35] == entry.trace[3:35]
    return work.trace if same_trace else entry.trace


def _name(work: Work) -> str:
    # Looked up as it lies there: a model takes long to say that it has no such attribute.
    return type(getattr(work.news, "__dict__", {}).get("body", work.news)).__name__


def _remember(batch: Batch, work: Work, answer: Answer) -> None:
    if work.fingerprint:
        batch.requests.append(
            {
                "id": work.id,
                "fingerprint": work.fingerprint,
                "status": answer.status,
                "answer": json.dumps(answer.body, default=str),
                "version": answer.version,
                "actor": work.actor,
            }
        )


def _set_aside(batch: Batch, work: Work, state: str, reason: str, detail: str) -> Answer:
    """Park a message, put a deadline off, tell a caller that it was not done."""
    if work.record:
        row = {
            "message_id": work.id,
            "key": work.key,
            "state": state,
            "reason": reason,
            "detail": detail[:2000],
            **work.record,
        }
        batch.parked.append(row)
        return Answer(202, None)
    if isinstance(work.news, DeadlinePassed):
        batch.put_off.append((work.news, batch.now + PUT_OFF))
        return Answer(202, None)
    return problem(NotPossibleNow() if reason == "refused-by-database" else Broken())


def problem(no: Refused) -> Answer:
    """Say a refusal as RFC 9457 does."""
    return Answer(
        no.status,
        {
            "type": f"urn:redletter:{no.code()}",
            "title": no.title(),
            "status": no.status,
            "detail": no.detail,
            "code": no.code(),
        },
    )


async def _save(conn: AsyncConnection, service: Service, batch: Batch) -> None:
    """Write everything that was decided, each table in one statement; what others wait for most comes last."""
    changed = [(kind, key, entry) for (kind, key), entry in batch.held.items() if entry.changed]
    for kind, store in service.stores.items():
        if entries := {key: entry for of, key, entry in changed if of is kind}:
            if "deadlines" in getattr(kind, "model_fields", ()):
                await _save_deadlines(conn, kind.__name__, entries)
            await store.save(conn, entries)
    failpoint("shell.after_save")
    if batch.put_off:
        rows = [{"kind": d.kind, "id": d.case_id, "name": d.name, "due_at": at} for d, at in batch.put_off]
        await conn.execute(insert(deadline).on_conflict_do_nothing(), rows)
    if batch.unparked:
        await conn.execute(sa.delete(parked).where(parked.c.message_id.in_(batch.unparked)))
    if batch.parked:
        row = insert(parked)
        await conn.execute(
            row.on_conflict_do_update(
                index_elements=["message_id"],
                set_={
                    "state": row.excluded.state,
                    "reason": row.excluded.reason,
                    "detail": row.excluded.detail,
                    "attempts": parked.c.attempts + 1,
                    "last_at": sa.func.now(),
                },
            ),
            batch.parked,
        )
    await insert_many(conn, request, batch.requests)
    await insert_many(conn, outbox, batch.events)


async def insert_many(conn: AsyncConnection, table: sa.Table, rows: Sequence[dict[str, Any]], *key: str) -> None:
    """Insert rows that all have the same columns, in one statement of arrays; where a key is named, or change them."""
    if not rows:
        return
    names = tuple(rows[0])
    values = {f"p_{name}": [row[name] for row in rows] for name in names}
    await sql.rows(conn, _insertion(table, names, key), values)


@cache
def _insertion(table: sa.Table, names: Sequence[str], key: Sequence[str]) -> sa.Insert:
    types = [table.c[name].type for name in names]
    source = (
        sa.func.unnest(*(sa.bindparam(f"p_{name}", type_=ARRAY(kind)) for name, kind in zip(names, types, strict=True)))
        .table_valued(*(sa.column(name, kind) for name, kind in zip(names, types, strict=True)))
        .render_derived(name="new")
    )
    # `WHERE true`: after a SELECT without it, PostgreSQL reads ON CONFLICT as the condition of a join.
    rows = sa.select(*(source.c[name] for name in names))
    new = insert(table).from_select(list(names), rows, include_defaults=False)
    changed = {name: new.excluded[name] for name in names if name not in key}
    return new.on_conflict_do_update(index_elements=key, set_=changed) if key else new


async def _save_deadlines(conn: AsyncConnection, kind: str, entries: dict[str, Entry]) -> None:
    """Make the deadline rows what the aggregates say they are."""
    gone: list[tuple[str, str]] = []
    due: list[dict[str, Any]] = []
    for key, entry in entries.items():
        was = entry.before.deadlines if entry.before is not None else {}
        now = entry.state.deadlines
        gone += [(key, name) for name in was if name not in now]
        due += [
            {"kind": kind, "id": key, "name": name, "due_at": at} for name, at in now.items() if was.get(name) != at
        ]
    if gone:
        ids, names = zip(*gone, strict=True)
        await sql.rows(conn, _NOT_DUE, {"kind": kind, "ids": list(ids), "names": list(names)})
    await insert_many(conn, deadline, due, "id", "kind", "name")


async def policies(conn: AsyncConnection, runtime: Runtime) -> PolicyBook:
    """Give the approved policy rows."""
    return await _book(conn, runtime, (await conn.execute(sa.select(_LATEST))).scalar_one())


async def _book(conn: AsyncConnection, runtime: Runtime, latest: int) -> PolicyBook:
    """Read the approved policy rows again when one was approved since."""
    cached = _BOOKS.get(runtime)
    if cached is None or cached[0] != latest:
        rows = await conn.execute(sa.select(policy_row).where(policy_row.c.approved_by.is_not(None)))
        _BOOKS[runtime] = cached = (
            latest,
            PolicyBook([PolicyRow(r.scope, r.version, r.valid_from, r._mapping["values"]) for r in rows]),  # noqa: SLF001  `values` is a method of rows
        )
    return cached[1]


_IDS = sa.bindparam("ids", type_=ARRAY(sa.Text))
_LATEST = (
    sa.select(sa.func.count()).select_from(policy_row).where(policy_row.c.approved_by.is_not(None)).scalar_subquery()
)
_HEARD = (
    insert(inbox)
    .from_select(["message_id"], sa.select(sa.func.unnest(_IDS)), include_defaults=False)
    .on_conflict_do_nothing()
    .returning(inbox.c.message_id)
    .cte("heard")
)
_COMMANDS = sa.bindparam("commands", type_=ARRAY(sa.Text))
_SAID = sa.select(*(request.c[name] for name in ("id", "fingerprint", "status", "answer", "version"))).where(
    request.c.id == sa.any_(_COMMANDS)
)
_WAITS = sa.select(parked).where(
    parked.c.key == sa.any_(sa.bindparam("keys", type_=ARRAY(sa.Text))),
    parked.c.state != "dead",
    parked.c.type == sa.any_(sa.bindparam("types", type_=ARRAY(sa.Text))),
)
_WAITING = _WAITS.order_by(parked.c.key, parked.c.topic, parked.c.version).with_for_update()
# In one statement, because every unit of work asks all four. A message parked at this very moment is looked at again
# by the timer, as it is when it is parked a moment after a lock.
_OPENED = sa.select(
    _LATEST, sa.func.array(sa.select(_HEARD.c.message_id).scalar_subquery()), sa.exists(_WAITS), sa.exists(_SAID)
)
_GONE = sa.select(
    sa.func.unnest(_IDS),
    sa.func.unnest(sa.bindparam("names", type_=ARRAY(sa.Text))),
)
_NOT_DUE = sa.delete(deadline).where(
    deadline.c.kind == sa.bindparam("kind"), sa.tuple_(deadline.c.id, deadline.c.name).in_(_GONE)
)
_BOOKS: dict[Runtime, tuple[Any, PolicyBook]] = {}


def deadline_work(service: Service, row: Any, answer: Any = None) -> Work:
    """Turn a deadline row that is due into work for the aggregate that set it."""
    news = DeadlinePassed(row.kind, row.id, row.name, row.due_at, answer)
    return Work(
        f"deadline:{row.kind}:{row.id}:{row.name}:{row.due_at.isoformat()}", news, service.deadlines[row.name], row.id
    )


def message(
    service: Service, event: type[Event], body: bytes, headers: dict[str, str], place: tuple[str, int, int]
) -> Work:
    """Turn a record into work.

    Raises:
        ValueError: the body is not what its type says.
    """
    topic, partition, position = place
    version = int(headers.get("ce_aggregateversion", "0"))
    if not 0 <= version < VERSIONS:
        raise ValueError(f"no version of ours: {version}")
    record = {
        "type": event.TYPE,
        "version": version,
        "topic": topic,
        "partition": partition,
        "position": position,
        "headers": headers,
        "body": body,
    }
    return Work(
        headers["ce_id"],
        event.read(body),
        service.consumes[event],
        headers["ce_subject"],
        telemetry.taken_over(headers.get("traceparent", "")),
        source=f"{topic}/{partition}/{position}",
        record=record,
    )
