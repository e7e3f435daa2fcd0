"""Read a system: every topic from its beginning, then one consistent snapshot of each database."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from aiokafka import AIOKafkaConsumer, TopicPartition

from redletter.house import connect, on_the_way, stuck
from redletter.oracle import law
from redletter.oracle.history import History
from redletter.oracle.rows import (
    Aggregate,
    Asked,
    BlueLine,
    Books,
    Credit,
    Deadline,
    Department,
    Document,
    DocumentLine,
    Entry,
    EntryLine,
    Event,
    Parked,
    Record,
    Share,
)

if TYPE_CHECKING:
    import asyncpg

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Ends: TypeAlias = dict[TopicPartition, int]
TABLES: Mapping[str, tuple[str, ...]] = {
    "intake": ("complaint", "series"),
    "rma": ("rma_case", "customer_day", "series"),
    "inspection": ("inspection", "receipt"),
    "repair": ("repair_order", "series"),
    "finance": ("settlement", "claim", "refund", "numbers"),
}
STALE = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state_change < now() - interval '30 s'
AND (state = 'idle in transaction' OR wait_event_type = 'Lock')
"""
DOCUMENTS = """
SELECT id, entity, type, series, no, number, case_id, decision_id, customer, currency, reason, original, net, tax
FROM credit_document
"""
# Of the blue lines only those with which anything was ever done: a company sells much more than comes back.
BLUE_LINES = """
SELECT * FROM blue_line WHERE reserved_quantity + reserved_net + reserved_tax <> 0
OR credited_quantity + credited_net + credited_tax <> 0
OR id IN (SELECT blue_line FROM credit_document_line UNION SELECT jsonb_object_keys(body->'reserved') FROM claim)
"""
PATIENCE_SECONDS = 60


async def rest(dsns: Mapping[str, str], patience: float = PATIENCE_SECONDS) -> bool:
    """Wait until nothing is on its way; give whether that came to be."""
    for _ in range(int(patience / 0.2)):
        if not any(way.missing for way in await on_the_way(dsns)) and not (await stuck(dsns))["unpublished"]:
            return True
        await asyncio.sleep(0.2)
    return False


async def read(
    dsns: Mapping[str, str], bootstrap: str | None = None, *, at_rest: bool = True, whole: bool = True
) -> History:
    """Read everything that the oracle judges.

    The topics come first: whatever is in them must have been in an outbox before. With `at_rest` the reader waits
    until nothing is on its way, and then a little for the consumers' offsets, which follow what they did.
    """
    if at_rest:
        await rest(dsns)
    records, ends = await topics(bootstrap) if bootstrap else (None, {})
    behind = await lag(bootstrap, ends, patience=20) if bootstrap and at_rest else None
    departments, books = {}, Books()
    for name, dsn in dsns.items():
        async with snapshot(dsn) as conn:
            departments[name] = await _department(conn, name)
            if name == "finance":
                books = await _books(conn)
    return History(departments, books, records, whole, behind, at_rest=at_rest)


@asynccontextmanager
async def snapshot(dsn: str) -> AsyncIterator[Connection]:
    """Look at a database as it is at one moment."""
    conn = await connect(dsn)
    try:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            yield conn
    finally:
        await conn.close()


async def _department(conn: Connection, name: str) -> Department:
    outbox = await conn.fetch("SELECT * FROM outbox ORDER BY seq")
    parked = await conn.fetch("SELECT message_id, key, state, type, reason FROM parked")
    return Department(
        name,
        await conn.fetchval("SELECT now()"),
        tuple(_event(name, row) for row in outbox),
        frozenset(row["message_id"] for row in await conn.fetch("SELECT message_id FROM inbox")),
        tuple(Parked(*row) for row in parked),
        tuple(Deadline(*row) for row in await conn.fetch("SELECT kind, id, name, due_at FROM deadline")),
        tuple(Asked(*row) for row in await conn.fetch("SELECT id, status, version FROM request")),
        tuple([aggregate for table in TABLES[name] for aggregate in await _aggregates(conn, table)]),
        await conn.fetchval(STALE),
    )


def _event(department: str, row: Any) -> Event:
    return Event(
        department,
        row["seq"],
        row["id"],
        row["aggregatetype"],
        row["aggregateid"],
        row["aggregateversion"],
        row["type"],
        row["payload"],
        row["causationid"],
        row["traceparent"],
        row["time"],
        row["published_at"] is not None,
    )


async def _aggregates(conn: Connection, table: str) -> list[Aggregate]:
    rows = await conn.fetch(f"SELECT id, version, emitted, body::text AS body FROM {table}")  # noqa: S608  names of our own tables
    return [
        Aggregate(table, row["id"], row["version"], row["emitted"], json.loads(row["body"], parse_float=Decimal))
        for row in rows
    ]


async def _books(conn: Connection) -> Books:
    lines = await conn.fetch("SELECT document, no, blue_line, quantity, net, tax FROM credit_document_line")
    entries = await conn.fetch("SELECT id, entity, case_id, template, document, customer, currency FROM journal_entry")
    posted = await conn.fetch("SELECT entry, no, side, account, currency, amount FROM journal_line")
    invoices = await conn.fetch(
        "SELECT entity, invoice FROM blue_invoice JOIN (SELECT DISTINCT entity, original AS invoice "
        "FROM credit_document) named USING (entity, invoice)"
    )
    credits_ = await conn.fetch("SELECT entity, customer, currency, balance FROM customer_credit")
    return Books(
        tuple(Document(*row) for row in await conn.fetch(DOCUMENTS)),
        tuple(DocumentLine(document, no, blue, Share(*share)) for document, no, blue, *share in lines),
        tuple(Entry(*row) for row in entries),
        tuple(EntryLine(*row) for row in posted),
        tuple(_blue_line(row) for row in await conn.fetch(BLUE_LINES)),
        frozenset((row["entity"], row["invoice"]) for row in invoices),
        tuple(Credit(*row) for row in credits_),
    )


def _blue_line(row: Any) -> BlueLine:
    sold, reserved, credited = (
        Share(row[f"{counter}quantity"], row[f"{counter}net"], row[f"{counter}tax"])
        for counter in ("", "reserved_", "credited_")
    )
    return BlueLine(row["id"], row["entity"], row["invoice"], row["currency"], sold, reserved, credited)


@asynccontextmanager
async def _consumer(bootstrap: str, group: str | None = None) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def topics(bootstrap: str) -> tuple[tuple[Record, ...], Ends]:
    """Read every topic of the house from its beginning to its present end, and say where that is.

    The end is what a fetch says: the memory broker answers the plain question for it with an older one now and then.

    Raises:
        TimeoutError: a partition was not read to its end in time.
    """
    found: list[Record] = []
    async with _consumer(bootstrap) as consumer, asyncio.timeout(PATIENCE_SECONDS * 5):
        partitions = await _partitions(consumer)
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        unread = partitions
        while unread:
            batches = await consumer.getmany(timeout_ms=500)
            found += [_record(record) for records in batches.values() for record in records]
            unread = [p for p in unread if not await _at_end(consumer, p)]
        return tuple(found), {p: await consumer.position(p) for p in partitions}


async def _at_end(consumer: AIOKafkaConsumer, partition: TopicPartition) -> bool:
    end = consumer.highwater(partition)
    return end is not None and await consumer.position(partition) >= end


async def _partitions(consumer: AIOKafkaConsumer) -> list[TopicPartition]:
    await consumer._client.force_metadata_update()  # noqa: SLF001  a consumer without topics has not asked for any
    known = await consumer.topics()
    there = [topic for topic in law.TOPICS.values() if topic in known]
    return [TopicPartition(t, p) for t in there for p in sorted(consumer.partitions_for_topic(t) or ())]


def _record(record: Any) -> Record:
    headers = {name: (value or b"").decode(errors="replace") for name, value in record.headers}
    key = (record.key or b"").decode(errors="replace")
    return Record(record.topic, record.partition, record.offset, key, headers, record.value or b"")


async def lag(bootstrap: str, ends: Ends, patience: float) -> dict[str, int]:
    """Say how far each department is behind in the topics it listens to; offsets follow shortly after the deed."""
    behind = {name: await _behind(bootstrap, name, ends) for name in law.LISTENS}
    for _ in range(int(patience / 0.5)):
        if not any(behind.values()):
            break
        await asyncio.sleep(0.5)
        behind = {name: await _behind(bootstrap, name, ends) if n else 0 for name, n in behind.items()}
    return behind


async def _behind(bootstrap: str, group: str, ends: Ends) -> int:
    wanted = {law.TOPICS[kind.split(".")[1]] for kind in law.LISTENS[group]}
    partitions = [partition for partition in ends if partition.topic in wanted]
    async with _consumer(bootstrap, group) as consumer:
        consumer.assign(partitions)
        committed = [await consumer.committed(partition) or 0 for partition in partitions]
    return sum(max(0, ends[partition] - done) for partition, done in zip(partitions, committed, strict=True))
