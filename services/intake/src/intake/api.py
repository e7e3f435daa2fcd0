"""What can people ask the intake department over HTTP?"""

from typing import Annotated

from fastapi import Query, Response

from contracts.base import CaseId
from intake import handlers
from intake.model import Confirm, NotEstablish, RegisterComplaint
from intake.storage import complaints
from servicekit.http import Bulk, Calling, page, router

routes = router()
Text = Annotated[str, Query(max_length=64)]


@routes.post("/complaints", status_code=201)
async def register(body: RegisterComplaint, call: Calling) -> Response:
    """Register a complaint; it has its number and is on its way to the RMA office."""
    return await call.do(handlers.REGISTER, body, status=201)


@routes.post("/complaints:bulk")
async def register_many(body: Bulk[RegisterComplaint], call: Calling) -> Response:
    """Register many complaints, each taken or refused by itself."""
    return await call.do_many(handlers.REGISTER, body, status=201)


@routes.get("/complaints")
async def find_complaints(
    call: Calling, number: Text = "", customer: Text = "", status: Text = "", reference: Text = "", profile: Text = ""
) -> Response:
    """Find complaints by number, customer, status the customer's reference or the profile (R-015)."""
    return await page(
        call, complaints, number=number, customer=customer, status=status, reference=reference, profile=profile
    )


@routes.get("/complaints/{case_id}")
async def get_complaint(case_id: CaseId, call: Calling) -> Response:
    """Show one complaint with its answer and what was heard of it."""
    return await call.read_one(complaints, case_id, "complaint")


@routes.post("/complaints/{case_id}:not-establish")
async def not_establish(case_id: CaseId, body: NotEstablish, call: Calling) -> Response:
    """Decide, with authority, that this is no complaint of ours, and say why."""
    return await call.do(handlers.NOT_ESTABLISH, body, case_id)


@routes.post("/complaints/{case_id}:confirm")
async def confirm(case_id: CaseId, body: Confirm, call: Calling) -> Response:
    """Note what the customer says to the answer."""
    return await call.do(handlers.CONFIRM, body, case_id)
