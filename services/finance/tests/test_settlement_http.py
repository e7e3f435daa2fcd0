"""Exchanges, proposals, delegations and disputes over HTTP and on PostgreSQL."""

import asyncio
from datetime import UTC, date, datetime

import pytest

from contracts.finance import CompensationDecided
from contracts.rma import Replacement
from finance import handlers
from finance.main import service
from finance.model import ApplyCredit, Approve, Pay, Propose, RequestRefund, SendRefund
from redletter import issuer
from redletter.inprocess import open_house
from servicekit.settings import Settings

ABOUT = {"entity": "CN01", "customer": "C077", "currency": "CNY"}
DEARER = Replacement(item="P-150", unit_price="150", tax="19.50", unit_cost="90")
BANK = Pay(case_id="K-1", amount="56.50", reference="BANK-1")


@pytest.fixture
async def http(home, ledger_url):
    """The application on its own database, and a token for each role."""
    settings = Settings(DATABASE_URL=ledger_url, issuer=issuer.ISSUER, jwks_file=issuer.key_set(home))
    now = datetime.now(UTC)  # noqa: TID251  tokens are judged by the real clock
    house = open_house(
        [service], {"finance": settings}, lambda role: issuer.token(home, role, now, minutes=5), "plain", 1
    )
    yield house
    await house.close()


async def balances(ledger):
    rows = await ledger.rows("SELECT account, side, sum(functional) AS amount FROM journal_line GROUP BY 1, 2")
    sums = {}
    for row in rows:
        sums[row.account] = sums.get(row.account, 0) + (row.amount if row.side == "D" else -row.amount)
    return sums


@pytest.mark.req("F-14", "R-257")
async def test_of_two_payments_at_once_each_counts_once_and_the_gate_opens_once(ledger, blue, returned, decided):
    await ledger.sell([blue()], open_amount="0")
    await ledger.hear(decided("EXCHANGE", [returned(replacement=DEARER)]))

    await asyncio.gather(*(ledger.ask((handlers.PAY, BANK, "new")) for _ in range(3)))

    told = await ledger.rows("SELECT type FROM outbox ORDER BY seq")
    assert [row.type.rpartition(".")[0].rpartition(".")[2] for row in told] == [
        "credit_issued", "payment_gate_closed", "payment_gate_opened",
    ]  # fmt: skip
    sums = await balances(ledger)
    assert (sums["AR"], sums["CUSTOMER_CREDIT"], sums["BANK"], sums["INVENTORY"]) == (0, 0, 56.5, -90)
    linked = await ledger.rows("SELECT type, original, decision_id FROM credit_document ORDER BY seq")
    assert [tuple(row)[1:] for row in linked] == [("26312000000000000001", "K-1.1")] * 2
    await ledger.sound()


@pytest.mark.req("F-15")
async def test_of_two_set_offs_at_once_the_credit_is_spent_once(ledger, blue, returned, decided):
    await ledger.sell([blue()], open_amount="0")
    await ledger.sell([blue()], "B2")
    await ledger.hear(decided("CREDIT", [returned()]))
    bodies = [ApplyCredit(**ABOUT, amount="113", invoice="B2", reference=name) for name in ("S-1", "S-2")]

    answers = await asyncio.gather(*(ledger.ask((handlers.APPLY_CREDIT, body, "new")) for body in bodies))

    assert sorted(answer.body.get("code", "taken") for [answer] in answers) == ["credit-balance-too-low", "taken"]
    assert [
        row.open_amount for row in await ledger.rows("SELECT open_amount FROM blue_invoice WHERE invoice = 'B2'")
    ] == [1017]
    sums = await balances(ledger)
    assert (sums["CUSTOMER_CREDIT"], sums["AR"]) == (0, -113)


@pytest.mark.req("F-29", "R-276")
async def test_a_fine_is_proposed_by_one_signed_by_another_and_stands_in_the_cost_of_its_case(
    http, ledger, blue, returned, decided
):
    await ledger.sell([blue(quantity="100", tax="1300")], "B9")
    body = {**ABOUT, "kind": "FINE", "case": "K-1", "amount": "5000", "invoice": "B9", "reason": "contract penalty"}

    asked = await http.post("finance", "/proposals", body, "accountant")
    path = f"/proposals/{asked.json()['proposal_id']}"
    nobody = await http.post("finance", f"{path}:approve", {}, "accountant", seen=1)
    early = (await http.get("finance", "/settlements/K-1/cost")).json()
    signed = await http.post("finance", f"{path}:approve", {}, "finance-manager", seen=1)
    again = await http.post("finance", f"{path}:refuse", {}, "finance-manager", seen=2)
    cost = (await http.get("finance", "/settlements/K-1/cost")).json()
    bad = await http.post("finance", "/proposals", {**body, "case": None}, "accountant")

    assert (asked.status_code, asked.json()["levels_missing"], nobody.status_code) == (201, ["finance-manager"], 403)
    assert (signed.json()["stage"], again.json()["code"], bad.status_code) == ("IN_FORCE", "nothing-to-approve", 422)
    assert (early["cost"], early["fines"][0]["stage"]) == ([], "PROPOSED")
    assert cost["cost"] == [{"account": "QUALITY_LOSS", "currency": "CNY", "amount": "5000"}]
    assert [fine["amount"] for fine in cost["fines"]] == ["5000"]
    assert (await http.get("finance", path)).json()["signatures"][0]["level"] == "finance-manager"
    assert [row["case"] for row in (await http.get("finance", "/proposals?stage=IN_FORCE")).json()["items"]] == ["K-1"]
    assert (await balances(ledger))["AR"] == -5000


@pytest.mark.req("F-29", "F-51")
async def test_a_fine_of_no_invoice_lowers_what_a_statement_asks_for(http, ledger, blue):
    await ledger.sell([blue()], "B9")
    for name, more in (("P-1", {}), ("P-2", {"invoice": "B9"}), ("P-3", {}), ("P-4", {"currency": "USD"})):
        body = {**ABOUT, "kind": "FINE", "case": "K-1", "amount": "30", "reason": "late", **more}
        await ledger.ask((handlers.PROPOSE, Propose(**body), name), actor="alice")
    for name in ("P-1", "P-2", "P-4"):
        assert (await http.post("finance", f"/proposals/{name}:approve", {}, "finance-manager", seen=1)).is_success

    told = (await http.get("finance", "/customers/C077/statement?entity=CN01")).json()["statements"]

    assert [(one["currency"], one["open"], one["unapplied"], one["total"]) for one in told] == [
        ("CNY", "1100.00", "-30", "1070.00"), ("USD", "0", "-30", "-30"),
    ]  # fmt: skip
    assert (await http.get("finance", "/customers/C077/statement?entity=DE01")).json()["statements"] == []


async def test_who_signs_for_many_is_answered_for_each_by_itself(http, ledger):
    fine = {**ABOUT, "kind": "GOODWILL", "case": "K-1", "amount": "10", "reason": "a good customer"}
    asked = [(await http.post("finance", "/proposals", fine, "accountant")).json()["proposal_id"] for _ in range(3)]
    signed = [{"key": f"s-{n}", "case_id": name, "if_match": 1, "body": {}} for n, name in enumerate(asked)]
    signed[1]["if_match"] = 7
    items = [*signed, {"key": "s-9", "case_id": "unknown", "if_match": 1, "body": {}}]

    first, again = [
        (await http.post("finance", "/proposals/approvals:bulk", {"items": items}, "finance-manager")).json()["results"]
        for _ in range(2)
    ]
    blind = [{"key": "s-10", "case_id": asked[1], "body": {}}]
    unseen = await http.post("finance", "/proposals/approvals:bulk", {"items": blind}, "finance-manager")
    nobody = await http.post("finance", "/proposals/approvals:bulk", {"items": items}, "accountant")

    assert [each["body"].get("stage", each["body"].get("code")) for each in first] == [
        "IN_FORCE", "stale-version", "IN_FORCE", "unknown",
    ]  # fmt: skip
    assert again == first
    assert (unseen.status_code, nobody.status_code) == (422, 403)
    assert (await balances(ledger))["CUSTOMER_CREDIT"] == -20


@pytest.mark.req("R-274")
async def test_a_claim_is_decided_told_with_its_reason_and_carried_out_as_it_was_granted(http, ledger):
    kind = {**ABOUT, "kind": "COMPENSATION", "claimed": "200", "reason": "worn in part"}
    grants = {"K-1": ("CASH", "200"), "K-2": ("VOUCHER", "120"), "K-3": ("GIFT", "20"), "K-4": ("CASH", "9")}
    paths = {}
    for case, (by, amount) in grants.items():
        body = {**kind, "case": case, "by": by, "amount": amount}
        asked = await http.post("finance", "/proposals", body, "accountant")
        paths[case] = f"/proposals/{asked.json()['proposal_id']}"
    for case in ("K-1", "K-2", "K-3"):
        await http.post("finance", f"{paths[case]}:approve", {}, "finance-manager", seen=1)
    silent = await http.post("finance", f"{paths['K-4']}:refuse", {}, "finance-manager", seen=1)
    why = {"note": "The photographs show another device."}
    refused = await http.post("finance", f"{paths['K-4']}:refuse", why, "finance-manager", seen=1)
    paid = paths["K-1"].replace("proposals", "refunds")
    await http.post("finance", f"{paid}:confirm-payment", {"reference": "B-1"}, "accountant", seen=1)

    assert (silent.status_code, silent.json()["code"], refused.json()["stage"]) == (
        422, "refused-for-nothing", "REFUSED",
    )  # fmt: skip
    rows = await ledger.rows(
        "SELECT payload FROM outbox WHERE type = :told ORDER BY aggregateid", told=CompensationDecided.TYPE
    )
    told = [CompensationDecided.read(row.payload) for row in rows]
    assert [(x.case_id, x.decision, x.granted, x.by, x.explanation) for x in told] == [
        ("K-1", "FULL", 200, "CASH", "worn in part"),
        ("K-2", "PARTIAL", 120, "VOUCHER", "worn in part"),
        ("K-3", "PARTIAL", 20, "GIFT", "worn in part"),
        ("K-4", "REFUSED", 0, "CASH", why["note"]),
    ]
    assert (await http.get("finance", paid)).json()["stage"] == "PAID"
    left = await balances(ledger)
    assert [left[name] for name in ("QUALITY_LOSS", "CUSTOMER_CREDIT", "INVENTORY", "BANK")] == [340, -120, -20, -200]
    await ledger.sound()


@pytest.mark.req("R-278")
async def test_what_a_replacement_costs_is_collected_by_its_case_even_without_an_order(
    http, ledger, blue, returned, decided
):
    await ledger.sell([blue()], open_amount="0")
    await ledger.hear(decided("EXCHANGE", [returned()], scope={"profile": "warranty-swap"}))

    cost = (await http.get("finance", "/settlements/K-1/cost")).json()["cost"]

    assert [(line["account"], line["amount"]) for line in cost] == [("WARRANTY_PROVISION", "60.00")]


@pytest.mark.req("R-265")
async def test_what_is_complained_of_is_disputed_as_far_as_it_is_still_owed(http, ledger, blue, returned, decided):
    await ledger.sell([blue()], "B1", open_amount="300")
    await ledger.sell([blue(item="P-7")], "B2")
    for name, item, quantity in (("C-1", "P-100", "5"), ("C-2", "P-7", "1")):
        line = {"line": 1, "item": item, "quantity": quantity, "unit_price": "100"}
        claim = {**ABOUT, "claim_id": name, "returned_at": "2026-04-01T10:00:00", "lines": [line]}
        await http.post("finance", "/claims", claim, "importer")

    rows = (await http.get("finance", "/receivables/disputed?entity=CN01")).json()["items"]

    assert [(row["invoice"], row["disputed"], row["items"]) for row in rows] == [
        ("B1", "300", ["P-100"]), ("B2", "113.00", ["P-7"]),
    ]  # fmt: skip
    assert (await http.get("finance", "/receivables/disputed?customer=C078")).json()["items"] == []


async def test_a_level_is_lent_by_whoever_holds_it_and_signs_in_his_name(ledger):
    levels = {"scopes": ["level:finance-manager"]}
    days = {"valid_from": date(2020, 1, 1), "valid_until": date(2099, 1, 1)}
    lend = handlers.DELEGATE, handlers.approvals.Delegate(level="finance-manager", to="dave", **days)
    fine = Propose(**ABOUT, kind="FINE", case="K-1", amount="5", reason="late")
    await ledger.ask((handlers.PROPOSE, fine, "P-1"), actor="alice")

    [stranger] = await ledger.ask((*lend, "carol"), actor="bob", **levels)
    [without] = await ledger.ask((*lend, "carol"), actor="carol")
    await ledger.ask((*lend, "carol"), actor="carol", **levels)
    [nobody] = await ledger.ask((handlers.APPROVE_PROPOSAL, Approve(on_behalf_of="carol"), "P-1"), actor="erin")
    [signed] = await ledger.ask((handlers.APPROVE_PROPOSAL, Approve(on_behalf_of="carol"), "P-1"), actor="dave")

    assert (stranger.body["code"], without.body["code"]) == ("delegation-not-yours",) * 2
    assert (nobody.body["code"], signed.body["stage"]) == ("approver-level-too-low", "IN_FORCE")


@pytest.mark.req("R-161", "R-259", "R-263", "R-264")
async def test_the_return_slip_shows_approved_beside_actual_who_signed_and_where_its_four_parts_are(
    http, ledger, blue, returned, decided
):
    await ledger.sell([blue(tax="50")], decimals=0)
    scope = {"profile": "finished-goods"}
    await ledger.hear(decided("CREDIT", [returned(approved="5", received="4", reason="leaks")], scope=scope))
    path = "/settlements/K-1"

    version = 1
    for command, body, role in (
        ("record-evidence", {"kind": "return-certificate", "reference": "7"}, "accountant"),
        ("hand-over", {"paper": "RETURN_SLIP", "holder": "accounting"}, "accountant"),
        ("approve", {}, "general-manager"),
        ("approve", {}, "vice-president"),
    ):
        answer = await http.post("finance", f"{path}:{command}", body, role, seen=version)
        assert answer.status_code == 200, answer.text
        version += 1

    shown = (await http.get("finance", f"{path}/papers")).json()
    [slip] = shown["papers"]
    assert answer.json()["stage"] == "ISSUED"
    assert [(part["no"], part["holder"], part["handed_on"] is not None) for part in slip["parts"]] == [
        (1, "business", True), (2, "warehouse", False), (3, "accounting", True), (4, "business", False),
    ]  # fmt: skip
    assert (slip["disposition"], slip["basis"], slip["lines"][0]["reason"]) == (
        "CREDIT",
        "complaint_established",
        "leaks",
    )
    assert {k: slip["lines"][0][k] for k in ("approved", "actual", "unit_price", "amount")} == {
        "approved": "5", "actual": "4", "unit_price": "100", "amount": "400",
    }  # fmt: skip
    assert [each["level"] for each in shown["signatures"]] == ["general-manager", "vice-president"]
    assert (await http.get("finance", "/settlements/K-9/papers")).status_code == 404


async def test_a_refund_goes_to_the_account_that_two_have_signed_for(ledger, blue, returned, decided):
    await ledger.sell([blue()], open_amount="0")
    await ledger.hear(decided("CREDIT", [returned()]))
    account = Propose(**ABOUT, kind="BANK_DATA", bank_account="CN-6222", reason="a letter of the customer")
    await ledger.ask((handlers.PROPOSE, account, "P-1"), actor="alice")
    await ledger.ask((handlers.REQUEST_REFUND, RequestRefund(**ABOUT, amount="113"), "R-1"), actor="alice")
    await ledger.ask((handlers.APPROVE_REFUND, Approve(), "R-1"), actor="bob")

    for actor, level in (("bob", "finance-manager"), ("carol", "general-manager")):
        [signed] = await ledger.ask(
            (handlers.APPROVE_PROPOSAL, Approve(), "P-1"), actor=actor, scopes=[f"level:{level}"]
        )
    await ledger.ask((handlers.SEND_REFUND, SendRefund(), "R-1"))

    assert signed.body["stage"] == "IN_FORCE"
    [sent] = await ledger.rows("SELECT stage, body->>'bank_account' AS account FROM refund")
    assert tuple(sent) == ("SENT", "CN-6222")
