"""Everything of the fault run as processes: PostgreSQL, Apache Kafka, the departments, and the proxy between them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import disks
import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.protocol.admin import DeleteGroupsRequest

from redletter import broker as brokers
from redletter import embedded, issuer
from redletter.house import NAMES, connect, services
from redletter.process import call, free, tail
from redletter.state import locked, read

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXPECTED = {0, -signal.SIGTERM, -signal.SIGKILL, 137}  # how a department may end here; anything else is a fault of ours
# A second listener that is reached through the proxy only: clients go wherever a broker says it is.
PROXIED = """\
listeners=PLAINTEXT://{{host}}:{{port}},CONTROLLER://{{host}}:{{controller}},PROXIED://{{host}}:{behind}
advertised.listeners=PLAINTEXT://{{host}}:{{port}},CONTROLLER://{{host}}:{{controller}},PROXIED://{{host}}:{before}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT
log.segment.bytes=16777216
"""
DISK_MB = {"postgres": 900, "kafka": 700}


class Proxy:
    """The proxy's process, and its standard input."""

    def __init__(self, lines: Mapping[str, tuple[int, int]]) -> None:
        self.lines = lines
        self.turn = asyncio.Lock()

    async def start(self) -> None:
        """Start it and wait until it listens."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(HERE / "proxy.py"),
            json.dumps(self.lines),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout is not None
        assert await self.process.stdout.readline() == b'"ready"\n'

    async def tell(self, **order: Any) -> Any:
        """Have it do something."""
        async with self.turn:
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            self.process.stdin.write(json.dumps(order).encode() + b"\n")
            return json.loads(await self.process.stdout.readline())


@dataclass
class Version:
    """Which code a department runs: where it is imported from instead, and what else it is told."""

    name: str
    env: Mapping[str, str] = field(default_factory=dict)


OURS = Version("ours")


class World:
    """The running system of one fault run, in a folder of its own."""

    def __init__(self, home: Path, first_port: int) -> None:
        self.home = home
        ports = (port for port in count(first_port) if free(port))
        self.ports = {name: next(ports) for name in (*NAMES, "postgres", "kafka", "kafka-controller", "behind")}
        self.edges = {f"http-{name}": (next(ports), self.ports[name]) for name in NAMES}
        self.edges |= {f"pg-{name}": (next(ports), self.ports["postgres"]) for name in NAMES}
        self.edges["kafka"] = (next(ports), self.ports["behind"])
        self.spare = ports
        self.proxy = Proxy(self.edges)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.spawned: list[subprocess.Popen[bytes]] = []
        self.crashes: list[str] = []
        self.volumes: dict[str, Path] = {}
        self.dsns: dict[str, str] = {}
        self.bootstrap = ""
        self.code: dict[str, str] = {}
        self.versions = [Version("later", {"FAULTS_LATER": "1"})]
        self.since = datetime.now(UTC)  # noqa: TID251  the real clock

    # --- what everything stands on

    async def up(self) -> None:
        """Start everything."""
        settings = PROXIED.format(behind=self.ports["behind"], before=self.edges["kafka"][0])
        brokers.SERVER += settings
        async with locked(self.home) as state:
            state.ports = {name: self.ports[name] for name in ("postgres", "kafka", "kafka-controller")}
        await self.proxy.start()
        self.dsns = await embedded.postgres(self.home, NAMES)
        await embedded.stop(self.home)
        for name, place in (("postgres", self.home / "postgres"), ("kafka", self.home / "kafka" / "data")):
            if await asyncio.to_thread(disks.mounted, self.home / f"{name}.disk", place, DISK_MB[name]):
                self.volumes[name] = place
        self.dsns = await embedded.postgres(self.home, NAMES)
        self.bootstrap = await embedded.broker(self.home, "kafka")
        issuer.key_set(self.home)
        for name in NAMES:
            env = self.environment(name, OURS)
            await call([sys.executable, "-m", f"{name}.main", "migrate"], log=self.log(name), env=env)
            self.start(name)
        for name in NAMES:
            await self.ready(name)

    async def down(self) -> None:
        """End everything, and give the disks back."""
        for process in self.spawned:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()
        for name in ("broker", "postgres"):
            with suppress(ProcessLookupError, KeyError):
                os.kill(self.pid(name), signal.SIGCONT)
        await embedded.stop(self.home)
        with suppress(ProcessLookupError):
            self.proxy.process.kill()
        await self.proxy.process.wait()
        for place in self.volumes.values():
            disks.given_back(place)

    def pid(self, name: str) -> int:
        """Give the process of PostgreSQL or the broker."""
        return read(self.home).processes[name].pid

    async def whole(self) -> None:
        """Have PostgreSQL and the broker run again."""
        await embedded.postgres(self.home, NAMES)
        await embedded.broker(self.home, "kafka")

    # --- departments

    def environment(self, name: str, version: Version, **more: str) -> dict[str, str]:
        """Say what a department is started with: its lines go through the proxy."""
        url = self.dsns[name].replace(f":{self.ports['postgres']}/", f":{self.edges[f'pg-{name}'][0]}/")
        return {
            **os.environ,
            "DATABASE_URL": url,
            "KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{self.edges['kafka'][0]}",
            "REDLETTER_PORT": str(self.ports[name]),
            "REDLETTER_ISSUER": issuer.ISSUER,
            "REDLETTER_JWKS_FILE": str(issuer.key_set(self.home)),
            "FAULTS_CLOCK": str(self.clock(name)),
            "FAULTS_DUE": str(self.clock(name, "due")),
            **self.code,
            **version.env,
            **more,
        }

    def clock(self, name: str, which: str = "clock") -> Path:
        """Give the file that says by how much a department's clock is wrong."""
        return self.home / f"{name}.{which}"

    def log(self, name: str) -> Path:
        """Give a department's log."""
        return self.home / "logs" / f"{name}.log"

    def start(self, name: str, version: Version = OURS, **more: str) -> None:
        """Start a department where it does not run."""
        if name not in self.running:
            self.running[name] = self.spawn(name, version, **more)

    def spawn(self, name: str, version: Version = OURS, **more: str) -> subprocess.Popen[bytes]:
        """Start a process of a department."""
        with self.log(name).open("ab") as log:
            command = [sys.executable, str(HERE / "department.py"), name]
            env = self.environment(name, version, **more)
            child = subprocess.Popen(command, stdout=log, stderr=log, env=env, start_new_session=True)
        self.spawned.append(child)
        return child

    async def end(self, name: str, how: signal.Signals = signal.SIGTERM, patience: float = 40) -> int:
        """End a department and wait until it has gone; who does not obey in time is written down and killed.

        Returns:
            How it ended.
        """
        process = self.running.pop(name)
        if process.poll() is None:
            process.send_signal(how)
        try:
            code = await asyncio.to_thread(process.wait, patience)
        except subprocess.TimeoutExpired:
            self.crashes.append(f"{name} did not stop within {patience:.0f} s: {tail(self.log(name), 5)}")
            process.kill()
            code = process.wait()
        if code not in EXPECTED:
            self.crashes.append(f"{name} ended with {code}: {tail(self.log(name))}")
        return code

    async def ready(self, name: str, patience: float = 90) -> None:
        """Wait until a department is ready with all its roles; one that has ended by itself is started again."""
        async with httpx.AsyncClient(timeout=3) as http:
            for _ in range(int(patience / 0.1)):
                self.watch(name)
                try:
                    answers = [
                        await http.get(f"http://127.0.0.1:{self.ports[name]}{at}") for at in ("/readyz", "/startupz")
                    ]
                except httpx.HTTPError:
                    pass
                else:
                    if [answer.text for answer in answers] == ["ready", "started"]:
                        return
                await asyncio.sleep(0.1)
        self.crashes.append(f"{name} is not ready after {patience:.0f} s: {tail(self.log(name))}")

    def watch(self, name: str) -> None:
        """Start a department again that has ended by itself, and write it down: nothing here may make it do that."""
        process = self.running.get(name)
        if process is None or process.poll() is None:
            return
        if process.returncode not in EXPECTED:
            self.crashes.append(f"{name} ended by itself with {process.returncode}: {tail(self.log(name))}")
        del self.running[name]
        self.start(name)

    # --- what is asked of the parts

    def token(self, role: str) -> str:
        """Sign a token for a role."""
        return issuer.token(self.home, role, datetime.now(UTC), minutes=60)  # noqa: TID251  judged by the real clock

    async def rows(self, name: str, query: str, *values: Any) -> Sequence[Any]:
        """Ask a department's database, not through the proxy."""
        conn = await connect(self.dsns[name])
        try:
            return list(await conn.fetch(query, *values))
        finally:
            await conn.close()

    def heard_by(self, name: str) -> list[str]:
        """Give the topics that a department listens to."""
        service = services()[name]
        return sorted({service.topics[event] for event in service.consumes})

    @asynccontextmanager
    async def consumer(self, group: str | None = None) -> AsyncIterator[AIOKafkaConsumer]:
        """Look at the topics, perhaps as a department's group."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, group_id=group, enable_auto_commit=False)
        try:
            await consumer.start()
            yield consumer
        finally:
            await consumer.stop()

    async def places(self, consumer: AIOKafkaConsumer, topics: Sequence[str]) -> list[TopicPartition]:
        """Give every partition of these topics."""
        await consumer._client.force_metadata_update()
        await consumer.topics()
        return [TopicPartition(t, p) for t in topics for p in sorted(consumer.partitions_for_topic(t) or ())]

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        """Change the broker."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            await admin.start()
            yield admin
        finally:
            await admin.close()

    async def left(self, name: str) -> None:
        """Wait until a department's group has no members: those that were killed stay in it for a session."""
        async with self.admin() as admin:
            for _ in range(120):
                [answer] = await admin.describe_consumer_groups([name])
                if answer.groups[0][2] in {"Empty", "Dead"}:
                    return
                await asyncio.sleep(0.25)

    async def members(self, name: str) -> int:
        """Count who shares the partitions of a department; nobody where the broker cannot say."""
        with suppress(KafkaError, OSError):
            async with self.admin() as admin:
                [answer] = await admin.describe_consumer_groups([name])
                return sum(bool(member[4]) for member in answer.groups[0][5])
        return 0

    async def joined(self, name: str, wanted: int) -> bool:
        """Say whether so many share the partitions of a department."""
        return await self.members(name) >= wanted

    async def alone(self, name: str) -> bool:
        """Say whether one process has all partitions of a department."""
        return await self.members(name) == 1

    async def delete_group(self, name: str) -> bool:
        """Have the broker forget a department's consumer group, with all its offsets; give whether there was one."""
        async with self.admin() as admin:
            node = await admin.find_coordinator(name)
            answer = await admin._client.send(node, DeleteGroupsRequest([name]))
            [(_, error, *_)] = answer.results
            assert error in {0, 69}, error  # 69: there is none
            return bool(error == 0)
