"""What can people ask about the expenses of after-sales service?"""

from typing import Annotated

from fastapi import Query, Response

from contracts.base import CaseId
from finance import handlers
from finance.ledger.service import customer_files, service_costs
from finance.model.service import ClaimExpense, FileCustomer
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


@routes.post("/customer-files", status_code=201)
async def file_customer(body: FileCustomer, call: Calling) -> Response:
    """Put a customer on file."""
    return await call.do(handlers.FILE_CUSTOMER, body, status=201)


@routes.get("/customer-files")
async def find_customer_files(call: Calling, department: Text = "") -> Response:
    """List the customers that are on file, by department."""
    return await page(call, customer_files, department=department)
