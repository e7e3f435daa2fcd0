"""How a command reaches what runs: the databases side by side, and HTTP with a token for the role it needs."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from redletter import embedded, issuer
from redletter.console import NOT_RUNNING, fail
from redletter.desk import Desk
from redletter.house import NAMES
from redletter.live import LiveHouse
from redletter.process import Failed
from redletter.state import default_home
from servicekit.sql import DRIVER_ERRORS

DATABASES = ("postgres",)
EVERYTHING = (*DATABASES, "broker", *NAMES)


@asynccontextmanager
async def house(*needed: str) -> AsyncIterator[LiveHouse]:
    """Reach the departments; ends with exit code 3 when what the command needs does not run.

    Raises:
        Failed: something went away while it was asked.
    """
    home = default_home()
    running = await embedded.status(home)
    down = [name for name in needed if not running.ready.get(name) and not _elsewhere(name, running)]
    if down or not running.ready:
        fail(f"Not running: {', '.join(down or needed)}. Start it with: redletter up", NOT_RUNNING)
    with_tokens = LiveHouse(running.urls, running.dsns, tokens(home))
    try:
        yield with_tokens
    except (httpx.HTTPError, *DRIVER_ERRORS, OSError) as gone:
        raise Failed(f"{type(gone).__name__}: {gone}. Logs: {home / 'logs'}") from gone
    finally:
        await with_tokens.close()


def _elsewhere(name: str, running: embedded.Running) -> bool:
    """A broker that the environment names is not ours to look at."""
    return name == "broker" and name not in running.ready and bool(running.bootstrap)


@asynccontextmanager
async def importer(name: str) -> AsyncIterator[Desk]:
    """Sit down at accounting's desk to take a file over; ends with exit code 3 when accounting does not run."""
    home = default_home()
    running = await embedded.status(home)
    if not running.ready.get("finance"):
        fail("Accounting is not running: redletter up", NOT_RUNNING)
    desk = Desk(running.urls, lambda: issuer.token(home, "importer", now(), sub=name))
    try:
        yield desk
    finally:
        await desk.close()


def tokens(home: Path) -> Callable[[str], str]:
    """Give a way to sign a token for a role, each made once."""
    return cache(lambda role: issuer.token(home, role, now()))


def now() -> datetime:
    """Read the clock: tokens are judged by the real one, and sample cases happen today."""
    return datetime.now(UTC)  # noqa: TID251  the command line is where the outside world begins


async def read(house: LiveHouse, department: str, path: str) -> Any:
    """Ask a department a question as a reader.

    Raises:
        Failed: it does not answer with what was asked; with its words.
    """
    answer = await house.get(department, path)
    if not answer.is_success:
        raise Failed(f"{department} does not answer {path}: {words(answer)}")
    return answer.json()


def words(answer: httpx.Response) -> str:
    """Give the sentence of a refusal, with the fields that were wrong."""
    try:
        body = answer.json()
    except ValueError:
        body = {}
    errors = "; ".join(f"{each['field']}: {each['message']}" for each in body.get("errors", ()))
    return f"{answer.status_code} {body.get('detail') or body.get('title') or answer.text[:200]} {errors}".rstrip()
