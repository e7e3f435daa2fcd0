"""What a fault run does to the system: one coroutine for each kind of fault, which also mends it again.

Each gives what came of it: a fault that nobody felt proves nothing, and a kind that was never felt is told.
"""

import asyncio
import os
import random  # noqa: TID251  the plan is drawn from a seed that the output names
import re
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import asyncpg
import disks
import psutil
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from world import NAMES, World

import servicekit
from contracts.catalog import TOPICS
from redletter.process import Failed, alive
from redletter.state import read
from servicekit.sql import DRIVER_ERRORS

Chance: TypeAlias = random.Random
Strike: TypeAlias = Callable[[World, str, Chance], Awaitable[int]]
SESSION_SECONDS = 10  # after so long without a heartbeat the broker gives a department's partitions to others
OUTAGES = (*DRIVER_ERRORS, KafkaError)
DEPARTMENTS = "application_name LIKE 'redletter-%'"  # the sessions of the departments, not those of who looks on
RELAY_LOCK = 0x7265_6C61  # whoever holds it is the only one who publishes (servicekit.relay)
POINTS = sorted(
    {
        name
        for file in Path(servicekit.__file__).parent.glob("*.py")
        for name in re.findall(r'failpoint\("([\w.]+)"\)', file.read_text())
    }
)


EARLY_DAYS = 16  # so far the clock of the deadlines jumps: what is due by then reminds and urges, and ends nothing
FIRED = {
    "intake": "SELECT coalesce(sum(jsonb_array_length(body->'urges')), 0) FROM complaint",
    "rma": "SELECT count(*) FROM outbox WHERE causationid LIKE 'deadline:%'",
}
"""department → how many deadlines have fired there"""
MISDATED = "SELECT count(*) FROM outbox WHERE time > coalesce(published_at, $1) OR time < $2"


async def until(asked: Callable[[], Awaitable[int]], seconds: float) -> int:
    """Wait until there is something to count, at most so long; give what was counted."""
    end = time.monotonic() + seconds
    while True:
        counted = await asked()
        if counted > 0 or time.monotonic() > end:
            return counted
        await asyncio.sleep(0.3)


async def kill(world: World, name: str, chance: Chance) -> int:
    """kill -9, and a new start. Felt: it died of it."""
    died = await world.end(name, signal.SIGKILL) == -signal.SIGKILL
    await asyncio.sleep(chance.uniform(0, 2))
    world.start(name)
    await world.ready(name)
    return died


def crash(part: str) -> Strike:
    """Make the fault that it dies at a named point of its own code, the one that was had most rarely. Felt: it did."""

    async def strike(world: World, name: str, chance: Chance) -> int:
        await world.end(name)
        points = [point for point in POINTS if point.startswith(part)]
        point = min(chance.sample(points, len(points)), key=world.points.__getitem__)
        if part == "timers":
            world.clock(name, "due").write_text(str(EARLY_DAYS * 86400))
        world.start(name, REDLETTER_FAILPOINT=f"{point}:{1 if part == 'timers' else chance.randint(1, 4)}")
        doomed = world.running[name]
        for _ in range(200):
            if doomed.poll() is not None:
                break
            await asyncio.sleep(0.1)
        else:  # nobody asked it for what the point stands in
            doomed.kill()
            doomed.wait()
        world.clock(name, "due").write_text("0")
        died = doomed.returncode == 137
        world.points[point] += died
        world.watch(name)
        await world.ready(name)
        return died

    return strike


async def pause(world: World, name: str, chance: Chance) -> int:
    """It is frozen for longer than its session, and wakes up as a zombie. Felt: its partitions went to a second one."""
    process = world.running[name]
    other = world.spawn(name, REDLETTER_PORT=str(next(world.spare)), REDLETTER_ROLES="worker,relay")
    await until(lambda: world.joined(name, 2), 10)
    process.send_signal(signal.SIGSTOP)
    try:
        await asyncio.sleep(SESSION_SECONDS + chance.uniform(1, 4))
        lost = await until(lambda: world.alone(name), 5)
    finally:
        process.send_signal(signal.SIGCONT)
    await world.ready(name)
    other.kill()
    other.wait()
    return lost


async def relay_frozen(world: World, name: str, chance: Chance) -> int:
    """A second relay stands still with news in its hands, while the first goes on. Felt: it had some."""
    at = {"REDLETTER_PORT": str(next(world.spare)), "FAULTS_FREEZE": "relay.after_send"}
    other = world.spawn(name, REDLETTER_ROLES="relay", **at)

    async def still() -> bool:
        return psutil.Process(other.pid).status() == psutil.STATUS_STOPPED

    stood = await until(still, 12)
    await asyncio.sleep(chance.uniform(2, 6) * stood)
    other.send_signal(signal.SIGCONT)
    await asyncio.sleep(1)
    other.kill()
    other.wait()
    return stood


async def stop(world: World, name: str, _chance: Chance) -> int:
    """It is asked to stop under load, drains, and starts anew. Felt: it ended as one that has drained."""
    drained = await world.end(name) == 0
    world.start(name)
    await world.ready(name)
    return drained


async def second(world: World, name: str, chance: Chance) -> int:
    """A second process joins, works for a while, and one of the two is killed. Felt: the two shared the partitions."""
    extra = world.spawn(name, REDLETTER_PORT=str(next(world.spare)))
    await asyncio.sleep(chance.uniform(3, 6))
    shared = await until(lambda: world.joined(name, 2), 12)
    if chance.random() < 0.5:
        await world.end(name, signal.SIGKILL)
        await asyncio.sleep(1)
        world.start(name)
        await world.ready(name)
    extra.kill()
    extra.wait()
    return shared


async def versions(world: World, name: str, chance: Chance) -> int:
    """Another version works beside ours, then in its place, and then ours again. Felt: both had partitions at once."""
    version = chance.choice(world.versions)
    beside = world.spawn(name, version, REDLETTER_PORT=str(next(world.spare)))
    await asyncio.sleep(chance.uniform(3, 6))
    shared = await until(lambda: world.joined(name, 2), 12)
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
    return shared


async def wrong_clock(world: World, name: str, chance: Chance) -> int:
    """Its clock jumps, and with it the ids; later it jumps back. Felt: so many events were dated wrong."""
    # Most windows of the business are days: only accounting, which dates documents and nothing else, jumps by years.
    furthest = 400 * 86400 if name == "finance" and chance.random() < 0.5 else 20 * 3600

    async def misdated() -> int:
        now = datetime.now(UTC)  # noqa: TID251  the real clock
        [[count]] = await world.rows(name, MISDATED, now, world.since - timedelta(seconds=1))
        return int(count)

    before = await misdated()
    world.clock(name).write_text(str(chance.choice((1.5, 61, -61, 3601, -3601, furthest, -furthest))))
    try:
        await asyncio.sleep(chance.uniform(1, 5))
        return await until(lambda: less(misdated, before), 6)
    finally:
        world.clock(name).write_text("0")


async def less(counted: Callable[[], Awaitable[int]], before: int) -> int:
    """Count what was not there before."""
    return await counted() - before


async def early(world: World, name: str, _chance: Chance) -> int:
    """The clock by which deadlines are due jumps by days, and back. Felt: so many fired long before their time."""

    async def fired() -> int:
        [[count]] = await world.rows(name, FIRED[name])
        return int(count)

    before = await fired()
    world.clock(name, "due").write_text(str(EARLY_DAYS * 86400))
    try:
        return await until(lambda: less(fired, before), 12)
    finally:
        world.clock(name, "due").write_text("0")


async def power_cut(world: World, _name: str, _chance: Chance) -> int:
    """Everything dies at once. Felt: so many departments died of it."""
    for process in world.running.values():
        process.kill()
    for name in ("broker", "postgres"):
        os.kill(world.pid(name), signal.SIGKILL)
    died = [await world.end(name, signal.SIGKILL) == -signal.SIGKILL for name in NAMES]
    await world.whole()
    for name in NAMES:
        world.start(name)
    for name in NAMES:
        await world.ready(name)
    return sum(died)


async def broker_killed(world: World, _name: str, chance: Chance) -> int:
    """kill -9 of the broker. Felt: it was alive, and news could not go out."""
    os.kill(world.pid("broker"), signal.SIGKILL)
    await asyncio.sleep(chance.uniform(0, 3))
    kept = await unpublished(world)
    await world.whole()
    return kept


async def broker_frozen(world: World, _name: str, chance: Chance) -> int:
    """The broker stands still for longer than sessions last, and goes on. Felt: so much news could not go out."""
    os.kill(world.pid("broker"), signal.SIGSTOP)
    try:
        await asyncio.sleep(SESSION_SECONDS + chance.uniform(0, 2))
        return await unpublished(world)
    finally:
        os.kill(world.pid("broker"), signal.SIGCONT)


async def unpublished(world: World) -> int:
    """Count the news that waits in the outboxes, as far as they can be read."""
    count = 0
    for name in NAMES:
        with suppress(OSError, *OUTAGES):
            count += (await world.rows(name, "SELECT count(*) FROM outbox WHERE published_at IS NULL"))[0][0]
    return count


async def database_killed(world: World, _name: str, chance: Chance) -> int:
    """kill -9 of PostgreSQL: recovery from its log. Felt: so many were connected."""
    [[connected]] = await world.rows(NAMES[0], f"SELECT count(*) FROM pg_stat_activity WHERE {DEPARTMENTS}")
    os.kill(world.pid("postgres"), signal.SIGKILL)
    await asyncio.sleep(chance.uniform(0, 1))
    await world.whole()
    return int(connected)


async def sessions_ended(world: World, name: str, _chance: Chance) -> int:
    """PostgreSQL ends every session of a department in the middle of its work. Felt: so many."""
    ended = await world.rows(
        name,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE datname = current_database() AND usename = current_user AND {DEPARTMENTS}",
    )
    return len(ended)


def lose(edge: str, kind: str) -> Strike:
    """Make the fault that one answer of this kind is lost on the way back. Felt: the proxy counts what it has lost."""

    async def strike(world: World, name: str, chance: Chance) -> int:
        await world.proxy.tell(edge=edge.format(name), lose=kind)
        await asyncio.sleep(chance.uniform(0.2, 1))
        return 0

    return strike


def line(edge: str, what: str, least: float, most: float) -> Strike:
    """Make the fault that a line is cut, or hangs, for a while. Felt: so many connections met with it."""

    async def strike(world: World, name: str, chance: Chance) -> int:
        seconds = chance.uniform(least, most)
        before = await world.proxy.tell(edge=edge.format(name), met=True)
        await world.proxy.tell(**{"edge": edge.format(name), what: seconds})
        await asyncio.sleep(seconds)
        return int(await world.proxy.tell(edge=edge.format(name), met=True) - before)

    return strike


async def relay_held(world: World, name: str, chance: Chance) -> int:
    """A department's news comes late, behind what others made of it and of each other. Felt: so much was late."""
    conn = await asyncpg.connect(world.dsns[name].replace("+asyncpg", ""))
    try:
        await conn.execute("SELECT pg_advisory_lock($1)", RELAY_LOCK)
        await asyncio.sleep(chance.uniform(1, 5))
        return await until(lambda: conn.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL"), 4)
    finally:
        await conn.close()


async def said_again(world: World, _name: str, chance: Chance) -> int:
    """Hundreds of old records come once more, each in its partition, also in the wrong order. Felt: so many."""
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
    return len(records)


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


async def rewound(world: World, name: str, chance: Chance) -> int:
    """The offsets of a department go back, in every topic by another number. Felt: so many records come again."""
    async with silent(world, name), world.consumer(name) as consumer:
        places = await world.places(consumer, world.heard_by(name))
        consumer.assign(places)
        committed = {place: await consumer.committed(place) or 0 for place in places}
        back = {place: max(0, at - chance.randint(0, 200)) for place, at in committed.items()}
        await consumer.commit(back)
    return sum(committed.values()) - sum(back.values())


async def from_zero(world: World, name: str, chance: Chance) -> int:
    """A department reads one of its topics from the beginning. Felt: so many records come again."""
    topic = chance.choice(world.heard_by(name))
    async with silent(world, name), world.consumer(name) as consumer:
        places = await world.places(consumer, [topic])
        consumer.assign(places)
        again = sum([await consumer.committed(place) or 0 for place in places])
        await consumer.commit(dict.fromkeys(places, 0))
    return again


async def group_deleted(world: World, name: str, _chance: Chance) -> int:
    """The broker forgets a department's group with all its offsets. Felt: there was one."""
    async with silent(world, name):
        return await world.delete_group(name)


def disk_full(what: str) -> Strike:
    """Make the fault that the disk under PostgreSQL or the broker is full for a while. Felt: so many writes failed."""

    async def strike(world: World, _name: str, chance: Chance) -> int:
        log = world.log(what)
        before = log.stat().st_size
        disks.filled(world.volumes[what])
        await asyncio.sleep(chance.uniform(4, 8))
        disks.emptied(world.volumes[what])
        await asyncio.sleep(0.5)
        failed = log.read_bytes()[before:].count(b"No space left on device")
        who = "postgres" if what == "postgres" else "broker"
        if not alive(read(world.home).processes[who]):
            world.died_of_it += 1
        with suppress(Failed):  # it may die of it in this very moment
            await world.whole()
        await world.whole()
        return failed

    return strike


async def client_killed(world: World, _name: str, _chance: Chance) -> int:
    """The client that registers dies in the middle, and goes on where its journal ends. Felt: it died of it."""
    world.clients["register"].kill()
    died = world.clients["register"].wait() == -signal.SIGKILL
    world.start_client("register")
    return died


KINDS: Mapping[str, tuple[int, str, Strike]] = {
    "kill -9": (14, "department", kill),
    "crash at a point of the shell": (12, "department", crash("shell")),
    "crash at a point of the relay": (6, "department", crash("relay")),
    "crash at a point of the timers": (4, "department", crash("timers")),
    "paused beyond its session": (5, "department", pause),
    "a relay stands still with news": (5, "department", relay_frozen),
    "graceful stop under load": (5, "department", stop),
    "a second process joins and one is killed": (5, "department", second),
    "another version beside and instead": (5, "department", versions),
    "clock jumps": (8, "department", wrong_clock),
    "the clock of the deadlines jumps": (5, "department", early),
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
USUAL = (*NAMES, "intake", "rma", "finance")  # these three have to do with every case
BUSY = ("intake", "rma", "finance", "inspection")
VICTIMS = {
    "crash at a point of the shell": BUSY,
    "crash at a point of the relay": BUSY,
    "crash at a point of the timers": ("intake",),  # whose deadlines urge and end nothing
    "the clock of the deadlines jumps": tuple(FIRED),
    "clock jumps": BUSY,
    "line to a department cut": BUSY,
    "a relay stands still with news": (*NAMES, "inspection", "repair"),  # their clerks give command after command
}
LOST = {f"answer lost at {what}": what.lower() for what in ("COMMIT", "Produce", "HTTP")} | {
    "answer lost at OffsetCommit": "offsets"
}
"""kind → what the proxy calls the answers that it has lost"""


def holds(kind: str, name: str) -> list[str]:
    """Say whom a fault needs for itself."""
    _, whom, _ = KINDS[kind]
    everything = [*NAMES, "postgres", "broker"]
    return {"": [], "department": [name], "everything": everything}.get(whom, [whom])


def drawn(seed: int, number: int, kinds: list[str]) -> list[tuple[str, str, int]]:
    """Draw the plan: kind, victim and a seed of its own for each fault; every kind comes before any comes again."""
    chance = random.Random(seed)
    kinds = chance.sample(kinds, len(kinds))
    weights = [KINDS[kind][0] for kind in kinds]
    rest = chance.choices(kinds, weights, k=max(0, number - len(kinds)))
    drawn_kinds = [*kinds, *rest][:number]
    return [(kind, chance.choice(VICTIMS.get(kind, USUAL)), chance.randrange(2**32)) for kind in drawn_kinds]
