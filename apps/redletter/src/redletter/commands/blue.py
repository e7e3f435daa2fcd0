"""Take over blue invoices from a file."""

import csv
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from redletter.console import do, fail, out
from redletter.desk import TAKEN, Desk, NotTaken
from redletter.reach import importer
from redletter.retail import blue
from redletter.retail.files import NotABook

TOGETHER = 200


def blue_invoices(
    file: Annotated[Path, typer.Argument(help="Lines of invoices, CSV or CSV.gz; see the columns below.")],
    rejects: Annotated[Path, typer.Option(help="Where the rows of invoices that are not taken go.")] = Path(
        "rejects.csv"
    ),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
) -> None:
    """Take over blue invoices, whole or not at all; the same file again changes nothing. Exit 1 when some are rejected.

    Columns: entity, invoice, currency, issued_at, line, item, quantity, unit_price; and where they are known customer,
    due_on, salesperson, price_mode, decimals, open_amount, discount, rate, net, tax, kind, unit_cost.

    Example: redletter import blue-invoices invoices.csv --rejects rejects.csv
    """
    try:
        summary, rejected = do(_run(file))
    except (NotABook, NotTaken) as wrong:
        fail(str(wrong))
    write(rejects, rejected)
    if as_json:
        out.print_json(json.dumps(summary))
    else:
        told = f"; {summary['rejected']} rejected, see {rejects}" if rejected else ""
        out.print(f"{summary['taken']} invoices with {summary['lines']} lines are known{told}")
    if rejected:
        raise typer.Exit(1)


async def _run(file: Path) -> tuple[dict[str, int], list[blue.Rows]]:
    async with importer("blue-invoices") as desk:
        return await take(desk, blue.read(file))


async def take(desk: Desk, found: Sequence[blue.Rows]) -> tuple[dict[str, int], list[blue.Rows]]:
    """Send what can be sent; give how much is known now, and what was rejected here or by accounting."""
    good = [rows for rows in found if rows.invoice is not None]
    for at in range(0, len(good), TOGETHER):
        await _send(desk, good[at : at + TOGETHER])
    rejected = [rows for rows in found if rows.reason]
    taken = [rows for rows in found if not rows.reason]
    lines = sum(len(rows.rows) for rows in taken)
    return {"taken": len(taken), "lines": lines, "rejected": len(rejected)}, rejected


async def _send(desk: Desk, some: Sequence[blue.Rows]) -> None:
    """Send invoices together, each under a key that is its content; note why one is refused."""
    items: list[dict[str, Any]] = []
    for rows in some:
        assert rows.invoice is not None
        body = rows.invoice.model_dump_json(exclude_none=True)
        items.append({"key": hashlib.sha256(body.encode()).hexdigest(), "body": json.loads(body)})
    for rows, result in zip(some, await desk.bulk("finance", "/blue-invoices:bulk", items), strict=True):
        if result["status"] >= TAKEN:
            rows.reason = f"{result['body']['code']}: {result['body']['detail']}"


def write(path: Path, rejected: Iterable[blue.Rows]) -> None:
    """Write the rows of what was rejected as they were, with their place and the reason, so they can be sent again."""
    rows = [
        {"reason": group.reason, "row": number, **{name: row.get(name, "") for name in (*blue.HEAD, *blue.LINE)}}
        for group in rejected
        for number, row in zip(group.numbers, group.rows, strict=True)
    ]
    if rows:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
