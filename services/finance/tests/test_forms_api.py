"""Credit documents, buyers' forms and reversals over HTTP: who may, what a caller sees, what stays as it was."""

import pytest

SCOPE = {"profile": "cn-e-invoice"}
BUYER = {"name": "Buyer GmbH", "tax_id": "DE136695976", "city": "Berlin", "postal_code": "10115", "country": "DE"}
SELLER = {"name": "Seller GmbH", "tax_id": "DE136695976", "city": "Berlin", "postal_code": "10115", "country": "DE"}


async def sold(http, blue, **more):
    body = {"entity": "CN01", "customer": "C077", "currency": "CNY", "invoice": "I-1", "issued_at": "2026-03-05"}
    items = {"items": [{"key": "1", "body": {**body, "lines": [blue()], **more}}]}
    await http.post("finance", "/blue-invoices:bulk", items, "importer")


def draft(**more):
    lines = [{"line": 1, "quantity": "3"}]
    return {"entity": "CN01", "invoice": "I-1", "reason": "02", "scope": SCOPE, "lines": lines, **more}


@pytest.mark.req("F-40", "F-42")
async def test_a_credit_is_drafted_signed_by_another_and_waits_for_the_platform(http, ledger, blue):
    await sold(http, blue)
    made = await http.post("finance", "/credit-documents", draft(), "accountant")
    path = f"/credit-documents/{made.json()['document_id']}"

    submitted = await http.post("finance", f"{path}:submit", {}, "accountant", seen=1)
    stale = await http.post("finance", f"{path}:approve", {}, "finance-manager", seen=1)
    approved = await http.post("finance", f"{path}:approve", {}, "finance-manager", seen=2)
    again = await http.post("finance", f"{path}:approve", {}, "general-manager", seen=3)

    assert (made.status_code, made.json()["state"], made.json()["gross"]) == (201, "DRAFT", "339.00")
    assert (submitted.json()["state"], approved.json()["state"]) == ("PENDING_APPROVAL", "APPROVED")
    assert approved.json()["form"]["state"] == "UNKNOWN"
    assert (stale.status_code, again.status_code, again.json()["code"]) == (412, 409, "not-possible-in-this-state")
    assert await ledger.rows("SELECT * FROM credit_document") == []
    [line] = await ledger.rows("SELECT reserved_quantity, reserved_net, reserved_tax FROM blue_line")
    assert tuple(line) == (3, 300, 39)


@pytest.mark.req("F-42")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": "01"}, "red-reason-needs-full"),
        ({"reason": "03"}, "red-reason-kind"),
        ({"reason": "99"}, "red-reason-kind"),
        ({"invoice": "I-2"}, "blue-required"),
        ({"lines": [{"line": 2}]}, "blue-required"),
        ({"lines": [{"line": 1}, {"line": 1}]}, "line-twice"),
        ({"lines": [{"line": 1, "quantity": "0"}]}, "qty-not-positive"),
        ({"lines": [{"line": 1, "quantity": "-1"}]}, "qty-not-positive"),
        ({"lines": [{"line": 1, "quantity": "11"}]}, "credit-exceeds-remaining"),
        ({"lines": [{"line": 1, "amount": "1000.01"}]}, "credit-exceeds-remaining"),
    ],
)
async def test_a_draft_that_cannot_be_is_refused_and_leaves_nothing(http, ledger, blue, change, code):
    await sold(http, blue)

    refused = await http.post("finance", "/credit-documents", draft(**change), "accountant")

    assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert await ledger.rows("SELECT * FROM pending_credit") == []


async def test_all_that_is_left_of_a_line_is_nothing_once_a_credit_has_taken_it(http, ledger, blue):
    await sold(http, blue)
    everything = draft(lines=[{"line": 1}])
    made = (await http.post("finance", "/credit-documents", everything, "accountant")).json()
    await http.post("finance", f"/credit-documents/{made['document_id']}:submit", {}, "accountant", seen=1)

    refused = await http.post("finance", "/credit-documents", everything, "accountant")

    assert (refused.status_code, refused.json()["code"]) == (409, "credit-exceeds-remaining")
    assert refused.json()["detail"] == "Nothing is left of I-1/1."


async def test_only_those_who_may_draft_sign_and_speak_for_the_platform(http, ledger, blue):
    await sold(http, blue)
    made = (await http.post("finance", "/credit-documents", draft(), "accountant")).json()
    path = f"/credit-documents/{made['document_id']}"

    for route, role in (
        ("", "reader"),
        (":approve", "accountant"),
        (":told", "accountant"),
        (":submit", "tax-platform"),
    ):
        body = draft() if route == "" else {}
        target = "/credit-documents" if route == "" else f"{path}{route}"
        assert (await http.post("finance", target, body, role, seen=1)).status_code == 403


@pytest.mark.req("F-37", "F-46")
async def test_a_credit_note_is_given_as_valid_ubl_and_reversed_once(http, ledger, blue, returned, decided, judged):
    await ledger.rows("SELECT 1")
    await sold(http, blue, entity="DE01", currency="EUR", buyer=BUYER)
    async with ledger.engine.begin() as conn:
        values = {"jurisdictions": {"DE01": "EU"}, "companies": {"DE01": SELLER}}
        await policy(conn, values)
    line = returned(approved="3", original=("I-1", 1))
    await ledger.hear(decided("CREDIT", [line], entity="DE01", currency="EUR"))

    [row] = await ledger.rows("SELECT number FROM credit_document")
    ubl = await http.get("finance", f"/documents/DE01/{row.number}/ubl")
    body = {"entity": "DE01", "number": row.number, "reason": "not accepted"}
    denied = await http.post("finance", "/reversals", body, "accountant")
    first = await http.post("finance", "/reversals", body, "finance-manager")
    second = await http.post("finance", "/reversals", body, "finance-manager")
    balances = (await http.get("finance", "/balances?entity=DE01")).json()["items"]

    assert judged(ubl.content) == []
    assert ubl.headers["content-type"] == "application/xml"
    assert (denied.status_code, first.status_code, second.status_code) == (403, 201, 409)
    assert (first.json()["kind"], second.json()["code"]) == ("REVERSAL", "already-reversed")
    assert balances == []
    assert len(await ledger.rows("SELECT * FROM journal_entry WHERE reverses <> ''")) == 2
    await ledger.sound()
    assert (await http.get("finance", "/documents/DE01/NONE/ubl")).status_code == 404
    assert (await http.post("finance", "/reversals", {**body, "number": "NONE"}, "finance-manager")).status_code == 404


async def policy(conn, values):
    """Put policy figures into force."""
    from json import dumps

    from sqlalchemy import text

    statement = (
        "INSERT INTO policy_row (version, scope, valid_from, values, proposed_by, approved_by) "
        "VALUES (999, 'global', '2000-01-01', CAST(:values AS jsonb), 'maker', 'checker')"
    )
    await conn.execute(text(statement), {"values": dumps(values)})


async def test_worklists_show_what_waits_for_the_buyer_and_for_us(http, ledger, blue):
    await sold(http, blue)
    made = (await http.post("finance", "/credit-documents", draft(), "accountant")).json()
    path = f"/credit-documents/{made['document_id']}"
    await http.post("finance", f"{path}:submit", {}, "accountant", seen=1)

    async def waiting(name):
        return [row["id"] for row in (await http.get("finance", f"/worklists/{name}")).json()["items"]]

    assert await waiting("credits-to-sign") == [made["document_id"]]
    await http.post("finance", f"{path}:approve", {}, "finance-manager", seen=2)
    told = await http.post("finance", f"{path}:told", {"state": "02"}, "tax-platform", seen=3)
    assert told.json()["state"] == "AWAITING_COUNTERPARTY"
    assert (await waiting("credits-to-sign"), await waiting("forms-at-the-buyer")) == ([], [made["document_id"]])

    form = {"form_no": "F-1", "entity": "CN01", "invoice": "I-1", "reason": "02", "net": "300.00", "tax": "39.00"}
    assert (await http.post("finance", "/red-forms", form, "tax-platform")).json()["code"] == "form-is-live"
    await http.post("finance", f"{path}:told", {"state": "05"}, "tax-platform", seen=4)
    assert await waiting("forms-ended") == [made["document_id"]]
    assert (await http.post("finance", "/red-forms", form, "tax-platform")).status_code == 201
    assert await waiting("buyers-forms") == ["F-1"]
    confirmed = {"document_id": made["document_id"]}
    assert (await http.post("finance", "/red-forms/F-1:confirm", confirmed, "accountant", seen=1)).status_code == 200
    number = {"state": "04", "number": "26312000000000000009"}
    issued = await http.post("finance", f"{path}:told", number, "tax-platform", seen=6)
    assert (issued.json()["state"], issued.json()["number"]) == ("ISSUED", "26312000000000000009")
    await ledger.sound()
