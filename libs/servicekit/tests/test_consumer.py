"""What a department's ear promises of a broker: it hears from the beginning, and a batch again until it is done."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import BatchSubscriber
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import create_async_engine

from redletter import embedded
from redletter.house import services
from servicekit import consumer
from servicekit.runtime import Runtime, uuid7
from servicekit.settings import Settings

Take = Callable[[list[bytes]], Awaitable[None] | None]


@asynccontextmanager
async def ear(bootstrap: str, monkeypatch: pytest.MonkeyPatch, take: Take, name: str = "") -> AsyncIterator[Any]:
    """Listen as a new department that hears what intake does; `take` gets the values of each batch."""

    async def taken(_service: Any, _runtime: Any, records: Any) -> int:
        if (goes_on := take([record.value for record in records])) is not None:
            await goes_on
        return len(records)

    async def at_once(_seconds: float) -> None:
        return

    monkeypatch.setattr(consumer, "take", taken)
    settings = Settings(DATABASE_URL="", KAFKA_BOOTSTRAP_SERVERS=bootstrap, broker_profile="embedded")
    runtime = Runtime(create_async_engine("postgresql+asyncpg://nobody"), sleep=at_once)
    broker = KafkaBroker(bootstrap, apply_types=False, logger=None)
    new = replace(services()["intake"], name=name or f"ear-{uuid7()}")
    subscriber = consumer.subscribe(broker, new, runtime, settings)
    await broker.connect()
    await consumer.start(subscriber)
    try:
        yield subscriber
    finally:
        await broker.stop()


async def say(bootstrap: str, *words: bytes) -> None:
    """Publish where intake listens."""
    service = services()["intake"]
    topic = min(service.topics[event] for event in service.consumes)
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        for word in words:
            await producer.send_and_wait(topic, word, key=b"K-1")


async def test_what_was_said_before_the_department_was_there_is_heard(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap, word, heard = await embedded.broker(home), uuid7().encode(), asyncio.Event()
    await say(bootstrap, word)

    async with ear(bootstrap, monkeypatch, lambda values: heard.set() if word in values else None) as subscriber:
        await asyncio.wait_for(heard.wait(), 15)
        assert await consumer.lag(subscriber) == 0


async def test_what_was_done_is_said_to_the_broker_though_nothing_more_comes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap, word, heard = await embedded.broker(home), uuid7().encode(), asyncio.Event()

    async with ear(bootstrap, monkeypatch, lambda values: heard.set() if word in values else None) as subscriber:
        await say(bootstrap, word)
        await asyncio.wait_for(heard.wait(), 15)

        async def unsaid() -> list[Any]:
            places = subscriber.consumer.assignment()
            said = {place: await subscriber.consumer.committed(place) or 0 for place in places}
            return [place for place in places if (subscriber.consumer.highwater(place) or 0) > said[place]]

        for _ in range(150):
            if not await unsaid():
                break
            await asyncio.sleep(0.1)
        assert await unsaid() == []


async def test_a_batch_that_could_not_be_done_comes_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bootstrap, words, all_done = await embedded.broker(home), [uuid7().encode() for _ in range(3)], asyncio.Event()
    tries: list[list[bytes]] = []
    done: list[bytes] = []

    def take(values: list[bytes]) -> None:
        tries.append(values)
        if len(tries) < 3:
            raise OperationalError("the database is away", None, Exception())
        done.extend(values)
        if set(words) <= set(done):
            all_done.set()

    await say(bootstrap, *words)
    async with ear(bootstrap, monkeypatch, take):
        await asyncio.wait_for(all_done.wait(), 15)

    assert [word for word in done if word in words] == words


@pytest.mark.parametrize("begun", [False, True], ids=["fetched-only", "takes-longer-than-is-waited"])
async def test_a_batch_that_dies_after_partitions_were_taken_away_is_heard_by_another_member(
    home: Path, monkeypatch: pytest.MonkeyPatch, begun: bool
) -> None:
    bootstrap, word, group = await embedded.broker(home), uuid7().encode(), f"ear-{uuid7()}"
    in_hand, heard, go_on = asyncio.Event(), asyncio.Event(), BatchSubscriber.consume_one

    async def held() -> None:
        in_hand.set()
        await asyncio.Event().wait()

    async def fetched(member: Any, records: Any) -> None:
        if not begun and not in_hand.is_set():
            await held()
        await go_on(member, records)

    def take(values: list[bytes]) -> Awaitable[None] | None:
        if not in_hand.is_set():
            return held()
        return heard.set() if word in values else None

    monkeypatch.setattr(BatchSubscriber, "consume_one", fetched)
    await say(bootstrap, word)
    async with AsyncExitStack() as dies:
        member = await dies.enter_async_context(ear(bootstrap, monkeypatch, take, group))
        wait = type(member.lock).wait_release
        monkeypatch.setattr(type(member.lock), "wait_release", lambda lock, patience: wait(lock, patience and 0.5))
        await asyncio.wait_for(in_hand.wait(), 15)
        async with ear(bootstrap, monkeypatch, take, group):
            await dies.aclose()
            await asyncio.wait_for(heard.wait(), 15)
