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
