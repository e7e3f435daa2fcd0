"""Take over what the ERP or the tax platform says it has from a file."""

import csv
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from redletter.console import do, fail, out
from redletter.desk import TAKEN, Desk, NotTaken
from redletter.reach import importer
from redletter.retail import told
from redletter.retail.files import NotABook

TOGETHER = 500


def other_books(
    file: Annotated[Path, typer.Argument(help="Documents or accounts, CSV or CSV.gz; see the columns below.")],
    rejects: Annotated[Path, typer.Option(help="Where the rows go that are not taken.")] = Path("rejects.csv"),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
) -> None:
    """Take over what the ERP or the tax platform says it has; the same file again changes nothing.

    Exit 1 when rows are rejected.

    Columns of documents: book (ERP or TAX_PLATFORM), entity, number, issued_on, currency, net, tax, told_on. Columns of
    accounts of the ERP in a month: entity, period, account, debit, credit, told_on.

    Example: redletter import other-books erp-2026-04.csv --rejects rejects.csv
    """
    try:
        taken, rejected = do(_run(file))
    except (NotABook, NotTaken) as wrong:
        fail(str(wrong))
    write(rejects, rejected)
    summary = {"taken": taken, "rejected": len(rejected)}
    if as_json:
        out.print_json(json.dumps(summary))
    else:
        out.print(f"{taken} rows are known" + (f"; {len(rejected)} rejected, see {rejects}" if rejected else ""))
    if rejected:
        raise typer.Exit(1)


async def _run(file: Path) -> tuple[int, list[told.Row]]:
    async with importer("other-books") as desk:
        return await take(desk, told.read(file))


async def take(desk: Desk, found: Sequence[told.Row]) -> tuple[int, list[told.Row]]:
    """Send what can be sent, each row under a key that is its content; give how many are known, and the rejected."""
    good = [row for row in found if row.body is not None]
    for some in (good[at : at + TOGETHER] for at in range(0, len(good), TOGETHER)):
        texts = [row.body.model_dump_json() for row in some if row.body is not None]
        items = [{"key": hashlib.sha256(text.encode()).hexdigest(), "body": json.loads(text)} for text in texts]
        for row, result in zip(some, await desk.bulk("finance", some[0].route, items), strict=True):
            if result["status"] >= TAKEN:
                row.reason = f"{result['body']['code']}: {result['body']['detail']}"
    rejected = [row for row in found if row.reason]
    return len(found) - len(rejected), rejected


def write(path: Path, rejected: Sequence[told.Row]) -> None:
    """Write the rows that were rejected as they were, with their place and the reason, so they can be sent again."""
    if rejected:
        with path.open("w", newline="", encoding="utf-8") as file:
            names = [name for name in rejected[0].text if isinstance(name, str) and name != "more"]
            writer = csv.DictWriter(file, ["reason", "row", *names], extrasaction="ignore")
            writer.writeheader()
            writer.writerows({**row.text, "reason": row.reason, "row": row.number} for row in rejected)
