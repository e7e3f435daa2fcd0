"""What arrives is not what was approved: fewer, a little more, far more, unknown, incomplete, or scrap."""

from typing import Any

import pytest


async def returned(people: Any, received: int) -> None:
    """Approve forty (below a batch) and let so many arrive."""
    blue = await people.blue_invoice(200, "10.00")
    line = {"unit_price": "10.00"}
    await people.complains("RETURN", blue, 40, line=line)
    await people.arrives(received)
    await people.inspected()
    await people.evidence()


@pytest.mark.req("R-261")
async def test_fewer_than_approved_are_booked_as_they_came(people: Any) -> None:
    await returned(people, 38)
    await people.ends("CREDITED")

    assert [(d["net"], d["tax"]) for d in await people.documents()] == [("380.00", "49.40")]


@pytest.mark.req("R-261")
async def test_a_little_more_than_approved_is_booked_without_a_new_approval(people: Any) -> None:
    await returned(people, 42)
    await people.ends("CREDITED")

    assert [(d["net"], d["tax"]) for d in await people.documents()] == [("420.00", "54.60")]


@pytest.mark.req("R-262")
async def test_far_more_than_approved_is_held_until_it_is_approved_anew(people: Any) -> None:
    await returned(people, 43)
    await people.stage("HELD")
    assert await people.documents() == []
    assert await people.entries() == []

    await people.do("rma", "approve", "deputy-head")
    await people.evidence()
    await people.ends("CREDITED")

    assert [(d["net"], d["tax"]) for d in await people.documents()] == [("430.00", "55.90")]


async def test_what_was_held_and_is_refused_is_booked_as_approved(people: Any) -> None:
    await returned(people, 43)
    await people.stage("HELD")

    await people.do("rma", "refuse", "deputy-head", {"note": "the rest goes back"})
    await people.evidence()
    await people.ends("CREDITED")

    assert [d["net"] for d in await people.documents()] == ["400.00"]


@pytest.mark.req("R-117")
async def test_a_parcel_without_a_known_number_waits_among_the_unidentified(people: Any) -> None:
    await people.complains("RETURN", "", 1)
    number = await people.announced()

    parcel = {"rma_number": "", "lines": [{"item": "GOODS", "quantity": "1"}]}
    answer = await people.arrives(1, **parcel)
    assert answer["status"] == "UNIDENTIFIED"
    waiting = (await people.house.get("inspection", "/receipts?status=UNIDENTIFIED&limit=1000")).json()["items"]
    mine = next(r for r in waiting if r["id"] == answer["receipt_id"])
    body = {
        "rma_number": number,
        "signatures": {"quality": "Q. Li", "storage": "S. Wang"},
        "differences_signed": True,
    }
    path = f"/receipts/{mine['id']}:identify"
    await people.told(await people.house.post("inspection", path, body, "dock", seen=mine["version"]))

    await people.stage("INSPECTING")


@pytest.mark.req("R-271")
async def test_a_missing_accessory_is_deducted(people: Any) -> None:
    blue = await people.blue_invoice(open_amount="0")
    await people.complains("RETURN", blue, 1)
    await people.arrives(1)
    await people.inspected(missing_parts=["charger"])
    await people.evidence()
    await people.ends("CREDITED")

    documents = {d["type"]: d["gross"] for d in await people.documents()}
    assert documents["RED_INVOICE"] == "113.00"
    assert documents["DEBIT_NOTE"] == "22.60"  # 20.00 by the price list, and 13 % tax


@pytest.mark.req("R-202")
async def test_fifty_pieces_are_scrapped_only_with_the_general_managers_signature(people: Any) -> None:
    blue = await people.blue_invoice(60, "10.00")
    await people.complains("RETURN", blue, 50, line={"unit_price": "10.00"})
    await people.stage("PENDING_APPROVAL")
    await people.do("rma", "approve", "deputy-head")
    await people.arrives(50)
    await people.inspected(becomes="SCRAP")
    await people.evidence()
    await people.ends("CREDITED")
    assert not any("QUALITY_LOSS" in str(entry) for entry in await people.entries())

    body = {"cosigned_by": "P. Head", "decision": "APPROVE"}
    await people.do("inspection", "approve-scrap", "inspector", body, status=403)
    await people.do("inspection", "approve-scrap", "general-manager", body)
    await people.house.quiet()

    assert [["D", "QUALITY_LOSS", "3000.00"], ["C", "RETURNS_QUARANTINE", "3000.00"]] in await people.entries()


@pytest.mark.req("R-122", "F-54")
async def test_goods_without_a_known_original_are_credited_by_a_memo_after_one_more_approval(people: Any) -> None:
    await people.complains("RETURN", "", 1)
    await people.arrives(1)
    await people.inspected()
    await people.house.quiet()
    assert await people.documents() == []

    await people.do("finance", "approve", "accountant", status=403)
    await people.do("finance", "approve", "finance-manager")
    await people.ends("CREDITED")

    assert [["D", "QUALITY_LOSS", "100.00"], ["C", "CUSTOMER_CREDIT", "100.00"]] in await people.entries()
    assert [(d["type"], d["tax"]) for d in await people.documents()] == [("GOODWILL_MEMO", "0.00")]
