"""Intake over HTTP, on PostgreSQL."""

import json
from typing import Any

import pytest

from contracts.rma import CaseSettled
from redletter.inprocess import House
from servicekit import shell

SAID = {
    "customer": "C-7",
    "contact": "Ann, 555-0101",
    "content": "The pump hums.",
    "channel": "phone",
    "entity": "E1",
    "currency": "CNY",
    "request": "RETURN",
    "reference": "PO-4711",
    "lines": [{"line": 1, "item": "PUMP", "quantity": "2", "unit_price": "10.00"}],
}


async def hear(house: House, event: Any) -> None:
    """Let the department hear an event of the RMA office."""
    department = house.departments["intake"]
    headers = {"ce_id": f"m-{event.TYPE}-{event.case_id}", "ce_subject": event.case_id, "ce_aggregateversion": "1"}
    body = event.write().encode()
    message = shell.message(department.service, type(event), body, headers, ("rma.case.v1", 0, 1))
    await shell.run(department.service, department.runtime, [message])


async def test_a_complaint_is_registered_found_answered_and_closed(department: House) -> None:
    made = await department.post("intake", "/complaints", SAID, "clerk")
    assert made.status_code == 201
    case_id, number = made.json()["case_id"], made.json()["number"]
    for query in (f"number={number}", "customer=C-7", "status=REGISTERED", "reference=PO-4711"):
        found = (await department.get("intake", f"/complaints?{query}")).json()["items"]
        assert case_id in {item["case_id"] for item in found}
    await hear(department, CaseSettled(case_id=case_id, outcome="EXPIRED", reason={"code": "goods_never_came"}))
    shown = (await department.get("intake", f"/complaints/{case_id}")).json()
    assert (shown["status"], shown["answer"]["reason"]) == ("ANSWERED", "goods_never_came")
    closed = await department.post(
        "intake", f"/complaints/{case_id}:confirm", {"satisfied": True}, "customer-desk", seen=shown["version"]
    )
    assert closed.json()["status"] == "CLOSED"
    story = [row.type.split(".")[2] for row in await department.story(case_id)]
    assert story == ["complaint_accepted", "complaint_closed"]


async def test_each_of_many_complaints_is_taken_or_refused_by_itself(department: House) -> None:
    items = [
        {"key": "bulk-1", "body": SAID},
        {"key": "bulk-2", "body": {**SAID, "contact": ""}},
        {"key": "bulk-3", "body": SAID},
    ]
    many = (await department.post("intake", "/complaints:bulk", {"items": items}, "importer")).json()["results"]
    assert [result["status"] for result in many] == [201, 422, 201]
    assert int(many[2]["body"]["number"]) == int(many[0]["body"]["number"]) + 1
    again = (await department.post("intake", "/complaints:bulk", {"items": items}, "importer")).json()["results"]
    assert [result["body"] for result in again] == [result["body"] for result in many]


async def test_a_price_has_thirteen_decimals_and_one_with_more_is_refused_in_words(department: House) -> None:
    line = {**SAID["lines"][0], "unit_price": "33.3333333333333"}
    more = {**line, "unit_price": "33.33333333333333"}

    refused = await department.post("intake", "/complaints", {**SAID, "lines": [more]}, "clerk")
    made = await department.post("intake", "/complaints", {**SAID, "lines": [line]}, "clerk")

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request")
    assert refused.json()["errors"][0] == {
        "field": "body.lines.0.unit_price",
        "message": "Decimal input should have no more than 13 decimal places",
    }
    [said] = await department.story(made.json()["case_id"])
    assert json.loads(said.payload)["lines"][0]["unit_price"] == "33.3333333333333"


@pytest.mark.req("R-076")
async def test_only_who_may_can_find_a_complaint_not_established(department: House) -> None:
    made = await department.post("intake", "/complaints", SAID, "clerk")
    path, body = f"/complaints/{made.json()['case_id']}:not-establish", {"explanation": "Not our product."}
    assert (await department.post("intake", path, body, "clerk", seen=1)).status_code == 403
    told = await department.post("intake", path, body, "general-manager", seen=1)
    assert told.json()["status"] == "ANSWERED"
