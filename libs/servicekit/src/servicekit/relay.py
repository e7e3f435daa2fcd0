"""Publish what the outbox holds: one relay at a time per database, in order, marked after the broker has it."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import DefaultPartitioner
from prometheus_client import Counter
from sqlalchemy.dialects.postgresql import ARRAY

from servicekit import sql
from servicekit.failpoints import failpoint
from servicekit.runtime import OUTAGE_SECONDS, OUTAGES, Runtime
from servicekit.shell import outbox
from servicekit.work import Service

log = logging.getLogger(__name__)
LIMIT = 1000
PATIENCE = 60.0  # seconds for the broker to take a batch; its client itself gives up after 40
FLUSH_SECONDS = 0.8
LARGEST_BATCH = 524_288  # bytes; a broker takes a little over a million
ALONE_SECONDS = 0.05  # a relay in a process of its own is told by nobody
TOGETHER_SECONDS = 1.0  # beside the writers `Runtime.unpublished` comes first, and this is only the safety net
choose_partition = DefaultPartitioner()
SHRUNK = Counter(
    "redletter_topic_shrunk", "Topics that went on before where they had been: records are lost", ["service"]
)
_reached: dict[Any, int] = {}
LOCK = 0x7265_6C61  # "rela": one key per database is enough, each service has its own
# Nobody waits for the disk to have the marks: a crash that loses them sends it twice, which inboxes expect.
_UNHURRIED = sa.func.set_config("synchronous_commit", "off", sa.true()) == "off"
_ALONE = sa.select(sa.and_(sa.func.pg_try_advisory_xact_lock(LOCK), _UNHURRIED).label("got")).cte("alone")
# What another relay has published between this statement's beginning and the lock is sent again, which inboxes expect.
_UNPUBLISHED = (
    sa.select(outbox)
    .where(_ALONE.c.got, outbox.c.published_at.is_(None))
    .order_by(outbox.c.seq)
    .limit(sa.bindparam("most"))
)
_PUBLISHED = (
    sa.update(outbox)
    .where(outbox.c.seq == sa.any_(sa.bindparam("seqs", type_=ARRAY(sa.BigInteger))))
    .values(published_at=sa.func.now())
)


async def publish_once(service: Service, runtime: Runtime, producer: AIOKafkaProducer) -> int:
    """Publish the oldest unpublished rows; rows are kept, so Kafka can be built again from them.

    Returns:
        How many were published; 0 also when another relay is at work.

    Raises:
        TimeoutError: the broker's client does not say what became of them.
    """
    async with sql.transaction(runtime.engine) as conn:
        rows = await sql.rows(conn, _UNPUBLISHED, {"most": LIMIT})
        if not rows:
            return 0
        async with asyncio.timeout(PATIENCE):
            sent = await _send(producer, service, rows)
            failpoint("relay.after_send")
            _compare(service, await asyncio.gather(*sent))
        failpoint("relay.after_ack")
        # Published before marked: a crash here sends it twice, and every consumer expects that.
        await sql.rows(conn, _PUBLISHED, {"seqs": [row["seq"] for row in rows]})
        failpoint("relay.after_mark")
    return len(rows)


def _compare(service: Service, acknowledged: Sequence[Any]) -> None:
    """Raise the alarm when the broker puts something where it had already put something: it has lost that."""
    for place in acknowledged:
        if 0 <= place.offset <= _reached.get(place.topic_partition, -1):  # below 0: it had this batch before
            SHRUNK.labels(service.name).inc()
        _reached[place.topic_partition] = place.offset


async def _send(producer: AIOKafkaProducer, service: Service, rows: Sequence[Any]) -> list[asyncio.Future[Any]]:
    """Send rows in as few batches as hold them: sent one by one they make ten requests, and ten answers to every fetch.

    Returns:
        What the broker will have said to each batch.
    """
    partitions = sorted(await producer.partitions_for(service.topic))
    batches: dict[int, list[Any]] = {}
    for row in rows:
        key = row["aggregateid"].encode()
        place = choose_partition(key, partitions, partitions)
        filled = batches.setdefault(place, [producer.create_batch()])
        record = {"timestamp": None, "key": key, "value": row["payload"].encode(), "headers": headers(service, row)}
        if filled[-1].append(**record) is None:  # it is full
            filled.append(producer.create_batch())
            filled[-1].append(**record)
    return [
        await producer.send_batch(batch, service.topic, partition=place)
        for place, filled in batches.items()
        for batch in filled
    ]


def headers(service: Service, row: Mapping[str, Any]) -> list[tuple[str, bytes]]:
    """Write the CloudEvents 1.0 attributes as Kafka headers (binary mode)."""
    return [
        ("ce_type", row["type"].encode()),  # first: who has no handler for it reads no further
        ("ce_specversion", b"1.0"),
        ("ce_id", row["id"].encode()),
        ("ce_source", f"/redletter/{service.name}".encode()),
        ("ce_subject", row["aggregateid"].encode()),
        ("ce_time", row["time"].isoformat().replace("+00:00", "Z").encode()),
        ("ce_dataschema", f"urn:redletter:schema:{row['type']}".encode()),
        ("ce_correlationid", row["aggregateid"].encode()),
        ("ce_causationid", row["causationid"].encode()),
        ("ce_tenantid", b"default"),
        ("ce_aggregateversion", str(row["aggregateversion"]).encode()),
        ("traceparent", row["traceparent"].encode()),
        ("content-type", b"application/json"),
    ]


def producer(bootstrap: str) -> AIOKafkaProducer:
    """Make the relay's producer.

    Not idempotent: what comes twice is known to every inbox, one batch of a partition is on its way at a time, and a
    broker that has lost its tail refuses an idempotent producer for ever.
    """
    return AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=0, max_batch_size=LARGEST_BATCH)


async def run(service: Service, runtime: Runtime, connect: Callable[[], AIOKafkaProducer], idle: float) -> None:
    """Publish for ever, looking every `idle` seconds when nobody tells it.

    Outages are waited out, and whatever else goes wrong; then with a new producer, as one that has failed may never
    send again.
    """
    while True:
        try:
            async with _connected(connect) as connected:
                while True:
                    runtime.unpublished.clear()
                    published = await publish_once(service, runtime, connected)
                    runtime.publishing.set()
                    if published < LIMIT:
                        with contextlib.suppress(TimeoutError):
                            await asyncio.wait_for(runtime.unpublished.wait(), idle)
        except Exception as outage:  # a relay that ends is missed by nobody until its events are
            runtime.publishing.clear()
            log.warning("relay waits: %r", outage, exc_info=not isinstance(outage, OUTAGES))
            await runtime.sleep(OUTAGE_SECONDS)


@asynccontextmanager
async def _connected(connect: Callable[[], AIOKafkaProducer]) -> AsyncIterator[AIOKafkaProducer]:
    connected = connect()
    try:
        await connected.start()
        yield connected
    finally:
        # What it has not sent by now is still in the outbox; while the broker is away it would try for long.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(connected.stop(), FLUSH_SECONDS)
