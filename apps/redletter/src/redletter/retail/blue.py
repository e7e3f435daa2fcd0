"""Read blue invoices from a file, a row for each line: whole invoices go on, the others are kept with their reasons."""

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from finance.model import ImportBlueInvoice
from redletter.retail.rows import MORE, TOO_MANY, rows, said, why

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
    for number, row in rows(path, NEEDED, {*HEAD, *LINE}):
        group = found.setdefault((row.get("entity") or "", row.get("invoice") or ""), Rows())
        group.numbers.append(number)
        group.rows.append(row)
    for group in found.values():
        _judge(group)
    return list(found.values())


def _judge(group: Rows) -> None:
    """Make an invoice of its rows, or say why it is none."""
    first = group.rows[0]
    differs = sorted({name for row in group.rows for name in HEAD if row.get(name, "") != first.get(name, "")})
    if differs:
        group.reason = f"the rows of one invoice differ in {', '.join(differs)}"
    elif any(MORE in row for row in group.rows):
        group.reason = TOO_MANY
    else:
        body = {**said(first, HEAD), "lines": [said(row, LINE) for row in group.rows]}
        body.setdefault("customer", "")
        try:
            group.invoice = ImportBlueInvoice.model_validate(body)
        except ValidationError as wrong:
            group.reason = why(wrong)
