"""Cases in which no goods come back: refused, not established, an allowance, a batch that waits for a signature."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest


def days_ago(days: int) -> str:
    """Name a day in the past."""
    return str(datetime.now(UTC).date() - timedelta(days=days))  # noqa: TID251  judged by the real clock


@pytest.mark.req("R-133")
async def test_a_return_outside_the_window_is_refused_with_its_policy_row(people: Any) -> None:
    await people.complains("RETURN", "", 1, scope={"profile": "ecommerce"}, circumstances={"received_on": days_ago(9)})

    complaint = await people.ends("REFUSED")

    assert complaint["answer"]["reason"] == "outside_return_window"
    case = await people.stage("REFUSED")
    assert case["reason"]["rule"] == "rma.rules.outside_return_window"
    assert case["reason"]["policy"] == "return_window_days=7 (profile:ecommerce@1)"
    assert (await people.house.get("inspection", f"/inspections/{people.case_id}")).status_code == 404


@pytest.mark.req("R-150")
async def test_a_return_outside_warranty_is_refused(people: Any) -> None:
    await people.complains("RETURN", "", 1, circumstances={"shipped_on": days_ago(800)})

    complaint = await people.ends("REFUSED")

    assert complaint["answer"]["reason"] == "out_of_warranty"


@pytest.mark.req("R-076")
async def test_a_complaint_that_is_not_established_is_closed_with_its_explanation(people: Any) -> None:
    await people.complains("RETURN", "", 1)
    await people.announced()

    explanation = {"explanation": "The device was used under water."}
    await people.do("intake", "not-establish", "clerk", explanation, status=403)
    await people.do("intake", "not-establish", "service-manager", explanation)
    await people.ends("NOT_ESTABLISHED")

    assert (await people.stage("SETTLED"))["rma_number"]
    assert await people.entries() == []


@pytest.mark.req("R-077")
async def test_what_is_not_established_is_owed_as_ever_and_an_objection_goes_to_the_level_above(people: Any) -> None:
    blue = await people.blue_invoice()
    disputed = f"/receivables/disputed?customer={people.customer}"
    line = {"line": 1, "item": "GOODS", "quantity": "2", "unit_price": "100.00"}
    claim = {"claim_id": f"CL-{people.customer}", "entity": "CN01", "customer": people.customer, "currency": "CNY"}
    body = {**claim, "returned_at": f"{days_ago(0)}T00:00:00", "lines": [line]}
    await people.told(await people.house.post("finance", "/claims", body, "accountant"), 201)
    await people.complains("RETURN", blue, 2, claim=claim["claim_id"])
    await people.announced()
    before = (await people.told(await people.house.get("finance", disputed)))["items"]

    explanation = {"explanation": "The device was used under water."}
    await people.do("intake", "not-establish", "service-manager", explanation)
    await people.house.quiet()
    await people.do("intake", "confirm", "customer-desk", {"satisfied": False})
    complaint = await people.see("intake", lambda c: c["status"] == "INVESTIGATING")
    refused = await people.do("intake", "not-establish", "service-manager", explanation, status=403)
    await people.do("intake", "not-establish", "general-manager", explanation)
    await people.ends("NOT_ESTABLISHED")

    after = (await people.told(await people.house.get("finance", disputed)))["items"]
    assert ([row["disputed"] for row in before], after) == (["226.00"], [])
    owed = await people.told(await people.house.get("finance", f"/customers/{people.customer}/statement"))
    [row] = owed["statements"][0]["items"]
    assert (row["invoice"], float(row["open"])) == (blue, 1130)
    assert (complaint["escalated_to"], refused["code"]) == ("general-manager", "for-the-level-above")


async def test_what_quality_does_not_confirm_is_not_credited(people: Any) -> None:
    blue = await people.blue_invoice()
    await people.complains("RETURN", blue, 2)
    await people.arrives(2)

    await people.inspected(established=False, becomes="RETURN_TO_CUSTOMER")
    await people.ends("NOT_ESTABLISHED")

    assert await people.documents() == []


@pytest.mark.req("R-259", "R-264", "F-06")
async def test_an_allowance_needs_its_signature_and_the_sealed_certificate(people: Any) -> None:
    blue = await people.blue_invoice()
    await people.complains("ALLOWANCE", blue, 10, line={"goods": False, "allowance": "100.00"})
    await people.stage("PENDING_APPROVAL")
    await people.do("rma", "approve", "deputy-head", status=403)
    await people.do("rma", "approve", "general-manager")
    await people.house.quiet()
    assert await people.documents() == []

    await people.evidence()
    await people.ends("ALLOWED")

    assert [(d["type"], d["reason"], d["net"], d["tax"]) for d in await people.documents()] == [
        ("RED_INVOICE", "04", "100.00", "13.00")
    ]
    assert await people.entries() == [
        [["D", "SALES_ALLOWANCE", "100.00"], ["D", "OUTPUT_VAT", "13.00"], ["C", "AR", "113.00"]]
    ]


@pytest.mark.req("R-139", "R-141")
async def test_fifty_of_one_model_on_a_day_wait_for_the_deputy_head(people: Any) -> None:
    await people.complains("RETURN", "", 49)
    await people.announced()
    first, people.rma_number = people.case_id, ""

    await people.complains("RETURN", "", 1)
    case = await people.stage("PENDING_APPROVAL")
    assert (case["approver"], case["reason"]["rule"]) == ("deputy-head", "rma.rules.batch_return")
    await people.do("rma", "approve", "regional-sales-manager", status=403)
    await people.do("rma", "approve", "deputy-head")

    assert await people.announced()
    assert people.case_id != first
