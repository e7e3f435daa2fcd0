"""Goods come back, the fault is confirmed, the customer is credited by a red invoice, the complaint is closed."""

from typing import Any

import pytest


@pytest.mark.req("R-115", "R-256", "F-02")
async def test_a_paid_return_becomes_a_red_invoice_and_a_credit_balance(people: Any) -> None:
    blue = await people.blue_invoice(open_amount="0")
    await people.complains("RETURN", blue, 3)

    await people.arrives(3)
    await people.inspected()
    await people.evidence()
    complaint = await people.ends("CREDITED")

    documents = await people.documents()
    assert [(d["type"], d["net"], d["tax"], d["gross"]) for d in documents] == [
        ("RED_INVOICE", "300.00", "39.00", "339.00")
    ]
    assert await people.entries() == [
        [["D", "REVENUE", "300.00"], ["D", "OUTPUT_VAT", "39.00"], ["C", "CUSTOMER_CREDIT", "339.00"]],
        [["D", "RETURNS_QUARANTINE", "180.00"], ["C", "COGS", "180.00"]],
        [["D", "INVENTORY", "180.00"], ["C", "RETURNS_QUARANTINE", "180.00"]],
    ]
    assert await people.credit_balance() == "339.00"
    assert documents[0]["number"] in complaint["answer"]["documents"]


@pytest.mark.req("F-01", "R-258")
async def test_a_full_unpaid_return_settles_the_receivable_to_zero(people: Any) -> None:
    blue = await people.blue_invoice()
    await people.complains("RETURN", blue, 10)

    await people.arrives(10)
    await people.inspected()
    await people.evidence()
    await people.ends("CREDITED")

    invoice = (await people.house.get("finance", f"/blue-invoices/CN01/{blue}")).json()
    assert float(invoice["open_amount"]) == 0
    assert (await people.entries())[0][-1] == ["C", "AR", "1130.00"]
    # What the customer deducts is booked once, and nothing is sent back for it.
    assert [d["gross"] for d in await people.documents()] == ["1130.00"]
    assert (await people.house.get("repair", f"/orders/{people.case_id}")).status_code == 404
    assert not {"rma.replacement_released", "repair.shipped"} & set(await people.heard())
