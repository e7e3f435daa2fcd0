"""What can people ask accounting over HTTP?"""

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Query, Response

from contracts.base import CaseId, Unknown
from finance import handlers
from finance.model import (
    CREDITS,
    Approve,
    ConfirmPayment,
    DocumentType,
    ImportBlueInvoice,
    MakeClaim,
    Pay,
    RecordEvidence,
    RequestRefund,
)
from finance.storage import (
    blue_invoices,
    blue_lines,
    claims,
    document_lines,
    documents,
    entries,
    entry_lines,
    refunds,
    settlements,
)
from servicekit.http import Bulk, Calling, answered, page, router

routes = router()
Text = Annotated[str, Query(max_length=64)]
PAGE = 500


@routes.post("/blue-invoices:bulk")
async def import_blue_invoices(body: Bulk[ImportBlueInvoice], call: Calling) -> Response:
    """Take over up to a thousand original invoices; the same again has no second effect."""
    return await call.do_many(handlers.IMPORT, body)


@routes.get("/blue-invoices/{entity}/{invoice}")
async def get_blue_invoice(entity: str, invoice: str, call: Calling) -> Response:
    """Show a blue invoice with what is left of each line."""
    head, t = blue_invoices.c, blue_lines.c
    found = await call.read(sa.select(blue_invoices).where(head.entity == entity, head.invoice == invoice))
    if not found:
        raise Unknown(f"There is no blue invoice {invoice} of {entity}.")
    lines = sa.select(blue_lines).where(t.entity == entity, t.invoice == invoice).order_by(t.line)
    return answered(200, {**found[0], "lines": [_with_rest(line) for line in await call.read(lines)]})


@routes.post("/claims", status_code=201)
async def make_claim(body: MakeClaim, call: Calling) -> Response:
    """Find and reserve the originals of what a customer sends back."""
    return await call.do(handlers.CLAIM, body, status=201)


@routes.post("/claims:bulk")
async def make_claims(body: Bulk[MakeClaim], call: Calling) -> Response:
    """Make up to a thousand claims, in this order."""
    return await call.do_many(handlers.CLAIM, body, status=201)


@routes.get("/claims/{claim_id}")
async def get_claim(claim_id: CaseId, call: Calling) -> Response:
    """Show one claim."""
    return await call.read_one(sa.select(claims.c.version, claims.c.body).where(claims.c.id == claim_id), "claim")


@routes.get("/settlements")
async def find_settlements(call: Calling, stage: Text = "", customer: Text = "") -> Response:
    """Find settlements by stage (HELD is the worklist) or customer, the latest first."""
    return await page(call, settlements, stage=stage, customer=customer)


@routes.get("/settlements/{case_id}")
async def get_settlement(case_id: CaseId, call: Calling) -> Response:
    """Show the money side of one case."""
    query = sa.select(settlements.c.version, settlements.c.body).where(settlements.c.id == case_id)
    return await call.read_one(query, "settlement")


@routes.post("/settlements/{case_id}:approve")
async def approve(case_id: CaseId, body: Approve, call: Calling) -> Response:
    """Sign for what the settlement waits for."""
    return await call.do(handlers.APPROVE, body, case_id)


@routes.post("/settlements/{case_id}:record-evidence")
async def record_evidence(case_id: CaseId, body: RecordEvidence, call: Calling) -> Response:
    """Put a proof into the file."""
    return await call.do(handlers.RECORD_EVIDENCE, body, case_id)


@routes.post("/payments", status_code=201)
async def pay(body: Pay, call: Calling) -> Response:
    """Report a payment to the payment gate of a case."""
    return await call.do(handlers.PAY, body, status=201)


@routes.post("/refunds", status_code=201)
async def request_refund(body: RequestRefund, call: Calling) -> Response:
    """Ask to pay out a credit balance."""
    return await call.do(handlers.REQUEST_REFUND, body, status=201)


@routes.get("/refunds/{refund_id}")
async def get_refund(refund_id: CaseId, call: Calling) -> Response:
    """Show one refund."""
    return await call.read_one(sa.select(refunds.c.version, refunds.c.body).where(refunds.c.id == refund_id), "refund")


@routes.post("/refunds/{refund_id}:approve")
async def approve_refund(refund_id: CaseId, body: Approve, call: Calling) -> Response:
    """Sign for a refund as the second person."""
    return await call.do(handlers.APPROVE_REFUND, body, refund_id)


@routes.post("/refunds/{refund_id}:confirm-payment")
async def confirm_payment(refund_id: CaseId, body: ConfirmPayment, call: Calling) -> Response:
    """Report that the bank has paid a refund."""
    return await call.do(handlers.CONFIRM_PAYMENT, body, refund_id)


@routes.get("/documents")
async def find_documents(call: Calling, case_id: Text = "", customer: Text = "", number: Text = "") -> Response:
    """Find documents by case, customer or number, the latest first."""
    t = documents.c
    query = sa.select(documents).order_by(t.issued_on.desc(), t.series, t.no.desc()).limit(PAGE)
    for column, value in ((t.case_id, case_id), (t.customer, customer), (t.number, number)):
        query = query.where(column == value) if value else query
    found = await call.read(query)
    lines = await call.read(
        sa.select(document_lines).where(document_lines.c.document.in_([row["id"] for row in found]))
    )
    return answered(200, {"items": _with_lines(found, lines, "document")})


@routes.get("/entries")
async def find_entries(call: Calling, case_id: Text = "", customer: Text = "") -> Response:
    """Find journal entries with their lines, by case or customer."""
    t = entries.c
    query = sa.select(entries).order_by(t.posted_on.desc(), t.id).limit(PAGE)
    for column, value in ((t.case_id, case_id), (t.customer, customer)):
        query = query.where(column == value) if value else query
    found = await call.read(query)
    lines = await call.read(sa.select(entry_lines).where(entry_lines.c.entry.in_([row["id"] for row in found])))
    return answered(200, {"items": _with_lines(found, lines, "entry")})


@routes.get("/balances")
async def balances(call: Calling, by: Annotated[str, Query(pattern="^customer$")] = "customer") -> Response:
    """Say what was credited to each customer in all: every credit document, memos and allowances included."""
    t = documents.c
    credited = sa.cast(sa.func.sum(t.net + t.tax), sa.Text).label("credited")
    query = (
        sa.select(t.customer, t.currency, credited)
        .where(t.type.in_(sorted(CREDITS, key=DocumentType)))
        .group_by(t.customer, t.currency)
        .order_by(t.customer, t.currency)
    )
    return answered(200, {"items": await call.read(query)})


def _with_rest(line: dict[str, Any]) -> dict[str, Any]:
    rest = {
        f"remaining_{name}": line[name] - line[f"reserved_{name}"] - line[f"credited_{name}"]
        for name in ("quantity", "net", "tax")
    }
    return {**line, **rest}


def _with_lines(heads: list[dict[str, Any]], lines: list[dict[str, Any]], parent: str) -> list[dict[str, Any]]:
    """Put the lines into their heads, in their order."""
    whole: dict[str, dict[str, Any]] = {head["id"]: {**head, "lines": []} for head in heads}
    for line in sorted(lines, key=lambda line: line["no"]):
        whole[line[parent]]["lines"].append(line)
    return list(whole.values())
