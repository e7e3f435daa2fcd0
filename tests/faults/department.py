"""A department as the fault run starts it: its clock moves while it runs, and it can be of a later version.

`FAULTS_CLOCK` names a file with the seconds by which this department's clock is wrong, and the time in its ids;
`FAULTS_DUE` one for the clock that says which deadlines are due; `FAULTS_LATER` says that its events carry a field
which the others have never heard of; `FAULTS_FREEZE` names a crash point at which it stands still instead of dying.
None of it is known to the departments themselves.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from contracts.base import Event
from servicekit import process, relay
from servicekit.runtime import Runtime, uuid7, wall_clock


def wrong(file: Path) -> timedelta:
    """Read by how much a clock is wrong right now."""
    try:
        return timedelta(seconds=float(file.read_text()))
    except (OSError, ValueError):
        return timedelta()


def now(file: Path) -> datetime:
    """Read a clock that is wrong."""
    return wall_clock() + wrong(file)


def new_id(file: Path) -> str:
    """Make an id that begins with the time of a clock that is wrong."""
    plain = uuid7().replace("-", "")
    at = int(plain[:12], 16) + wrong(file) // timedelta(milliseconds=1)
    return str(UUID(f"{at:012x}{plain[12:]}"))


def due_by(file: Path) -> Any:
    """Say up to when deadlines are due by the database's clock, when that is wrong."""
    return sa.func.now() + wrong(file)


def later(write: Callable[[Event], str]) -> Callable[[Event], str]:
    """Write events as a later version may: with a field more."""
    return lambda event: json.dumps({**json.loads(write(event)), "of_a_later_version": True})


def stands_still(at: str, point: str) -> None:
    """Stand still, the first time that this point is reached, until somebody has it go on."""
    if point == at and os.environ.pop("FAULTS_FREEZE", ""):
        os.kill(os.getpid(), signal.SIGSTOP)


if __name__ == "__main__":
    name = sys.argv.pop(1)
    clock = Path(os.environ["FAULTS_CLOCK"])
    moved = {"now": partial(now, clock), "new_id": partial(new_id, clock)}
    runtime = partial(Runtime, **moved, due_by=partial(due_by, Path(os.environ["FAULTS_DUE"])))
    if at := os.environ.get("FAULTS_FREEZE"):
        relay.failpoint = partial(stands_still, at)
    if os.environ.get("FAULTS_LATER"):
        Event.write = later(Event.write)
    process.main(import_module(f"{name}.main").service, runtime)
