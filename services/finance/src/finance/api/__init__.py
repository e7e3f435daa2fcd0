"""What can people ask accounting over HTTP?"""

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Path, Query, Response

from contracts.base import CaseId, Unknown
from finance import handlers, rules
from finance.decide.exports import chart_of
from finance.ledger.policy import policy
from finance.model import (
    CREDITS,
    Account,
    Approve,
    ConfirmPayment,
    Delegate,
    DocumentType,
    HandOver,
    ImportBlueInvoice,
    MakeClaim,
    Pay,
    RecordEvidence,
    ReportFailure,
    RequestRefund,
    SellScrap,
    SendRefund,
)
from finance.storage import (
    blue_invoices,
    blue_lines,
    claims,
    delegations,
    document_lines,
    documents,
    entries,
    entry_lines,
    refunds,
    reversals,
    settlements,
)
from servicekit.http import Bulk, Calling, answered, page, router

routes = router()
Text = Annotated[str, Query(max_length=64)]
Person = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")]
PAGE = 500
Limit = Annotated[int, Query(ge=1, le=1000)]
After = Annotated[int | None, Query(ge=0, lt=2**63)]


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
    return await call.read_one(claims, claim_id, "claim")


@routes.get("/settlements")
async def find_settlements(call: Calling, stage: Text = "", customer: Text = "") -> Response:
    """Find settlements by stage (HELD is the worklist) or customer, the latest first."""
    return await page(call, settlements, stage=stage, customer=customer)


@routes.get("/settlements/{case_id}")
async def get_settlement(case_id: CaseId, call: Calling) -> Response:
    """Show the money side of one case."""
    return await call.read_one(settlements, case_id, "settlement")


@routes.post("/settlements/{case_id}:approve")
async def approve(case_id: CaseId, body: Approve, call: Calling) -> Response:
    """Sign for what the settlement waits for."""
    return await call.do(handlers.APPROVE, body, case_id)


@routes.post("/settlements/{case_id}:record-evidence")
async def record_evidence(case_id: CaseId, body: RecordEvidence, call: Calling) -> Response:
    """Put a proof into the file."""
    return await call.do(handlers.RECORD_EVIDENCE, body, case_id)


@routes.post("/settlements/{case_id}:hand-over")
async def hand_over(case_id: CaseId, body: HandOver, call: Calling) -> Response:
    """Say that the part of a return slip or an allowance certificate has got to its holder."""
    return await call.do(handlers.HAND_OVER, body, case_id)


@routes.get("/settlements/{case_id}/papers")
async def papers(case_id: CaseId, call: Calling) -> Response:
    """Show the return slip and the allowance certificate of a case: lines, signatures, and where the parts are."""
    t = settlements.c
    said = ("decision_id", "papers", "signatures")
    query = sa.select(*(t.body[each].label(each) for each in said))
    found = await call.read(query.where(t.id == case_id))
    if not found:
        raise Unknown(f"There is no settlement {case_id}.")
    return answered(200, {"case_id": case_id, **found[0]})


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
    return await call.read_one(refunds, refund_id, "refund")


@routes.post("/refunds/{refund_id}:approve")
async def approve_refund(refund_id: CaseId, body: Approve, call: Calling) -> Response:
    """Sign for a refund as the second person."""
    return await call.do(handlers.APPROVE_REFUND, body, refund_id)


@routes.post("/refunds/{refund_id}:send")
async def send_refund(refund_id: CaseId, body: SendRefund, call: Calling) -> Response:
    """Hand an approved refund to the bank."""
    return await call.do(handlers.SEND_REFUND, body, refund_id)


@routes.post("/refunds/{refund_id}:report-failure")
async def report_failure(refund_id: CaseId, body: ReportFailure, call: Calling) -> Response:
    """Report that the bank could not pay a refund: the amount is the customer's credit again."""
    return await call.do(handlers.REPORT_FAILURE, body, refund_id)


@routes.post("/refunds/{refund_id}:confirm-payment")
async def confirm_payment(refund_id: CaseId, body: ConfirmPayment, call: Calling) -> Response:
    """Report that the bank has paid a refund."""
    return await call.do(handlers.CONFIRM_PAYMENT, body, refund_id)


@routes.post("/delegations/{person}")
async def delegate(person: Person, body: Delegate, call: Calling) -> Response:
    """Lend a level of one's own to somebody else, from one day until another."""
    return await call.do(handlers.DELEGATE, body, person)


@routes.get("/delegations/{person}")
async def get_delegations(person: Person, call: Calling) -> Response:
    """Show what somebody has lent to others."""
    return await call.read_one(delegations, person, "delegation")


@routes.post("/scrap-sales", status_code=201)
async def sell_scrap(body: SellScrap, call: Calling) -> Response:
    """Report that scrapped goods of a case were sold for cash."""
    return await call.do(handlers.SELL_SCRAP, body, status=201)


@routes.get("/documents")
async def find_documents(
    call: Calling, case_id: Text = "", customer: Text = "", number: Text = "", limit: Limit = PAGE, after: After = None
) -> Response:
    """Find documents by case, customer or number in the order of posting: the latest, or those after a place."""
    wanted = {"case_id": case_id, "customer": customer, "number": number}
    return answered(200, {"items": await _posted(call, documents, document_lines, wanted, limit, after)})


@routes.get("/entries")
async def find_entries(
    call: Calling, case_id: Text = "", customer: Text = "", limit: Limit = PAGE, after: After = None
) -> Response:
    """Find entries by case or customer in the order of posting: the latest, or those after a place.

    A line says its account by role, and by the number that the role has in the entity's chart today.
    """
    wanted = {"case_id": case_id, "customer": customer}
    found, values = await _posted(call, entries, entry_lines, wanted, limit, after), await policy(call)
    charts = {entity: chart_of(entity, values) for entity in {entry["entity"] for entry in found}}
    for entry in found:
        for line in entry["lines"]:
            line["account_number"] = rules.charts.account_number(Account(line["account"]), charts[entry["entity"]])
    return answered(200, {"items": found})


@routes.get("/balances")
async def balances(
    call: Calling, by: Annotated[str, Query(pattern="^(customer|claim)$")] = "customer", entity: Text = ""
) -> Response:
    """Say what was credited in all to each customer, or for each claim: memos and allowances included."""
    t = documents.c
    claim = sa.func.coalesce(settlements.c.body["claim"].astext, "").label("claim")
    keys: list[sa.ColumnElement[str]] = [*([claim] if by == "claim" else []), t.customer, t.currency]
    total = sa.cast(sa.func.sum(t.net + t.tax), sa.Text).label("credited")
    query: sa.Select[Any] = (
        sa.select(*keys)
        .add_columns(total)
        .select_from(documents.outerjoin(settlements, settlements.c.id == t.case_id) if by == "claim" else documents)
        .where(t.type.in_(sorted(CREDITS, key=DocumentType)), ~sa.exists().where(reversals.c.id == t.id))
        .where(*([t.entity == entity] if entity else []))
        .group_by(*keys)
        .order_by(*keys)
    )
    return answered(200, {"items": await call.read(query)})


async def _posted(
    call: Calling, head: sa.Table, lines: sa.Table, wanted: dict[str, str], limit: int, after: int | None
) -> list[dict[str, Any]]:
    """Read the latest papers, or the first ones after a place in the row, in the order in which they were written."""
    t = head.c
    query: sa.Select[Any] = sa.select(head).limit(limit)
    query = query.where(*(t[name] == value for name, value in wanted.items() if value))
    if after is None:
        found = (await call.read(query.order_by(t.seq.desc())))[::-1]
    else:
        found = await call.read(query.where(t.seq > after).order_by(t.seq))
    [parent] = [name for name in ("document", "entry") if name in lines.c]
    own = sa.select(lines).where(lines.c[parent].in_([row["id"] for row in found]))
    return _with_lines(found, await call.read(own), parent)


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
