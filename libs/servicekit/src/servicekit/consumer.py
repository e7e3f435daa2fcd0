"""Hear what the other departments say: a batch of records, one transaction, then the offsets."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from aiokafka import ConsumerRebalanceListener, ConsumerRecord
from aiokafka.errors import KafkaError
from faststream.exceptions import NackMessage
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage
from faststream.middlewares import AckPolicy
from sqlalchemy.dialects.postgresql import insert

from servicekit import shell
from servicekit.runtime import OUTAGE_SECONDS, OUTAGES, Runtime
from servicekit.settings import Settings
from servicekit.work import Service, Work

log = logging.getLogger(__name__)
MAX_BODY = 1_048_576
LONGEST_HEADER = 1024
COMMIT_SECONDS = 0.25  # a crash repeats so much at most, and every inbox knows it
EMBEDDED: dict[str, Any] = {"session_timeout_ms": 2000, "heartbeat_interval_ms": 400, "fetch_max_wait_ms": 100}
KAFKA: dict[str, Any] = {"session_timeout_ms": 10_000, "heartbeat_interval_ms": 3000, "fetch_max_wait_ms": 500}


def subscribe(broker: KafkaBroker, service: Service, runtime: Runtime, settings: Settings) -> Any:
    """Subscribe the service's one consumer group to every topic that its table names."""
    topics = sorted({service.topics[event] for event in service.consumes})
    drain = Drain()
    profile = EMBEDDED if settings.broker_profile == "embedded" else KAFKA
    options: dict[str, Any] = {"parser": drain.parse, "decoder": as_they_are, **profile}
    subscriber: Any = broker.subscriber(
        *topics,
        group_id=service.name,
        batch=True,
        max_records=settings.batch,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        listener=drain,
        **options,
    )
    drain.subscriber = subscriber

    @subscriber  # type: ignore[untyped-decorator]  # its type depends on `batch` alone
    async def hear(records: Any) -> None:
        try:
            await take(service, runtime, records)
        except OUTAGES as outage:
            log.warning("consumer waits: %r", outage)
            await runtime.sleep(OUTAGE_SECONDS)
            raise NackMessage from outage

    return subscriber


class Drain(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Holds a rebalance until the running batch has committed, so that two members never do the same one."""

    subscriber: Any = None

    async def parse(self, records: tuple[ConsumerRecord, ...]) -> KafkaAckableMessage:
        """Hand the records on as they are: headers are read by `take`, which survives any bytes in them."""
        consumer = self.subscriber.consumer
        return KafkaAckableMessage(
            body=b"", raw_message=records, consumer=consumer, headers={}, correlation_id="batch", message_id="batch"
        )

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Wait for the batch in hand; heartbeats go on.

        Nothing is said here: a batch that was fetched and not yet begun has moved the positions already.
        """
        if revoked and self.subscriber is not None:
            await self.subscriber.lock.wait_release(20)

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """Say so."""
        log.info("partitions assigned: %d", len(assigned))


async def start(subscriber: Any) -> None:
    """Start to hear, patiently: wait for records as long as it takes, and commit once in `COMMIT_SECONDS`.

    FastStream sleeps after a poll that brought nothing, and what came meanwhile would wait; and a commit for each batch
    costs as much as the batch when batches are small. Between two polls the batch before is done, or sought again.
    """
    await subscriber.start()
    consumer, clock = subscriber.consumer, asyncio.get_running_loop().time
    poll, commit, said, unsaid = consumer.getmany, consumer.commit, clock(), False

    async def say() -> None:
        nonlocal said, unsaid
        with contextlib.suppress(KafkaError):  # what cannot be said now comes again, and is known
            await commit()
        said, unsaid = clock(), False

    async def getmany(max_records: int, **_: Any) -> Any:
        nonlocal unsaid
        while True:
            if unsaid and clock() - said >= COMMIT_SECONDS:
                await say()
            if found := await poll(timeout_ms=COMMIT_SECONDS * 1000, max_records=max_records):
                unsaid = True
                return found

    async def later() -> None:
        """FastStream commits after each batch; it is said with a later poll."""

    consumer.getmany, consumer.commit = getmany, later


async def as_they_are(message: KafkaAckableMessage) -> Any:
    """Decode nothing: the shell reads bodies by their type."""
    return message.raw_message


async def take(service: Service, runtime: Runtime, records: Sequence[ConsumerRecord]) -> None:
    """Drop by header what is somebody else's, bury what cannot be read, decide the rest."""
    known = service.listens_to()
    wire = {name.encode(): event for name, event in known.items()}
    works: list[Work] = []
    dead: list[dict[str, Any]] = []
    for record in records:
        kind = next((value for name, value in record.headers if name == "ce_type"), None)
        event = wire.get(kind) if kind is not None else None
        if event is None:
            if kind is None or not kind.startswith(b"redletter."):
                dead.append(buried(record, "no-type", "The record has no ce_type header of this house."))
            continue
        place = (record.topic, record.partition, record.offset)
        try:
            headers = storable(record.headers)
            if len(record.value or b"") > MAX_BODY:
                raise ValueError(f"body of {len(record.value)} bytes")  # noqa: TRY301  one way to the grave
            if service.topics[event] != record.topic:
                raise ValueError(f"{event.TYPE} does not belong to {record.topic}")  # noqa: TRY301  the same grave
            works.append(shell.message(service, event, record.value or b"", headers, place))
        except (ValueError, KeyError) as broken:
            dead.append(buried(record, type(broken).__name__, str(broken)))
    if dead:
        async with runtime.engine.begin() as conn:
            await conn.execute(insert(shell.parked).on_conflict_do_nothing(), dead)
    if works:
        await shell.run(service, runtime, works)


def storable(headers: Sequence[tuple[str, bytes | None]]) -> dict[str, str]:
    """Read the headers.

    Raises:
        ValueError: the database would refuse one later, and with it the whole batch, again and again.
    """
    read = {name: (value or b"").decode() for name, value in headers}
    if None in (value for _, value in headers) or "\0" in "".join([*read, *read.values()]):
        wrong = [name for name, value in headers if value is None or b"\0" in name.encode() + value]
        raise ValueError(f"a header has no value or holds a NUL: {wrong}")
    if max(map(len, read.values())) > LONGEST_HEADER:
        raise ValueError(f"a header is longer than {LONGEST_HEADER} characters")
    return read


def text(value: bytes | None) -> str:
    """Make any bytes readable."""
    return (value or b"").decode(errors="replace").replace("\0", "")


def buried(record: ConsumerRecord, reason: str, detail: str) -> dict[str, Any]:
    """Write down a record that can never be read, with its bytes and where it came from."""
    return {
        "message_id": f"{record.topic}@{record.partition}@{record.offset}@{record.timestamp}",
        "key": text(record.key),
        "state": "dead",
        "reason": reason,
        "detail": detail[:2000].replace("\0", ""),
        "type": text(next((v for n, v in record.headers if n == "ce_type"), b"")),
        "version": 0,
        "topic": record.topic,
        "partition": record.partition,
        "position": record.offset,
        "headers": {text(n.encode()): text(v) for n, v in record.headers},
        "body": record.value or b"",
    }


async def lag(subscriber: Any) -> int:
    """Count the records that are on the broker and not yet heard."""
    consumer = subscriber.consumer
    if consumer is None:
        return 0
    ends = {partition: consumer.highwater(partition) for partition in consumer.assignment()}
    return sum([max(0, end - await consumer.position(place)) for place, end in ends.items() if end is not None])


async def unhandled(runtime: Runtime) -> dict[str, int]:
    """Count what is parked, by state."""
    async with runtime.engine.connect() as conn:
        query = sa.select(shell.parked.c.state, sa.func.count()).group_by(shell.parked.c.state)
        return dict((await conn.execute(query)).tuples().all())
