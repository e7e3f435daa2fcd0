"""What accounting has written, as scripts want it."""

import json
from collections import defaultdict
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from redletter.columns import lines
from redletter.console import do, fail, out
from redletter.reach import house, read
from redletter.story import find
from redletter.telling import money

app = typer.Typer()
ledger = typer.Typer(no_args_is_help=True, help="Read what accounting has written: balances, entries, documents.")
app.add_typer(ledger, name="ledger")

Json = Annotated[bool, typer.Option("--json", help="Print a JSON list.")]
Case = Annotated[str, typer.Option("--case", help="Only of this case; any number of it. Without it the latest 500.")]


AMOUNTS = ("net", "tax", "amount", "credited")


class By(StrEnum):
    """What balances are summed by."""

    CUSTOMER = "customer"


@ledger.command()
def balances(by: Annotated[By, typer.Option(help="What to sum by.")] = By.CUSTOMER, *, as_json: Json = False) -> None:
    """Sum what was credited: to each customer, by currency; blind returns have no customer.

    Example: redletter ledger balances --by customer --json
    """
    rows = do(_read(f"/balances?by={by}"))
    credited: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        credited[row["customer"], row["currency"]] += Decimal(row["credited"])
    found = [
        {"customer": customer, "currency": currency, "credited": money(amount)}
        for (customer, currency), amount in sorted(credited.items())
    ]
    if as_json:
        typer.echo(json.dumps(found))
        return
    _table(found, "customer", "currency", "credited")


@ledger.command()
def entries(case: Case = "", *, as_json: Json = False) -> None:
    """List the entries with their lines.

    Example: redletter ledger entries --json --case RMA-2611-0001
    """
    rows = do(_read("/entries", case))
    if as_json:
        typer.echo(json.dumps(rows))
        return
    sides = [
        {
            **row,
            "debit": f"{line['account']} {line['amount']}" if line["side"] == "D" else "",
            "credit": f"{line['account']} {line['amount']}" if line["side"] == "C" else "",
        }
        for row in rows
        for line in row["lines"]
    ]
    _table(sides, "posted_on", "template", "document", "case_id", "debit", "credit", "currency")


@ledger.command()
def documents(case: Case = "", *, as_json: Json = False) -> None:
    """List the documents with their numbers.

    Example: redletter ledger documents --case RMA-2611-0001
    """
    rows = do(_read("/documents", case))
    if as_json:
        typer.echo(json.dumps(rows))
        return
    _table(rows, "issued_on", "type", "number", "customer", "net", "tax", "currency", "reason", "case_id")


async def _read(path: str, case: str = "") -> list[dict[str, Any]]:
    async with house("postgres", "finance") as departments:
        if case:
            found = await find(departments.dsns, case)
            if not found:
                fail(f"No case has the number {case}.")
            answers = [await read(departments, "finance", f"{path}?{urlencode({'case_id': one})}") for one in found]
        else:
            answers = [await read(departments, "finance", path)]
        return [_with_money(row) for answer in answers for row in answer["items"]]


def _with_money(row: dict[str, Any]) -> dict[str, Any]:
    """Write every amount of a row, and of its lines, in the same way."""
    written = {name: money(row[name]) for name in AMOUNTS if name in row}
    lines = {"lines": [_with_money(line) for line in row["lines"]]} if "lines" in row else {}
    return {**row, **written, **lines}


def _table(rows: list[dict[str, Any]], *columns: str) -> None:
    for line in lines(rows, **{column: column for column in columns}):
        out.print(line)
