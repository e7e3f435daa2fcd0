"""What is printed, archived with its hash, and marked as a copy from the second time on."""

import asyncio

import pytest

from contracts.base import Scope
from finance.model import Buyer

ABOUT = {"entity": "CN01", "number": "RI26-000001"}


@pytest.fixture
async def issued(ledger, blue, returned, decided):
    """A red invoice for a buyer whose name a browser would take for something else."""
    buyer = Buyer(name="<b>Li & Sons</b>").model_dump(mode="json")
    await ledger.policy(jurisdictions={"CN01": "CN"})
    await ledger.sell([blue()], buyer=buyer)
    await ledger.hear(decided("CREDIT", [returned(approved="3")], scope=Scope(profile="manufacturing")))


async def test_a_document_is_archived_when_it_is_printed_first_and_a_copy_from_then_on(http, ledger, issued):
    first = await http.post("finance", "/prints", ABOUT, "accountant")
    second = await http.post("finance", "/prints", ABOUT, "finance-manager")
    page, copy = [(await http.get("finance", f"/prints/DOCUMENT/CN01/RI26-000001?printing={n}")) for n in (1, 2)]
    third = await http.get("finance", "/prints/DOCUMENT/CN01/RI26-000001?printing=3")

    assert (first.status_code, first.json()["printing"], second.json()["printing"]) == (201, 1, 2)
    assert first.json()["digest"] == second.json()["digest"]
    for said in ("RI26-000001", "-300.00", "-39.00", "CNY -339.00", "负叁佰叁拾玖元整", first.json()["digest"]):
        assert said in page.text
    assert "&lt;b&gt;Li &amp; Sons&lt;/b&gt;" in page.text
    assert ("COPY" in page.text, "COPY 1" in copy.text, third.status_code) == (False, True, 404)
    assert page.headers["content-type"].startswith("text/html")


async def test_a_voucher_has_account_numbers_and_its_red_lines_in_red(http, issued):
    await http.post("finance", "/prints", {**ABOUT, "sheet": "VOUCHER"}, "accountant")
    page = (await http.get("finance", "/prints/VOUCHER/CN01/RI26-000001")).text

    for said in ("记账凭证", "2221.01.02", "OUTPUT_VAT"):
        assert said in page
    assert "class='red'" in page


async def test_of_two_who_print_at_once_one_has_the_copy(http, ledger, issued):
    answers = await asyncio.gather(*(http.post("finance", "/prints", ABOUT, "accountant") for _ in range(4)))

    assert sorted(answer.json()["printing"] for answer in answers) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("body", "status"), [({**ABOUT, "number": "RI26-000009"}, 404), ({**ABOUT, "sheet": "POSTER"}, 422)]
)
async def test_what_is_not_there_is_not_printed(http, issued, body, status):
    assert (await http.post("finance", "/prints", body, "accountant")).status_code == status
