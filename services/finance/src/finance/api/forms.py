"""What can people do with credit documents, buyers' forms, uploads and issued documents?"""

from typing import Annotated

import sqlalchemy as sa
from fastapi import Path, Query, Response

from contracts.base import CaseId, Unknown
from finance import handlers
from finance.jurisdictions import ubl
from finance.ledger.policy import policy
from finance.model import (
    Approve,
    BuyerEnteredForm,
    ConfirmForm,
    DraftCredit,
    Issue,
    IssuedPaper,
    PlatformSays,
    Proceed,
    RecordUpload,
    Reverse,
)
from finance.model.keys import invoice_key, paper_key
from finance.storage import STORES, blue_lines, inbound, pending, reversals, uploads
from servicekit.http import Calling, page, router

routes = router()
Text = Annotated[str, Query(max_length=64)]
Place = Annotated[str, Path(max_length=140)]


@routes.post("/credit-documents", status_code=201)
async def draft_credit(body: DraftCredit, call: Calling) -> Response:
    """Draft a credit of a blue invoice by hand."""
    return await call.do(handlers.DRAFT_CREDIT, body, status=201)


@routes.get("/credit-documents")
async def find_credits(call: Calling, state: Text = "", case_id: Text = "", invoice: Text = "") -> Response:
    """Find credit documents on their way, by state, case or blue invoice."""
    return await page(call, pending, state=state, case_id=case_id, invoice=invoice)


@routes.get("/credit-documents/{document_id}")
async def get_credit(document_id: CaseId, call: Calling) -> Response:
    """Show one credit document on its way."""
    return await call.read_one(pending, document_id, "credit document")


@routes.post("/credit-documents/{document_id}:submit")
async def submit_credit(document_id: CaseId, body: Proceed, call: Calling) -> Response:
    """Reserve what a draft takes, and ask for the signatures."""
    return await call.do(handlers.SUBMIT_CREDIT, body, document_id)


@routes.post("/credit-documents/{document_id}:approve")
async def approve_credit(document_id: CaseId, body: Approve, call: Calling) -> Response:
    """Sign for a credit document; with the last signature it goes on."""
    return await call.do(handlers.APPROVE_CREDIT, body, document_id)


@routes.post("/credit-documents/{document_id}:reject")
async def reject_credit(document_id: CaseId, body: Proceed, call: Calling) -> Response:
    """Refuse to sign for a credit document."""
    return await call.do(handlers.REJECT_CREDIT, body, document_id)


@routes.post("/credit-documents/{document_id}:issue")
async def issue_credit(document_id: CaseId, body: Issue, call: Calling) -> Response:
    """Ask the tax platform anew, or take the numbers of a paper form and invoice."""
    return await call.do(handlers.ISSUE_CREDIT, body, document_id)


@routes.post("/credit-documents/{document_id}:cancel")
async def cancel_credit(document_id: CaseId, body: Proceed, call: Calling) -> Response:
    """Give a credit document up; a form that is out is withdrawn first."""
    return await call.do(handlers.CANCEL_CREDIT, body, document_id)


@routes.post("/credit-documents/{document_id}:told")
async def platform_says(document_id: CaseId, body: PlatformSays, call: Calling) -> Response:
    """Take what the tax platform says of a credit document's form, without being asked."""
    return await call.do(handlers.PLATFORM_SAYS, body, document_id)


@routes.post("/red-forms", status_code=201)
async def enter_form(body: BuyerEnteredForm, call: Calling) -> Response:
    """Take over a form that a buyer has entered at the platform."""
    return await call.do(handlers.ENTER_FORM, body, status=201)


@routes.get("/red-forms")
async def find_forms(call: Calling, state: Text = "", entity: Text = "") -> Response:
    """Find buyers' forms, by state (03 waits for us) or entity."""
    return await page(call, inbound, state=state, entity=entity)


@routes.get("/red-forms/{form_no}")
async def get_form(form_no: CaseId, call: Calling) -> Response:
    """Show one buyer's form."""
    return await call.read_one(inbound, form_no, "form")


@routes.post("/red-forms/{form_no}:confirm")
async def confirm_form(form_no: CaseId, body: ConfirmForm, call: Calling) -> Response:
    """Confirm a buyer's form for a credit document of ours."""
    return await call.do(handlers.CONFIRM_FORM, body, form_no)


@routes.post("/red-forms/{form_no}:reject")
async def reject_form(form_no: CaseId, body: Proceed, call: Calling) -> Response:
    """Refuse a buyer's form."""
    return await call.do(handlers.REFUSE_FORM, body, form_no)


@routes.post("/red-forms/{form_no}:told")
async def platform_says_of_form(form_no: CaseId, body: PlatformSays, call: Calling) -> Response:
    """Take what the tax platform says of a buyer's form, without being asked."""
    return await call.do(handlers.FORM_SAYS, body, form_no)


@routes.get("/uploads")
async def find_uploads(call: Calling, state: Text = "", entity: Text = "") -> Response:
    """Find certificates that the authority must have by a day: WAITING, NEAR or UPLOADED."""
    return await page(call, uploads, state=state, entity=entity)


@routes.get("/uploads/{upload_id}")
async def get_upload(upload_id: Place, call: Calling) -> Response:
    """Show one upload."""
    return await call.read_one(uploads, upload_id, "upload")


@routes.post("/uploads/{upload_id}:record")
async def record_upload(upload_id: Place, body: RecordUpload, call: Calling) -> Response:
    """Report that the authority has a certificate."""
    return await call.do(handlers.RECORD_UPLOAD, body, upload_id)


@routes.post("/reversals", status_code=201)
async def reverse(body: Reverse, call: Calling) -> Response:
    """Take an issued document back by a document of its own."""
    return await call.do(handlers.REVERSE, body, status=201)


@routes.get("/reversals")
async def find_reversals(call: Calling, case_id: Text = "") -> Response:
    """Find what was taken back, by case."""
    return await page(call, reversals, case_id=case_id)


@routes.get("/documents/{entity}/{number}/ubl")
async def get_ubl(entity: str, number: str, call: Calling) -> Response:
    """Give an issued credit note as UBL 2.1 (EN 16931)."""
    key = paper_key(entity, number)
    async with call.desk.runtime.engine.connect() as conn:
        found = await STORES[IssuedPaper].load(conn, [key])
    if key not in found:
        raise Unknown(f"There is no document {number} of {entity}.")
    document = found[key].state.document
    head = await call.read(ubl.invoice_of(invoice_key(entity, document.original)))
    lines = await call.read(sa.select(blue_lines).where(blue_lines.c.id.in_([x.blue_line for x in document.lines])))
    xml = ubl.credit_note(document, ubl.context(document, head, lines, await policy(call)))
    return Response(xml, 200, {"Cache-Control": "no-store"}, "application/xml")
