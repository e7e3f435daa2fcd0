"""What other books say, from a file: row by row, once, and what is not taken is told with its row and reason."""

import csv
from datetime import date

import pytest

from redletter.commands.told import take, write
from redletter.desk import Desk
from redletter.retail import told
from redletter.retail.files import NotABook
from servicekit.shell import policy_row

DOCUMENT = "ERP,CN01,RI-1,2026-04-10,CNY,300.00,39.00,2026-05-02"


def book(path, columns, *rows):
    path.write_text("\n".join([",".join(columns), *rows]), "utf-8")
    return path


@pytest.fixture
def desk(http):
    """An importer at accounting's door."""
    made = Desk({}, lambda: http.tokens("importer"))
    made.http = {"finance": http.departments["finance"].client}
    return made


async def test_documents_are_taken_row_by_row_and_the_same_file_again_changes_nothing(desk, ledger, tmp_path):
    rows = [
        DOCUMENT,
        DOCUMENT.replace("RI-1", "RI-2"),
        DOCUMENT.replace("39.00", "38"),
        DOCUMENT.replace("ERP", "BANK"),
    ]
    path = book(tmp_path / "erp.csv", told.DOCUMENTS, *rows, f"{DOCUMENT},more")

    taken, rejected = await take(desk, told.read(path))
    again, _ = await take(desk, told.read(path))
    write(tmp_path / "rejects.csv", rejected)

    assert (taken, again) == (2, 2)
    with (tmp_path / "rejects.csv").open(encoding="utf-8") as file:
        found = [(row["row"], row["book"], row["reason"].partition(":")[0]) for row in csv.DictReader(file)]
    assert found == [
        ("4", "ERP", "told-otherwise"),
        ("5", "BANK", "invalid-request"),
        ("6", "ERP", "a row has more cells than the file has columns"),
    ]
    assert [row.version for row in await ledger.rows("SELECT version FROM other_book")] == [1, 1]


async def test_accounts_are_taken_once_the_chart_knows_them(desk, ledger, tmp_path):
    await ledger.policy(chart_of_entity={"CN01": "GROUP"}, charts={"GROUP": {"AR": "140000"}})
    rows = ["CN01,2026-04,140000,0,339.00,2026-05-02", "CN01,2026-04,9,1,0,2026-05-02"]
    path = book(tmp_path / "erp.csv", told.ACCOUNTS, *rows)

    first, rejected = await take(desk, told.read(path))
    row = {"version": 3, "scope": "global", "valid_from": date(2000, 1, 1), "proposed_by": "p", "approved_by": "q"}
    chart = {"charts": {"GROUP": {"AR": "140000", "AP": "9"}}}
    async with ledger.engine.begin() as conn:
        await conn.execute(policy_row.insert().values(**row, values=chart))
    second, _ = await take(desk, told.read(path))

    assert (first, [row.reason.partition(":")[0] for row in rejected]) == (1, ["account-unknown"])
    assert second == 2


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        (told.DOCUMENTS[1:], "book is missing"),
        ([*told.ACCOUNTS, "colour"], "colour is unknown"),
        (["account"], "entity is missing"),
    ],
)
def test_a_file_of_another_shape_is_refused_as_a_whole(tmp_path, columns, why):
    with pytest.raises(NotABook, match=why):
        told.read(book(tmp_path / "erp.csv", columns))
