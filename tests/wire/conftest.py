"""Real processes on a real broker: what the tests of this folder break, and how they see that nothing was lost."""

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg  # noqa: TC002  fixtures read their types at run time
import httpx
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.catalog import PARTITIONS
from redletter import embedded, issuer
from redletter import process as processes
from redletter.desk import Desk
from redletter.house import connect, on_the_way, services, stuck
from redletter.state import Kind, locked

sys.path.insert(0, str(Path(__file__).parent))  # the bad records stand in a module of their own
PATIENCE = 60
RELAY_LOCK = 0x7265_6C61  # whoever holds it is the only one who publishes (servicekit.relay)
CHAIN = ["intake.complaint_accepted", "rma.disposition_decided", "finance.credit_issued", "rma.case_settled"]
WHOLE = Counter({f"redletter.{name}.v1": 1 for name in [*CHAIN, "intake.complaint_closed"]})


class System:
    """Everything as processes of their own, in a folder of its own; it is whole again at the start of every test."""

    def __init__(self, home: Path, kind: Kind) -> None:
        self.home, self.kind = home, kind
        self.extras: list[subprocess.Popen[bytes]] = []
        self.running: embedded.Running

    async def up(self) -> embedded.Running:
        """Start what does not run."""
        async with locked(self.home) as state:  # where no outgoing connection takes it while the broker is dead
            state.ports.setdefault("kafka", self.free_ports(1)[0])
        self.running = await embedded.start(self.home, self.kind)
        return self.running

    async def whole(self) -> None:
        """End what a test started beside the system, and start what a test has ended."""
        for extra in self.extras:
            extra.kill()
            extra.wait()
        self.extras.clear()
        await self.up()

    def token(self, role: str) -> str:
        """Sign a token for a role."""
        return issuer.token(self.home, role, datetime.now(UTC), minutes=60)  # noqa: TID251  judged by the real clock

    async def kill(self, *names: str) -> None:
        """End these processes as a power cut would."""
        if "broker" in names and "broker" not in self.running.pids:
            pytest.skip("the broker runs in a container and is not ours to kill")
        for name in names:
            os.kill(self.running.pids[name], signal.SIGKILL)
        for name in names:
            await until(lambda name=name: self.dead(name), f"{name} is dead")

    def dead(self, name: str) -> bool:
        """Say whether a process of the system has ended."""
        try:
            return psutil.Process(self.running.pids[name]).status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    def child(self, name: str) -> subprocess.Popen[bytes]:
        """Give a process of the system with its exit code."""
        return next(child for child in processes._children if child.pid == self.running.pids[name])

    def environment(self, name: str) -> dict[str, str]:
        """Read what a service was started with."""
        return psutil.Process(self.running.pids[name]).environ()

    def spawn(self, name: str, environment: Mapping[str, str], **changes: str) -> subprocess.Popen[bytes]:
        """Start one more process of a department; it ends with the test."""
        with (self.home / "logs" / f"{name}.log").open("ab") as log:
            command = [sys.executable, "-m", f"{name}.main"]
            extra = subprocess.Popen(command, stdout=log, stderr=log, env={**environment, **changes})
        self.extras.append(extra)
        return extra

    def free_ports(self, count: int) -> list[int]:
        """Find ports below those that outgoing connections take, so that nobody takes one before it is listened on."""
        start = 20_000 + 100 * (os.getpid() % 100)
        return list(islice((port for port in range(start, start + 1000) if processes.free(port)), count))

    async def database(self, name: str) -> "asyncpg.Connection[asyncpg.Record]":
        """Open a connection to a department's database."""
        return await connect(self.running.dsns[name])

    async def rows(self, department: str, query: str, *values: Any) -> list[Any]:
        """Ask a department's database."""
        conn = await self.database(department)
        try:
            return list(await conn.fetch(query, *values))
        finally:
            await conn.close()

    async def get(self, department: str, path: str, role: str = "reader") -> httpx.Response:
        """Read over HTTP."""
        return await self._request("GET", department, path, role)

    async def post(self, department: str, path: str, body: Any, role: str, **headers: str) -> httpx.Response:
        """Give a command over HTTP."""
        return await self._request("POST", department, path, role, json=body, headers=headers)

    async def _request(self, method: str, department: str, path: str, role: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token(role)}", **more.pop("headers", {})}
        async with httpx.AsyncClient(base_url=self.running.urls[department], timeout=20) as client:
            return await client.request(method, path, headers=headers, **more)

    @asynccontextmanager
    async def relay_held(self, department: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        """Keep a department from publishing for the length of a block."""
        conn = await self.database(department)
        await conn.execute("SELECT pg_advisory_lock($1)", RELAY_LOCK)
        try:
            yield conn
        finally:
            await conn.close()

    async def register(self, count: int, together: int = 5, **changes: Any) -> list[str]:
        """Register complaints that need nobody: a small allowance each. A department that is away is waited for."""
        batch = f"W{secrets.token_hex(6)}"
        desk = Desk(self.running.urls, lambda: self.token("importer"))
        cases: list[str] = []
        for start in range(0, count, together):
            numbers = range(start, min(start + together, count))
            items = [{"key": f"{batch}-{n}", "body": complaint(f"{batch}-{n}") | changes} for n in numbers]
            results = await desk.bulk("intake", "/complaints:bulk", items)
            assert [r["status"] for r in results] == [201] * len(items), results
            cases += [r["body"]["case_id"] for r in results]
        await desk.close()
        assert len(set(cases)) == count
        return cases

    async def end(self, cases: Sequence[str], patience: float = PATIENCE) -> None:
        """See that every case ends, and that it was credited, posted, answered and told exactly once."""
        try:
            await until(lambda: self._closed(cases), "every complaint is closed", patience)
        except AssertionError as never:
            never.add_note(await self.says())
            raise
        told: dict[str, Counter[str]] = {case: Counter() for case in cases}
        for name in self.running.dsns:
            query = "SELECT aggregateid, type, published_at FROM outbox WHERE aggregateid = ANY($1)"
            for row in await self.rows(name, query, list(cases)):
                told[row["aggregateid"]][row["type"]] += 1
            assert await self.rows(name, "SELECT * FROM parked WHERE key = ANY($1)", list(cases)) == []
        assert [told[case] for case in cases] == [WHOLE] * len(cases)
        credited = "SELECT case_id, count(*), sum(net) FROM credit_document WHERE case_id = ANY($1) GROUP BY case_id"
        assert {tuple(row) for row in await self.rows("finance", credited, list(cases))} == {(c, 1, 5) for c in cases}
        posted = "SELECT case_id, count(*) FROM journal_entry WHERE case_id = ANY($1) GROUP BY case_id"
        assert {tuple(row) for row in await self.rows("finance", posted, list(cases))} == {(c, 1) for c in cases}
        await until(self._published, "everything is published")

    async def says(self) -> str:
        """Tell what hangs where, for whoever reads a failure."""
        told = [str(await on_the_way(self.running.dsns)), str(await stuck(self.running.dsns))]
        for name, url in self.running.urls.items():
            async with httpx.AsyncClient(base_url=url, timeout=5) as client:
                try:
                    metrics = (await client.get("/metrics")).text
                except httpx.HTTPError as away:
                    metrics = f"redletter_ {away!r}"
            told += [f"{name}: {line}" for line in metrics.splitlines() if line.startswith("redletter_")]
            told.append(processes.tail(self.home / "logs" / f"{name}.log", 25))
        return "\n".join(told)[-20_000:]

    async def caught_up(self) -> None:
        """Wait until every department has heard, and committed, everything that is on the broker."""
        await until(self._published, "everything is published")
        for name in self.running.dsns:
            async with self.group(name) as (consumer, places):
                ends = await consumer.end_offsets(places)

                async def heard(consumer: Any = consumer, ends: Any = ends) -> bool:
                    return all([(await consumer.committed(p) or 0) >= ends[p] for p in ends])

                await until(heard, f"{name} has heard everything")

    @asynccontextmanager
    async def group(self, name: str) -> AsyncIterator[tuple[AIOKafkaConsumer, list[TopicPartition]]]:
        """Look at a department's consumer group, and the partitions it reads, from outside."""
        service = services()[name]
        topics = sorted({service.topics[event] for event in service.consumes})
        places = [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
        consumer = AIOKafkaConsumer(bootstrap_servers=self.running.bootstrap, group_id=name, enable_auto_commit=False)
        consumer.assign(places)
        await consumer.start()
        try:
            yield consumer, places
        finally:
            await consumer.stop()

    async def _closed(self, cases: Sequence[str]) -> bool:
        query = "SELECT count(*) FROM complaint WHERE id = ANY($1) AND status = 'CLOSED'"
        return (await self.rows("intake", query, list(cases)))[0][0] == len(cases)

    async def _published(self) -> bool:
        query = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
        return not any([(await self.rows(name, query))[0][0] for name in self.running.dsns])


def complaint(reference: str) -> dict[str, Any]:
    """Word a complaint that ends by itself: five pounds back, no goods, no signature."""
    line = {"line": 1, "item": "GOODS", "quantity": "1", "unit_price": "50.00", "goods": False, "allowance": "5.00"}
    return {
        "customer": reference.split("-", maxsplit=1)[0],
        "content": "It came late.",
        "channel": "web",
        "reference": reference,
        "entity": "UK01",
        "currency": "GBP",
        "request": "ALLOWANCE",
        "scope": {"profile": "online-retail"},
        "lines": [line],
    }


async def until(wanted: Callable[[], bool | Awaitable[bool]], what: str, patience: float = PATIENCE) -> None:
    """Wait until it is so."""
    end = time.monotonic() + patience
    while True:
        answer = wanted()
        if answer if isinstance(answer, bool) else await answer:
            return
        assert time.monotonic() < end, f"never came: {what}"
        await asyncio.sleep(0.05)


@pytest.fixture(scope="session")
def stand(request: pytest.FixtureRequest, contain: Any) -> Callable[[], AbstractContextManager[System]]:
    """Start processes in a folder of their own, and leave nothing behind."""

    @contextmanager
    def standing() -> Iterator[System]:
        home = Path(tempfile.mkdtemp(prefix="redletter-wire-"))
        home.chmod(0o755)
        system = System(home, request.config.getoption("--broker"))
        with contain(system.kind):
            try:
                asyncio.run(system.up())
                yield system
            finally:
                asyncio.run(embedded.stop(home))
                shutil.rmtree(home)

    return standing


@pytest.fixture(scope="session")
def started(
    stand: Callable[[], AbstractContextManager[System]], kept: Callable[[AbstractContextManager[System]], System]
) -> System:
    """The processes that the tests of this folder share."""
    return kept(stand())


@pytest.fixture
async def system(started: System) -> AsyncIterator[System]:
    """The running departments, whole."""
    yield started
    await started.whole()


@pytest.fixture
def patiently() -> Callable[..., Awaitable[None]]:
    """Wait until something is so."""
    return until
