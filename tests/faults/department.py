"""A department as the fault run starts it: its clock moves while it runs, and it can be of a later version.

`FAULTS_CLOCK` names a file with the seconds by which this department's clock is wrong; `FAULTS_LATER` says that its
events carry a field which the others have never heard of. Neither is known to the departments themselves.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path

from contracts.base import Event
from servicekit import process
from servicekit.runtime import Runtime, wall_clock


def moved(file: Path) -> Callable[[], datetime]:
    """Make a clock that is wrong by what the file says right now."""

    def now() -> datetime:
        try:
            seconds = float(file.read_text())
        except (OSError, ValueError):
            seconds = 0.0
        return wall_clock() + timedelta(seconds=seconds)

    return now


def later(write: Callable[[Event], str]) -> Callable[[Event], str]:
    """Write events as a later version may: with a field more."""
    return lambda event: json.dumps({**json.loads(write(event)), "of_a_later_version": True})


if __name__ == "__main__":
    name = sys.argv.pop(1)
    runtime = partial(Runtime, now=moved(Path(os.environ["FAULTS_CLOCK"])))
    if os.environ.get("FAULTS_LATER"):
        Event.write = later(Event.write)
    process.main(import_module(f"{name}.main").service, runtime)
