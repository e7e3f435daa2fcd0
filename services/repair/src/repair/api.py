"""What can people ask the repair shop over HTTP?"""

from typing import Annotated

from fastapi import Query, Response

from contracts.base import CaseId
from repair import handlers
from repair.model import Complete, ConfirmQuote, DeclineQuote, GiveUp, MakeQuote, Ship
from repair.storage import orders
from servicekit.http import Calling, page, router

routes = router()
Text = Annotated[str, Query(max_length=64)]


@routes.get("/orders")
async def find_orders(call: Calling, stage: Text = "", customer: Text = "", repair_number: Text = "") -> Response:
    """Find repair orders by stage, customer or repair number, the latest first (R-255)."""
    return await page(call, orders, stage=stage, customer=customer, repair_number=repair_number)


@routes.get("/orders/{case_id}")
async def get_order(case_id: CaseId, call: Calling) -> Response:
    """Show one repair order."""
    return await call.read_one(orders, case_id, "repair order")


@routes.post("/orders/{case_id}:quote")
async def quote(case_id: CaseId, body: MakeQuote, call: Calling) -> Response:
    """Quote a chargeable repair, or quote it anew."""
    return await call.do(handlers.QUOTE, body, case_id)


@routes.post("/orders/{case_id}:confirm-quote")
async def confirm_quote(case_id: CaseId, body: ConfirmQuote, call: Calling) -> Response:
    """Note that the customer will pay the current quote."""
    return await call.do(handlers.CONFIRM_QUOTE, body, case_id)


@routes.post("/orders/{case_id}:decline-quote")
async def decline_quote(case_id: CaseId, body: DeclineQuote, call: Calling) -> Response:
    """Note that the customer will not pay."""
    return await call.do(handlers.DECLINE_QUOTE, body, case_id)


@routes.post("/orders/{case_id}:complete")
async def complete(case_id: CaseId, body: Complete, call: Calling) -> Response:
    """Report that the unit works again and passed its outgoing check."""
    return await call.do(handlers.COMPLETE, body, case_id)


@routes.post("/orders/{case_id}:give-up")
async def give_up(case_id: CaseId, body: GiveUp, call: Calling) -> Response:
    """Report that the unit cannot be repaired."""
    return await call.do(handlers.GIVE_UP, body, case_id)


@routes.post("/orders/{case_id}:ship")
async def ship(case_id: CaseId, body: Ship, call: Calling) -> Response:
    """Send the unit to the customer: repaired and paid, or as it came when the quote was declined."""
    return await call.do(handlers.SHIP, body, case_id)
