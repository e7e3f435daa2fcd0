"""Play a retailer's books through the running departments."""

import asyncio
import contextlib
import csv
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from redletter import embedded, issuer
from redletter.commands.blue import blue_invoices
from redletter.commands.told import other_books
from redletter.console import NOT_RUNNING, do, fail, out
from redletter.desk import Desk, NotTaken
from redletter.house import on_the_way, stuck
from redletter.process import Failed
from redletter.retail import files, play
from redletter.state import default_home

app = typer.Typer()
imports = typer.Typer(no_args_is_help=True, help="Play a company's books through the departments.")
app.add_typer(imports, name="import")
imports.command("blue-invoices")(blue_invoices)
imports.command("other-books")(other_books)

# What the retailer books under a stock code without selling a thing: nothing can come back of it.
NO_GOODS = "POST,D,M,m,S,B,C2,DOT,PADS,BANK CHARGES,CRUK,AMAZONFEE"
LINES = {
    "one": "matched to one blue line",
    "split": "split over several",
    "part": "matched in part",
    "none": "without an original",
    "anonymous": "anonymous",
    "allowance": "allowances",
}


@imports.command("online-retail")
def online_retail(
    sales: Annotated[Path, typer.Option(help="Blue invoice lines, CSV or CSV.gz.")],
    returns: Annotated[Path, typer.Option(help="Return lines (number starts with C), CSV or CSV.gz.")],
    rejects: Annotated[Path, typer.Option(help="Where rows that cannot be read go.")] = Path("rejects.csv"),
    no_goods: Annotated[str, typer.Option(help="Stock codes that are no goods, with commas between.")] = NO_GOODS,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
) -> None:
    """Load blue invoices, then send every return document through complaint, dock, inspection and credit.

    May be killed at any moment and started again: nothing is credited twice. Exit 1 when something does not add up.

    Example: redletter import online-retail --sales sales.csv.gz --returns returns.csv.gz
    """
    try:
        summary = do(_run(sales, returns, rejects, frozenset(no_goods.split(",")), quiet=as_json))
    except (files.NotABook, NotTaken) as wrong:
        fail(str(wrong))
    if as_json:
        out.print_json(json.dumps(summary, default=str))
    else:
        _show(summary)
    if not summary["exact"]:
        raise typer.Exit(1)


async def _run(sales: Path, returns: Path, rejects: Path, no_goods: frozenset[str], *, quiet: bool) -> dict[str, Any]:
    home = default_home()
    running = await embedded.status(home)
    if not running.complete:
        fail("The departments are not running: redletter up", NOT_RUNNING)
    began = time.perf_counter()
    sold, returned = files.read(sales, returns=False), files.read(returns, returns=True)
    _write_rejects(rejects, [*sold.rejected, *returned.rejected])
    read_seconds = time.perf_counter() - began
    desk = Desk(running.urls, lambda: issuer.token(home, "importer", datetime.now(UTC), sub="online-retail"))  # noqa: TID251  judged by the real clock
    documents = play.documents(returned.lines)
    progress = play.Progress()
    async with _bar(progress, len(returned.lines), quiet=quiet):
        started = time.perf_counter()
        await play.import_sales(desk, sold.lines, progress)
        loaded = time.perf_counter() - started
        started = time.perf_counter()
        await play.play(desk, documents, no_goods, progress)
        played = time.perf_counter() - started
    await _rest(running.dsns)
    check = await _check(desk, documents, await stuck(running.dsns))
    await desk.close()
    return {
        "documents": len(documents),
        "lines": len(returned.lines),
        "blue_invoices": progress.invoices,
        "rejected_rows": len(sold.rejected) + len(returned.rejected),
        "rejects": str(rejects) if sold.rejected or returned.rejected else None,
        "refused": progress.refused,
        "matched": progress.lines,
        **check,
        "seconds": round(time.perf_counter() - began, 1),
        "cases_per_second": round(len(documents) / played, 1),
        "where_the_time_went": {
            "reading files": round(read_seconds, 1),
            "loading blue invoices": round(loaded, 1),
            "returns through the chain": round(played, 1),
            "of it waiting for": {name: round(s, 1) for name, s in sorted(progress.seconds.items())},
        },
    }


async def _rest(dsns: Any) -> None:
    """Wait until everybody has heard everything: the books are read at rest."""
    for _ in range(600):
        if not any(way.missing for way in await on_the_way(dsns)):
            return
        await asyncio.sleep(0.1)
    raise Failed("messages are still on their way: redletter status, redletter dlq ls")


async def _check(desk: Desk, documents: list[play.Document], left: dict[str, int]) -> dict[str, Any]:
    """Compare what was credited, document by document, with the retailer's own books, to the penny."""
    rows = (await desk.get("finance", f"/balances?by=claim&entity={play.ENTITY}"))["items"]
    booked = {row["claim"]: Decimal(row["credited"]) for row in rows}
    expected: dict[str, Decimal] = defaultdict(Decimal)
    credited: dict[str, Decimal] = defaultdict(Decimal)
    wrong: dict[str, dict[str, str]] = {}
    for document in documents:
        value = sum((line.value for line in document.lines), start=Decimal(0))
        got = booked.get(document.key, Decimal(0))
        expected[document.customer] += value
        credited[document.customer] += got
        if got != value:
            wrong[document.key] = {"books": str(value), "booked": str(got)}
    return {
        "credited": str(sum(credited.values(), start=Decimal(0))),
        "expected": str(sum(expected.values(), start=Decimal(0))),
        "customers": len(expected),
        "differences": wrong,
        "stuck": left,
        "exact": not wrong and not any(left.values()),
    }


def _write_rejects(path: Path, rejected: list[files.Rejected]) -> None:
    if rejected:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["file", "row", "reason", "text"])
            writer.writerows([r.file, r.row, r.reason, r.text] for r in rejected)


@contextlib.asynccontextmanager
async def _bar(progress: play.Progress, _lines: int, *, quiet: bool) -> AsyncIterator[None]:
    """Show how far each department is."""
    columns = (TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True, quiet=quiet)
    with Progress(*columns, console=console, transient=True) as bars:
        names = ("invoices", "claimed", "registered", "received", "inspected", "closed")
        tasks = {name: bars.add_task(name, total=None) for name in names}

        async def show() -> None:
            while True:
                for name, task in tasks.items():
                    total = progress.invoices_total if name == "invoices" else progress.documents
                    bars.update(task, completed=getattr(progress, name), total=total or None)
                await asyncio.sleep(0.2)

        showing = asyncio.create_task(show())
        try:
            yield
        finally:
            showing.cancel()


def _show(summary: dict[str, Any]) -> None:
    table = Table(title="Returns through the chain", show_header=False)
    table.add_row("documents", f"{summary['documents']:,}")
    table.add_row("lines", f"{summary['lines']:,}")
    for kind, name in LINES.items():
        table.add_row(f"  {name}", f"{summary['matched'][kind]:,}")
    table.add_row("credited", f"{Decimal(summary['credited']):,} {play.CURRENCY}")
    table.add_row("the retailer's books", f"{Decimal(summary['expected']):,} {play.CURRENCY}")
    table.add_row("documents that differ", str(len(summary["differences"])))
    table.add_row("stuck", ", ".join(f"{n} {name}" for name, n in summary["stuck"].items() if n) or "nothing")
    table.add_row("rows rejected", f"{summary['rejected_rows']:,} {summary['rejects'] or ''}")
    table.add_row("cases per second", str(summary["cases_per_second"]))
    where = summary["where_the_time_went"]
    for name, value in where.items():
        if not isinstance(value, dict):
            table.add_row(name, f"{value} s")
    for name, value in where["of it waiting for"].items():
        table.add_row(f"  {name}", f"{value} s")
    out.print(table)
    for refused in summary["refused"][:20]:
        out.print(f"refused: {refused}", markup=False)
    out.print("The books agree to the penny." if summary["exact"] else "The books do NOT agree.")
