"""The `redletter` command."""

import os
from pathlib import Path
from typing import Annotated

import typer

from redletter.commands import (
    audit,
    case,
    demo,
    dlq,
    imports,
    kafka,
    ledger,
    outbox,
    scenarios,
    stack,
    token,
    topics,
    watch,
)

# One line per group. A group without a name puts its commands at the top level.
GROUPS: tuple[typer.Typer, ...] = (
    stack.app,
    topics.app,
    token.app,
    kafka.app,
    imports.app,
    demo.app,
    case.app,
    watch.app,
    ledger.app,
    audit.app,
    scenarios.app,
    outbox.app,
    dlq.app,
)

app = typer.Typer(no_args_is_help=True, pretty_exceptions_show_locals=False, rich_markup_mode="rich")


@app.callback()
def redletter(
    home: Annotated[Path | None, typer.Option(help="State folder (REDLETTER_HOME; otherwise .redletter here).")] = None,
) -> None:
    """Complaints, returns and repairs, up to the red-letter invoice that closes them.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not running.
    """
    if home:
        os.environ["REDLETTER_HOME"] = str(home.absolute())


for group in GROUPS:
    app.add_typer(group)

if __name__ == "__main__":
    app()
