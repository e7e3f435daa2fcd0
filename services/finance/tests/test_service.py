"""After-sales service: what is spent on it, told by month and by project, what is given away, and who is punished."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from contracts.finance import PenaltyNotified
from contracts.repair import QuoteConfirmed, RepairCompleted, RepairShipped

ABOUT = {"entity": "CN01", "currency": "CNY", "customer": "C077"}
WENT = {"person": "W. Zhou", "place": "Wuhan", "persons": 2, "days": "3"}
TODAY = datetime.now(UTC).date()  # noqa: TID251  the department judges by the real clock here
MONTH = f"{TODAY:%Y-%m}"
WHEN = {"spent_on": str(TODAY)}
TICKETS = [{"number": "G-1001", "place": "Wuhan", "on": str(TODAY)}]


async def post(http, path, body, role="accountant", status=201, seen=None):
    answer = await http.post("finance", path, body, role, seen=seen)
    assert answer.status_code == status, answer.text
    return answer.json()


async def read(http, path):
    answer = await http.get("finance", path)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def spend(http, kind, amount, **more):
    journey = {**WENT, "tickets": TICKETS} if kind in {"INSTALLATION", "DISPATCH"} else {}
    body = {**ABOUT, **WHEN, "kind": kind, "amount": amount, **journey, **more}
    return await post(http, "/service-costs", body, "after-sales-desk")


async def file(http, customer="C077", **more):
    asked = {"entity": "CN01", "currency": "CNY", "customer": customer, "department": "SALES", **more}
    days = {"contacted_on": "2026-03-02", "filed_on": "2026-03-09"}
    return await post(http, "/customer-files", {**days, **asked}, "after-sales-desk")


@pytest.fixture
async def filed(http):
    await file(http)


async def repaired(ledger):
    """Repair one unit for nothing, and send it home."""
    about = {"case_id": "K-1", "repair_number": "RP-1"}
    books = {"entity": "CN01", "currency": "CNY", "parts_cost": "25", "labour_cost": "15"}
    await ledger.hear(RepairCompleted(**about, **books, chargeable=False))
    await ledger.hear(RepairShipped(**about, repaired=True, freight="12"))


@pytest.mark.req("R-280")
@pytest.mark.usefixtures("filed")
async def test_a_month_of_service_is_told_by_kind_and_without_what_a_contract_promised(http, ledger):
    await repaired(ledger)
    await spend(http, "INSTALLATION", "900", contractual=True, project="P-1")
    await spend(http, "INSTALLATION", "300", project="P-2")
    await spend(http, "DISPATCH", "450.50")
    await spend(http, "MATERIAL", "80")
    await spend(http, "TRANSPORT", "20")

    [month] = await read(http, f"/reports/service-costs?month={MONTH}")
    [listed] = [row for row in await read(http, "/reports") if row["name"] == "service-costs"]

    assert {name: Decimal(amount) for name, amount in month.items() if name not in {"month", "currency", "open"}} == {
        "persons": 6, "days": 9, "journeys": 3, "installation": 1200, "dispatch": Decimal("450.50"), "material": 105,
        "labour": 15, "transport": 32, "contractual": 900, "total": Decimal("902.50"),
    }  # fmt: skip
    assert (listed["due_on"][8:], listed["readers"]) == ("04", ["enterprise-management-office"])
    assert listed["due_on"][:7] == MONTH
    assert listed["month"] < MONTH


@pytest.mark.req("R-281")
@pytest.mark.usefixtures("filed")
async def test_projects_are_summed_up_for_the_centres(http):
    await spend(http, "INSTALLATION", "300", project="P-2")
    await spend(http, "DISPATCH", "450.50", project="P-2")
    await spend(http, "DISPATCH", "70", project="P-3")
    await spend(http, "DISPATCH", "9")

    projects = await read(http, f"/reports/service-projects?month={MONTH}&by=project")
    [listed] = [row for row in await read(http, "/reports") if row["name"] == "service-projects"]
    opened = await read(http, projects[0]["open"])

    assert [(row["project"], Decimal(row["total"])) for row in projects] == [("P-2", Decimal("750.50")), ("P-3", 70)]
    assert [row["kind"] for row in opened].count("DISPATCH") == 1
    assert listed["due_on"] == f"{MONTH}-05"
    assert listed["readers"] == ["quality-centre", "technical-centre", "marketing-centre", "top-management"]


@pytest.mark.req("R-283")
@pytest.mark.parametrize("tickets", [[], [{**TICKETS[0], "place": "Changsha"}], [{**TICKETS[0], "on": "2026-01-01"}]])
@pytest.mark.usefixtures("filed")
async def test_an_expense_whose_place_or_ticket_does_not_match_is_refused_and_counts_nowhere(http, tickets):
    body = {**ABOUT, **WHEN, **WENT, "kind": "DISPATCH", "amount": "450", "tickets": tickets}

    refused = await post(http, "/service-costs", body, status=409)

    assert refused["code"] == "ticket-differs"
    assert await read(http, "/service-costs") == []
    assert await read(http, "/reports/service-costs") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"person": ""}, {"place": ""}, {"persons": 0}, {"until": "2026-01-01"}, {"amount": "0"},
        {"kind": "TRANSPORT", "contractual": True}, {"kind": "DISPATCH", "contractual": True},
    ],
)  # fmt: skip
async def test_an_expense_that_says_too_little_is_invalid(http, wrong):
    body = {**ABOUT, **WHEN, **WENT, "kind": "DISPATCH", "amount": "450", "tickets": TICKETS, **wrong}

    await post(http, "/service-costs", body, status=422)
    await post(http, "/service-costs", {**body, **dict.fromkeys(wrong)}, "inspector", status=403)


@pytest.mark.req("R-111")
async def test_an_expense_for_a_customer_who_is_not_on_file_is_refused_and_counts_nowhere(http):
    body = {**ABOUT, **WHEN, "kind": "TRANSPORT", "amount": "20"}

    refused = await post(http, "/service-costs", body, status=409)
    none = await read(http, "/service-costs")
    await file(http)
    await post(http, "/service-costs", body)

    assert (refused["code"], none) == ("customer-not-filed", [])
    assert len(await read(http, "/service-costs")) == 1


@pytest.mark.req("R-112")
async def test_who_files_late_again_although_reminded_is_proposed_for_a_penalty_once_a_month(http):
    late = {"filed_on": "2026-03-20", "reminders": 1}
    told = [
        (await file(http, customer, **more))["penalty"]
        for customer, more in (
            ("C-1", late), ("C-2", {}), ("C-3", {"filed_on": "2026-03-20"}), ("C-4", late), ("C-5", late),
            ("C-6", {**late, "filed_on": "2026-04-20"}), ("C-7", {**late, "department": "EXPORT"}),
        )
    ]  # fmt: skip
    again = await file(http, "C-4", **late)
    other = {**ABOUT, "customer": "C-4", "department": "EXPORT", "contacted_on": "2026-03-02", "filed_on": "2026-03-20"}
    refused = await post(http, "/customer-files", other, status=409)

    [notice_] = await read(http, "/penalties")
    drafted = (await http.get("finance", f"/penalties/{notice_['id']}")).json()
    assert told == ["", "", "", "late.SALES.2026-03", "", "", ""]
    assert (notice_["id"], notice_["stage"], drafted["sanction"]) == ("late.SALES.2026-03", "DRAFT", "kpi-deduction")
    assert drafted["explanation"] == "filed late although reminded: C-1, C-4"
    assert (again["customer"], refused["code"]) == ("C-4", "filed-already")


async def notice(http, offence, case_id="K-1", person="W. Zhou"):
    body = {"entity": "CN01", "currency": "CNY", "department": "SERVICE", "offence": offence, "person": person}
    return (await post(http, "/penalties", {**body, "case_id": case_id}))["penalty_id"]


@pytest.mark.req("R-266")
async def test_a_notice_goes_out_in_three_copies_when_the_general_manager_has_signed(http, ledger):
    path = f"/penalties/{await notice(http, 'late-on-site')}"

    refused = await post(http, f"{path}:approve", {}, "finance-manager", 403, 1)
    assert refused["code"] == "approver-level-too-low"
    assert await ledger.rows("SELECT * FROM outbox") == []
    await post(http, f"{path}:approve", {}, "general-manager", 200, 1)

    [row] = await ledger.rows("SELECT payload FROM outbox")
    told = PenaltyNotified.read(row.payload)
    assert (told.amount, told.sanction, told.copies) == (50, "", ("own", "accounting", "SERVICE"))


@pytest.mark.req("R-267")
async def test_sanctions_that_are_out_are_listed_for_personnel(http):
    rude = await notice(http, "rudeness", "K-1")
    await notice(http, "rudeness", "K-2", "X. Wu")
    fined = await notice(http, "phone-off", "K-3")
    for each in (rude, fined):
        await post(http, f"/penalties/{each}:approve", {}, "general-manager", 200, 1)

    [row] = await read(http, f"/reports/sanctions/rows?month={MONTH}")
    [listed] = [each for each in await read(http, "/reports") if each["name"] == "sanctions"]

    assert (row["case_id"], row["person"], row["sanction"], row["entry"]) == ("K-1", "W. Zhou", "major-demerit", rude)
    assert (listed["due_on"], listed["readers"]) == (f"{MONTH}-10", ["personnel"])


@pytest.mark.req("R-125")
async def test_a_repair_that_no_warranty_covers_is_free_only_by_a_signature_and_is_reported(http, ledger):
    for case, number in (("K-4", "RP-4"), ("K-5", "RP-5")):
        await ledger.hear(
            QuoteConfirmed(case_id=case, repair_number=number, quote=1, net="200", tax="26", confirmed_by="c", **ABOUT)
        )
    for case, amount in (("K-4", "200"), ("K-5", "50")):
        asked = {**ABOUT, "kind": "FEE_DISCOUNT", "case": case, "amount": amount, "reason": "old customer"}
        proposal = (await post(http, "/proposals", asked))["proposal_id"]
        assert await read(http, f"/reports/fee-discounts/rows?case_id={case}") == []
        await post(http, f"/proposals/{proposal}:approve", {}, "finance-manager", 200, 1)

    rows = {row["free"]: row for row in await read(http, f"/reports/fee-discounts/rows?month={MONTH}")}

    assert (rows["FREE"]["case_id"], rows["FREE"]["repair_number"], rows["FREE"]["discount"]) == ("K-4", "RP-4", "200")
    assert (rows[""]["case_id"], rows[""]["reason"]) == ("K-5", "old customer")
