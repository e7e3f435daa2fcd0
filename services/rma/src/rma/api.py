"""What can people ask the RMA office over HTTP?"""

from typing import Annotated

from fastapi import Query, Response

from contracts.base import CaseId
from rma import handlers
from rma.model import Approve, OfferReplacement, Refuse, ShipReplacement, Stage
from rma.storage import cases
from servicekit.http import Calling, page, router

routes = router()
Text = Annotated[str, Query(max_length=64)]


@routes.get("/cases")
async def find_cases(call: Calling, stage: Text = "", customer: Text = "", rma_number: Text = "") -> Response:
    """Find cases by stage, customer or RMA number, the latest first."""
    return await page(call, cases, stage=stage, customer=customer, rma_number=rma_number)


@routes.get("/cases/{case_id}")
async def get_case(case_id: CaseId, call: Calling) -> Response:
    """Show one case."""
    return await call.read_one(cases, case_id, "case")


@routes.get("/obligations")
async def obligations(call: Calling) -> Response:
    """List the swapped units that are not back yet (R-124)."""
    return await page(call, cases, where=cases.c.body["advance"].astext == "true", stage=Stage.AWAITING_GOODS)


@routes.post("/cases/{case_id}:approve")
async def approve(case_id: CaseId, body: Approve, call: Calling) -> Response:
    """Sign for what the case waits for."""
    return await call.do(handlers.APPROVE, body, case_id)


@routes.post("/cases/{case_id}:refuse")
async def refuse(case_id: CaseId, body: Refuse, call: Calling) -> Response:
    """Decline what the case waits for."""
    return await call.do(handlers.REFUSE, body, case_id)


@routes.post("/cases/{case_id}:offer-replacement")
async def offer_replacement(case_id: CaseId, body: OfferReplacement, call: Calling) -> Response:
    """Agree that something else is given in exchange, at its own price."""
    return await call.do(handlers.OFFER_REPLACEMENT, body, case_id)


@routes.post("/cases/{case_id}:ship-replacement")
async def ship_replacement(case_id: CaseId, body: ShipReplacement, call: Calling) -> Response:
    """Report that the good unit has left."""
    return await call.do(handlers.SHIP_REPLACEMENT, body, case_id)
