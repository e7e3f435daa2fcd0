"""What could not be heard: messages that wait, failed or are dead, and a second try for them."""

import json
from typing import Annotated, Any
from urllib.parse import quote

import typer

from redletter.columns import lines
from redletter.console import FAILED, USAGE, do, fail, out
from redletter.house import connect
from redletter.live import LiveHouse
from redletter.reach import DATABASES, house, words

app = typer.Typer()
dlq = typer.Typer(no_args_is_help=True, help="Messages that wait, failed or are dead, and a second try for them.")
app.add_typer(dlq, name="dlq")

Row = dict[str, Any]
GONE = 404  # somebody was faster
STATES = ("dead", "failed", "waiting")
ROWS = """
SELECT message_id, key, state, reason, detail, type, version, topic, partition, position, attempts, first_at, last_at
FROM parked WHERE ($1 = '' OR state = $1) AND ($2 = '' OR message_id = $2) ORDER BY first_at, message_id
"""
BYTES = "SELECT headers::text AS headers, body FROM parked WHERE message_id = $1"
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dlq.command()
def ls(
    state: Annotated[str, typer.Option(help="Only those: dead, failed or waiting.")] = "",
    *,
    as_json: Json = False,
) -> None:
    """List what is parked in every department, the oldest first, with the reason.

    waiting: its predecessor has not come yet; failed: could not be decided and blocks its case; dead: cannot be read.

    Example: redletter dlq ls --state failed
    """
    if state and state not in STATES:
        fail(f"There is no state {state}; there are: {', '.join(STATES)}.", USAGE)
    rows = do(_list(state))
    if as_json:
        typer.echo(json.dumps(rows, default=str))
        return
    if not rows:
        out.print("nothing is parked")
        return
    for row in rows:
        row["why"] = f"{row['reason']}: {row['detail'].splitlines()[0] if row['detail'] else ''}"
    titles = {"message_id": "message", "key": "case", "attempts": "tries", "why": "reason"}
    for line in lines(rows, department="department", state="state", type="type", **titles):
        out.print(line)


@dlq.command()
def show(
    message_id: Annotated[str, typer.Argument(help="As `redletter dlq ls` lists it.")], *, as_json: Json = False
) -> None:
    """Show one message: where it came from, why it is here, its headers, its bytes.

    Example: redletter dlq show 019aab12-7c1e-7d34-9f10-6f2f6e0d8c11
    """
    for row in do(_whole(message_id)):
        if as_json:
            typer.echo(json.dumps({**row, "body": row["body"].decode(errors="backslashreplace")}, default=str))
            continue
        where = f"{row['topic']}, partition {row['partition']}, position {row['position']}"
        facts = {
            "department": row["department"],
            "state": f"{row['state']}, tried {row['attempts']} times, last {row['last_at']}",
            "reason": f"{row['reason']}: {row['detail']}",
            "type": row["type"],
            "case": row["key"],
            "came from": where,
            **{f"header {name}": value for name, value in sorted(row["headers"].items())},
            f"body, {len(row['body'])} bytes": row["body"].decode(errors="backslashreplace"),
        }
        for name, value in facts.items():
            out.print(f"{name}: {value}", markup=False)


@dlq.command()
def redrive(
    message_id: Annotated[str, typer.Argument(help="As `redletter dlq ls` lists it.")] = "",
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that failed or are dead.")] = False,
) -> None:
    """Try a message again, under its own id, and say what became of it; exit code 1 if it is still parked.

    Example: redletter dlq redrive --all
    """
    if bool(message_id) == everything:
        fail("Name a message, or say --all.", USAGE)
    left = do(_redrive(message_id))
    if left:
        raise typer.Exit(FAILED)


async def _list(state: str) -> list[Row]:
    async with house(*DATABASES) as departments:
        return await _rows(departments, state)


async def _rows(departments: LiveHouse, state: str = "", message_id: str = "") -> list[Row]:
    rows: list[Row] = []
    for name, dsn in departments.dsns.items():
        conn = await connect(dsn)
        try:
            rows += [{"department": name, **dict(row)} for row in await conn.fetch(ROWS, state, message_id)]
        finally:
            await conn.close()
    return sorted(rows, key=lambda row: (row["first_at"], row["department"]))


async def _whole(message_id: str) -> list[Row]:
    async with house(*DATABASES) as departments:
        rows = await _rows(departments, "", message_id)
        if not rows:
            fail(f"No message {message_id} is parked: redletter dlq ls")
        for row in rows:
            conn = await connect(departments.dsns[row["department"]])
            try:
                for found in await conn.fetch(BYTES, message_id):
                    row.update(headers=json.loads(found["headers"]), body=bytes(found["body"]))
            finally:
                await conn.close()
        return rows


async def _redrive(message_id: str) -> int:
    """Give how many are still parked afterwards."""
    async with house(*DATABASES) as departments:
        rows = await _rows(departments, "", message_id)
        if message_id and not rows:
            fail(f"No message {message_id} is parked: redletter dlq ls")
        wanted = [row for row in rows if message_id or row["state"] != "waiting"]
        if not wanted:
            out.print("nothing failed and nothing is dead")
        left = 0
        for row in wanted:
            outcome = await _try(departments, row["department"], row["message_id"])
            left += bool(outcome)
            out.print(f"{row['department']} {row['message_id']}: {outcome or 'done'}", markup=False)
        return left


async def _try(departments: LiveHouse, department: str, message_id: str) -> str:
    """Redrive one message; give why it is still parked, or nothing."""
    path = f"/parked/{quote(message_id, safe='')}:redrive"
    answer = await departments.post(department, path, None, "operator")
    rows = await _rows(departments, "", message_id)
    left = next((row for row in rows if row["department"] == department), None)
    if left:
        return f"still {left['state']}: {left['reason']}: {left['detail']}"
    return "" if answer.is_success or answer.status_code == GONE else words(answer)
