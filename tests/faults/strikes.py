"""What a fault run does to the system: one coroutine for each kind of fault, which also mends it again."""

import asyncio
import os
import random  # noqa: TID251  the plan is drawn from a seed that the output names
import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import disks
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from world import NAMES, World

import servicekit
from contracts.catalog import TOPICS
from redletter.process import Failed, alive
from redletter.state import read

Chance: TypeAlias = random.Random
SESSION_SECONDS = 10  # after so long without a heartbeat the broker gives a department's partitions to others
OUTAGES = (asyncpg.PostgresError, asyncpg.InterfaceError, KafkaError)
RELAY_LOCK = 0x7265_6C61  # whoever holds it is the only one who publishes (servicekit.relay)
POINTS = sorted(
    {
        name
        for file in Path(servicekit.__file__).parent.glob("*.py")
        for name in re.findall(r'failpoint\("([\w.]+)"\)', file.read_text())
    }
)


async def kill(world: World, name: str, chance: Chance) -> None:
    """kill -9, and a new start."""
    await world.end(name, signal.SIGKILL)
    await asyncio.sleep(chance.uniform(0, 2))
    world.start(name)
    await world.ready(name)


async def crash(world: World, name: str, chance: Chance) -> None:
    """It dies at a named point of its own code, and starts anew."""
    await world.end(name)
    point = f"{chance.choice(POINTS)}:{chance.randint(1, 4)}"
    world.start(name, REDLETTER_FAILPOINT=point)
    doomed = world.running[name]
    for _ in range(200):
        if doomed.poll() is not None:
            break
        await asyncio.sleep(0.1)
    else:  # nobody asked it for what the point stands in, e.g. a timer
        doomed.kill()
        doomed.wait()
    world.points[point.partition(":")[0] if doomed.returncode == 137 else "none in time"] += 1
    world.watch(name)
    await world.ready(name)


async def pause(world: World, name: str, chance: Chance) -> None:
    """It is frozen for longer than its session with the broker lasts, and wakes up as a zombie."""
    process = world.running[name]
    second = world.spawn(name, REDLETTER_PORT=str(next(world.spare)), REDLETTER_ROLES="worker,relay")
    process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(SESSION_SECONDS + chance.uniform(1, 4))
    process.send_signal(signal.SIGCONT)
    await world.ready(name)
    second.kill()
    second.wait()


async def stop(world: World, name: str, _chance: Chance) -> None:
    """It is asked to stop under load, drains, and starts anew."""
    await world.end(name)
    world.start(name)
    await world.ready(name)


async def second(world: World, name: str, chance: Chance) -> None:
    """A second process joins, works for a while, and one of the two is killed."""
    extra = world.spawn(name, REDLETTER_PORT=str(next(world.spare)))
    await asyncio.sleep(chance.uniform(4, 8))
    if chance.random() < 0.5:
        await world.end(name, signal.SIGKILL)
        await asyncio.sleep(1)
        world.start(name)
        await world.ready(name)
    extra.kill()
    extra.wait()


async def versions(world: World, name: str, chance: Chance) -> None:
    """An older or a later version works beside ours, and then in its place, and then ours again."""
    version = chance.choice(world.versions)
    beside = world.spawn(name, version, REDLETTER_PORT=str(next(world.spare)))
    await asyncio.sleep(chance.uniform(3, 6))
    await world.end(name)
    world.start(name, version)
    await world.ready(name)
    beside.terminate()
    await asyncio.sleep(chance.uniform(1, 3))
    await world.end(name)
    world.start(name)
    await world.ready(name)
    beside.kill()
    beside.wait()


async def wrong_clock(world: World, name: str, chance: Chance) -> None:
    """Its clock jumps, forth or back, and later back to what it should be."""
    # Most windows of the business are days: only accounting, which dates documents and nothing else, jumps by years.
    furthest = 400 * 86400 if name == "finance" and chance.random() < 0.5 else 20 * 3600
    world.clock(name).write_text(str(chance.choice((-1, 1)) * chance.choice((1.5, 61, 3601, furthest))))
    await asyncio.sleep(chance.uniform(1, 5))
    world.clock(name).write_text("0")


async def power_cut(world: World, _name: str, _chance: Chance) -> None:
    """Everything dies at once."""
    for process in world.running.values():
        process.kill()
    for name in ("broker", "postgres"):
        os.kill(world.pid(name), signal.SIGKILL)
    for name in NAMES:
        await world.end(name, signal.SIGKILL)
    await world.whole()
    for name in NAMES:
        world.start(name)
    for name in NAMES:
        await world.ready(name)


async def broker_killed(world: World, _name: str, chance: Chance) -> None:
    """kill -9 of the broker."""
    os.kill(world.pid("broker"), signal.SIGKILL)
    await asyncio.sleep(chance.uniform(0, 3))
    await world.whole()


async def broker_frozen(world: World, _name: str, chance: Chance) -> None:
    """The broker stands still for longer than sessions last, and goes on."""
    os.kill(world.pid("broker"), signal.SIGSTOP)
    await asyncio.sleep(SESSION_SECONDS + chance.uniform(0, 2))
    os.kill(world.pid("broker"), signal.SIGCONT)


async def database_killed(world: World, _name: str, chance: Chance) -> None:
    """kill -9 of PostgreSQL: recovery from its log."""
    os.kill(world.pid("postgres"), signal.SIGKILL)
    await asyncio.sleep(chance.uniform(0, 1))
    await world.whole()


async def sessions_ended(world: World, name: str, _chance: Chance) -> None:
    """PostgreSQL ends every session of a department in the middle of its work."""
    await world.rows(
        name,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user",
    )


def lose(edge: str, kind: str) -> Callable[[World, str, Chance], Awaitable[None]]:
    """Make the fault that one answer of this kind is lost on the way back."""

    async def strike(world: World, name: str, chance: Chance) -> None:
        await world.proxy.tell(edge=edge.format(name), lose=kind)
        await asyncio.sleep(chance.uniform(0.2, 1))

    return strike


def line(edge: str, what: str, least: float, most: float) -> Callable[[World, str, Chance], Awaitable[None]]:
    """Make the fault that a line is cut, or hangs, for a while."""

    async def strike(world: World, name: str, chance: Chance) -> None:
        seconds = chance.uniform(least, most)
        await world.proxy.tell(**{"edge": edge.format(name), what: seconds})
        await asyncio.sleep(seconds)

    return strike


async def relay_held(world: World, name: str, chance: Chance) -> None:
    """A department's news comes late, behind what others made of it and of each other."""
    with suppress(OSError, asyncpg.PostgresError):
        conn = await asyncpg.connect(world.dsns[name].replace("+asyncpg", ""))
        try:
            await conn.execute("SELECT pg_advisory_lock($1)", RELAY_LOCK)
            await asyncio.sleep(chance.uniform(1, 5))
        finally:
            await conn.close()


async def said_again(world: World, _name: str, chance: Chance) -> None:
    """Hundreds of old records come once more, each in its partition: as they were, or in the wrong order."""
    topic = chance.choice(sorted(TOPICS))
    async with world.consumer() as consumer:
        places = await world.places(consumer, [topic])
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        for place in places:
            consumer.seek(place, max(0, ends[place] - chance.randint(1, 60)))
        batches = await consumer.getmany(timeout_ms=1500)
    records = [record for some in batches.values() for record in some]
    if chance.random() < 0.5:
        chance.shuffle(records)
    producer = AIOKafkaProducer(bootstrap_servers=world.bootstrap)
    await producer.start()
    try:
        for record in records:
            await producer.send(topic, record.value, record.key, record.partition, headers=list(record.headers))
        await producer.flush()
    finally:
        await producer.stop()
    world.repeated += len(records)


@asynccontextmanager
async def silent(world: World, name: str) -> AsyncIterator[None]:
    """Have a department away, so that its group can be changed; it is back afterwards."""
    await world.end(name)
    try:
        await world.left(name)
        yield
    finally:
        world.start(name)
        await world.ready(name)


async def rewound(world: World, name: str, chance: Chance) -> None:
    """The offsets of a department go back, in every topic by another number."""
    async with silent(world, name), world.consumer(name) as consumer:
        places = await world.places(consumer, world.heard_by(name))
        consumer.assign(places)
        committed = {place: await consumer.committed(place) or 0 for place in places}
        await consumer.commit({place: max(0, at - chance.randint(0, 200)) for place, at in committed.items()})


async def from_zero(world: World, name: str, chance: Chance) -> None:
    """A department reads one of its topics from the beginning."""
    topic = chance.choice(world.heard_by(name))
    async with silent(world, name), world.consumer(name) as consumer:
        places = await world.places(consumer, [topic])
        consumer.assign(places)
        await consumer.commit(dict.fromkeys(places, 0))


async def group_deleted(world: World, name: str, _chance: Chance) -> None:
    """The broker forgets a department's group with all its offsets."""
    async with silent(world, name):
        await world.delete_group(name)


def disk_full(what: str) -> Callable[[World, str, Chance], Awaitable[None]]:
    """Make the fault that the disk under PostgreSQL or the broker is full for a while."""

    async def strike(world: World, _name: str, chance: Chance) -> None:
        disks.filled(world.volumes[what])
        await asyncio.sleep(chance.uniform(4, 8))
        disks.emptied(world.volumes[what])
        await asyncio.sleep(0.5)
        who = "postgres" if what == "postgres" else "broker"
        if not alive(read(world.home).processes[who]):
            world.died_of_it += 1
        with suppress(Failed):  # it may die of it in this very moment
            await world.whole()
        await world.whole()

    return strike


async def client_killed(world: World, _name: str, _chance: Chance) -> None:
    """The client that registers dies in the middle, and goes on where its journal ends."""
    world.clients["register"].kill()
    world.clients["register"].wait()
    world.start_client("register")


Strike: TypeAlias = Callable[[World, str, Chance], Awaitable[None]]
KINDS: Mapping[str, tuple[int, str, Strike]] = {
    "kill -9": (14, "department", kill),
    "crash at a named point": (20, "department", crash),
    "paused beyond its session": (5, "department", pause),
    "graceful stop under load": (5, "department", stop),
    "a second process joins and one is killed": (5, "department", second),
    "another version beside and instead": (5, "department", versions),
    "clock jumps": (8, "department", wrong_clock),
    "sessions ended by PostgreSQL": (6, "department", sessions_ended),
    "answer lost at COMMIT": (16, "", lose("pg-{}", "commit")),
    "answer lost at Produce": (10, "", lose("kafka", "produce")),
    "answer lost at OffsetCommit": (6, "", lose("kafka", "offsets")),
    "answer lost at HTTP": (16, "", lose("http-{}", "http")),
    "line to PostgreSQL cut": (4, "", line("pg-{}", "cut", 0.5, 4)),
    "line to PostgreSQL hangs": (3, "", line("pg-{}", "hang", 2, 8)),
    "lines to the broker cut": (4, "", line("kafka", "cut", 0.5, 5)),
    "lines to the broker hang": (2, "", line("kafka", "hang", 3, 14)),
    "line to a department cut": (3, "", line("http-{}", "cut", 0.5, 3)),
    "news held back": (8, "", relay_held),
    "old records said again": (10, "", said_again),
    "offsets rewound": (5, "department", rewound),
    "a topic read from zero": (4, "department", from_zero),
    "consumer group deleted": (3, "department", group_deleted),
    "broker killed": (4, "broker", broker_killed),
    "broker frozen": (2, "broker", broker_frozen),
    "PostgreSQL killed": (6, "postgres", database_killed),
    "PostgreSQL's disk full": (2, "postgres", disk_full("postgres")),
    "the broker's disk full": (2, "broker", disk_full("kafka")),
    "power cut": (2, "everything", power_cut),
    "client killed": (5, "client", client_killed),
}
"""kind → how often, whom it needs for itself, what is done"""


def holds(kind: str, name: str) -> list[str]:
    """Say whom a fault needs for itself, in the order in which they are taken."""
    _, whom, _ = KINDS[kind]
    everything = [*NAMES, "postgres", "broker"]
    return {"": [], "department": [name], "everything": everything}.get(whom, [whom])


def drawn(seed: int, number: int, possible: Any) -> list[tuple[str, str, int]]:
    """Draw the plan: kind, victim and a seed of its own for each fault; every kind comes before any comes again."""
    chance = random.Random(seed)
    kinds = [kind for kind in KINDS if possible(kind)]
    chance.shuffle(kinds)
    weights = [KINDS[kind][0] for kind in kinds]
    rest = chance.choices(kinds, weights, k=max(0, number - len(kinds)))
    return [(kind, chance.choice(NAMES), chance.randrange(2**32)) for kind in [*kinds, *rest][:number]]
