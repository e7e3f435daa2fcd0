"""A retailer's books: read row by row, played through the running departments, exact to the penny."""

import csv
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from redletter.retail import files

HEADER = list(files.COLUMNS)


def sale(number: str, item: str, quantity: Any, price: Any, at: str = "2026-01-05 10:00:00", customer: str = "17850"):
    """Write one row."""
    return [number, at, customer, "United Kingdom", item, "A THING", quantity, price]


def book(path: Path, rows: list[list[Any]], header: list[str] = HEADER) -> Path:
    """Write a file of this shape."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (sale("536365", "A", "six", "1.00"), "Quantity is not a number"),
        (sale("536365", "A", "1.5", "1.00"), "not a whole number"),
        (sale("536365", "A", "-6", "1.00"), "Quantity of a sale is positive"),
        (sale("536365", "A", "0", "1.00"), "Quantity of a sale is positive"),
        (sale("536365", "A", "1e400", "1.00"), "not a whole number"),
        (sale("536365", "A", "6", "NaN"), "UnitPrice is not a price"),
        (sale("536365", "A", "6", "-1.00"), "UnitPrice is not a price"),
        (sale("536365", "A", "6", "cheap"), "UnitPrice is not a number"),
        (sale("536365", "A", "6", "33.33333333333333"), "more than 13 decimals"),
        (sale("536365", "A", "6", "1.00", at="yesterday"), "InvoiceDate is not a date"),
        (sale("C36365", "A", "6", "1.00"), "does not start with C"),
        (sale("", "A", "6", "1.00"), "InvoiceNo is empty"),
        (sale("536365", "", "6", "1.00"), "StockCode is empty"),
        (sale("536365", "A" * 65, "6", "1.00"), "StockCode is empty, too long"),
        ([*sale("536365", "A", "6", "1.00"), "more"], "unknown column"),
        (["536365"], "missing column"),
    ],
)
def test_a_bad_row_is_kept_with_its_number_and_reason_and_the_rest_goes_on(tmp_path: Path, row: Any, reason: str):
    path = book(tmp_path / "sales.csv", [sale("1", "A", "1", "1.00"), row, sale("2", "B", "2", "2.50")])

    read = files.read(path, returns=False)

    assert [line.document for line in read.lines] == ["1", "2"]
    assert [(r.row, reason in r.reason) for r in read.rejected] == [(3, True)]


def test_a_row_that_is_not_utf8_is_kept_and_the_rest_goes_on(tmp_path: Path):
    path = book(tmp_path / "sales.csv", [sale("1", "A", "1", "1.00"), sale("2", "B", "2", "2.50")])
    path.write_bytes(path.read_bytes().replace(b"A THING", b"\xa3 THING", 1))

    read = files.read(path, returns=False)

    assert [line.document for line in read.lines] == ["2"]
    assert "UTF-8" in read.rejected[0].reason


def test_lines_are_counted_within_their_document_and_gzip_is_read(tmp_path: Path):
    path = book(tmp_path / "sales.csv", [sale("1", "A", "1", "1"), sale("2", "A", "1", "1"), sale("1", "B", "1", "1")])
    packed = tmp_path / "sales.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))

    assert [(line.document, line.position) for line in files.read(packed, returns=False).lines] == [
        ("1", 1),
        ("2", 1),
        ("1", 2),
    ]


def test_a_file_without_a_column_is_refused_as_a_whole(tmp_path: Path):
    with pytest.raises(files.NotABook, match="no column UnitPrice"):
        files.read(book(tmp_path / "x.csv", [], HEADER[:-1]), returns=False)
    with pytest.raises(files.NotABook, match="cannot be read"):
        files.read(tmp_path / "nothing.csv", returns=False)


def run(home: Path, folder: Path) -> subprocess.Popen[bytes]:
    """Start the import."""
    arguments = ["--sales", str(folder / "sales.csv"), "--returns", str(folder / "returns.csv")]
    return subprocess.Popen(
        [sys.executable, "-m", "redletter.main", "import", "online-retail", *arguments, "--json"],
        env={**os.environ, "REDLETTER_HOME": str(home)},
        cwd=folder,
        stdout=subprocess.PIPE,
    )


def summary(process: subprocess.Popen[bytes], code: int = 0) -> Any:
    """Take its summary."""
    out, _ = process.communicate(timeout=120)
    assert process.returncode == code, out
    return json.loads(out)


def quarter(folder: Path, name: str) -> None:
    """Make a small quarter in which every kind of line occurs."""
    c, at = f"c{name}", "2026-02-01 09:00:00"
    folder.mkdir()
    sales = [
        sale(f"{name}1", "MUG", 10, "2.55", "2026-01-01 10:00:00", c),
        sale(f"{name}2", "MUG", 4, "2.55", "2026-01-02 10:00:00", c),
        sale(f"{name}3", "MUG", 9, "2.55", "2026-03-01 10:00:00", c),  # after the return: not its original
        sale(f"{name}4", "BAG", 3, "7.95", "2026-01-03 10:00:00", c),
        sale(f"{name}5", "FREE", 3, "0.00", "2026-01-03 10:00:00", c),
    ]
    returns = [
        sale(f"C{name}1", "MUG", -6, "2.55", at, c),  # 4 of the second invoice, 2 of the first: split
        sale(f"C{name}1", "BAG", -5, "7.95", at, c),  # 3 are left: matched in part
        sale(f"C{name}1", "BAG", -1, "8.50", at, c),  # another price: no original
        sale(f"C{name}2", "POST", -1, "18.00", at, c),  # no goods
        sale(f"C{name}3", "MUG", -2, "2.55", at, c),  # one
        sale(f"C{name}4", "MUG", -1, "2.55", at, ""),  # nobody
        sale(f"C{name}5", "FREE", -1, "0.00", at, c),  # worth nothing
        sale(f"C{name}6", "MUG", "minus one", "2.55", at, c),  # cannot be read
    ]
    book(folder / "sales.csv", sales)
    book(folder / "returns.csv", returns)


MATCHED = {"one": 2, "split": 1, "part": 1, "none": 1, "anonymous": 1, "allowance": 1}
VALUE = Decimal("2.55") * 9 + Decimal("7.95") * 5 + Decimal("8.50") + Decimal("18.00")


def test_a_quarter_goes_through_the_chain_killed_or_not_and_another_after_it(live: Any, tmp_path: Path):
    quarter(tmp_path / "q1", f"{time.time_ns()}a")
    killed = run(live.home, tmp_path / "q1")
    time.sleep(3)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    killed.communicate()

    first = summary(run(live.home, tmp_path / "q1"))
    again = summary(run(live.home, tmp_path / "q1"))
    quarter(tmp_path / "q2", f"{time.time_ns()}b")
    second = summary(run(live.home, tmp_path / "q2"))

    for done in (first, again, second):
        assert done["exact"] is True
        assert done["matched"] == MATCHED
        assert (Decimal(done["credited"]), Decimal(done["expected"])) == (VALUE, VALUE)
        assert done["rejected_rows"] == 1
    rejected = list(csv.DictReader((tmp_path / "q1" / "rejects.csv").read_text("utf-8").splitlines()))
    assert [(r["file"], r["row"]) for r in rejected] == [("returns.csv", "9")]


def test_without_running_departments_it_says_so(tmp_path: Path):
    quarter(tmp_path / "q", "x")
    process = run(tmp_path / "nowhere", tmp_path / "q")
    process.communicate(timeout=60)

    assert process.returncode == 3
