"""How every command speaks: one console, one set of exit codes."""

import asyncio
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

import typer
from rich.console import Console

from redletter.process import Failed

T = TypeVar("T")

FAILED = 1
USAGE = 2
NOT_RUNNING = 3

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def do(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work; a failure is told in words, without a traceback."""
    try:
        return asyncio.run(work)
    except Failed as failure:
        fail(str(failure))


def fail(why: str, code: int = FAILED) -> NoReturn:
    """Say what went wrong and end with the exit code that means it."""
    err.print(why, style="red", markup=False)
    raise typer.Exit(code)
