"""What the people of finance ask over HTTP: what would be, what waits, what is owed, what goes to the ledger."""

import asyncio
import csv
import io
import json

import openpyxl
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from finance.model.exports import GLLine

LINE = {"line": 1, "item": "P-100", "approved": "3", "received": "3", "unit_price": "100"}
ASKED = {
    "case_id": "K-1", "kind": "CREDIT", "entity": "CN01", "customer": "C077", "currency": "CNY",
    "scope": {"profile": "manufacturing"},
}  # fmt: skip


def asked(*lines, **more):
    return {**ASKED, "lines": [{**LINE, "original": {"invoice": "I-1", "line": 1}, **line} for line in lines], **more}


async def snapshot(ledger):
    """Read every row of every table, and where each lies: an update that changes nothing would move it."""
    tables = await ledger.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    sequences = await ledger.rows("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
    rows = {name: await ledger.rows(f'SELECT t.ctid, t.xmin, t.* FROM "{name}" t ORDER BY t.ctid') for [name] in tables}
    return rows, sequences


@pytest.mark.parametrize(
    "lines",
    [
        [{}],
        [{"approved": "4", "received": "4"}, {"line": 2, "approved": "2", "received": "1"}],
        [{"deduction": "20"}],
    ],
    ids=["some", "two lines, one short", "an accessory is missing"],
)
async def test_a_preview_writes_nothing_and_is_what_is_issued_then(http, ledger, blue, decided, lines):
    await ledger.sell([blue()], "I-1", open_amount="150")
    before = await snapshot(ledger)

    told = (await http.post("finance", "/credit-documents:preview", asked(*lines), "accountant")).json()

    assert await snapshot(ledger) == before
    assert told["violations"] == []
    assert told["stage"] == "ISSUED"

    body = asked(*lines)
    await ledger.hear(decided("CREDIT", body["lines"], scope=body["scope"]))
    for kind in ("documents", "entries"):
        issued = (await http.get("finance", f"/{kind}?case_id=K-1")).json()["items"]
        assert len(issued) == len(told[kind]) > 0
        for is_, was in zip(issued, told[kind], strict=True):
            shared = {name: value for name, value in was.items() if name != "lines"}
            assert {name: is_[name] for name in shared} == shared
            assert [
                {name: line[name] for name in told} for line, told in zip(is_["lines"], was["lines"], strict=True)
            ] == (was["lines"])
    assert told["amounts"]["credited"] == (await http.get("finance", "/settlements/K-1")).json()["credited"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (asked({"received": "4"}), "over-tolerance"),
        (asked({"original": {"invoice": "I-9", "line": 1}}), "blue-required"),
        (asked({"allowance": "100"}, kind="ALLOWANCE"), "certificate-missing"),
        (asked({"original": None}), "goodwill-approval"),
        (asked({}, kind="ADVANCE_SETTLED"), "not-yet"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_preview_says_what_stands_against_it(http, ledger, blue, body, code):
    await ledger.sell([blue()], "I-1")
    before = await snapshot(ledger)

    answer = await http.post("finance", "/credit-documents:preview", body, "accountant")

    assert answer.status_code == 200
    assert [one["code"] for one in answer.json()["violations"]] == [code]
    assert (answer.json()["documents"], answer.json()["entries"]) == ([], [])
    assert await snapshot(ledger) == before


async def test_a_preview_of_what_cannot_be_read_is_refused(http, ledger):
    for body in ({}, asked({}, kind="GIFT"), asked(), asked({"approved": "-1"})):
        assert (await http.post("finance", "/credit-documents:preview", body, "accountant")).status_code == 422


async def lists(http):
    return {
        row["name"]: row["rows"] for row in (await http.get("finance", "/worklists")).json()["items"] if row["rows"]
    }


async def test_a_held_case_stands_on_its_worklist_with_what_is_to_be_done_and_leaves_it_when_it_is_done(
    http, ledger, blue, decided, returned
):
    await ledger.sell([blue()], "I-1")
    allowance = [returned(original=("I-1", 1), allowance="100")]
    await ledger.hear(decided("ALLOWANCE", allowance, decided_by="rita"))

    assert await lists(http) == {"awaiting-certificate": 1, "held": 1, "money-open": 1}
    worklist = (await http.get("finance", "/worklists/awaiting-certificate")).json()
    [row] = worklist["items"]

    assert (row["case_id"], row["customer"], row["amount"], row["currency"]) == ("K-1", "C077", "100.00", "CNY")
    assert (row["owner"], row["age_days"], row["sla_days"], row["late"]) == ("accountant", 0, 5, False)
    assert row["action"] == {"method": "POST", "path": "/settlements/K-1:record-evidence", "if_match": 1}

    proof = {"kind": "allowance-certificate", "reference": "file 1"}
    done = await http.post("finance", row["action"]["path"], proof, "accountant", seen=row["action"]["if_match"])
    assert done.status_code == 200
    assert await lists(http) == {}


@pytest.mark.parametrize(
    ("about", "amount"),
    [
        ({"original": ("I-1", 1), "currency": "CNY"}, "66.667"),
        ({"original": None, "currency": "CNY"}, "66.67"),
        ({"original": None, "currency": "KWD"}, "66.667"),
        ({"original": None, "currency": "JPY"}, "67"),
    ],
)
async def test_what_a_decision_asks_for_is_listed_as_its_document_would_be_rounded(
    http, ledger, blue, decided, returned, about, amount
):
    await ledger.sell([blue(unit_price="33.3333333333333")], "I-1", decimals=3)
    line = returned(approved="2", received="3", unit_price="33.3333333333333", original=about["original"])
    await ledger.hear(decided("CREDIT", [line], currency=about["currency"], decided_by="rita"))

    [row] = (await http.get("finance", "/worklists/held")).json()["items"]
    [total] = (await http.get("finance", "/reports/cut-off")).json()["items"]

    assert (row["amount"], total["amount"]) == (amount, amount)


async def test_only_what_i_may_sign_and_have_not_made_waits_for_me(http, ledger, blue, decided, returned):
    for case, maker in (("K-1", "rita"), ("K-2", "finance-manager")):
        await ledger.hear(decided("CREDIT", [returned(original=None)], case, decided_by=maker))

    async def waiting(role, mine):
        found = await http.get("finance", f"/worklists/credits-to-approve?mine={mine}", role)
        return [row["case_id"] for row in found.json()["items"]]

    assert await waiting("finance-manager", "false") == ["K-1", "K-2"]
    assert await waiting("finance-manager", "true") == ["K-1"]
    assert await waiting("accountant", "true") == []


async def test_what_came_short_is_on_the_list_of_the_rma_office(http, ledger, blue, decided, returned):
    await ledger.sell([blue()], "I-1")
    await ledger.hear(decided("CREDIT", [returned(approved="3", received="2", original=("I-1", 1))]))

    [row] = (await http.get("finance", "/worklists/quantity-missing")).json()["items"]

    assert (row["owner"], row["case_id"], row["note"]) == ("rma-officer", "K-1", "QTY_MISSING line 1: 1")
    assert (await http.get("finance", "/worklists/nothing")).status_code == 404


async def test_a_late_row_is_late(http, ledger, decided, returned):
    await ledger.hear(decided("CREDIT", [returned(original=None)]))
    async with ledger.engine.begin() as conn:
        await conn.execute(text("UPDATE settlement SET changed_at = now() - interval '3 days' - interval '1 hour'"))

    [row] = (await http.get("finance", "/worklists/credits-to-approve")).json()["items"]
    [summary] = [
        row for row in (await http.get("finance", "/worklists")).json()["items"] if row["name"] == "credits-to-approve"
    ]

    assert (row["age_days"], row["sla_days"], row["late"]) == (3, 2, True)
    assert (summary["rows"], summary["late"]) == (1, 1)


async def test_a_payment_counts_once_and_never_more_than_is_open(http, ledger, blue):
    await ledger.sell([blue()], "I-1")
    payment = {"entity": "CN01", "invoice": "I-1", "amount": "1000", "paid_on": "2026-04-01", "reference": "B-1"}

    async def pay(**more):
        answer = await http.post("finance", "/invoice-payments", {**payment, **more}, "accountant")
        return answer.status_code, answer.json().get("open_amount") or answer.json()["code"]

    assert await pay() == (201, "130.00")
    assert await pay() == (201, "130.00")
    assert await pay(amount="999") == (409, "payment-differs")
    assert await pay(reference="B-2") == (409, "payment-too-large")
    assert await pay(reference="B-3", amount="130") == (201, "0.00")
    assert await pay(invoice="I-2") == (404, "unknown")
    assert await ledger.rows("SELECT sum(amount) AS paid FROM invoice_payment") == [(1130,)]


@pytest.mark.req("F-51")
async def test_a_statement_shows_what_is_open_by_age_and_unapplied_credit_apart(http, ledger, blue, returned, decided):
    for invoice, quantity, due in (("I1", 10, "2026-03-20"), ("I2", 5, "2026-04-25"), ("I3", 20, "2026-05-15")):
        line = blue(quantity=str(quantity), tax=str(13 * quantity))
        await ledger.sell([line], invoice, issued_at="2026-02-20", due_on=due, salesperson="S-1")
    await ledger.sell([blue(quantity="1", tax="13")], "I0", issued_at="2026-02-01", open_amount="0")
    await ledger.hear(
        decided("CREDIT", [returned(approved="3", original=("I1", 1))]),
        decided("CREDIT", [returned(original=("I0", 1))], "K-2"),
    )

    [told] = (await http.get("finance", "/customers/C077/statement?on=2026-04-30")).json()["statements"]

    assert told["ageing"] == {
        "not_due": "2260.00", "days_1_30": "565.00", "days_31_60": "791.00", "days_61_90": "0", "over_90": "0",
    }  # fmt: skip
    assert (told["open"], told["unapplied"], told["total"]) == ("3616.00", "-113.00", "3503.00")
    assert [(row["invoice"], row["days_overdue"], row["open"]) for row in told["items"]] == [
        ("I1", 41, "791.00"), ("I2", 5, "565.00"), ("I3", 0, "2260.00"),
    ]  # fmt: skip
    first = told["items"][0]
    assert (first["gross"], first["paid"], first["credited"]) == ("1130.00", "0.00", "339.00")
    [aged] = (await http.get("finance", "/ageing?on=2026-04-30&entity=CN01")).json()["items"]
    assert aged == {"customer": "C077", "currency": "CNY", **told["ageing"], "open": "3616.00"}
    [credit] = (await http.get("finance", "/credit-balances")).json()["items"]
    assert (credit["customer"], credit["amount"], credit["age_days"], credit["bucket"]) == (
        "C077",
        "113.00",
        0,
        "not_due",
    )
    assert (await http.get("finance", "/customers/C077/statement?on=soon")).status_code == 422


async def export(http, **more):
    return await http.post("finance", "/exports/gl", {"entity": "CN01", **more}, "accountant")


async def returned_in_full(ledger, blue, returned, decided, **more):
    await ledger.sell([blue(tax="130.00")])
    await ledger.hear(decided("CREDIT", [returned(approved="10", becomes="RESTOCK", **more)]))


@pytest.mark.req("F-43")
async def test_a_batch_is_shown_red_as_csv_excel_and_idoc_and_is_always_the_same_bytes(
    http, ledger, blue, returned, decided
):
    await returned_in_full(ledger, blue, returned, decided)
    made = (await export(http, style="RED")).json()
    files = {}
    for name in ("csv", "xlsx", "idoc"):
        path = f"/exports/{made['export_id']}/file?format={name}"
        files[name] = (await http.get("finance", path, "accountant")).content
        assert (await http.get("finance", path, "accountant")).content == files[name]

    *rows, entries, lines, debit, credit, digest = csv.reader(io.StringIO(files["csv"].decode("utf-8-sig")))
    head, *rows = rows
    told = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(row["role"], row["debit"], row["credit"], row["red"]) for row in told] == [
        ("REVENUE", "0", "-1000.00", "X"), ("OUTPUT_VAT", "0", "-130.00", "X"), ("AR", "-1130.00", "0", "X"),
        ("RETURNS_QUARANTINE", "600.00", "0", ""), ("COGS", "-600.00", "0", "X"),
        ("INVENTORY", "600.00", "0", ""), ("RETURNS_QUARANTINE", "0", "600.00", ""),
    ]  # fmt: skip
    assert [row[1:] for row in (entries, lines, debit, credit, digest)] == [
        ["entries", "3"], ["lines", "7"], ["debit", "-530.00"], ["credit", "-530.00"], ["hash", made["hash"]],
    ]  # fmt: skip
    assert {row["blue_number"] for row in told} == {"26312000000000000001"}

    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    values = list(book["lines"].values)
    assert values[0] == tuple(head)
    assert values[1][head.index("credit")] == -1000
    assert isinstance(values[1][head.index("document_amount")], int | float)
    assert dict(book["totals"].values) == {
        "entries": 3, "lines": 7, "debit": -530, "credit": -530, "hash": made["hash"],
    }  # fmt: skip

    first, second, _ = json.loads(files["idoc"])["documents"]
    flags = {
        item["ITEMNO_ACC"]: item["XNEGP"]
        for name in first
        if name.startswith("E1BPAC") and name[6:8] in {"GL", "AR", "TX"}
        for item in first[name]
    }
    signed = {
        amount["ITEMNO_ACC"]: amount["AMT_DOCCUR"] for amount in first["E1BPACCR09"] if amount["CURR_TYPE"] == "00"
    }
    assert set(flags.values()) == {"X"}
    assert list(signed.values()) == ["1000.00", "130.00", "-1130.00"]
    assert [item["XNEGP"] for item in second["E1BPACGL09"]] == ["", "X"]


async def test_roles_leave_under_the_numbers_of_the_entitys_chart(http, ledger, blue, returned, decided):
    await ledger.policy(jurisdictions={"CN01": "CN"})
    await returned_in_full(ledger, blue, returned, decided)

    shown = (await http.get("finance", "/entries?case_id=K-1")).json()["items"]
    made = (await export(http)).json()
    path = f"/exports/{made['export_id']}/file?format="
    _, *rows = csv.reader(io.StringIO((await http.get("finance", f"{path}csv", "accountant")).text))
    book = openpyxl.load_workbook(io.BytesIO((await http.get("finance", f"{path}xlsx", "accountant")).content))
    idoc = (await http.get("finance", f"{path}idoc", "accountant")).json()["documents"][0]

    numbers = ["6001", "2221.01.02", "1122", "1405.09", "6401", "1405", "1405.09"]
    column = GLLine._fields.index("account")
    assert [line["account_number"] for entry in shown for line in entry["lines"]] == numbers
    assert [row[column] for row in rows if row[0] != "#"] == numbers
    assert [row[column] for row in list(book["lines"].values)[1:]] == numbers
    assert [idoc[name][0]["GL_ACCOUNT"] for name in ("E1BPACGL09", "E1BPACTX09", "E1BPACAR09")] == numbers[:3]
    assert made["style"] == "RED"


async def test_a_role_without_a_number_in_the_chart_stays_here(http, ledger, blue, returned, decided):
    await ledger.policy(chart_of_entity={"CN01": "GROUP"}, charts={"GROUP": {"AR": "140000", "COGS": "500"}})
    await returned_in_full(ledger, blue, returned, decided)

    answer = (await export(http)).json()
    entries = (await http.get("finance", "/entries?case_id=K-1")).json()["items"]

    assert (answer["status"], answer["code"]) == (409, "role-without-number")
    assert "INVENTORY, OUTPUT_VAT, RETURNS_QUARANTINE, REVENUE" in answer["detail"]
    assert await ledger.rows("SELECT * FROM exported_entry") == []
    assert [line["account_number"] for line in entries[0]["lines"]] == ["", "", "140000"]


async def test_opposite_shows_every_line_where_it_was_posted(http, ledger, blue, returned, decided):
    await returned_in_full(ledger, blue, returned, decided)

    made = (await export(http)).json()

    assert (made["style"], made["entries"], made["debit"], made["credit"]) == ("OPPOSITE", 3, "2330.00", "2330.00")


async def test_no_text_of_a_batch_is_a_formula(http, ledger, blue, returned, decided):
    await ledger.sell([blue()], "=1+1", customer="@SUM(A1)")
    await ledger.hear(decided("CREDIT", [returned(original=("=1+1", 1))], customer="@SUM(A1)"))
    made = (await export(http)).json()

    sheet = (await http.get("finance", f"/exports/{made['export_id']}/file", "accountant")).text
    book = (await http.get("finance", f"/exports/{made['export_id']}/file?format=xlsx", "accountant")).content
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(book))["lines"] for cell in row]

    assert ",'@SUM(A1)," in sheet
    assert ",'=1+1," in sheet
    assert {"'=1+1", "'@SUM(A1)"} <= {cell.value for cell in cells}
    assert "f" not in {cell.data_type for cell in cells}


async def test_an_entry_is_in_one_batch_and_is_answered_once(http, ledger, blue, returned, decided):
    await returned_in_full(ledger, blue, returned, decided)
    first = (await export(http, most=2)).json()
    second = (await export(http)).json()
    assert (first["entries"], second["entries"]) == (2, 1)
    assert (await export(http)).json()["code"] == "nothing-to-export"

    shown = (await http.get("finance", f"/exports/{first['export_id']}")).json()
    one, two = (answer["id"] for answer in shown["answers"])

    async def answer(*results, export_id=first["export_id"]):
        body = {"export_id": export_id, "results": results}
        return (await http.post("finance", "/exports:acknowledge", body, "accountant")).json()

    taken = await answer({"entry": one, "erp_number": "100"}, {"entry": two, "rejected": "period 04 is closed"})
    assert taken["changed"] == 2
    assert await lists(http) == {"erp-rejections": 1}
    [row] = (await http.get("finance", "/worklists/erp-rejections")).json()["items"]
    assert row["note"].endswith("period 04 is closed")

    assert (await answer({"entry": one, "erp_number": "101"}))["code"] == "acknowledged-otherwise"
    assert (await answer({"entry": one, "erp_number": "100"}))["changed"] == 0
    assert (await answer({"entry": one, "erp_number": "9"}, export_id=second["export_id"]))["code"] == "unknown"
    assert (await answer({"entry": two, "erp_number": "102"}))["changed"] == 1
    assert await lists(http) == {}
    for body in ({}, {"entry": one}, {"entry": one, "erp_number": "1", "rejected": "why"}):
        assert (await answer(body))["code"] == "invalid-request"
    assert [b["entries"] for b in (await http.get("finance", "/exports?entity=CN01")).json()["items"]] == [1, 2]


async def test_an_export_takes_what_is_posted_up_to_a_day_of_one_entity(http, ledger, blue, returned, decided):
    await returned_in_full(ledger, blue, returned, decided)

    assert (await export(http, through="2026-01-01")).json()["code"] == "nothing-to-export"
    assert (await export(http, entity="CN02")).json()["code"] == "nothing-to-export"
    assert (await export(http, through="2099-12-31")).status_code == 201
    assert (await http.get("finance", "/exports/X/file", "accountant")).status_code == 404
    assert (await http.get("finance", "/exports/X")).status_code == 404


async def test_of_two_exports_at_once_each_entry_is_in_one(http, ledger, blue, returned, decided):
    await returned_in_full(ledger, blue, returned, decided)

    answers = await asyncio.gather(export(http), export(http))

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert await ledger.rows("SELECT count(*) AS entries FROM exported_entry") == [(3,)]


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE export_batch SET content = ''",
        "DELETE FROM export_batch",
        "DELETE FROM exported_entry",
        "UPDATE exported_entry SET batch = 'other'",
        "UPDATE exported_entry SET state = 'ACKNOWLEDGED'",
        "INSERT INTO exported_entry SELECT id, batch, 'PENDING', '', '' FROM exported_entry",
        "UPDATE invoice_payment SET amount = 1",
    ],
)
async def test_what_has_left_stays_as_it_left(http, ledger, blue, returned, decided, tampering):
    await returned_in_full(ledger, blue, returned, decided)
    await export(http)
    payment = {"entity": "CN01", "invoice": "I-1", "amount": "10", "paid_on": "2026-04-01", "reference": "B-1"}
    await ledger.sell([blue()], "I-1")
    await http.post("finance", "/invoice-payments", payment, "accountant")

    with pytest.raises(DBAPIError):
        async with ledger.engine.begin() as conn:
            await conn.execute(text(tampering))


@pytest.mark.req("F-50", "R-265")
async def test_what_open_complaints_dispute_is_left_out_of_the_collection_rate(http, ledger, blue, returned, decided):
    lines = [blue(quantity="7850", tax="102000"), blue(2, item="P-200", quantity="1000", tax="13000")]
    await ledger.sell(lines, "I-1", due_on="2026-04-04", salesperson="S-1")
    await ledger.sell([blue()], "I-2", due_on="2026-05-04", salesperson="S-1")
    await ledger.sell([blue()], "I-3", issued_at="2026-03-05", salesperson="S-2")
    about = {"entity": "CN01", "invoice": "I-1"}
    for reference, amount, day in (("B-1", "800000", "2026-04-20"), ("B-2", "100", "2026-05-02")):
        payment = {**about, "amount": amount, "paid_on": day, "reference": reference}
        assert (await http.post("finance", "/invoice-payments", payment, "accountant")).status_code == 201
    line = {"line": 1, "item": "P-200", "quantity": "900", "unit_price": "100"}
    claim = {
        "claim_id": "C-1",
        "entity": "CN01",
        "customer": "C077",
        "currency": "CNY",
        "returned_at": "2026-04-21",
        "lines": [line],
    }
    assert (await http.post("finance", "/claims", claim, "importer")).status_code == 201
    held = [returned(line=1, item="P-200", approved="1000", received="2000", original=("I-1", 2))]
    await ledger.hear(decided("CREDIT", held))

    told = (await http.get("finance", "/reports/collection-rate?from=2026-04-01&to=2026-04-30")).json()

    assert told["items"] == [
        {"salesperson": "S-1", "currency": "CNY", "due": "1000000.00", "collected": "800000.00",
         "disputed": "113000.00", "rate": "90.19", "whole_rate": "80.00"},
        {"salesperson": "S-2", "currency": "CNY", "due": "1130.00", "collected": "0.00",
         "disputed": "0", "rate": "0.00", "whole_rate": "0.00"},
    ]  # fmt: skip
    assert [(row["invoice"], row["due_on"]) for row in told["rows"]] == [("I-1", "2026-04-04"), ("I-3", "2026-04-04")]
    assert (await http.get("finance", "/reports/collection-rate")).status_code == 422
    nobody = (await http.get("finance", "/reports/collection-rate?from=2026-04-01&to=2026-04-30&entity=X")).json()
    assert nobody == {"items": [], "rows": []}
