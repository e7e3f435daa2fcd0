"""Every operation of every department says no in the same words: to strangers, to the wrong role, to stale hands."""

import re
import secrets
from typing import Any

import pytest

from contracts.access import operations
from redletter.house import NAMES

ALL = [(name, *operation.split()) for name in NAMES for operation in operations(name)]
COMMANDS = [(name, path) for name, method, path in ALL if method == "POST"]
BULK = [(name, path) for name, path in COMMANDS if path.endswith(":bulk")]
UNKEYED = re.compile("/policy|/parked|.*:preview$")  # the kit's own, and what writes nothing
ON_A_RECORD = [(name, path) for name, path in COMMANDS if "/{" in path and not UNKEYED.match(path)]
OF_RECORDS = [(name, path) for name, method, path in ALL if method == "GET" and "{" in path] + ON_A_RECORD
KEYED = [(name, path) for name, path in COMMANDS if (name, path) not in BULK and not UNKEYED.match(path)]
# Of somebody unknown there is nothing to list; others' delegations are not told; no loss, nothing to split.
NOT_RECORDS = {
    "/month-ends/{entity}/{period}/runs",
    "/periods/{entity}/{period}/changes",
    "/customers/{customer}/statement",
    "/customers/{customer}/statement/page",
    "/settlements/{case_id}/cost",
    "/delegations/{person}",
    "/losses/{case_id}:split",
}
UNKNOWN = [(name, path) for name, path in OF_RECORDS if path not in NOT_RECORDS]


def test_every_command_has_a_good_body_here_that_can_be_spoiled(bodies: Any) -> None:
    told = {(name, path) for name, path in COMMANDS if not path.endswith(":bulk")}
    known = {("parked", ""), *bodies}
    assert {each for each in told - known if not each[1].startswith(("/parked", "/policy/"))} == set()


@pytest.mark.parametrize(("name", "method", "path"), ALL, ids=[" ".join(each) for each in ALL])
def test_nobody_is_heard_without_a_token_and_nobody_with_the_wrong_scope(
    fuzzed: Any, checked: Any, bodies: Any, name: str, method: str, path: str
) -> None:
    scope = operations(name)[f"{method} {path}"]
    others = sorted({s for each in NAMES for s in operations(each).values()} - {scope})
    good = {"Idempotency-Key": "k", "If-Match": '"1"'}
    more = {"json": bodies.get((name, path), {})} if method == "POST" else {}
    wrong = fuzzed.token("wrong", others)
    for token, status, code in (
        (None, 401, "not-authenticated"),
        ("Bearer nonsense", 401, "not-authenticated"),
        (f"Bearer {fuzzed.token('somebody')}x", 401, "not-authenticated"),
        (f"Basic {wrong}", 401, "not-authenticated"),
        (f"Bearer {wrong}", 403, "not-allowed"),
        (f"Bearer {fuzzed.token('nobody', [])}", 403, "not-allowed"),
    ):
        headers = good | ({} if token is None else {"Authorization": token})
        answer = fuzzed.send(name, method, fuzzed.filled(path), headers=headers, **more)
        checked(answer, f"{token} {path}")
        assert (answer.status_code, answer.json()["code"]) == (status, code), token
    right = fuzzed.send(
        name,
        method,
        fuzzed.filled(path),
        headers=good | {"Authorization": f"Bearer {fuzzed.token('right', [scope])}"},
        **more,
    )
    checked(right, path)
    assert right.status_code != 403 or right.json()["code"] != "not-allowed"  # its own rules may still say no


@pytest.mark.parametrize(("name", "path"), UNKNOWN, ids=[" ".join(each) for each in UNKNOWN])
def test_a_record_that_nobody_knows_is_404(fuzzed: Any, checked: Any, bodies: Any, name: str, path: str) -> None:
    if (name, path) in COMMANDS:
        answer = fuzzed.post(name, fuzzed.filled(path), bodies[name, path], 1)
    else:
        headers = {"Authorization": f"Bearer {fuzzed.token('somebody')}"}
        answer = fuzzed.send(name, "GET", fuzzed.filled(path), headers=headers)
    checked(answer, path)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("path", ["/parked/unknown-1:redrive", "/policy/2000000000:approve"])
def test_what_the_kit_does_not_know_is_404(fuzzed: Any, checked: Any, name: str, path: str) -> None:
    answer = fuzzed.post(name, path, None)
    checked(answer, path)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown")


@pytest.mark.parametrize(("name", "path"), KEYED, ids=[" ".join(each) for each in KEYED])
def test_a_command_without_an_idempotency_key_is_400(
    fuzzed: Any, checked: Any, bodies: Any, name: str, path: str
) -> None:
    for key in ({}, {"Idempotency-Key": ""}, {"Idempotency-Key": "x" * 256}):
        headers = {"Authorization": f"Bearer {fuzzed.token('somebody')}", "If-Match": '"1"', **key}
        answer = fuzzed.send(name, "POST", fuzzed.filled(path), json=bodies[name, path], headers=headers)
        checked(answer, path)
        assert (answer.status_code, answer.json()["code"]) == (400, "key-missing")


@pytest.mark.parametrize(("name", "path"), ON_A_RECORD, ids=[" ".join(each) for each in ON_A_RECORD])
def test_a_command_on_a_record_says_which_version_it_has_seen(
    fuzzed: Any, checked: Any, bodies: Any, name: str, path: str
) -> None:
    missing = fuzzed.post(name, fuzzed.filled(path), bodies[name, path])
    checked(missing, path)
    assert (missing.status_code, missing.json()["code"]) == (428, "version-missing")
    identity, version = fuzzed.of_path(name, path)[0]

    stale = fuzzed.post(name, fuzzed.filled(path, identity), bodies[name, path], version + 1)

    checked(stale, path)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")


OTHER: dict[str, dict[str, Any]] = {
    "/complaints": {"content": "Something else."},
    "/complaints/{case_id}:not-establish": {"explanation": "Something else."},
    "/complaints/{case_id}:confirm": {"satisfied": False},
    "/cases/{case_id}:approve": {"note": "else"},
    "/cases/{case_id}:refuse": {"note": "else"},
    "/cases/{case_id}:ship-replacement": {"parcel": "else"},
    "/receipts": {"emergency_by": "else"},
    "/receipts/{receipt_id}:identify": {"rma_number": "else"},
    "/inspections/{case_id}:complete": {"inspector": "else"},
    "/inspections/{case_id}:approve-scrap": {"cosigned_by": "else"},
    "/orders/{case_id}:quote": {"material": "1"},
    "/orders/{case_id}:confirm-quote": {"confirmed_by": "else"},
    "/orders/{case_id}:decline-quote": {"quote": 2},
    "/orders/{case_id}:complete": {"report": "else"},
    "/orders/{case_id}:give-up": {"explanation": "else"},
    "/orders/{case_id}:ship": {"parcel": "else"},
    "/cases/{case_id}:offer-replacement": {"lines": [{"line": 2, "replacement": {"item": "P-1", "unit_price": "1"}}]},
    "/claims": {"customer": "else"},
    "/settlements/{case_id}:hand-over": {"holder": "else"},
    "/settlements/{case_id}:refurbish": {"reference": "else"},
    "/settlements/{case_id}:take-grade-b": {"net_realisable": "1"},
    "/refunds/{refund_id}:send": {"note": "else"},
    "/refunds/{refund_id}:report-failure": {"reason": "else"},
    "/proposals": {"amount": "8"},
    "/credit-applications": {"reference": "else"},
    "/invoice-payments": {"reference": "else"},
    "/adjustments": {"reason": "else"},
    "/supplier-claims": {"amount": "2"},
    "/supplier-returns": {"quantity": "2"},
    "/write-offs": {"cause": "else"},
    "/penalties": {"department": "ELSE"},
    "/settlements/{case_id}:approve": {"note": "else"},
    "/settlements/{case_id}:record-evidence": {"reference": "else"},
    "/payments": {"reference": "else"},
    "/scrap-sales": {"reference": "else"},
    "/refunds": {"amount": "2"},
    "/refunds/{refund_id}:approve": {"note": "else"},
    "/refunds/{refund_id}:confirm-payment": {"reference": "else"},
    "/proposals/{proposal_id}:approve": {"note": "else"},
    "/proposals/{proposal_id}:refuse": {"note": "else"},
    "/credit-documents": {"reason": "04"},
    **{f"/credit-documents/{{document_id}}:{verb}": {"note": "else"} for verb in ("submit", "reject", "cancel")},
    "/credit-documents/{document_id}:approve": {"note": "else"},
    "/credit-documents/{document_id}:issue": {"form_no": "else"},
    "/credit-documents/{document_id}:told": {"number": "else"},
    "/supplier-claims/{claim_id}:send": {"posted_on": "2026-01-02"},
    "/supplier-claims/{claim_id}:answer": {"accepted": "1"},
    "/supplier-claims/{claim_id}:withdraw": {"posted_on": "2026-01-02"},
    "/supplier-claims/{claim_id}:settle": {"reference": "else"},
    "/supplier-returns/{return_id}:credit": {"red_invoice": "else"},
    "/write-offs/{write_off_id}:approve": {"note": "else"},
    "/write-offs/{write_off_id}:reject": {"note": "else"},
    "/penalties/{penalty_id}:approve": {"note": "else"},
    "/adjustments/{adjustment_id}:reverse": {"reason": "else"},
    "/service-costs": {"amount": "8"},
    "/customer-files": {"department": "ELSE"},
    "/losses": {"reference": "else"},
    "/red-forms": {"net": "99"},
    "/periods": {"period": "2019-02"},
    "/reconciliations": {"complete": ["ERP"]},
    "/month-ends": {"period": "2019-02"},
    "/exports/gl": {"entity": "else"},
    "/exports:acknowledge": {"results": [{"entry": "else", "erp_number": "1"}]},
    "/red-forms/{form_no}:confirm": {"document_id": "else"},
    "/red-forms/{form_no}:reject": {"note": "else"},
    "/red-forms/{form_no}:told": {"number": "else"},
    "/uploads/{upload_id}:record": {"reference": "else"},
    "/losses/{case_id}:split": {"cause": "else"},
    "/differences/{difference_id}:close": {"reason": "else"},
    **{f"/periods/{{entity}}/{{period}}:{verb}": {"reason": "else"} for verb in ("soft-lock", "lock", "reopen")},
    "/delegations/{person}": {"to": "else"},
    "/reversals": {"reason": "else"},
    "/prints": {"sheet": "VOUCHER"},
}
AGAIN = [(name, path) for name, path in KEYED if path in OTHER]


def test_every_command_that_is_done_once_is_tried_twice() -> None:
    assert [path for _, path in KEYED if path not in OTHER] == []


def there_is(fuzzed: Any, path: str, body: Any) -> dict[str, Any]:
    """Give what a body names, as this house has it: an answer about nothing is not kept."""
    known = fuzzed.records("finance")
    named = {"case_id": known["/settlements"], "document_id": known["/credit-documents"]}
    found = {name: records[0][0] for name, records in named.items() if name in body}
    if path in {"/reversals", "/prints"}:
        found |= {"number": fuzzed.get("finance", "/documents?limit=1")["items"][0]["number"]}
    if "export_id" in body:
        if not fuzzed.get("finance", "/exports?limit=1")["items"]:
            fuzzed.done("/exports/gl", {"entity": "CN01"})
        [batch] = fuzzed.get("finance", "/exports?limit=1")["items"]
        [first, *_] = fuzzed.get("finance", f"/exports/{batch['id']}")["answers"]
        found |= {"export_id": batch["id"], "results": [{"entry": first["id"], "erp_number": "1"}]}
    return found


@pytest.mark.parametrize(("name", "path"), AGAIN, ids=[" ".join(each) for each in AGAIN])
def test_a_command_given_twice_is_done_once_and_its_key_is_422_for_another_body(
    fuzzed: Any, checked: Any, bodies: Any, name: str, path: str
) -> None:
    key, body = secrets.token_hex(8), bodies[name, path]
    body = {**body, **there_is(fuzzed, path, body)}
    identity, version = "", None
    if "{" in path:
        identity, version = fuzzed.of_path(name, path)[-1]
    other, url = {**body, **OTHER[path]}, fuzzed.filled(path, identity)
    first = fuzzed.post(name, url, body, version, **{"Idempotency-Key": key})
    again = fuzzed.post(name, url, body, version, **{"Idempotency-Key": key})
    reused = fuzzed.post(name, url, other, version, **{"Idempotency-Key": key})

    for answer in (first, again, reused):
        checked(answer, path)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert (reused.status_code, reused.json()["code"]) == (422, "key-reused")
    if version is not None and first.headers.get("etag", f'"{version}"') != f'"{version}"':  # it was done
        late = fuzzed.post(name, url, body, version)
        assert (late.status_code, late.json()["code"]) == (412, "stale-version")


def at_stage(fuzzed: Any, name: str, where: str) -> list[Any]:
    """List the records at a stage; a repair in hand may also be one that another test has had paid for."""
    rows = fuzzed.get(name, where)["items"]
    return [row for row in rows if not (where == "/orders?stage=IN_REPAIR" and row["chargeable"])]


@pytest.mark.parametrize(
    ("name", "path", "at", "code"),
    [
        ("intake", "/complaints/{case_id}:confirm", "status=AUTHORIZED", "not-answered-yet"),
        ("rma", "/cases/{case_id}:approve", "stage=AWAITING_GOODS", "nothing-to-approve"),
        ("rma", "/cases/{case_id}:refuse", "stage=AWAITING_GOODS", "nothing-to-approve"),
        ("rma", "/cases/{case_id}:ship-replacement", "stage=AWAITING_GOODS", "no-replacement-due"),
        ("inspection", "/inspections/{case_id}:complete", "stage=ANNOUNCED", "goods-not-received"),
        ("inspection", "/inspections/{case_id}:complete", "stage=COMPLETED", "inspection-already-completed"),
        ("inspection", "/inspections/{case_id}:approve-scrap", "stage=RECEIVED", "no-scrap-pending"),
        ("repair", "/orders/{case_id}:confirm-quote", "stage=PLANNED", "no-open-quote"),
        ("repair", "/orders/{case_id}:decline-quote", "stage=PLANNED", "no-open-quote"),
        ("repair", "/orders/{case_id}:ship", "stage=IN_REPAIR", "nothing-to-ship"),
        ("repair", "/orders/{case_id}:quote", "stage=IN_REPAIR", "repair-is-free"),
        ("finance", "/settlements/{case_id}:approve", "stage=OPEN", "nothing-held"),
    ],
)
def test_a_command_in_the_wrong_stage_is_409_and_changes_nothing(
    fuzzed: Any, checked: Any, bodies: Any, name: str, path: str, at: str, code: str
) -> None:
    collection = path.split("/{", maxsplit=1)[0]
    if not at_stage(fuzzed, name, f"{collection}?{at}"):  # other tests have moved them all on
        fuzzed.more()
    rows = at_stage(fuzzed, name, f"{collection}?{at}")
    assert rows, f"no {collection} at {at}"
    identity, version = rows[0]["id"], rows[0]["version"]

    answer = fuzzed.post(name, fuzzed.filled(path, identity), bodies[name, path], version)

    checked(answer, path)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert fuzzed.get(name, f"{collection}/{identity}")["version"] == version


@pytest.mark.parametrize(("name", "path"), [(n, p) for n, p in BULK])
def test_a_bulk_answers_each_command_by_itself(fuzzed: Any, checked: Any, bodies: Any, name: str, path: str) -> None:
    single = path.removesuffix(":bulk")
    item = bodies.get((name, single)) or bodies.get((name, path), {}).get("items", [{}])[0].get("body")
    item = item or bodies[name, f"{single}/{{case_id}}:complete"]
    key = secrets.token_hex(8)
    body = {"items": [{"key": key, "body": item, "case_id": "unknown-2"}, {"key": key, "body": item}]}

    answer = fuzzed.post(name, path, body)

    checked(answer, path)
    assert answer.status_code in {200, 422}
    for bad in ({}, {"items": []}, {"items": [{"key": "", "body": item}]}, [], None, {"items": [body] * 2}):
        refused = fuzzed.post(name, path, bad)
        checked(refused, path)
        assert refused.status_code == 422
