"""Blue invoices from a file: whole or not at all, once, and what is not taken is told with its rows."""

import csv
import gzip
import io

import pytest

from redletter.commands.blue import take, write
from redletter.desk import Desk
from redletter.retail import blue
from redletter.retail.files import NotABook

COLUMNS = [
    "entity",
    "invoice",
    "customer",
    "currency",
    "issued_at",
    "due_on",
    "open_amount",
    "line",
    "item",
    "quantity",
    "unit_price",
    "tax",
]
GOOD = ["CN01", "I-1", "C077", "CNY", "2026-03-05", "2026-04-04", "", "1", "P-100", "10", "100", "130"]


def row(**more):
    return [more.get(name, value) for name, value in zip(COLUMNS, GOOD, strict=True)]


def book(path, *rows, columns=COLUMNS):
    text = io.StringIO()
    csv.writer(text).writerows([columns, *rows])
    packed = gzip.compress if path.suffix == ".gz" else bytes
    path.write_bytes(packed(text.getvalue().encode()))
    return path


@pytest.fixture
def desk(http):
    """An importer at accounting's door."""
    made = Desk({}, lambda: http.tokens("importer"))
    made.http = {"finance": http.departments["finance"].client}
    return made


async def test_invoices_are_taken_whole_and_the_same_file_again_changes_nothing(desk, http, ledger, tmp_path):
    path = book(tmp_path / "blue.csv.gz", row(), row(line="2", item="P-200"), row(invoice="I-2", tax=""))

    first, _ = await take(desk, blue.read(path))
    again, _ = await take(desk, blue.read(path))

    assert first == again == {"taken": 2, "lines": 3, "rejected": 0}
    assert await ledger.rows("SELECT count(*) FROM blue_line") == [(3,)]
    shown = (await http.get("finance", "/blue-invoices/CN01/I-1")).json()
    assert (shown["gross"], shown["due_on"], len(shown["lines"])) == ("2260.00", "2026-04-04", 2)


async def test_what_is_rejected_is_told_with_its_rows_and_reason_and_the_rest_is_taken(desk, ledger, tmp_path):
    path = book(
        tmp_path / "blue.csv",
        row(),
        row(invoice="I-2", quantity="ten"),
        row(invoice="I-2", line="2"),
        row(invoice="I-3"),
        row(invoice="I-3", line="2", customer="C078"),
        row(invoice="I-4"),
        row(invoice="I-4"),
        [*row(invoice="I-5"), "more"],
        row(invoice="I-6", open_amount="1130.01"),
    )
    assert (await take(desk, blue.read(book(tmp_path / "first.csv", row(tax="131")))))[0]["taken"] == 1

    summary, rejected = await take(desk, blue.read(path))
    write(tmp_path / "rejects.csv", rejected)

    assert summary == {"taken": 0, "lines": 0, "rejected": 6}
    with (tmp_path / "rejects.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    told = [(each["invoice"], each["row"], each["reason"].partition(":")[0]) for each in rows]
    assert told == [
        ("I-1", "2", "blue-invoice-differs"),
        ("I-2", "3", "invalid-request"),
        ("I-2", "4", "invalid-request"),
        ("I-3", "5", "the rows of one invoice differ in customer"),
        ("I-3", "6", "the rows of one invoice differ in customer"),
        ("I-4", "7", "line-twice"),
        ("I-4", "8", "line-twice"),
        ("I-5", "9", "a row has more cells than the file has columns"),
        ("I-6", "10", "open-too-large"),
    ]
    assert rows[1]["reason"].startswith("invalid-request: lines.0.quantity: ")
    assert await ledger.rows("SELECT count(*) FROM blue_line") == [(1,)]


async def test_a_price_of_thirteen_decimals_is_taken_and_one_with_more_is_told(desk, ledger, tmp_path):
    path = book(
        tmp_path / "blue.csv",
        row(quantity="3", unit_price="33.3333333333333"),
        row(invoice="I-2", unit_price="33.33333333333333"),
    )

    summary, [rejected] = await take(desk, blue.read(path))

    assert summary == {"taken": 1, "lines": 1, "rejected": 1}
    assert rejected.reason.startswith(
        "invalid-request: lines.0.unit_price: Decimal input should have no more than 13 decimal places"
    )
    assert await ledger.rows("SELECT unit_price::text, net::text FROM blue_line") == [("33.3333333333333", "100.00")]


@pytest.mark.parametrize(
    ("columns", "told"),
    [(COLUMNS[1:], "entity is missing"), ([*COLUMNS, "colour"], "colour is unknown"), ([], "entity is missing")],
)
def test_a_file_of_another_shape_is_refused_as_a_whole(tmp_path, columns, told):
    with pytest.raises(NotABook, match=told):
        blue.read(book(tmp_path / "blue.csv", columns=columns))


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "blue.csv").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(NotABook):
        blue.read(tmp_path / "blue.csv")
    with pytest.raises(NotABook):
        blue.read(tmp_path / "nothing.csv")
