"""A second process of every department, with a second relay: no more wrong than one, never slower, and where it scales.

Part of `make bench`; writes bench/results/workers.json. First the chain with one process a department and with two, in
turn, on the same system. Two cores are busy with one already, so then one department alone, with a slow line to its
database: bound by waiting, a second worker takes half of the partitions and half of the time; unless every batch wants
the same row, as the RMA office does that counts its numbers. Last the oracle judges.
"""

import argparse
import asyncio
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import psutil
from aiokafka.admin import AIOKafkaAdminClient

from redletter import embedded, oracle
from redletter.process import free_port, spawn, stop
from servicekit import relay

sys.path.insert(0, str(Path(__file__).parent))
import load
import run as chained

SLOW = {"inspection": ("rma", "inspection"), "rma": ("intake", "rma_case")}
"""a department behind a slow line → whose news it waits for, and where it writes down what it has heard"""
SLOW_BATCH = 50
LATENCY_SECONDS = 0.02
WORKERS = (1, 2, 4)


@asynccontextmanager
async def beside(running: embedded.Running, name: str, first: Mapping[str, str], **changes: str) -> AsyncIterator[int]:
    """Have one more worker and relay of a department run, started as the first one was; give its process."""
    port = free_port()
    env = {**first, "REDLETTER_PORT": str(port), "REDLETTER_ROLES": "worker,relay", **changes}
    command = [sys.executable, "-m", f"{name}.main"]
    process = spawn(command, log=running.home / "logs" / f"{name}-beside.log", port=port, env=env)
    try:
        yield process.pid
    finally:
        await stop(process)


async def shared(running: embedded.Running, name: str, workers: int) -> None:
    """Wait until so many workers of a department have partitions, and nobody else has."""
    admin = AIOKafkaAdminClient(bootstrap_servers=running.bootstrap)
    await admin.start()
    try:
        members: list[Any] = []
        while len(members) != workers or not all(member[4] for member in members):
            await asyncio.sleep(0.2)
            [answer] = await admin.describe_consumer_groups([name])
            members = answer.groups[0][5] if answer.groups[0][2] == "Stable" else []
    finally:
        await admin.close()


async def twice(running: embedded.Running, client: load.Client, cases: int, rounds: int) -> list[dict[str, Any]]:
    """Run the chain with one process of every department, then with two, so many times."""
    raw = []
    for number in range(rounds):
        one = await chained.run_chain(running, client, f"one{number}", cases)
        async with AsyncExitStack() as stack:
            pids = {
                f"{name} beside": await stack.enter_async_context(
                    beside(running, name, psutil.Process(running.pids[name]).environ())
                )
                for name in embedded.ALL
            }
            for name in embedded.ALL:
                await shared(running, name, 2)
            two = await chained.run_chain(
                replace(running, pids={**running.pids, **pids}), client, f"two{number}", cases
            )
        for name in embedded.ALL:
            await shared(running, name, 1)
        raw.append({"one": one, "two": two})
        print(raw[-1], flush=True)
    return raw


class SlowLine:
    """A line to PostgreSQL on which every answer takes its time."""

    def __init__(self, port: int) -> None:
        self.port, self.tasks = port, set[asyncio.Task[None]]()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry both ways until either side ends."""
        there, here = await asyncio.open_connection("127.0.0.1", self.port)
        await asyncio.gather(carried(reader, here, 0), carried(there, writer, LATENCY_SECONDS))


async def carried(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    """Carry what comes, so much later."""
    with suppress(OSError):
        while data := await reader.read(2**16):
            await asyncio.sleep(seconds)
            writer.write(data)
    writer.close()


async def heard(running: embedded.Running, client: load.Client, slow: str, run: str, cases: int) -> float:
    """Let news pile up unpublished, publish it at once, and time until a department has heard it all."""
    teller, table = SLOW[slow]
    told = await asyncpg.connect(running.dsns[teller].replace("+asyncpg", ""))
    ear = await asyncpg.connect(running.dsns[slow].replace("+asyncpg", ""))
    try:
        before = await ear.fetchval(f"SELECT count(*) FROM {table}")
        await told.execute("SELECT pg_advisory_lock($1)", relay.LOCK)
        await load.register(client, run, cases)
        watch = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
        while await told.fetchval(watch) < cases:
            await asyncio.sleep(0.1)
        await told.execute("SELECT pg_advisory_unlock($1)", relay.LOCK)
        while await told.fetchval(watch) >= cases:  # the relay looks once a second when nobody wakes it
            await asyncio.sleep(0.005)
        began = time.perf_counter()
        while await ear.fetchval(f"SELECT count(*) FROM {table}") < before + cases:
            await asyncio.sleep(0.02)
        return time.perf_counter() - began
    finally:
        await told.close()
        await ear.close()


async def scaled(
    running: embedded.Running, client: load.Client, slow: str, cases: int, rounds: int
) -> list[dict[int, float]]:
    """Time a department behind a slow line with one, two and four workers, in turn; give cases a second."""
    first = psutil.Process(running.pids[slow]).environ()
    os.kill(running.pids[slow], 15)
    port = int(running.dsns[slow].rpartition(":")[2].partition("/")[0])
    line = await asyncio.start_server(SlowLine(port), "127.0.0.1", 0)
    at = line.sockets[0].getsockname()[1]
    url = first["DATABASE_URL"].replace(f":{port}/", f":{at}/")
    raw = []
    for number in range(rounds):
        speeds = {}
        for workers in WORKERS:
            async with AsyncExitStack() as stack:
                for _ in range(workers):
                    changes = {"DATABASE_URL": url, "REDLETTER_BATCH": str(SLOW_BATCH)}
                    await stack.enter_async_context(beside(running, slow, first, **changes))
                await shared(running, slow, workers)
                run = f"{slow}{workers}-{number}"
                await load.blue(client, run, cases)
                speeds[workers] = round(cases / await heard(running, client, slow, run, cases), 1)
        raw.append(speeds)
        print(slow, raw[-1], flush=True)
    line.close()
    return raw


def summary(raw: list[dict[int, float]]) -> dict[str, Any]:
    """Give the medians of a department behind a slow line, and how they stand to one worker."""
    medians = {workers: statistics.median(speeds[workers] for speeds in raw) for workers in WORKERS}
    ratios = {workers: round(statistics.median(s[workers] / s[1] for s in raw), 2) for workers in WORKERS}
    return {"cases a second by workers": medians, "ratio by workers": ratios}


async def main(options: argparse.Namespace) -> None:
    """Measure both on one system, have the oracle judge what they left, and write it down."""
    async with chained.house("kafka") as started:
        running = started
        client = chained.importer(running)
        await chained.run_chain(running, client, "warm", 500)
        chains = await twice(running, client, options.cases, options.rounds)
        waiting = {}
        for slow in SLOW:
            waiting[slow] = await scaled(running, client, slow, options.cases, min(3, options.rounds))
            running = await embedded.start(running.home, "kafka")
        await client.close()
        await oracle.rest(dict(running.dsns), 120)
        found = oracle.judge(await oracle.read(dict(running.dsns), running.bootstrap))
    result = {
        "command": " ".join(["python", *sys.argv]),
        "cases": options.cases,
        "rounds": options.rounds,
        "ratio": statistics.median(r["two"]["cases_per_second"] / r["one"]["cases_per_second"] for r in chains),
        "ratio_cpu": statistics.median(r["one"]["cpu_ms_per_case"] / r["two"]["cpu_ms_per_case"] for r in chains),
        "behind a slow line": {
            "seconds added to an answer": LATENCY_SECONDS,
            "messages in a batch": SLOW_BATCH,
            **{slow: summary(raw) for slow, raw in waiting.items()},
        },
        "violations": [f"{v.invariant}: {v.subject}: {v.words}" for v in found][:100],
        "raw": {"chains": chains, "behind a slow line": waiting},
    }
    chained.keep("workers", result)
    sys.exit(bool(found))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    asyncio.run(main(parser.parse_args()))
