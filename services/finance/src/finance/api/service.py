"""What can people ask about the expenses of after-sales service?"""

from typing import Annotated

from fastapi import Query, Response

from contracts.base import CaseId
from finance import handlers
from finance.ledger.service import service_costs
from finance.model.service import ClaimExpense
from servicekit.http import Calling, page, router

routes = router()
Text = Annotated[str, Query(max_length=64)]


@routes.post("/service-costs", status_code=201)
async def claim_expense(body: ClaimExpense, call: Calling) -> Response:
    """Claim an expense of after-sales service."""
    return await call.do(handlers.CLAIM_EXPENSE, body, status=201)


@routes.get("/service-costs")
async def find_service_costs(call: Calling, kind: Text = "", customer: Text = "", project: Text = "") -> Response:
    """Find expenses by kind, customer or project."""
    return await page(call, service_costs, kind=kind, customer=customer, project=project)


@routes.get("/service-costs/{cost_id}")
async def get_service_cost(cost_id: CaseId, call: Calling) -> Response:
    """Show one expense."""
    return await call.read_one(service_costs, cost_id, "expense")
