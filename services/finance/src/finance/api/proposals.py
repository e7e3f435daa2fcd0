"""What can be proposed and signed for outside a decision, and where credit is set off?"""

from typing import Annotated

from fastapi import Query, Response

from contracts.base import CaseId
from finance import handlers
from finance.model import ApplyCredit, Approve, Propose, Refuse
from finance.storage import proposals
from servicekit.http import Calling, page, router

routes = router()
Text = Annotated[str, Query(max_length=64)]


@routes.post("/proposals", status_code=201)
async def propose(body: Propose, call: Calling) -> Response:
    """Propose goodwill, a customer's fine, a discount on a fee, or terms of a customer."""
    return await call.do(handlers.PROPOSE, body, status=201)


@routes.get("/proposals")
async def find_proposals(call: Calling, stage: Text = "", customer: Text = "", case: Text = "") -> Response:
    """Find proposals by stage, customer or case, the latest first."""
    return await page(call, proposals, stage=stage, customer=customer, case=case)


@routes.get("/proposals/{proposal_id}")
async def get_proposal(proposal_id: CaseId, call: Calling) -> Response:
    """Show one proposal with its signatures."""
    return await call.read_one(proposals, proposal_id, "proposal")


@routes.post("/proposals/{proposal_id}:approve")
async def approve(proposal_id: CaseId, body: Approve, call: Calling) -> Response:
    """Sign for a proposal; with the last signature it is in force."""
    return await call.do(handlers.APPROVE_PROPOSAL, body, proposal_id)


@routes.post("/proposals/{proposal_id}:refuse")
async def refuse(proposal_id: CaseId, body: Refuse, call: Calling) -> Response:
    """Decline a proposal."""
    return await call.do(handlers.REFUSE_PROPOSAL, body, proposal_id)


@routes.post("/credit-applications", status_code=201)
async def apply_credit(body: ApplyCredit, call: Calling) -> Response:
    """Set a customer's credit off against an invoice, or against what a case gives in exchange."""
    return await call.do(handlers.APPLY_CREDIT, body, status=201)
