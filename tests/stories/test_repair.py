"""Repair: free in warranty, quoted and paid outside it, declined, or impossible."""

from datetime import timedelta
from typing import Any

import pytest


async def arrive_for_repair(people: Any, **finding: Any) -> None:
    """Bring one unit to the shop."""
    await people.arrives(1)
    await people.inspected(repairable=True, becomes="REPAIR", **finding)


def long_ago(people: Any) -> dict[str, Any]:
    """Bought so long ago that warranty is over, with a paid agreement."""
    from datetime import UTC, datetime

    shipped = datetime.now(UTC).date() - timedelta(days=800)  # noqa: TID251  judged by the real clock
    return {"shipped_on": str(shipped), "paid_agreement": True}


@pytest.mark.req("R-218", "R-285")
async def test_a_repair_in_warranty_costs_the_customer_nothing(people: Any) -> None:
    blue = await people.blue_invoice()
    await people.complains("REPAIR", blue, 1)
    await arrive_for_repair(people)

    await people.see("repair", lambda order: order["stage"] == "IN_REPAIR")
    await people.do(
        "repair",
        "complete",
        "technician",
        {"parts_cost": "30.00", "labour_cost": "20.00", "complaint_points_tested": True, "report": "new capacitor"},
    )
    await people.do("repair", "ship", "technician", {"parcel": "SF-2", "freight": "12.00"})
    await people.ends("REPAIRED")

    assert await people.documents() == []
    assert await people.entries() == [
        [["D", "WARRANTY_PROVISION", "50.00"], ["C", "PARTS", "30.00"], ["C", "LABOUR_ABSORBED", "20.00"]],
        [["D", "WARRANTY_PROVISION", "12.00"], ["C", "AP", "12.00"]],
    ]


@pytest.mark.req("R-222", "R-269", "R-270")
async def test_a_chargeable_repair_is_quoted_confirmed_paid_and_only_then_shipped(people: Any) -> None:
    await people.complains("REPAIR", "", 1, circumstances=long_ago(people))
    await arrive_for_repair(people)
    await people.see("repair", lambda order: order["chargeable"])
    quote = {"material": "100.00", "labour": "80.00", "transport": "20.00", "tax": "26.00"}
    await people.do("repair", "quote", "technician", quote)
    work = {"parts_cost": "60.00", "labour_cost": "40.00", "complaint_points_tested": True, "report": "new board"}
    await people.do("repair", "complete", "technician", work, status=409)
    await people.do("repair", "confirm-quote", "customer-desk", {"quote": 1, "confirmed_by": "Ms Zhao"})
    await people.do("repair", "complete", "technician", work)
    await people.house.quiet()
    refused = await people.do("repair", "ship", "technician", {"parcel": "SF-3"}, status=409)
    assert refused["code"] == "payment-outstanding"

    payment = {"case_id": people.case_id, "amount": "226.00", "reference": "bank-1"}
    await people.told(await people.house.post("finance", "/payments", payment, "accountant"), 201)
    await people.see("repair", lambda order: order["gate"] == "OPEN")
    await people.do("repair", "ship", "technician", {"parcel": "SF-3", "freight": "18.00"})
    await people.ends("REPAIRED")

    assert [(d["type"], d["gross"]) for d in await people.documents()] == [("REPAIR_INVOICE", "226.00")]
    assert [["D", "ADVANCE_RECEIVED", "226.00"], ["C", "REPAIR_REVENUE", "200.00"], ["C", "OUTPUT_VAT", "26.00"]] in (
        await people.entries()
    )
    assert [["D", "REPAIR_COST", "18.00"], ["C", "AP", "18.00"]] in await people.entries()


async def test_a_declined_quote_sends_the_unit_back_as_it_is(people: Any) -> None:
    await people.complains("REPAIR", "", 1, circumstances=long_ago(people))
    await arrive_for_repair(people)
    await people.see("repair", lambda order: order["chargeable"])
    quote = {"material": "100.00", "labour": "80.00", "transport": "20.00", "tax": "26.00"}
    await people.do("repair", "quote", "technician", quote)
    await people.do("repair", "decline-quote", "customer-desk", {"quote": 1})

    await people.do("repair", "ship", "technician", {"parcel": "SF-4", "freight": "9.00"})
    await people.ends("SENT_BACK")

    assert await people.documents() == []
    assert await people.entries() == [[["D", "REPAIR_COST", "9.00"], ["C", "AP", "9.00"]]]


@pytest.mark.req("R-229")
async def test_what_cannot_be_repaired_is_credited_instead(people: Any) -> None:
    blue = await people.blue_invoice(open_amount="0")
    await people.complains("REPAIR", blue, 1)
    await arrive_for_repair(people)
    await people.see("repair", lambda order: order["stage"] == "IN_REPAIR")

    await people.do("repair", "give-up", "technician", {"explanation": "the housing is broken"})
    await people.evidence()
    await people.ends("CREDITED")

    assert [(d["type"], d["gross"]) for d in await people.documents()] == [("RED_INVOICE", "113.00")]
