"""Read blue invoices from a file, a row for each line: whole invoices go on, the others are kept with their reasons."""

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from finance.model import ImportBlueInvoice
from redletter.retail.files import NotABook

HEAD = (
    "entity", "invoice", "customer", "currency", "issued_at", "due_on", "salesperson", "price_mode", "decimals",
    "open_amount", "discount", "rate",
)  # fmt: skip
LINE = ("line", "item", "quantity", "unit_price", "net", "tax", "kind", "unit_cost")
NEEDED = ("entity", "invoice", "currency", "issued_at", "line", "item", "quantity", "unit_price")


@dataclass
class Rows:
    """The rows of one invoice as they stand in the file, and why it cannot be taken."""

    numbers: list[int] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    invoice: ImportBlueInvoice | None = None
    reason: str = ""


def read(path: Path) -> list[Rows]:
    """Read a CSV file, plain or gzipped; rows of one entity and number are one invoice, in the order of the file.

    Raises:
        NotABook: a column is missing or strange, or the file cannot be read at all.
    """
    found: dict[tuple[str, str], Rows] = {}
    try:
        for number, row in _rows(path):
            group = found.setdefault((row.get("entity") or "", row.get("invoice") or ""), Rows())
            group.numbers.append(number)
            group.rows.append(row)
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        raise NotABook(f"{path}: {wrong}") from None
    for group in found.values():
        _judge(group)
    return list(found.values())


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with (
        gzip.open(path) if path.suffix == ".gz" else path.open("rb") as raw,
        io.TextIOWrapper(raw, "utf-8-sig", newline="") as text,
    ):
        reader = csv.DictReader(text, restkey="more", restval="")
        columns = reader.fieldnames or ()
        missing = [name for name in NEEDED if name not in columns]
        strange = [name for name in columns if name not in {*HEAD, *LINE}]
        if missing or strange:
            told = ", ".join([*(f"{name} is missing" for name in missing), *(f"{name} is unknown" for name in strange)])
            raise NotABook(f"{path}: {told}")
        for row in reader:
            yield reader.line_num, row


def _judge(group: Rows) -> None:
    """Make an invoice of its rows, or say why it is none."""
    first = group.rows[0]
    differs = sorted({name for row in group.rows for name in HEAD if row.get(name, "") != first.get(name, "")})
    if differs:
        group.reason = f"the rows of one invoice differ in {', '.join(differs)}"
    elif any("more" in row for row in group.rows):
        group.reason = "a row has more cells than the file has columns"
    else:
        body = {**_said(first, HEAD), "lines": [_said(row, LINE) for row in group.rows]}
        body.setdefault("customer", "")
        try:
            group.invoice = ImportBlueInvoice.model_validate(body)
        except ValidationError as wrong:
            told = (f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in wrong.errors()[:5])
            group.reason = "; ".join(told)


def _said(row: dict[str, str], names: tuple[str, ...]) -> dict[str, Any]:
    """Give what a row says; an empty cell says nothing."""
    return {name: text for name in names if (text := (row.get(name) or "").strip())}
