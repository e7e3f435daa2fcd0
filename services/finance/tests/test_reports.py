"""What it comes to, and that every total opens down to the cases and entries behind it."""

import asyncio
from decimal import Decimal

import pytest

from contracts.repair import QuoteConfirmed, RepairCompleted, RepairShipped
from contracts.rma import ReplacementReleased
from finance.views.reports import REPORTS

ABOUT = {"customer": "C077", "entity": "CN01", "currency": "CNY"}


async def lived(http, ledger, blue, returned, decided):
    """Let a little of everything happen: returns, scrap, an allowance, repairs, a unit that is sent ahead."""
    await ledger.sell([blue(), blue(2, item="P-200")], "I-1", open_amount="100")
    credit = [returned(approved="3", received="2", becomes="SCRAP", original=("I-1", 1))]
    await ledger.hear(decided("CREDIT", credit, rma_number="RMA-2604-0001"))
    await ledger.hear(decided("ALLOWANCE", [returned(item="P-200", original=("I-1", 2), allowance="100")], "K-2"))
    proof = {"kind": "allowance-certificate", "reference": "file 1"}
    seen = (await http.get("finance", "/settlements/K-2")).json()["version"]
    await http.post("finance", "/settlements/K-2:record-evidence", proof, "accountant", seen=seen)
    await ledger.hear(decided("CREDIT", [returned(original=None)], "K-3"))
    quote = {"case_id": "K-4", "repair_number": "RP-1", "quote": 1, "net": "200", "tax": "26", **ABOUT}
    done = {"case_id": "K-4", "repair_number": "RP-1", "entity": "CN01", "currency": "CNY", "parts_cost": "25"}
    shipped = {"case_id": "K-4", "repair_number": "RP-1", "repaired": True, "shipped_by": "dock"}
    await ledger.hear(
        QuoteConfirmed(**known(QuoteConfirmed, quote)),
        RepairCompleted(**known(RepairCompleted, {**done, "labour_cost": "15", "chargeable": True})),
    )
    pay = {"case_id": "K-4", "amount": "226", "reference": "B-1"}
    assert (await http.post("finance", "/payments", pay, "accountant")).status_code == 201
    await ledger.hear(RepairShipped(**known(RepairShipped, shipped)))
    done = {**done, "case_id": "K-5", "repair_number": "RP-2", "labour_cost": "15", "chargeable": False}
    await ledger.hear(RepairCompleted(**known(RepairCompleted, done)))
    await ledger.hear(RepairShipped(case_id="K-5", repair_number="RP-2", repaired=True, freight="12"))
    ahead = {"case_id": "K-6", "scope": {}, "lines": [returned(original=("I-1", 1))], "due_on": "2026-05-10", **ABOUT}
    await ledger.hear(ReplacementReleased(**ahead))


def known(event, values):
    """Give what this event has a field for; the rest of its fields get a plain value."""
    plain = {name: "x" for name, field in event.model_fields.items() if field.is_required() and name not in values}
    return {**plain, **{name: value for name, value in values.items() if name in event.model_fields}}


async def read(http, path):
    answer = await http.get("finance", path)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def summed(rows, name):
    return sum((Decimal(row[name]) for row in rows), start=Decimal(0))


async def test_every_total_opens_down_to_exactly_the_rows_that_it_adds_up(http, ledger, blue, returned, decided):
    await lived(http, ledger, blue, returned, decided)
    with_rows = set()

    for name, report in REPORTS.items():
        for by in ("", ",".join(report.dimensions)):
            for total in await read(http, f"/reports/{name}?by={by}"):
                rows = await read(http, total["open"])
                assert {each: summed(rows, each) for each in report.sums} == {
                    each: Decimal(total[each]) for each in report.sums
                }
                assert all({"case_id", "document", "entry"} <= set(row) for row in rows)
                with_rows.add(name)

    assert with_rows == set(REPORTS) - {
        "refunds", "supplier-recovery", "losses", "service-projects", "fee-discounts", "sanctions",
    }  # fmt: skip


async def test_what_reports_come_to(http, ledger, blue, returned, decided):
    await lived(http, ledger, blue, returned, decided)

    quality = {row["account"]: row for row in await read(http, "/reports/cost-of-quality?by=account")}
    [repairs] = await read(http, "/reports/repairs")
    [allowance] = await read(http, "/reports/allowances")
    rate = await read(http, "/reports/returns-rate?by=product")
    [warranty] = await read(http, "/reports/warranty-provision")
    [cut_off] = await read(http, "/reports/cut-off")
    [short] = await read(http, "/reports/quantity-differences")
    [ahead] = await read(http, "/reports/advance-replacements")
    service = await read(http, "/reports/service-costs")

    assert {account: Decimal(row["net"]) for account, row in quality.items()} == {
        "QUALITY_LOSS": 120, "SALES_ALLOWANCE": 100, "WARRANTY_PROVISION": 52,
    }  # fmt: skip
    assert [Decimal(repairs[name]) for name in ("revenue", "cost", "margin", "margin_rate")] == [200, 40, 160, 80]
    assert (allowance["customer"], Decimal(allowance["net"]), Decimal(allowance["gross"])) == ("C077", 100, 113)
    assert {row["product"]: (Decimal(row["credited"]), row["returns_rate"]) for row in rate} == {
        "P-100": (200, "20.00"), "P-200": (100, "10.00"),
    }  # fmt: skip
    assert [Decimal(warranty[name]) for name in ("opening", "used", "closing")] == [0, 52, -52]
    assert (cut_off["held"], Decimal(cut_off["amount"])) == ("goodwill_approval", 100)
    assert (short["difference"], Decimal(short["quantity"]), short["lines"]) == ("QTY_MISSING", 1, 1)
    assert (Decimal(ahead["cost"]), Decimal(ahead["gross"])) == (60, 113)
    assert [summed(service, name) for name in ("material", "labour", "transport", "total")] == [50, 30, 12, 92]


@pytest.mark.req("R-272")
async def test_what_was_booked_for_a_return_is_shown_with_amount_and_status(http, ledger, blue, returned, decided):
    await lived(http, ledger, blue, returned, decided)

    [row] = await read(http, "/reports/return-bookings/rows?case_id=K-1")

    assert (row["case_id"], row["status"], row["net"], row["tax"], row["gross"]) == (
        "K-1", "ISSUED", "200.00", "26.00", "226.00",
    )  # fmt: skip
    assert row["document"] == (await read(http, "/documents?case_id=K-1"))[0]["number"]


async def test_the_register_shows_each_number_with_its_original_and_no_gap(http, ledger, blue, returned, decided):
    await lived(http, ledger, blue, returned, decided)

    numbers = await read(http, "/reports/numbers/rows")
    credits_ = await read(http, "/reports/red-invoices/rows?original=I-1")

    written = [row["number"] for row in await read(http, "/documents?limit=1000")]
    assert sorted(row["document"] for row in numbers) == sorted(written)
    assert {row["void"] for row in numbers} == {""}
    assert {row["case_id"] for row in credits_} == {"K-1", "K-2"}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/reports/weather", 404),
        ("/reports/weather/rows", 404),
        ("/reports/repairs?by=colour", 422),
        ("/reports/repairs?colour=red", 422),
        ("/reports/repairs/rows?colour=red", 422),
        ("/reports/repairs?month=%27%3B--", 200),
        ("/reports/repairs/rows?limit=0", 422),
    ],
)
async def test_what_a_report_does_not_have_is_told(http, path, code):
    assert (await http.get("finance", path)).status_code == code


async def test_all_reports_can_be_asked_at_once_of_empty_books(http):
    names = [row["name"] for row in await read(http, "/reports")]

    answers = await asyncio.gather(*(http.get("finance", f"/reports/{name}") for name in names))

    assert names == list(REPORTS)
    assert {answer.text.rpartition('"items": ')[2] for answer in answers} == {"[]}"}


@pytest.mark.req("F-52")
async def test_the_loss_report_adds_up_who_bears_what_and_ties_to_the_books(http, ledger, blue, returned, decided):
    await lived(http, ledger, blue, returned, decided)
    about = {"entity": "CN01", "currency": "CNY"}
    half = [{"party": "MFG", "percent": "60"}, {"party": "S1", "kind": "SUPPLIER", "percent": "40"}]

    async def post(path, body, role="accountant"):
        seen = (await http.get("finance", path.rpartition(":")[0])).json().get("version", 0) if ":" in path else None
        answer = await http.post("finance", path, body, role, seen=seen)
        assert answer.is_success, answer.text
        return answer.json()

    for case, shares in (("K-1", half), ("K-2", [{"party": "SALES", "percent": "100"}])):
        await post(f"/losses/{case}:split", {**about, "shares": shares}, "finance-manager")
    for case, supplier, asked, accepted in (("K-1", "S1", {}, "48"), ("K-2", "S2", {"amount": "40"}, "30")):
        claim = await post("/supplier-claims", {**about, **asked, "supplier": supplier, "case_id": case})
        await post(f"/supplier-claims/{claim['claim_id']}:send", {})
        await post(f"/supplier-claims/{claim['claim_id']}:answer", {"accepted": accepted})

    losses = {row["party"]: row for row in await read(http, "/reports/losses?by=party")}
    recovery = {row["supplier"]: row for row in await read(http, "/reports/supplier-recovery")}["S1"]
    opened = await read(http, losses["MFG"]["open"])

    gross, net = ({party: Decimal(row[name]) for party, row in losses.items()} for name in ("gross", "net"))
    assert gross == {"MFG": 72, "SALES": 100, "S1": 48, "S2": 0}
    assert net == {"MFG": 72, "SALES": 100, "S1": 0, "S2": -30}
    assert (Decimal(recovery["accepted"]), recovery["recovery_rate"]) == (48, "100.00")
    assert [(row["case_id"], row["product"]) for row in opened] == [("K-1", "P-100")]
    books = await read(http, "/reports/cost-of-quality?by=case_id")
    tied = {row["case_id"]: Decimal(row["net"]) for row in books}
    assert (tied["K-1"], tied["K-2"]) == (120 - 48, 100 - 30)
