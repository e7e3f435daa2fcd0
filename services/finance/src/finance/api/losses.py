"""What can people ask about losses, suppliers, write-offs and notices?"""

from decimal import Decimal
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Query, Response

from contracts.base import CaseId
from finance import handlers, rules
from finance.ledger.losses import losses, penalties, supplier_claims, supplier_returns, write_offs
from finance.model.keys import loss_key
from finance.model.losses import Refurbish, ReportLoss, SplitLoss, TakeGradeB
from finance.model.suppliers import (
    AnswerClaim,
    ClaimFromSupplier,
    SendClaim,
    SendToSupplier,
    SettleClaim,
    SupplierClaim,
    SupplierCredits,
    WithdrawClaim,
)
from finance.model.writeoffs import DecideWriteOff, DraftPenalty, ReportWriteOff, SignPenalty
from servicekit.http import Calling, answered, page, router

routes = router()
Text = Annotated[str, Query(max_length=64)]


@routes.post("/losses", status_code=201)
async def report_loss(body: ReportLoss, call: Calling) -> Response:
    """Report a loss of a case that other books carry."""
    return await call.do(handlers.REPORT_LOSS, body, status=201)


@routes.get("/losses")
async def find_losses(call: Calling, stage: Text = "", entity: Text = "") -> Response:
    """Find losses by stage or entity."""
    return await page(call, losses, stage=stage, entity=entity)


@routes.get("/losses/{case_id}")
async def get_loss(case_id: CaseId, call: Calling) -> Response:
    """Show what a case has cost and who bears it."""
    return await call.read_one(losses, loss_key(case_id), "loss")


@routes.post("/losses/{case_id}:split")
async def split_loss(case_id: CaseId, body: SplitLoss, call: Calling) -> Response:
    """Decide who bears the loss of a case."""
    return await call.do(handlers.SPLIT_LOSS, body, case_id)


@routes.post("/settlements/{case_id}:refurbish")
async def refurbish(case_id: CaseId, body: Refurbish, call: Calling) -> Response:
    """Report what it cost to repair returned goods for the own stock."""
    return await call.do(handlers.REFURBISH, body, case_id)


@routes.post("/settlements/{case_id}:take-grade-b")
async def take_grade_b(case_id: CaseId, body: TakeGradeB, call: Calling) -> Response:
    """Take refurbished goods into the grade B stock at what they can be sold for."""
    return await call.do(handlers.TAKE_GRADE_B, body, case_id)


@routes.post("/supplier-claims", status_code=201)
async def claim_from_supplier(body: ClaimFromSupplier, call: Calling) -> Response:
    """Draft a claim on a supplier."""
    return await call.do(handlers.CLAIM_FROM_SUPPLIER, body, status=201)


@routes.get("/supplier-claims")
async def find_supplier_claims(call: Calling, stage: Text = "", supplier: Text = "", case_id: Text = "") -> Response:
    """Find claims by stage, supplier or case, the longest unchanged first."""
    return await page(call, supplier_claims, stage=stage, supplier=supplier, case_id=case_id)


@routes.get("/supplier-claims/{claim_id}")
async def get_supplier_claim(claim_id: CaseId, call: Calling) -> Response:
    """Show one claim."""
    return await call.read_one(supplier_claims, claim_id, "claim on a supplier")


@routes.post("/supplier-claims/{claim_id}:send")
async def send_claim(claim_id: CaseId, body: SendClaim, call: Calling) -> Response:
    """Send a claim to the supplier."""
    return await call.do(handlers.SEND_CLAIM, body, claim_id)


@routes.post("/supplier-claims/{claim_id}:answer")
async def answer_claim(claim_id: CaseId, body: AnswerClaim, call: Calling) -> Response:
    """Report what the supplier accepts."""
    return await call.do(handlers.ANSWER_CLAIM, body, claim_id)


@routes.post("/supplier-claims/{claim_id}:withdraw")
async def withdraw_claim(claim_id: CaseId, body: WithdrawClaim, call: Calling) -> Response:
    """Give up what is still open of a claim."""
    return await call.do(handlers.WITHDRAW_CLAIM, body, claim_id)


@routes.post("/supplier-claims/{claim_id}:settle")
async def settle_claim(claim_id: CaseId, body: SettleClaim, call: Calling) -> Response:
    """Report how an accepted claim was settled."""
    return await call.do(handlers.SETTLE_CLAIM, body, claim_id)


@routes.get("/supplier-recovery")
async def supplier_recovery(call: Calling, supplier: Text = "") -> Response:
    """Say for each supplier what was claimed, what came back, and how old is what is open."""
    t, today = supplier_claims.c, call.desk.runtime.now().date()
    query = sa.select(t.body).where(t.stage != "DRAFT").order_by(t.supplier)
    claims = [
        SupplierClaim.model_validate(row["body"])
        for row in await call.read(query.where(t.supplier == supplier) if supplier else query)
    ]
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for claim in claims:
        row = found.setdefault(
            (claim.supplier, claim.currency),
            {"claimed": Decimal(0), "recovered": Decimal(0), "ages": {}},
        )
        row["claimed"] += claim.amount
        row["recovered"] += claim.accepted
        days = (today - claim.sent_on).days if claim.sent_on else 0
        row["ages"][days] = row["ages"].get(days, Decimal(0)) + claim.open_amount
    items = [
        {"supplier": who, "currency": currency, **row, "ages": rules.ageing.aged(row["ages"])}
        for (who, currency), row in found.items()
    ]
    return answered(200, {"items": items})


@routes.post("/supplier-returns", status_code=201)
async def send_to_supplier(body: SendToSupplier, call: Calling) -> Response:
    """Send goods back to their supplier."""
    return await call.do(handlers.SEND_TO_SUPPLIER, body, status=201)


@routes.get("/supplier-returns")
async def find_supplier_returns(call: Calling, stage: Text = "", supplier: Text = "") -> Response:
    """Find goods that went back: SENT waits for the supplier's red invoice."""
    return await page(call, supplier_returns, stage=stage, supplier=supplier)


@routes.get("/supplier-returns/{return_id}")
async def get_supplier_return(return_id: CaseId, call: Calling) -> Response:
    """Show goods that went back."""
    return await call.read_one(supplier_returns, return_id, "return to a supplier")


@routes.post("/supplier-returns/{return_id}:credit")
async def supplier_credits(return_id: CaseId, body: SupplierCredits, call: Calling) -> Response:
    """Book the supplier's red invoice."""
    return await call.do(handlers.SUPPLIER_CREDITS, body, return_id)


@routes.post("/write-offs", status_code=201)
async def report_write_off(body: ReportWriteOff, call: Calling) -> Response:
    """Report goods that are lost by mismanagement."""
    return await call.do(handlers.REPORT_WRITE_OFF, body, status=201)


@routes.get("/write-offs")
async def find_write_offs(call: Calling, stage: Text = "", entity: Text = "") -> Response:
    """Find write-offs: REPORTED waits for signatures."""
    return await page(call, write_offs, stage=stage, entity=entity)


@routes.get("/write-offs/{write_off_id}")
async def get_write_off(write_off_id: CaseId, call: Calling) -> Response:
    """Show one write-off."""
    return await call.read_one(write_offs, write_off_id, "write-off")


@routes.post("/write-offs/{write_off_id}:approve")
async def approve_write_off(write_off_id: CaseId, body: DecideWriteOff, call: Calling) -> Response:
    """Sign for a write-off."""
    return await call.do(handlers.APPROVE_WRITE_OFF, body, write_off_id)


@routes.post("/write-offs/{write_off_id}:reject")
async def reject_write_off(write_off_id: CaseId, body: DecideWriteOff, call: Calling) -> Response:
    """Refuse a write-off: the goods are in stock again."""
    return await call.do(handlers.REJECT_WRITE_OFF, body, write_off_id)


@routes.post("/penalties", status_code=201)
async def draft_penalty(body: DraftPenalty, call: Calling) -> Response:
    """Draft a notice of reward or penalty."""
    return await call.do(handlers.DRAFT_PENALTY, body, status=201)


@routes.get("/penalties")
async def find_penalties(call: Calling, stage: Text = "", case_id: Text = "") -> Response:
    """Find notices by stage or case."""
    return await page(call, penalties, stage=stage, case_id=case_id)


@routes.get("/penalties/{penalty_id}")
async def get_penalty(penalty_id: CaseId, call: Calling) -> Response:
    """Show one notice."""
    return await call.read_one(penalties, penalty_id, "notice")


@routes.post("/penalties/{penalty_id}:approve")
async def approve_penalty(penalty_id: CaseId, body: SignPenalty, call: Calling) -> Response:
    """Sign for a notice; with the last signature it goes out."""
    return await call.do(handlers.SIGN_PENALTY, body, penalty_id)
