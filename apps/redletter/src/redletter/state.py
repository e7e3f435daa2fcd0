"""What the embedded mode remembers between commands: one file, read and written under one lock."""

import asyncio
import fcntl
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, TextIO

from pydantic import BaseModel

from redletter.process import Process

Kind = Literal["embedded", "kafka"]


class State(BaseModel):
    """Ports and passwords stay the same between runs; processes are those that were started last."""

    home: Path
    ports: dict[str, int] = {}
    passwords: dict[str, str] = {}
    processes: dict[str, Process] = {}
    services: tuple[str, ...] = ()  # what should run
    migrated: dict[str, str] = {}  # what each database was last brought up to
    broker: Kind = "embedded"
    bootstrap: str = ""
    lost: bool = False  # the broker is new and what was published before is not on it yet

    def password(self, name: str) -> str:
        """Give the password of a database role, made on first use."""
        return self.passwords.setdefault(name, secrets.token_urlsafe(24))

    def save(self) -> None:
        """Write the file in one step; it holds passwords, so only its owner may read it."""
        draft = self.home / "state.json.new"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(self.model_dump_json(indent=2))
        draft.replace(self.home / "state.json")


def default_home() -> Path:
    """Give the state folder: REDLETTER_HOME, or `.redletter` in the current folder."""
    return Path(os.environ.get("REDLETTER_HOME") or ".redletter").absolute()


def read(home: Path) -> State:
    """Read the state of a folder; an empty one if nothing was ever started there."""
    file = home / "state.json"
    return State.model_validate_json(file.read_text()) if file.exists() else State(home=home)


def _lock_file(home: Path) -> TextIO:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return (home / "lock").open("w")


@asynccontextmanager
async def locked(home: Path) -> AsyncIterator[State]:
    """Hold the state alone: two commands at once take turns. It is written at the end, whatever happened."""
    with _lock_file(home) as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                await asyncio.sleep(0.05)
            else:
                break
        state = read(home)
        try:
            yield state
        finally:
            state.save()
