"""What the departments have said: is it out, was it heard, and how to say it again."""

import json
import sys
from datetime import datetime
from typing import Annotated, Any

import typer

from redletter import republish as again
from redletter.columns import lines
from redletter.console import USAGE, do, fail, out
from redletter.house import connect, on_the_way
from redletter.reach import DATABASES, house

app = typer.Typer()
outbox = typer.Typer(
    no_args_is_help=True, help="What the departments have said: is it out, was it heard, say it again."
)
app.add_typer(outbox, name="outbox")

COUNTS = """
SELECT count(*) AS events, count(*) FILTER (WHERE published_at IS NULL) AS unpublished,
       coalesce(extract(epoch FROM now() - min(time) FILTER (WHERE published_at IS NULL)), 0)::float AS age
FROM outbox
"""


@outbox.command()
def status(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list, one object per department.")] = False
) -> None:
    """Say for each department what it has said, what is not out yet, and what it has not heard of the others.

    Example: redletter outbox status
    """
    rows = do(_status())
    if as_json:
        typer.echo(json.dumps(rows))
        return
    titles = {"events": "events", "unpublished": "to publish", "outbox_age_seconds": "oldest, s", "unheard": "to hear"}
    for line in lines(rows, department="department", **titles):
        out.print(line)


async def _status() -> list[dict[str, Any]]:
    async with house(*DATABASES) as departments:
        unheard = {way.listener: len(way.missing) for way in await on_the_way(departments.dsns)}
        rows = []
        for name, dsn in departments.dsns.items():
            conn = await connect(dsn)
            try:
                [row] = await conn.fetch(COUNTS)
            finally:
                await conn.close()
            rows.append(
                {
                    "department": name,
                    "events": row["events"],
                    "unpublished": row["unpublished"],
                    "outbox_age_seconds": round(row["age"], 1),
                    "unheard": unheard.get(name, 0),
                }
            )
        return rows


@outbox.command()
def republish(
    *,
    missing: Annotated[
        bool, typer.Option("--missing", help="What somebody who listens has not heard; so it is when nothing is said.")
    ] = False,
    since: Annotated[str, typer.Option(metavar="ISO", help="Everything since this moment.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Everything that was ever said.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Have the relays publish events again, under their own ids; inboxes keep it from doing anything twice.

    Example: redletter outbox republish --since 2026-11-22T08:00:00Z --yes
    """
    if sum((missing, bool(since), everything)) > 1:
        fail("Choose one of --missing, --since and --all.", USAGE)
    if since:
        _check(since)
    if (since or everything) and not yes:
        what = f"every event since {since}" if since else "every event that was ever said"
        if not sys.stdin.isatty():
            fail(f"This publishes {what} again; say --yes.", USAGE)
        typer.confirm(f"Publish {what} again?", abort=True)
    count = do(_republish(since, everything=everything))
    out.print(f"{count} events go out again" if count else "there is nothing to publish again")


async def _republish(since: str, *, everything: bool) -> int:
    async with house(*DATABASES) as departments:
        if since or everything:
            return await again.everything(departments.dsns, since or None)
        return await again.missing(departments.dsns)


def _check(since: str) -> None:
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        fail(f"{since} is not a moment such as 2026-11-22T08:00:00Z.", USAGE)
    if moment.tzinfo is None:
        fail(f"{since} has no time zone; write for example {since}Z.", USAGE)
