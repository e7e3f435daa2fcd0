"""The batch shell on a toy department and a real PostgreSQL."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from aiokafka.errors import KafkaError
from aiokafka.structs import RecordMetadata, TopicPartition
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import create_async_engine

from contracts.base import CaseEvent, NotYet, Part, Refused
from redletter.inprocess import as_record
from servicekit import consumer, ops, relay, shell, sql, timers
from servicekit.http import Asked, Desk
from servicekit.runtime import Runtime, uuid7
from servicekit.schema import aggregate_table, asked_for, kit_tables
from servicekit.store import Documents, LostUpdate
from servicekit.work import DeadlinePassed, Done, Entry, Service, Unit, Work, done, of_case

TOPIC = "toy.count.v1"


class Added(CaseEvent):
    """So much was added."""

    TYPE: ClassVar[str] = "redletter.toy.added.v1"
    amount: int
    after: int = 0


class Count(Part):
    """A running total that takes no step before its predecessor."""

    total: int = 0
    steps: int = 0
    deadlines: dict[str, datetime] = Field(default_factory=dict)


class Add(BaseModel):
    """Add so much."""

    amount: int
    due_at: datetime | None = None


class TooMuch(Refused):
    """That would be more than ten."""


class Nothing(BaseModel):
    """No policy."""


def added(unit: Unit, news: Added) -> Done:
    """Add, in the order of `after`."""
    count = unit.get(Count, news.case_id) or Count()
    if news.after > count.steps:
        raise NotYet("an earlier step is missing")
    if news.amount == 666:
        raise RuntimeError("a bug")
    return done(news.case_id, count.but(total=count.total + news.amount, steps=count.steps + 1), news)


def add(unit: Unit, asked: Asked[Add]) -> Done:
    """Add by command, up to ten."""
    count = unit.get(Count, asked.case_id) or Count()
    if count.total + asked.body.amount > 10:
        raise TooMuch
    deadlines = {"late": asked.body.due_at} if asked.body.due_at else {}
    after = count.but(total=count.total + asked.body.amount, deadlines=deadlines)
    event = Added(case_id=asked.case_id, amount=asked.body.amount)
    return done(asked.case_id, after, event, answer={"total": after.total})


def late(unit: Unit, news: DeadlinePassed) -> Done:
    """Take a hundred away when the deadline comes; a second time it would take another hundred."""
    count = unit.need(Count, news.case_id)
    return done(news.case_id, count.but(total=count.total - 100, deadlines={}))


ADD = of_case(Count, add)
metadata = sa.MetaData()
kit_tables(metadata)
table = aggregate_table("count", metadata, asked_for("total"))
service = Service(
    name="toy",
    topic=TOPIC,
    stores={Count: Documents(table, Count)},
    consumes={Added: of_case(Count, added)},
    deadlines={"late": of_case(Count, late)},
    policy=Nothing,
    routers=(),
    operations={},
    package="toy",
    topics={Added: TOPIC},
)


@pytest.fixture
def url(database: Callable[[str], str]) -> str:
    """An empty database."""
    return database("toy")


@pytest.fixture
async def runtime(url: str) -> AsyncIterator[Runtime]:
    """A runtime on it, with the tables made."""
    engine = create_async_engine(url, pool_size=5)
    async with engine.begin() as conn:
        await conn.run_sync(metadata.create_all)
    yield Runtime(engine)
    await engine.dispose()


def message(key: str, amount: int, after: int = 0, *, event_id: str = "", version: int = 1) -> Work:
    """Make the work of one record."""
    headers = {"ce_id": event_id or uuid7(), "ce_subject": key, "ce_aggregateversion": str(version)}
    body = Added(case_id=key, amount=amount, after=after).write().encode()
    return shell.message(service, Added, body, headers, (TOPIC, 0, 0))


def command(key: str, amount: int, idempotency: str, due_at: datetime | None = None, seen: int | None = None) -> Work:
    """Make the work of one HTTP command."""
    return Work(
        id=idempotency,
        news=Asked(key, Add(amount=amount, due_at=due_at)),
        handle=ADD,
        key=key,
        actor="somebody",
        fingerprint=f"{key}{amount}",
        if_match=seen,
    )


async def total(runtime: Runtime, key: str) -> int | None:
    """Read the total that the database holds."""
    async with runtime.engine.connect() as conn:
        row = (await conn.execute(sa.select(table.c.body).where(table.c.id == key))).first()
        return None if row is None else row.body["total"]


async def outbox(runtime: Runtime) -> list[Any]:
    """Read the outbox."""
    async with runtime.engine.connect() as conn:
        return list((await conn.execute(sa.select(shell.outbox).order_by(shell.outbox.c.seq))).mappings())


async def parked(runtime: Runtime) -> dict[str, str]:
    """Read what is parked: id → state."""
    async with runtime.engine.connect() as conn:
        return {row.message_id: row.state for row in await conn.execute(sa.select(shell.parked))}


@pytest.mark.req("R-291")
async def test_a_repeated_event_has_no_second_effect_in_its_batch_or_in_a_later_one(runtime: Runtime) -> None:
    once = message("a", 3)

    await shell.run(service, runtime, [once, once])
    await shell.run(service, runtime, [once])

    assert await total(runtime, "a") == 3
    assert len(await outbox(runtime)) == 1


async def test_later_messages_of_a_batch_see_what_earlier_ones_decided(runtime: Runtime) -> None:
    await shell.run(service, runtime, [message("a", 1), message("b", 5), message("a", 2, after=1)])

    assert (await total(runtime, "a"), await total(runtime, "b")) == (3, 5)
    assert [row["aggregateversion"] for row in await outbox(runtime) if row["aggregateid"] == "a"] == [1, 2]


async def test_news_that_came_before_its_predecessor_waits_and_goes_on_by_itself(runtime: Runtime) -> None:
    third, second, first = message("a", 4, 2, version=3), message("a", 2, 1, version=2), message("a", 1, version=1)

    await shell.run(service, runtime, [third, message("b", 9)])
    await shell.run(service, runtime, [second])
    assert await total(runtime, "a") is None
    assert set((await parked(runtime)).values()) == {"waiting"}
    await shell.run(service, runtime, [first])

    assert (await total(runtime, "a"), await total(runtime, "b")) == (7, 9)
    assert await parked(runtime) == {}


async def test_a_message_that_fails_blocks_its_own_key_and_no_other(runtime: Runtime) -> None:
    poison, behind = message("a", 666, event_id="poison"), message("a", 1, event_id="behind")

    await shell.run(service, runtime, [poison, behind, message("b", 2)])

    assert await parked(runtime) == {"poison": "failed", "behind": "waiting"}
    assert (await total(runtime, "a"), await total(runtime, "b")) == (None, 2)


async def test_when_the_database_refuses_a_batch_only_the_guilty_message_stands_alone(runtime: Runtime) -> None:
    async with runtime.engine.begin() as conn:
        await conn.execute(sa.text("ALTER TABLE count ADD CHECK ((body->>'total')::int < 100)"))

    works = [message(f"k{n}", 500 if n == 5 else n, event_id=f"m{n}") for n in range(9)]
    await shell.run(service, runtime, works)

    assert [await total(runtime, f"k{n}") for n in range(9)] == [0, 1, 2, 3, 4, None, 6, 7, 8]
    assert await parked(runtime) == {"m5": "failed"}


async def test_a_repeated_command_gets_its_first_answer_and_another_body_is_refused(runtime: Runtime) -> None:
    first = (await shell.run(service, runtime, [command("a", 4, "key")]))[0]
    again = (await shell.run(service, runtime, [command("a", 4, "key")]))[0]
    other = (await shell.run(service, runtime, [command("a", 5, "key")]))[0]

    assert (first.status, first.body, first.repeated) == (200, {"total": 4}, False)
    assert (again.status, again.body, again.repeated) == (200, {"total": 4}, True)
    assert (other.status, other.body["code"]) == (422, "key-reused")
    assert await total(runtime, "a") == 4


async def test_a_refused_command_changes_nothing_and_publishes_nothing(runtime: Runtime) -> None:
    answers = await shell.run(service, runtime, [command("a", 11, "k1"), command("b", 1, "k2")])

    assert [a.status for a in answers] == [409, 200]
    assert answers[0].body == {
        "type": "urn:redletter:too-much",
        "title": "That would be more than ten.",
        "status": 409,
        "detail": "That would be more than ten.",
        "code": "too-much",
    }
    assert await total(runtime, "a") is None
    assert [row["aggregateid"] for row in await outbox(runtime)] == ["b"]


async def test_of_two_commands_that_have_seen_the_same_version_one_is_told_to_read_again(runtime: Runtime) -> None:
    await shell.run(service, runtime, [command("a", 1, "k1")])

    answers = await shell.run(service, runtime, [command("a", 1, "k2", seen=1), command("a", 1, "k3", seen=1)])

    assert [a.status for a in answers] == [200, 412]
    assert await total(runtime, "a") == 2


async def test_many_at_once_lose_no_update(runtime: Runtime) -> None:
    await asyncio.gather(*(shell.run(service, runtime, [message("hot", 1)]) for _ in range(30)))

    assert await total(runtime, "hot") == 30
    assert [row["aggregateversion"] for row in await outbox(runtime)] == list(range(1, 31))


async def test_identical_commands_at_once_have_one_effect(runtime: Runtime) -> None:
    answers = await asyncio.gather(*(shell.run(service, runtime, [command("a", 2, "same")]) for _ in range(20)))

    assert {a[0].body["total"] for a in answers} == {2}
    assert await total(runtime, "a") == 2


async def test_a_write_against_another_version_is_a_lost_update(runtime: Runtime) -> None:
    await shell.run(service, runtime, [message("a", 1)])
    stale = Entry(Count(total=9), version=8, read=7, before=Count(), changed=True)

    with pytest.raises(LostUpdate):
        async with runtime.engine.begin() as conn:
            await service.stores[Count].save(conn, {"a": stale})
    assert await total(runtime, "a") == 1


async def test_a_deadline_fires_once_and_only_when_the_database_says_so(runtime: Runtime) -> None:
    past, future = datetime(2020, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)
    await shell.run(service, runtime, [command("a", 1, "k1", past), command("b", 1, "k2", future)])

    fired = await asyncio.gather(*(timers.fire_once(service, runtime) for _ in range(4)))

    assert sum(fired) >= 1
    assert (await total(runtime, "a"), await total(runtime, "b")) == (-99, 1)
    assert await timers.fire_once(service, runtime) == 0


async def test_timers_outlive_whatever_goes_wrong(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = asyncio.Event()

    async def wrong(*_: Any, **__: Any) -> int:
        if not slept:
            raise AssertionError("a bug")
        tried.set()
        return 0

    async def sleep(_: float) -> None:
        slept.append(True)
        await asyncio.sleep(0)

    slept: list[bool] = []
    monkeypatch.setattr(timers, "fire_once", wrong)
    task = asyncio.create_task(timers.run(service, replace(runtime, sleep=sleep)))

    await asyncio.wait_for(tried.wait(), 10)
    task.cancel()
    await asyncio.wait([task])


async def test_a_deadline_that_is_moved_fires_at_its_new_time(runtime: Runtime) -> None:
    await shell.run(service, runtime, [command("a", 1, "k1", datetime(2020, 1, 1, tzinfo=UTC))])
    await shell.run(service, runtime, [command("a", 1, "k2", datetime(2999, 1, 1, tzinfo=UTC))])

    assert await timers.fire_once(service, runtime) == 0
    assert await total(runtime, "a") == 2


class Producer:
    """Takes what the relay sends, as a broker's client would; one of its two partitions may be away."""

    def __init__(self, away: int | None = None, first: int = 0) -> None:
        self.sent: list[str] = []
        self.away = away
        self.ends = [first, first]

    async def partitions_for(self, _topic: str) -> set[int]:
        return {0, 1}

    def create_batch(self) -> "Filled":
        return Filled()

    async def send_batch(self, batch: "Filled", topic: str, *, partition: int) -> asyncio.Future[RecordMetadata]:
        answer: asyncio.Future[RecordMetadata] = asyncio.get_running_loop().create_future()
        if partition == self.away:
            answer.set_exception(OSError("the broker is gone"))
        else:
            self.sent += batch.ids
            place = TopicPartition(topic, partition)
            answer.set_result(RecordMetadata(topic, partition, place, self.ends[partition], 0, 0, 0))
            self.ends[partition] += len(batch.ids)
        return answer


class Filled:
    """A batch that two records fill."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def append(self, *, timestamp: None, key: bytes, value: bytes, headers: Any) -> object | None:
        assert timestamp is None
        assert value
        assert dict(headers)["ce_subject"] == key
        if len(self.ids) == 2:
            return None
        self.ids.append(dict(headers)["ce_id"].decode())
        return self


async def test_the_relay_publishes_in_order_and_keeps_the_rows(runtime: Runtime) -> None:
    await shell.run(service, runtime, [message(f"k{n}", n) for n in range(5)])
    producer: Any = Producer()

    assert await relay.publish_once(service, runtime, producer) == 5
    assert await relay.publish_once(service, runtime, producer) == 0

    rows = await outbox(runtime)
    in_order = [row["id"] for row in rows]
    assert sorted(producer.sent, key=in_order.index) == in_order
    for keys in ({"k0", "k1", "k2"}, {"k3", "k4"}):  # murmur2, as Java's clients have it
        of_partition = [row["id"] for row in rows if row["aggregateid"] in keys]
        assert [one for one in producer.sent if one in of_partition] == of_partition
    assert all(row["published_at"] is not None for row in rows)


async def test_what_the_broker_did_not_take_is_published_again(runtime: Runtime) -> None:
    await shell.run(service, runtime, [message(f"k{n}", n) for n in range(5)])

    with pytest.raises(OSError, match="gone"):
        await relay.publish_once(service, runtime, Producer(away=1))  # type: ignore[arg-type]  # a stand-in
    producer: Any = Producer()

    assert await relay.publish_once(service, runtime, producer) == 5


@pytest.mark.parametrize(("goes_on_at", "alarms"), [(None, 0), (0, 2), (2, 1), (-1, 0)])
async def test_a_topic_that_goes_on_before_where_it_had_been_raises_the_alarm(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, goes_on_at: int | None, alarms: int
) -> None:
    monkeypatch.setattr(relay, "_reached", {})
    shrunk, before = relay.SHRUNK.labels("toy"), relay.SHRUNK.labels("toy")._value.get()
    producer: Any = Producer()
    for round_ in range(2):  # three records to one partition and two to the other, each time
        await shell.run(service, runtime, [message(f"k{n}", n, event_id=f"{round_}-{n}") for n in range(5)])
        await relay.publish_once(service, runtime, producer)
        if goes_on_at is not None:
            producer.ends = [goes_on_at, goes_on_at]

    assert shrunk._value.get() - before == alarms


async def test_a_second_relay_does_nothing_while_the_first_is_at_work(runtime: Runtime) -> None:
    await shell.run(service, runtime, [message("a", 1)])
    producer: Any = Producer()
    async with runtime.engine.begin() as conn:
        await conn.execute(sa.select(sa.func.pg_advisory_xact_lock(relay.LOCK)))

        assert await relay.publish_once(service, runtime, producer) == 0


@pytest.mark.parametrize(
    ("headers", "value", "reason"),
    [
        ([("ce_type", b"redletter.toy.added.v1")], b"{}", "KeyError"),
        (
            [("ce_type", b"redletter.toy.added.v1"), ("ce_id", b"1"), ("ce_subject", b"a")],
            b"{broken",
            "ValidationError",
        ),
        (
            [("ce_type", b"redletter.toy.added.v1"), ("ce_id", b"\xff"), ("ce_subject", b"a")],
            b"{}",
            "UnicodeDecodeError",
        ),
        (
            [("ce_type", b"redletter.toy.added.v1"), ("ce_id", b"1"), ("ce_subject", b"a")],
            b"x" * 2_000_000,
            "ValueError",
        ),
        ([], b"{}", "no-type"),
        ([("ce_type", b"\xff\xfe")], b"\x00", "no-type"),
    ],
)
async def test_what_cannot_be_read_is_buried_with_its_reason(
    runtime: Runtime, headers: list[tuple[str, bytes]], value: bytes, reason: str
) -> None:
    await shell.run(service, runtime, [message("a", 1)])
    good = as_record(service, (await outbox(runtime))[0])
    bad = (
        good._replace(headers=headers, value=value, offset=77)
        if hasattr(good, "_replace")
        else _with(good, headers, value)
    )

    await consumer.take(service, runtime, [bad, good])

    async with runtime.engine.connect() as conn:
        rows = list(await conn.execute(sa.select(shell.parked)))
    assert [(row.state, row.reason) for row in rows] == [("dead", reason)]
    assert rows[0].body == value
    assert await total(runtime, "a") == 2


def _with(record: Any, headers: list[tuple[str, bytes]], value: bytes) -> Any:
    from dataclasses import replace

    return replace(record, headers=tuple(headers), value=value, offset=77)


async def test_news_of_a_type_that_nobody_here_knows_is_skipped(runtime: Runtime) -> None:
    await shell.run(service, runtime, [message("a", 1)])
    good = as_record(service, (await outbox(runtime))[0])
    unknown = _with(good, [("ce_type", b"redletter.toy.something_new.v9")], b"{}")

    await consumer.take(service, runtime, [unknown])

    assert (await parked(runtime), await total(runtime, "a")) == ({}, 1)


async def test_time_comes_from_the_runtime(runtime: Runtime) -> None:
    moment = datetime(2031, 5, 6, tzinfo=UTC)
    virtual = Runtime(runtime.engine, now=lambda: moment)

    await shell.run(service, virtual, [message("a", 1)])

    assert (await outbox(runtime))[0]["time"] == moment


async def test_what_a_later_version_has_parked_does_not_stop_its_key_in_this_one(runtime: Runtime) -> None:
    early = message("a", 4, 1, version=2)
    await shell.run(service, runtime, [early])
    async with runtime.engine.begin() as conn:
        await conn.execute(sa.update(shell.parked).values(type="redletter.toy.subtracted.v1"))

    await shell.run(service, runtime, [message("a", 1)])

    assert await total(runtime, "a") == 1
    assert await parked(runtime) == {early.id: "waiting"}


class PowerCut(Exception):
    """The process died here."""


async def dead_and_repaired(runtime: Runtime) -> tuple[str, Any]:
    """Bury a message, put its body right; give its id and an operator's desk."""
    await shell.run(service, runtime, [message("a", 1)])
    good = as_record(service, (await outbox(runtime))[0])
    await consumer.take(service, runtime, [_with(good, list(good.headers), b"{")])
    body = json.dumps({"case_id": "a", "amount": 4, "after": 1}).encode()
    async with runtime.engine.begin() as conn:
        await conn.execute(sa.update(shell.parked).values(body=body))
    [message_id] = await parked(runtime)
    return message_id, SimpleNamespace(desk=Desk(service, runtime))


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_redrive_that_dies_loses_nothing_and_does_nothing_twice(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    message_id, operator = await dead_and_repaired(runtime)
    run = shell.run

    async def dies(*works: Any) -> None:
        if when == "after":
            await run(*works)
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(shell, "run", dies)
        with pytest.raises(PowerCut):
            await ops.redrive(message_id, operator)

    assert await parked(runtime) == {message_id: "dead"}
    await ops.redrive(message_id, operator)
    assert await parked(runtime) == {}
    assert await total(runtime, "a") == 5


@pytest.mark.parametrize(
    "point",
    ["shell.after_inbox", "shell.after_decide", "shell.after_save", "shell.before_commit", "shell.after_commit"],
)
async def test_a_batch_that_dies_is_done_once_when_it_comes_again(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    works = [message("a", 1, event_id="m1"), message("b", 2, event_id="m2")]

    def dies(name: str) -> None:
        if name == point:
            raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(shell, "failpoint", dies)
        with pytest.raises(PowerCut):
            await shell.run(service, runtime, works)
    await shell.run(service, runtime, works)

    assert (await total(runtime, "a"), await total(runtime, "b")) == (1, 2)
    assert [row["causationid"] for row in await outbox(runtime)] == ["m1", "m2"]


async def test_what_comes_in_a_later_batch_waits_behind_a_failed_message(runtime: Runtime) -> None:
    await shell.run(service, runtime, [message("a", 666, event_id="poison")])

    await shell.run(service, runtime, [message("a", 1, event_id="later"), message("b", 2)])

    assert await parked(runtime) == {"poison": "failed", "later": "waiting"}
    assert (await total(runtime, "a"), await total(runtime, "b")) == (None, 2)


async def test_two_relays_at_once_keep_the_order_of_a_key(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "LIMIT", 2)
    await shell.run(service, runtime, [message("a", 1) for _ in range(4)])
    said = [row["id"] for row in await outbox(runtime)]
    slow = SlowProducer()
    first = asyncio.create_task(relay.publish_once(service, runtime, slow))  # type: ignore[arg-type]  # a stand-in
    await slow.asked.wait()

    await relay.publish_once(service, runtime, slow)  # type: ignore[arg-type]  # a stand-in
    slow.go_on.set()
    await first
    await relay.publish_once(service, runtime, slow)  # type: ignore[arg-type]  # a stand-in

    assert slow.sent == said


async def test_only_the_marks_of_the_relay_do_not_wait_for_the_disk(runtime: Runtime) -> None:
    await shell.run(service, runtime, [message("a", 1)])

    async def waits(*, publishing: bool) -> str:
        async with sql.transaction(runtime.engine) as conn:
            if publishing:
                await sql.rows(conn, relay._UNPUBLISHED, {"most": 1})
            [[setting]] = await sql.rows(conn, sa.text("SHOW synchronous_commit"), {})
            return str(setting)

    assert [await waits(publishing=each) for each in (False, True, False)] == ["on", "off", "on"]


@pytest.mark.parametrize("wrong", [OSError("away"), KafkaError("dead"), RuntimeError("a bug"), None])
async def test_a_relay_goes_on_with_a_new_producer_when_one_has_failed(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, wrong: Exception | None
) -> None:
    monkeypatch.setattr(relay, "PATIENCE", 0.1)
    await shell.run(service, runtime, [message("a", 1)])
    broken, whole = Broken(wrong), Broken(None, answers=True)
    made = iter([broken, whole])

    task = asyncio.create_task(relay.run(service, runtime, lambda: next(made), idle=60))  # type: ignore[arg-type, return-value]  # stand-ins
    await asyncio.wait_for(runtime.publishing.wait(), 10)
    task.cancel()
    await asyncio.wait([task])

    assert all(row["published_at"] for row in await outbox(runtime))
    assert (broken.sent, len(whole.sent)) == ([], 1)
    assert (broken.stopped, whole.stopped) == (True, True)


class Broken(Producer):
    """Fails with every batch, or never says what became of it."""

    def __init__(self, wrong: Exception | None, *, answers: bool = False) -> None:
        super().__init__()
        self.wrong, self.answers, self.stopped = wrong, answers, False

    async def start(self) -> None:
        """Nothing to do."""

    async def stop(self) -> None:
        self.stopped = True

    async def send_batch(self, batch: "Filled", topic: str, *, partition: int) -> asyncio.Future[RecordMetadata]:
        if self.answers:
            return await super().send_batch(batch, topic, partition=partition)
        if self.wrong:
            raise self.wrong
        return asyncio.get_running_loop().create_future()


async def test_a_relay_that_cannot_publish_says_so_until_it_can(runtime: Runtime) -> None:
    slept: list[bool] = []
    back = asyncio.Event()

    async def sleep(_: float) -> None:
        slept.append(runtime.publishing.is_set())
        if len(slept) == 3:
            back.set()

    def away() -> Broken:
        if not back.is_set():
            raise OSError("no broker")
        return Broken(None, answers=True)

    runtime.publishing.set()
    task = asyncio.create_task(relay.run(service, replace(runtime, sleep=sleep), away, idle=60))  # type: ignore[arg-type]  # a stand-in
    await asyncio.wait_for(back.wait(), 10)
    await asyncio.wait_for(runtime.publishing.wait(), 10)
    task.cancel()
    await asyncio.wait([task])

    assert slept == [False] * 3


class SlowProducer(Producer):
    """Takes the first batch only when it is told to; what comes after it is not held up."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()

    async def send_batch(self, batch: Filled, topic: str, *, partition: int) -> asyncio.Future[None]:
        if not self.asked.is_set():
            self.asked.set()
            await self.go_on.wait()
        return await super().send_batch(batch, topic, partition=partition)


@asynccontextmanager
async def held(runtime: Runtime, key: str) -> AsyncIterator[None]:
    """Nobody gets this aggregate while this lasts."""
    async with runtime.engine.begin() as conn:
        await conn.execute(sa.select(table.c.id).where(table.c.id == key).with_for_update())
        yield


async def waiting(runtime: Runtime, count: int) -> None:
    """Wait until so many transactions wait for each other."""
    query = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(10), runtime.engine.connect() as conn:
        while ((await conn.execute(query)).scalar() or 0) < count:
            await conn.rollback()
            await asyncio.sleep(0.02)


async def test_of_two_batches_that_meet_only_one_does_what_was_parked(runtime: Runtime) -> None:
    await shell.run(service, runtime, [message("a", 1)])
    await shell.run(service, runtime, [message("a", 100, after=2, event_id="early")])

    async with held(runtime, "a"):
        both = [asyncio.create_task(shell.run(service, runtime, [message("a", 10, after=1)])) for _ in range(2)]
        await waiting(runtime, 2)
    await asyncio.gather(*both)

    assert await total(runtime, "a") == 121
    assert await parked(runtime) == {}


async def test_of_two_timers_that_meet_one_fires(runtime: Runtime) -> None:
    await shell.run(service, runtime, [command("a", 1, "k1", datetime(2020, 1, 1, tzinfo=UTC))])

    async with held(runtime, "a"):
        both = [asyncio.create_task(timers.fire_once(service, runtime)) for _ in range(2)]
        await waiting(runtime, 2)
    await asyncio.gather(*both)

    assert await total(runtime, "a") == -99


async def test_news_that_is_parked_while_its_predecessor_is_done_does_not_wait_for_ever(runtime: Runtime) -> None:
    await shell.run(service, runtime, [message("a", 1)])

    async with held(runtime, "a"):
        early = asyncio.create_task(shell.run(service, runtime, [message("a", 100, after=2)]))
        await waiting(runtime, 1)
        predecessor = asyncio.create_task(shell.run(service, runtime, [message("a", 10, after=1)]))
        await waiting(runtime, 2)
    await asyncio.gather(early, predecessor)

    assert await timers.fire_once(service, runtime) == 0
    await pass_by(runtime, 5)
    assert await timers.fire_once(service, runtime) == 1

    assert await parked(runtime) == {}
    assert await total(runtime, "a") == 111


async def test_what_waits_is_looked_at_again_ever_more_rarely(runtime: Runtime) -> None:
    await shell.run(service, runtime, [message("a", 1, after=9), message("a", 1, after=9), message("b", 1, after=9)])

    looked = []
    for seconds in (1, 5, 3, 7, 8, 10):
        await pass_by(runtime, seconds)
        looked.append(await timers.fire_once(service, runtime))

    assert looked == [0, 2, 0, 2, 0, 2]  # after 4, 8 and 16 seconds


async def pass_by(runtime: Runtime, seconds: int) -> None:
    """Let so much time pass for what is parked."""
    async with runtime.engine.begin() as conn:
        earlier = shell.parked.c.last_at - timedelta(seconds=seconds)
        await conn.execute(sa.update(shell.parked).values(last_at=earlier))
