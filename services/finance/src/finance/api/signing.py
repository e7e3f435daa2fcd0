"""Where can somebody sign for many things at once? Each is judged by itself, and has an answer of its own."""

from fastapi import Response
from pydantic import Field

from contracts.base import CaseId
from finance import handlers
from finance.model import Approve
from servicekit.http import Bulk, Calling, Item, router

routes = router()


class Signature(Item[Approve]):
    """One signature: for which record, at the version that was read."""

    case_id: CaseId
    if_match: int


class Signatures(Bulk[Approve]):
    """Up to a thousand of them."""

    items: tuple[Signature, ...] = Field(min_length=1, max_length=1000)


@routes.post("/settlements/approvals:bulk")
async def approve_settlements(body: Signatures, call: Calling) -> Response:
    """Sign for many held credits."""
    return await call.do_many(handlers.APPROVE, body)


@routes.post("/credit-documents/approvals:bulk")
async def approve_credits(body: Signatures, call: Calling) -> Response:
    """Sign for many credit documents."""
    return await call.do_many(handlers.APPROVE_CREDIT, body)


@routes.post("/proposals/approvals:bulk")
async def approve_proposals(body: Signatures, call: Calling) -> Response:
    """Sign for many proposals."""
    return await call.do_many(handlers.APPROVE_PROPOSAL, body)


@routes.post("/refunds/approvals:bulk")
async def approve_refunds(body: Signatures, call: Calling) -> Response:
    """Sign for many refunds."""
    return await call.do_many(handlers.APPROVE_REFUND, body)
