"""What is printed, archived with its hash, and marked as a copy from the second time on."""

import asyncio
import re

import pytest

from contracts.base import Scope
from finance.model import Buyer

ABOUT = {"entity": "CN01", "number": "RI26-000001"}
SLIP = {"sheet": "RETURN_SLIP", "entity": "CN01", "number": "K-1.1"}
FINISHED = {"profile": "finished-goods"}


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
    assert "02 销货退回" in page.text
    assert "<td class='n red'>-3</td>" in page.text
    assert "&lt;b&gt;Li &amp; Sons&lt;/b&gt;" in page.text
    assert ("COPY" in page.text, "COPY 1" in copy.text, third.status_code) == (False, True, 404)
    assert page.headers["content-type"].startswith("text/html")


async def test_a_voucher_has_account_numbers_and_its_red_lines_in_red(http, issued):
    await http.post("finance", "/prints", {**ABOUT, "sheet": "VOUCHER"}, "accountant")
    page = (await http.get("finance", "/prints/VOUCHER/CN01/RI26-000001")).text

    for said in ("记账凭证", "2221.01.02", "OUTPUT_VAT"):
        assert said in page
    assert "class='red'" in page


@pytest.mark.req("R-161")
async def test_a_return_slip_is_printed_in_four_parts_each_for_its_recipient_with_who_signed(
    http, ledger, blue, returned, decided
):
    await ledger.sell([blue(tax="50")])
    lines = [returned(approved="5", received="4", reason="leaks", becomes="REWORK")]
    await ledger.hear(decided("CREDIT", lines, scope=FINISHED))
    for seen, level in ((1, "vice-president"), (2, "general-manager")):
        answer = await http.post("finance", "/settlements/K-1:approve", {}, level, seen=seen)
        assert answer.status_code == 200, answer.text

    printed = await http.post("finance", "/prints", SLIP, "accountant")
    again = await http.post("finance", "/prints", SLIP, "accountant")
    page, copy = [(await http.get("finance", f"/prints/RETURN_SLIP/CN01/K-1.1?printing={n}")).text for n in (1, 2)]
    _, *parts = page.split("<section>")

    assert (printed.status_code, again.json()["printing"]) == (201, 2)
    assert [re.search(r"<h2>(.*?)</h2>", part)[1] for part in parts] == [
        "第1联 Part 1 of 4: 业务 Business",
        "第2联 Part 2 of 4: 成品仓库 Finished-goods warehouse",
        "第3联 Part 3 of 4: 财务 Accounting",
        "第4联 Part 4 of 4: 业务 Business",
    ]
    for part in parts:
        for said in ("K-1.1", "CREDIT", "complaint_established", "leaks", "REWORK", ">5<", ">4<", "400.00"):
            assert said in part
        assert "<b>vice-president</b>副总" in part
        assert "<b>general-manager</b>总经理" in part
    assert (page.count("COPY 1"), copy.count("COPY 1")) == (0, 4)


async def test_an_allowance_certificate_is_printed_in_two_parts_with_room_for_the_seal(
    http, ledger, blue, returned, decided
):
    await ledger.sell([blue(tax="50")])
    await ledger.hear(decided("ALLOWANCE", [returned(allowance="30")], scope=FINISHED))
    asked = {**SLIP, "sheet": "ALLOWANCE_CERTIFICATE"}

    slip, certificate = [await http.post("finance", "/prints", each, "accountant") for each in (SLIP, asked)]
    page = (await http.get("finance", "/prints/ALLOWANCE_CERTIFICATE/CN01/K-1.1")).text

    assert (slip.status_code, slip.json()["code"], certificate.status_code) == (409, "no-such-paper", 201)
    assert re.findall(r"<h2>(.*?)</h2>", page) == [
        "第1联 Part 1 of 2: 业务 Business",
        "第2联 Part 2 of 2: 财务 Accounting",
    ]
    assert page.count("<b></b>客户盖章") == 2
    assert "叁拾元整" in page


async def test_a_slip_is_of_the_decision_in_force_and_an_older_one_only_as_it_was_printed(
    http, ledger, blue, returned, decided
):
    await ledger.sell([blue(tax="50")])
    await ledger.hear(decided("CREDIT", [returned(approved="5")], scope=FINISHED))
    await http.post("finance", "/prints", SLIP, "accountant")
    await ledger.hear(decided("CREDIT", [returned(approved="2")], revision=2, scope=FINISHED))
    shown = (await http.get("finance", "/settlements/K-1/papers")).json()
    newer = {**SLIP, "number": shown["decision_id"]}

    answers = [await http.post("finance", "/prints", each, "accountant") for each in (SLIP, newer)]
    pages = [(await http.get("finance", f"/prints/RETURN_SLIP/CN01/K-1.{n}")).text for n in (1, 2)]
    unknown = [
        (await http.post("finance", "/prints", {**SLIP, **other}, "accountant")).status_code
        for other in ({"number": "K-1.3"}, {"number": "K-9.1"}, {"number": "K"}, {"entity": "CN02"})
    ]

    assert [answer.json()["printing"] for answer in answers] == [2, 1]
    assert ["500.00" in pages[0], "200.00" in pages[1]] == [True, True]
    assert unknown == [409, 404, 404, 409]


async def test_of_two_who_print_at_once_one_has_the_copy(http, ledger, issued):
    answers = await asyncio.gather(*(http.post("finance", "/prints", ABOUT, "accountant") for _ in range(4)))

    assert sorted(answer.json()["printing"] for answer in answers) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("body", "status"), [({**ABOUT, "number": "RI26-000009"}, 404), ({**ABOUT, "sheet": "POSTER"}, 422)]
)
async def test_what_is_not_there_is_not_printed(http, issued, body, status):
    assert (await http.post("finance", "/prints", body, "accountant")).status_code == status


async def test_a_claim_on_a_supplier_is_printed_when_it_is_sent(http, issued):
    body = {"supplier": "S1", "case_id": "K-1", "entity": "CN01", "currency": "CNY", "amount": "300"}
    claim = (await http.post("finance", "/supplier-claims", body, "accountant")).json()["claim_id"]
    asked = {"sheet": "SUPPLIER_CLAIM", "entity": "CN01", "number": claim}
    early = await http.post("finance", "/prints", asked, "accountant")
    await http.post("finance", f"/supplier-claims/{claim}:send", {}, "accountant", seen=1)

    answers = [
        await http.post("finance", "/prints", {**asked, **other}, "accountant")
        for other in ({}, {"entity": "CN02"}, {"number": "SC-404"})
    ]
    page = (await http.get("finance", f"/prints/SUPPLIER_CLAIM/CN01/{claim}")).text

    assert (early.status_code, early.json()["code"]) == (409, "no-such-paper")
    assert [answer.status_code for answer in answers] == [201, 409, 404]
    for said in ("供应商索赔单", "<dd>S1</dd>", "<dd>K-1</dd>", "CNY 300", "叁佰元整"):
        assert said in page


async def test_a_payment_voucher_is_printed_when_the_refund_is_approved_with_who_signed(
    http, ledger, blue, returned, decided
):
    await ledger.sell([blue()], open_amount="0")
    await ledger.hear(decided("CREDIT", [returned(approved="3")]))
    body = {"entity": "CN01", "customer": "C077", "currency": "CNY", "amount": "100.50", "case": "K-1"}
    refund = (await http.post("finance", "/refunds", body, "accountant")).json()["refund_id"]
    asked = {"sheet": "PAYMENT_VOUCHER", "entity": "CN01", "number": refund}
    early = await http.post("finance", "/prints", asked, "accountant")
    approved = await http.post("finance", f"/refunds/{refund}:approve", {}, "finance-manager", seen=1)

    answers = [
        await http.post("finance", "/prints", {**asked, **other}, "accountant") for other in ({}, {"entity": "CN02"})
    ]
    page = (await http.get("finance", f"/prints/PAYMENT_VOUCHER/CN01/{refund}")).text

    assert (early.status_code, approved.status_code) == (409, 200)
    assert [answer.status_code for answer in answers] == [201, 409]
    for said in (
        "付款凭证",
        "<dd>C077</dd>",
        "100.50",
        "壹佰元伍角整",
        "<b>accountant</b>",
        "<b>finance-manager</b>",
    ):
        assert said in page


@pytest.mark.req("F-51")
async def test_a_statement_of_account_is_a_page_of_the_day(http, ledger, blue, returned, decided):
    await ledger.sell([blue()], "I-7", issued_at="2026-02-18", due_on="2026-03-20", open_amount="791")
    path = "/customers/{}/statement/page?entity=CN01&on=2026-04-30"

    page, nothing = [(await http.get("finance", path.format(customer))) for customer in ("C077", "C404")]

    assert page.headers["content-type"].startswith("text/html")
    for said in ("对账单", "C077", "2026-04-30", "I-7", "2026-03-20", "<td>41</td>", "1,130", "791", "柒佰玖拾壹元整"):
        assert said in page.text
    assert "Nothing is open" in nothing.text
