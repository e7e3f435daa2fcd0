"""Processes that outlive the command that started them, and are never mistaken for somebody else's."""

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Awaitable, Mapping, Sequence
from pathlib import Path

import psutil
from pydantic import BaseModel

HOST = "127.0.0.1"


class Failed(Exception):
    """Something did not start, run or stop; the message says what, and where its log is."""


class Process(BaseModel):
    """One process of ours. The start time tells it from a later process with the same pid."""

    pid: int
    started: float
    port: int
    log: Path
    made_of: str = ""  # what it was started with; a difference means: start it anew


_children: list[subprocess.Popen[bytes]] = []  # kept so that those we started ourselves can be reaped


def spawn(command: Sequence[str], *, log: Path, port: int, env: Mapping[str, str], made_of: str = "") -> Process:
    """Start a process that goes on without us."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        child = subprocess.Popen(  # noqa: S603  our own commands, no shell
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=dict(env), start_new_session=True
        )
    _children.append(child)
    return Process(pid=child.pid, started=psutil.Process(child.pid).create_time(), port=port, log=log, made_of=made_of)


def alive(process: Process | None) -> bool:
    """Say whether this very process still runs."""
    _children[:] = [child for child in _children if child.poll() is None]
    if process is None:
        return False
    try:
        found = psutil.Process(process.pid)
        # Within two seconds: the start time is counted from the boot, which a corrected clock moves a little.
        return abs(found.create_time() - process.started) < 2 and found.status() != psutil.STATUS_ZOMBIE  # noqa: PLR2004  seconds a clock may differ
    except psutil.NoSuchProcess:
        return False


def listens(process: Process) -> bool:
    """Say whether it is this process that answers on its port, and not one that was there before."""
    try:
        connections = psutil.Process(process.pid).net_connections("tcp")
    except psutil.Error:
        return False
    return any(c.status == psutil.CONN_LISTEN and c.laddr.port == process.port for c in connections)


async def stop(process: Process | None, how: signal.Signals = signal.SIGTERM, patience: float = 30) -> None:
    """End this very process, if it still runs: ask first, insist when it does not hear."""
    if process is None:
        return
    for demand, wait in ((how, patience), (signal.SIGKILL, 10)):
        end = time.monotonic() + wait
        if alive(process):
            os.kill(process.pid, demand)
        while alive(process):
            if time.monotonic() > end:
                break
            await asyncio.sleep(0.02)
        else:
            return
    raise Failed(f"process {process.pid} cannot be ended")


async def call(command: Sequence[str], *, log: Path, env: Mapping[str, str]) -> None:
    """Run a command to its end, with its output in the log.

    Raises:
        Failed: it ended with an error.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        child = await asyncio.create_subprocess_exec(
            *command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=dict(env)
        )
        if await child.wait() != 0:
            raise Failed(f"{' '.join(command)} failed:\n{tail(log)}")


def tail(log: Path, lines: int = 15) -> str:
    """Give the end of a log, with its path."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join([*text.splitlines()[-lines:], f"(log: {log})"])


def free(port: int) -> bool:
    """Say whether a port can be listened on."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port(*wishes: int | None) -> int:
    """Give the first wish that is free, or else any free port."""
    for wish in wishes:
        if wish and free(wish):
            return wish
    with socket.socket() as any_port:
        any_port.bind((HOST, 0))
        port: int = any_port.getsockname()[1]
        return port


async def listening(process: Process, what: str, seconds: float) -> None:
    """Wait until a process takes connections on its port.

    Raises:
        Failed: it ended first, or took too long.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            _, writer = await asyncio.open_connection(HOST, process.port)
        except OSError:
            pass
        else:
            writer.close()
            await writer.wait_closed()
            return
        if not alive(process):
            raise Failed(f"{what} ended while it started:\n{tail(process.log)}")
        if time.monotonic() > end:
            raise Failed(f"{what} does not answer on port {process.port}:\n{tail(process.log)}")
        await asyncio.sleep(0.02)


async def together(*work: Awaitable[object]) -> None:
    """Wait for all of it, and only then say what failed: nothing goes on behind the caller's back."""
    for outcome in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
