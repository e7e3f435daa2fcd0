"""Read the retailer's files row by row: good rows go on, bad ones are kept with their number and the reason."""

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from contracts.base import PRICE_DECIMALS, half_up

COLUMNS = ("InvoiceNo", "InvoiceDate", "CustomerID", "Country", "StockCode", "Description", "Quantity", "UnitPrice")
LARGEST = Decimal("1e9")


@dataclass(frozen=True)
class Line:
    """One row of a file; `position` counts the lines of its document from 1."""

    row: int
    document: str
    at: datetime
    customer: str
    item: str
    quantity: int
    unit_price: Decimal
    position: int

    @property
    def value(self) -> Decimal:
        """What it comes to, in whole pence."""
        return half_up(self.quantity * self.unit_price, 2)


@dataclass(frozen=True)
class Rejected:
    """A row that could not be taken."""

    file: str
    row: int
    reason: str
    text: str


@dataclass
class Book:
    """What a file held."""

    lines: list[Line] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


class NotABook(Exception):
    """The file as a whole is not of this shape."""


def read(path: Path, *, returns: bool) -> Book:
    """Read a CSV file, plain or gzipped; a return document's number starts with C and its quantity is negative.

    Raises:
        NotABook: a column is missing, or the file cannot be read at all.
    """
    book = Book()
    positions: dict[str, int] = {}
    for number, row, text in _rows(path):
        try:
            line = _line(number, row, positions, returns=returns)
        except ValueError as wrong:
            book.rejected.append(Rejected(path.name, number, str(wrong), text[:500]))
            continue
        positions[line.document] = line.position
        book.lines.append(line)
    return book


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str] | str, str]]:
    """Give (row number, fields, text) of every row below the header; fields are a reason where there are none."""
    try:
        raw = path.read_bytes()
        data = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    except (OSError, EOFError) as wrong:
        raise NotABook(f"{path} cannot be read: {wrong}") from None
    text = io.StringIO(data.decode("utf-8-sig", "surrogateescape"), newline="")
    reader = csv.reader(text)
    header = next(reader, [])
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise NotABook(f"{path.name} has no column {', '.join(missing)}; its columns are {', '.join(header)[:300]}")
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as wrong:
            yield reader.line_num, f"not CSV: {wrong}", ""
            continue
        if not cells:
            continue
        shown = ",".join(cells).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        if any("\udc80" <= c <= "\udcff" for cell in cells for c in cell):
            yield reader.line_num, "broken encoding: the row is not UTF-8", shown
        elif len(cells) > len(header):
            yield reader.line_num, f"unknown column: {len(cells)} cells for {len(header)} columns", shown
        elif len(cells) < len(header):
            yield reader.line_num, f"missing column: {len(cells)} cells for {len(header)} columns", shown
        else:
            yield reader.line_num, dict(zip(header, cells, strict=True)), shown


def _line(number: int, row: dict[str, str] | str, positions: dict[str, int], *, returns: bool) -> Line:
    if isinstance(row, str):
        raise ValueError(row)  # noqa: TRY004  one kind of refusal for every bad row
    document, item = row["InvoiceNo"].strip(), row["StockCode"].strip()
    for name, value, longest in (("InvoiceNo", document, 40), ("StockCode", item, 64)):
        if not value or len(value) > longest or not value.isprintable():
            raise ValueError(f"{name} is empty, too long or unprintable")
    if document.startswith("C") is not returns:
        raise ValueError(
            "InvoiceNo of a return starts with C" if returns else "InvoiceNo of a sale does not start with C"
        )
    customer = row["CustomerID"].strip().removesuffix(".0")
    if len(customer) > 40 or not (customer.isprintable() or not customer):  # noqa: PLR2004  as long as a number may be
        raise ValueError("CustomerID is too long or unprintable")
    quantity = _quantity(row["Quantity"])
    if (quantity < 0) is not returns or quantity == 0:
        raise ValueError("Quantity of a return is negative" if returns else "Quantity of a sale is positive")
    at, price = _date(row["InvoiceDate"]), _price(row["UnitPrice"])
    return Line(number, document, at, customer, item, abs(quantity), price, positions.get(document, 0) + 1)


def _quantity(text: str) -> int:
    try:
        value = Decimal(text.strip())
        whole = int(value)
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError(f"Quantity is not a number: {text[:40]}") from None
    if whole != value or abs(value) > LARGEST:
        raise ValueError(f"Quantity is not a whole number of goods: {text[:40]}")
    return whole


def _price(text: str) -> Decimal:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(f"UnitPrice is not a number: {text[:40]}") from None
    if not value.is_finite() or value < 0 or value > LARGEST:
        raise ValueError(f"UnitPrice is not a price: {text[:40]}")
    if -int(value.as_tuple().exponent) > PRICE_DECIMALS:
        raise ValueError(f"UnitPrice has more than {PRICE_DECIMALS} decimals: {text[:40]}")
    return value


def _date(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=None)  # the books say no zone; only the order counts
    except ValueError:
        raise ValueError(f"InvoiceDate is not a date: {text[:40]}") from None
