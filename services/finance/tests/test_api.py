"""What people can ask over HTTP: the mapping, and what a caller sees."""

from decimal import Decimal

import pytest

ABOUT = {"entity": "CN01", "customer": "C077", "currency": "CNY"}
INVOICE = {**ABOUT, "invoice": "I-1", "issued_at": "2026-03-05T10:00:00"}
CLAIM = {**ABOUT, "returned_at": "2026-04-01T10:00:00"}


async def sold(http, blue, key="1", **more):
    items = {"items": [{"key": key, "body": {**INVOICE, "lines": [blue()], **more}}]}
    answer = await http.post("finance", "/blue-invoices:bulk", items, "importer")
    return answer.json()["results"][0]


async def test_a_blue_invoice_is_taken_once_shown_with_its_rest_and_refused_with_another_content(http, blue):
    assert await sold(http, blue) == {
        "status": 200, "version": 1, "body": {"entity": "CN01", "invoice": "I-1", "lines": 1},
    }  # fmt: skip
    assert (await sold(http, blue, "2"))["status"] == 200
    assert (await sold(http, blue, "3", customer="C078"))["body"]["code"] == "blue-invoice-differs"

    claim = {**CLAIM, "claim_id": "C-1", "lines": [{"line": 1, "item": "P-100", "quantity": "4", "unit_price": "100"}]}
    made = await http.post("finance", "/claims", claim, "importer")
    shown = (await http.get("finance", "/blue-invoices/CN01/I-1")).json()

    assert made.status_code == 201
    assert made.json()["lines"][0]["allocations"] == [{"original": {"invoice": "I-1", "line": 1}, "quantity": "4"}]
    assert {name: shown["lines"][0][f"remaining_{name}"] for name in ("quantity", "net", "tax")} == {
        "quantity": "6", "net": "600.00", "tax": "78.00",
    }  # fmt: skip
    assert (await http.get("finance", "/claims/C-1")).json()["reserved"]["CN01/I-1/1"]["net"] == "400.00"
    assert (await http.get("finance", "/blue-invoices/CN01/I-2")).status_code == 404


async def test_a_price_has_thirteen_decimals_and_one_with_more_is_refused_in_words(http, blue):
    body = {**INVOICE, "lines": [blue(unit_price="33.33333333333333")]}
    more = await http.post("finance", "/blue-invoices:bulk", {"items": [{"key": "1", "body": body}]}, "importer")
    line = blue(quantity="3", unit_price="33.3333333333333", unit_cost="0.0000000000001", tax="13")
    large = await sold(http, lambda: blue(quantity="999999999999", unit_price="99999999999999"), "3", decimals=4)
    first = await sold(http, lambda: line, "2")
    claim = {**CLAIM, "claim_id": "C-1", "lines": [{"line": 1, "item": "P-100", "quantity": "1"}]}
    claim["lines"][0]["unit_price"] = line["unit_price"]
    made = await http.post("finance", "/claims", claim, "importer")
    [shown] = (await http.get("finance", "/blue-invoices/CN01/I-1")).json()["lines"]

    assert (more.status_code, more.json()["code"]) == (422, "invalid-request")
    assert more.json()["errors"][0] == {
        "field": "body.items.0.body.lines.0.unit_price",
        "message": "Decimal input should have no more than 13 decimal places",
    }
    assert (large["status"], large["body"]["code"]) == (422, "amount-too-large")
    assert (first["status"], shown["unit_price"], shown["net"]) == (200, "33.3333333333333", "100.00")
    assert made.json()["lines"][0]["unmatched"] == "0"
    assert (shown["remaining_net"], Decimal(shown["unit_cost"])) == ("66.67", Decimal("1E-13"))


async def test_documents_entries_and_balances_show_what_was_decided(http, ledger, blue, returned, decided):
    await sold(http, blue, open_amount="0")
    await ledger.hear(
        decided("CREDIT", [returned(approved="3", original=("I-1", 1))]),
        decided("CREDIT", [returned(original=None)], "K-2", scope={"profile": "online-retail"}, customer=""),
    )

    [document] = (await http.get("finance", "/documents?case_id=K-1")).json()["items"]
    first, second = (await http.get("finance", "/entries?case_id=K-1")).json()["items"]
    balances = (await http.get("finance", "/balances?by=customer")).json()["items"]
    [settlement] = (await http.get("finance", "/settlements?customer=C077&stage=ISSUED")).json()["items"]

    assert (document["type"], document["net"], document["lines"][0]["quantity"]) == (
        "CREDIT_MEMO",
        "300.00",
        "3",
    )
    assert [(line["side"], line["account"], line["amount"]) for line in first["lines"]] == [
        ("D", "REVENUE", "300.00"), ("D", "OUTPUT_VAT", "39.00"), ("C", "CUSTOMER_CREDIT", "339.00"),
    ]  # fmt: skip
    assert [line["account"] for line in second["lines"]] == ["RETURNS_QUARANTINE", "COGS"]
    assert balances == [
        {"customer": "", "currency": "CNY", "credited": "100.00"},
        {"customer": "C077", "currency": "CNY", "credited": "339.00"},
    ]
    assert (settlement["case_id"], settlement["credited"]) == ("K-1", "339.00")


async def test_papers_come_in_the_order_of_posting_a_page_at_a_time(http, ledger, blue, returned, decided):
    await sold(http, blue, open_amount="0")
    names = [f"K-{n}" for n in (3, 1, 2)]
    await ledger.hear(*(decided("CREDIT", [returned(original=("I-1", 1))], name) for name in names))

    async def read(path):
        rows = (await http.get("finance", path)).json()["items"]
        return [row["case_id"] for row in rows], rows[-1]["seq"] if rows else 0

    whole, last = await read("/documents?limit=1000")
    assert (whole, last) == (names, 3)
    assert (await read("/documents?limit=2"))[0] == names[1:]
    assert (await read("/documents?limit=2&after=0"))[0] == names[:2]
    assert (await read("/documents?limit=2&after=2"))[0] == names[2:]
    assert (await read("/entries"))[0] == [name for name in names for _ in (1, 2)]
    assert (await read("/entries?case_id=K-1&after=3"))[0] == ["K-1"]
    assert (await http.get("finance", "/entries?limit=1001")).status_code == 422
    assert (await http.get("finance", f"/documents?after={2**63}")).status_code == 422
    assert (await read(f"/documents?after={2**63 - 1}")) == ([], 0)


async def test_what_was_credited_is_summed_by_claim_and_by_entity(http, ledger, blue, returned, decided):
    await sold(http, blue)
    claim = {**CLAIM, "claim_id": "C-1", "lines": [{"line": 1, "item": "P-100", "quantity": "4", "unit_price": "100"}]}
    await http.post("finance", "/claims", claim, "importer")
    memo = {"scope": {"profile": "online-retail"}, "customer": ""}
    await ledger.hear(
        decided("CREDIT", [returned(approved="4", original=("I-1", 1)), returned(line=2, original=None)], claim="C-1",
                scope=memo["scope"]),
        decided("CREDIT", [returned(original=None)], "K-2", **memo, entity="CN02"),
        decided("CREDIT", [returned(original=None)], "K-3", **memo, claim="C-9"),
    )  # fmt: skip

    async def read(query):
        rows = (await http.get("finance", f"/balances?{query}")).json()["items"]
        return [(row.get("claim"), row["customer"], row["currency"], row["credited"]) for row in rows]

    assert await read("by=claim") == [
        ("", "", "CNY", "100.00"), ("C-1", "C077", "CNY", "552.00"), ("C-9", "", "CNY", "100.00"),
    ]  # fmt: skip
    assert await read("by=claim&entity=CN02") == [("", "", "CNY", "100.00")]
    assert await read("entity=CN01") == [(None, "", "CNY", "100.00"), (None, "C077", "CNY", "552.00")]
    assert (await http.get("finance", "/balances?by=item")).status_code == 422


@pytest.mark.req("R-279")
async def test_scrap_of_a_case_is_sold_over_the_counter(http, ledger, blue, returned, decided):
    await sold(http, blue)
    await ledger.hear(decided("CREDIT", [returned(original=("I-1", 1), becomes="SCRAP")]), decided("REPAIR", [], "K-2"))
    body = {"case_id": "K-1", "net": "18.00", "tax": "2.34", "reference": "S-1"}

    answers = [await http.post("finance", "/scrap-sales", body, "accountant") for _ in (1, 2)]
    other = await http.post("finance", "/scrap-sales", {**body, "case_id": "K-2"}, "accountant")
    nobody = await http.post("finance", "/scrap-sales", body, "inspector")
    entries = (await http.get("finance", "/entries?case_id=K-1")).json()["items"]

    assert [answer.status_code for answer in (*answers, other, nobody)] == [201, 201, 409, 403]
    assert (other.json()["code"], other.json()["detail"]) == (
        "nothing-scrapped", "This case has no scrapped goods that could be sold.",
    )  # fmt: skip
    assert [line["account"] for line in entries[-1]["lines"]] == ["BANK", "SCRAP_INCOME", "OUTPUT_VAT"]
    assert [entry["template"] for entry in entries].count("T4-sold") == 1


async def test_a_refund_goes_through_three_hands(http, ledger, blue, returned, decided):
    await sold(http, blue, open_amount="0")
    await ledger.hear(decided("CREDIT", [returned(approved="3", original=("I-1", 1))]))
    body = {**ABOUT, "amount": "339"}

    asked = await http.post("finance", "/refunds", body, "accountant")
    refund = f"/refunds/{asked.json()['refund_id']}"
    early = await http.post("finance", f"{refund}:confirm-payment", {"reference": "B"}, "accountant", seen=1)
    signed = await http.post("finance", f"{refund}:approve", {}, "finance-manager", seen=1)
    paid = await http.post("finance", f"{refund}:confirm-payment", {"reference": "B"}, "accountant", seen=2)

    assert (asked.status_code, early.status_code, early.json()["code"]) == (201, 409, "approval-missing")
    assert (signed.json()["stage"], paid.json()["stage"]) == ("APPROVED", "PAID")
    assert (await http.get("finance", refund)).json()["bank_reference"] == "B"


async def test_a_held_settlement_is_found_signed_with_its_version_and_the_gate_takes_payments(
    http, ledger, returned, decided
):
    await ledger.hear(decided("CREDIT", [returned(original=None)]))
    [held] = (await http.get("finance", "/settlements?stage=HELD")).json()["items"]

    stale = await http.post("finance", "/settlements/K-1:approve", {}, "finance-manager", seen=7)
    signed = await http.post("finance", "/settlements/K-1:approve", {}, "finance-manager", seen=held["version"])
    proof = {"kind": "allowance-certificate", "reference": "file 7"}
    late = await http.post("finance", "/settlements/K-1:record-evidence", proof, "accountant", seen=2)
    unpaid = await http.post("finance", "/payments", {"case_id": "K-1", "amount": "5", "reference": "B"}, "accountant")

    assert (stale.status_code, signed.json()["stage"]) == (412, "ISSUED")
    assert (late.json()["code"], unpaid.json()["code"]) == ("nothing-held", "no-payment-gate")
    assert (await http.get("finance", "/settlements/K-1")).json()["stage"] == "ISSUED"


@pytest.mark.parametrize("entity", ["CN/01", "", "x" * 65])
async def test_an_entity_that_no_path_can_name_is_refused(http, blue, entity):
    items = {"items": [{"key": "I-1", "body": {**INVOICE, "entity": entity, "lines": [blue()]}}]}

    answer = await http.post("finance", "/blue-invoices:bulk", items, "importer")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
