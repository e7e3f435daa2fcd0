"""What can people ask the receiving dock and quality over HTTP?"""

from typing import Annotated

from fastapi import Query, Response

from contracts.base import CaseId
from inspection import handlers
from inspection.model import (
    ApproveScrap,
    CompleteInspection,
    Delivery,
    Identification,
    Identify,
    Receive,
)
from inspection.storage import CASES_OF, inspections, receipts
from servicekit.http import Bulk, Call, Calling, Item, page, router

routes = router()
Text = Annotated[str, Query(max_length=64)]


async def cases(call: Call, *rma_numbers: str) -> dict[str, str]:
    """Find the cases of RMA numbers, all at once."""
    known = [number for number in rma_numbers if number]
    return dict(await call.rows(CASES_OF, {"numbers": known})) if known else {}


@routes.post("/receipts", status_code=201)
async def receive(body: Receive, call: Calling) -> Response:
    """Take a parcel in; one that nobody announced waits in the unidentified queue."""
    found = await cases(call, body.rma_number)
    return await call.do(handlers.RECEIVE, Delivery(said=body, case_id=found.get(body.rma_number, "")), status=201)


@routes.post("/receipts:bulk")
async def receive_many(body: Bulk[Receive], call: Calling) -> Response:
    """Take many parcels in, each accepted, queued or refused by itself."""
    found = await cases(call, *(item.body.rma_number for item in body.items))
    located = (Delivery(said=item.body, case_id=found.get(item.body.rma_number, "")) for item in body.items)
    items = tuple(Item[Delivery](key=i.key, body=delivery) for i, delivery in zip(body.items, located, strict=True))
    return await call.do_many(handlers.RECEIVE, Bulk[Delivery](items=items), status=201)


@routes.get("/receipts")
async def find_receipts(call: Calling, status: Text = "", rma_number: Text = "") -> Response:
    """Find receipts by status or RMA number, the latest first; UNIDENTIFIED is the queue (R-117)."""
    return await page(call, receipts, status=status, rma_number=rma_number)


@routes.get("/receipts/{receipt_id}")
async def get_receipt(receipt_id: CaseId, call: Calling) -> Response:
    """Show one receipt."""
    return await call.read_one(receipts, receipt_id, "receipt")


@routes.post("/receipts/{receipt_id}:identify")
async def identify(receipt_id: CaseId, body: Identify, call: Calling) -> Response:
    """Give a parcel from the unidentified queue to its case."""
    found = await cases(call, body.rma_number)
    located = Identification(said=body, case_id=found.get(body.rma_number, ""))
    return await call.do(handlers.IDENTIFY, located, receipt_id)


@routes.get("/inspections")
async def find_inspections(call: Calling, stage: Text = "", rma_number: Text = "", profile: Text = "") -> Response:
    """Find inspections by stage, RMA number or profile: the worklists of dock and quality."""
    return await page(call, inspections, stage=stage, rma_number=rma_number, profile=profile)


@routes.get("/inspections/{case_id}")
async def get_inspection(case_id: CaseId, call: Calling) -> Response:
    """Show one inspection."""
    return await call.read_one(inspections, case_id, "inspection")


@routes.post("/inspections/{case_id}:complete")
async def complete(case_id: CaseId, body: CompleteInspection, call: Calling) -> Response:
    """Give the findings; they are final."""
    return await call.do(handlers.COMPLETE, body, case_id)


@routes.post("/inspections:bulk")
async def complete_many(body: Bulk[CompleteInspection], call: Calling) -> Response:
    """Give the findings of many cases, each taken or refused by itself."""
    return await call.do_many(handlers.COMPLETE, body)


@routes.post("/inspections/{case_id}:approve-scrap")
async def approve_scrap(case_id: CaseId, body: ApproveScrap, call: Calling) -> Response:
    """Decide on goods that wait to be scrapped."""
    return await call.do(handlers.APPROVE_SCRAP, body, case_id)
