"""The whole system on one machine: PostgreSQL, a broker, five services. No Docker, no root, nothing to install."""

import asyncio
import hashlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

import httpx

from redletter import broker as brokers
from redletter import issuer, topics
from redletter import postgres as databases
from redletter.process import HOST, Failed, alive, call, free_port, listens, spawn, tail, together
from redletter.process import stop as stop_process
from redletter.state import Kind, State, locked, read

ALL = ("intake", "rma", "inspection", "repair", "finance")
ROLES = ("api", "worker", "relay")
FIRST_PORT = 8101
OURS = ("DATABASE_", "KAFKA_", "REDLETTER_", "OTEL_")  # settings that a service reads
KEEPERS = ("postgres", "broker")  # what the services stand on: last to stop
TAX_PLATFORM = "tax-platform"  # the one to try things on: it forgets its forms when it stops


@dataclass(frozen=True)
class Running:
    """What runs where. `ready` says of each service whether it answers that it is ready."""

    home: Path
    broker: Kind
    bootstrap: str
    urls: Mapping[str, str]
    dsns: Mapping[str, str]
    pids: Mapping[str, int]
    ready: Mapping[str, bool]

    @property
    def complete(self) -> bool:
        """Say whether everything that was started runs and is ready."""
        return bool(self.ready) and all(self.ready.values())

    def json(self) -> str:
        """Write it for a program to read."""
        return json.dumps(asdict(self), default=str, indent=2)


async def start(
    home: Path,
    broker: Kind = "embedded",
    services: Sequence[str] = ALL,
    roles: Sequence[str] = ROLES,
    env: Mapping[str, str] | None = None,
    *,
    tax_platform: bool = False,
) -> Running:
    """Have everything run: start what does not, start anew what runs with other settings, leave the rest alone.

    `env` goes to the services only. A memory broker that is new is filled before any service listens to it. A tax
    platform to try things on that runs is asked until everything stops.
    """
    async with locked(home) as state:
        if not brokers.runs(state, broker):
            # A consumer that outlives a memory broker keeps its old offsets and skips what the new one holds.
            await _stop_services(state)
        state.services = tuple(services)
        issuer.key_set(home)
        await together(databases.start(state, services), brokers.start(state, broker))
        await topics.apply(state.bootstrap)
        if tax_platform or alive(state.processes.get(TAX_PLATFORM)):
            env = {"REDLETTER_TAX_PLATFORM": _tax_platform(state), **(env or {})}
        wishes = {name: _environment(state, name, roles, env or {}) for name in services}
        stale = [name for name in services if not _as_wished(state, name, wishes[name])]
        await _stop_services(state, stale)
        await together(*(_migrate(state, name, wishes[name]) for name in stale))
        await _republish(state)
        for name in stale:
            log, port = state.home / "logs" / f"{name}.log", state.ports[name]
            command = [sys.executable, "-m", f"{name}.main"]
            state.processes[name] = spawn(
                command, log=log, port=port, env=wishes[name], made_of=_fingerprint(wishes[name])
            )
        state.save()
        await together(*(_until_ready(state, name) for name in _served(state)))
        return await _running(state)


async def stop(home: Path) -> list[str]:
    """Stop what runs: services first, so that they drain, then the broker, then PostgreSQL. Give what was stopped."""
    async with locked(home) as state:
        stopped = [name for name, process in state.processes.items() if alive(process)]
        await _stop_services(state)
        state.services = ()
        await brokers.end(state)
        await databases.end(state)
        return stopped


@asynccontextmanager
async def running(
    home: Path,
    broker: Kind = "embedded",
    services: Sequence[str] = ALL,
    roles: Sequence[str] = ROLES,
    env: Mapping[str, str] | None = None,
) -> AsyncIterator[Running]:
    """Run everything for the length of a block."""
    try:
        yield await start(home, broker, services, roles, env)
    finally:
        await stop(home)


async def status(home: Path) -> Running:
    """Say what runs where, and ask each service whether it is ready."""
    return await _running(read(home))


async def postgres(home: Path, names: Sequence[str] = ALL) -> dict[str, str]:
    """Have PostgreSQL run, with a database and a role of each name; give their addresses."""
    async with locked(home) as state:
        await databases.start(state, names)
        return {name: databases.dsn(state, name, "postgresql+asyncpg") for name in names}


async def broker(home: Path, kind: Kind = "embedded") -> str:
    """Have a broker run, with all topics; give its address."""
    async with locked(home) as state:
        await brokers.start(state, kind)
        await topics.apply(state.bootstrap)
        return state.bootstrap


def _environment(state: State, service: str, roles: Sequence[str], extra: Mapping[str, str]) -> dict[str, str]:
    if not alive(state.processes.get(service)):
        usual = FIRST_PORT + ALL.index(service) if service in ALL else None
        state.ports[service] = free_port(state.ports.get(service), usual)
    return {
        **os.environ,
        "DATABASE_URL": databases.dsn(state, service, "postgresql+asyncpg"),
        "KAFKA_BOOTSTRAP_SERVERS": state.bootstrap,
        "REDLETTER_BROKER_PROFILE": "kafka" if brokers.outside() else state.broker,
        "REDLETTER_ROLES": ",".join(roles),
        "REDLETTER_HOST": HOST,
        "REDLETTER_PORT": str(state.ports[service]),
        "REDLETTER_ISSUER": issuer.ISSUER,
        "REDLETTER_JWKS_FILE": str(issuer.key_set(state.home)),
        **extra,
    }


def _tax_platform(state: State) -> str:
    """Have the tax platform to try things on run, and give its address."""
    if not alive(state.processes.get(TAX_PLATFORM)):
        port = state.ports[TAX_PLATFORM] = free_port(state.ports.get(TAX_PLATFORM), FIRST_PORT + len(ALL))
        command = [sys.executable, "-m", "redletter.taxplatform", "--port", str(port)]
        log = state.home / "logs" / f"{TAX_PLATFORM}.log"
        state.processes[TAX_PLATFORM] = spawn(command, log=log, port=port, env=os.environ)
    return f"http://{HOST}:{state.ports[TAX_PLATFORM]}"


def _fingerprint(env: Mapping[str, str]) -> str:
    """Name the settings that a service was started with, without keeping them."""
    given = {name: value for name, value in env.items() if name.startswith(OURS) or os.environ.get(name) != value}
    given.pop("REDLETTER_HOME", None)
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()


def _as_wished(state: State, service: str, env: Mapping[str, str]) -> bool:
    process = state.processes.get(service)
    return process is not None and alive(process) and process.made_of == _fingerprint(env)


async def _migrate(state: State, service: str, env: Mapping[str, str]) -> None:
    """Bring a database up to date, unless it was brought up to just this before: that costs a process of its own."""
    shipped = _shipped(service)
    if not shipped or state.migrated.get(service) != shipped:
        command = [sys.executable, "-m", f"{service}.main", "migrate"]
        await call(command, log=state.home / "logs" / f"{service}.log", env=env)
        state.migrated[service] = shipped


def _shipped(service: str) -> str:
    """Name the migrations and the policy that come with a service; nothing for one that has none."""
    found = find_spec(service)
    places = found.submodule_search_locations if found else None
    if not places:
        return ""
    package = Path(places[0])
    files = [*sorted((package / "migrations" / "versions").glob("*.py")), package / "policy.json"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest() if files[-1].exists() else ""


async def _republish(state: State) -> None:
    """Fill a new broker from the five databases, so that open cases go on. Done once per broker."""
    if state.lost:
        from redletter import republish  # noqa: PLC0415  brings the five services with it, which is slow and rarely needed

        await republish.missing({name: databases.dsn(state, name) for name in state.services})
        state.lost = False
        state.save()


async def _until_ready(state: State, service: str, seconds: float = 60) -> None:
    process = state.processes[service]
    end = time.monotonic() + seconds
    async with httpx.AsyncClient() as http:
        while not (await _is_ready(http, process.port) and listens(process)):
            if not alive(process):
                raise Failed(f"{service} ended while it started:\n{tail(process.log)}")
            if time.monotonic() > end:
                raise Failed(f"{service} is not ready after {seconds:.0f} s:\n{tail(process.log)}")
            await asyncio.sleep(0.05)


async def _is_ready(http: httpx.AsyncClient, port: int) -> bool:
    try:
        answer = await http.get(f"http://{HOST}:{port}/readyz", timeout=2)
    except httpx.HTTPError:
        return False
    return answer.status_code == httpx.codes.OK


def _served(state: State) -> tuple[str, ...]:
    """Name what answers HTTP."""
    return (*state.services, *([TAX_PLATFORM] if TAX_PLATFORM in state.processes else []))


async def _running(state: State) -> Running:
    pids = {name: process.pid for name, process in state.processes.items() if alive(process)}
    services = _served(state)
    async with httpx.AsyncClient() as http:
        answers = await asyncio.gather(*(_is_ready(http, state.ports.get(name, 0)) for name in services))
    ready = {name: name in pids for name in KEEPERS if name in state.processes}
    ready |= {name: name in pids and answer for name, answer in zip(services, answers, strict=True)}
    return Running(
        home=state.home,
        broker=state.broker,
        bootstrap=state.bootstrap,
        urls={name: f"http://{HOST}:{state.ports.get(name, 0)}" for name in services},
        dsns={name: databases.dsn(state, name, "postgresql+asyncpg") for name in state.services},
        pids=pids,
        ready=ready,
    )


async def _stop_services(state: State, names: Sequence[str] | None = None) -> None:
    doomed = [name for name in state.processes if (name in names if names is not None else name not in KEEPERS)]
    await together(*(stop_process(state.processes[name]) for name in doomed))
    for name in doomed:
        state.processes.pop(name)
