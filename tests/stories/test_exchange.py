"""A good unit for a bad one: after the old one is back, or in advance of it."""

from typing import Any

import pytest


@pytest.mark.req("R-143", "R-167", "R-257")
async def test_an_exchange_credits_the_old_unit_and_invoices_the_new_one(people: Any) -> None:
    blue = await people.blue_invoice()
    await people.complains("EXCHANGE", blue, 1)
    await people.stage("PENDING_APPROVAL")
    await people.do("rma", "approve", "clerk", status=403)
    await people.do("rma", "approve", "regional-sales-manager")

    await people.arrives(1)
    await people.inspected()
    await people.evidence()
    await people.stage("REPLACING")
    await people.do("rma", "ship-replacement", "rma-officer", {"parcel": "SF-1"})
    await people.ends("EXCHANGED")

    types = [d["type"] for d in await people.documents()]
    assert sorted(types) == ["RED_INVOICE", "REPLACEMENT_INVOICE"]
    assert "rma.replacement_released" in await people.heard()


@pytest.mark.req("F-14", "R-257")
async def test_what_costs_more_than_the_old_unit_ships_when_the_difference_is_paid(people: Any) -> None:
    blue = await people.blue_invoice(open_amount="0")
    await people.complains("EXCHANGE", blue, 1)
    await people.stage("PENDING_APPROVAL")
    dearer = {"item": "GOODS-PLUS", "unit_price": "150.00", "tax": "19.50", "unit_cost": "90.00"}
    await people.do("rma", "offer-replacement", "rma-officer", {"lines": [{"line": 1, "replacement": dearer}]})
    await people.do("rma", "approve", "regional-sales-manager")
    await people.arrives(1)
    await people.inspected()

    await people.stage("AWAITING_PAYMENT")
    refused = await people.do("rma", "ship-replacement", "rma-officer", {"parcel": "SF-1"}, status=409)
    payment = {"case_id": people.case_id, "amount": "56.50", "reference": "BANK-1"}
    await people.told(await people.house.post("finance", "/payments", payment, "accountant"), 201)
    await people.stage("REPLACING")
    await people.do("rma", "ship-replacement", "rma-officer", {"parcel": "SF-1"})
    await people.ends("EXCHANGED")

    assert refused["code"] == "gate-closed"
    assert sorted((d["type"], d["gross"]) for d in await people.documents()) == [
        ("RED_INVOICE", "113.00"), ("REPLACEMENT_INVOICE", "169.50"),
    ]  # fmt: skip
    assert [["D", "BANK", "56.50"], ["C", "AR", "56.50"]] in await people.entries()
    assert [["D", "COGS", "90.00"], ["C", "INVENTORY", "90.00"]] in await people.entries()


async def contract(people: Any, name: str, values: dict[str, Any]) -> None:
    """Put policy values into force for one contract: one proposes, another approves."""
    body = {"scope": f"contract:{name}", "valid_from": "2026-01-01", "values": values}
    proposed = await people.told(await people.house.post("rma", "/policy", body, "policy-maker"), 201)
    path = f"/policy/{proposed['version']}:approve"
    await people.told(await people.house.post("rma", path, {}, "policy-approver"))


@pytest.mark.req("R-124")
async def test_the_customer_is_billed_for_a_unit_sent_in_advance_whose_old_one_never_comes(people: Any) -> None:
    await contract(
        people, people.customer, {"advance_replacement": True, "advance_return_days": 0, "exchange_approver": ""}
    )
    blue = await people.blue_invoice()
    scope = {"profile": "manufacturing", "contract": people.customer}
    await people.complains("EXCHANGE", blue, 1, scope=scope, circumstances={"wants_advance": True})

    await people.ends("BILLED")

    assert "rma.obligation_overdue" in await people.heard()
    assert [d["type"] for d in await people.documents()] == ["REPLACEMENT_INVOICE"]

    await people.arrives(1)
    await people.inspected()
    await people.ends("LATE_RETURNED")

    bill, credit = await people.documents()
    assert (credit["type"], credit["original"], credit["gross"]) == ("RED_INVOICE", bill["number"], bill["gross"])
    assert [["D", "WARRANTY_PROVISION", "60.00"], ["C", "COGS", "60.00"]] in await people.entries()


async def test_a_unit_sent_in_advance_is_settled_when_the_old_one_comes_back(people: Any) -> None:
    await contract(people, people.customer, {"advance_replacement": True, "exchange_approver": ""})
    blue = await people.blue_invoice()
    scope = {"profile": "manufacturing", "contract": people.customer}
    await people.complains("EXCHANGE", blue, 1, scope=scope, circumstances={"wants_advance": True})
    await people.announced()
    obligations = (await people.house.get("rma", "/obligations?limit=1000")).json()["items"]
    assert people.case_id in [case["case_id"] for case in obligations]

    await people.arrives(1)
    await people.inspected()
    await people.ends("EXCHANGED")

    obligations = (await people.house.get("rma", "/obligations?limit=1000")).json()["items"]
    assert people.case_id not in [case["case_id"] for case in obligations]
    assert await people.documents() == []
