"""What happens to buyers' forms, uploads, and issued documents that are taken back?"""

from typing import Any

from contracts.base import Scope, Unknown
from finance import decide
from finance.handlers.documents import document_books
from finance.handlers.reading import credit_of, lines_of, open_books, still_out
from finance.model import (
    BlueInvoice,
    BlueLine,
    BuyerEnteredForm,
    ConfirmForm,
    CreditDocument,
    DocumentState,
    DocumentType,
    InboundForm,
    IssuedPaper,
    PlatformSays,
    Policy,
    Proceed,
    RecordUpload,
    Reversal,
    Reverse,
    Settlement,
    Upload,
)
from finance.model.keys import invoice_key, paper_key
from servicekit.http import Asked
from servicekit.work import NOTHING, DeadlinePassed, Done, Unit, done


def form_books(unit: Unit, entity: str, invoice: str) -> decide.Books:
    """Give the books the blue invoice of a buyer's form."""
    books = open_books(unit)
    books.invoices = unit.all(BlueInvoice, [invoice_key(entity, invoice)])
    return books


def enter(unit: Unit, asked: Asked[BuyerEnteredForm]) -> Done:
    """Take over a buyer's form."""
    known = unit.get(InboundForm, asked.body.form_no)
    books = form_books(unit, asked.body.entity, asked.body.invoice)
    form = decide.inbound.entered(known, asked.body, books, unit.policy(Policy, Scope()).values)
    if form is known:
        return Done(answer=shown(form))
    return done(form.form_no, form, also=books.changed(), answer=shown(form))


def confirm(unit: Unit, asked: Asked[ConfirmForm]) -> Done:
    """Confirm a buyer's form for a document of ours."""
    form = unit.need(InboundForm, asked.case_id)
    document = unit.need(CreditDocument, asked.body.document_id)
    books, _ = document_books(unit, document)
    values = unit.policy(Policy, document.scope).values
    books.under(document.entity, values)
    after = decide.inbound.confirm(form, document, books, values)
    also = [(document.document_id, after.document), *books.changed()]
    return done(form.form_no, after.form, also=also, answer=shown(after.form))


def refuse(unit: Unit, asked: Asked[Proceed]) -> Done:
    """Refuse a buyer's form."""
    form = unit.need(InboundForm, asked.case_id)
    after = decide.inbound.refuse(form, form_books(unit, form.entity, form.invoice))
    return done(form.form_no, after, answer=shown(after))


def platform_says(unit: Unit, asked: Asked[PlatformSays]) -> Done:
    """Hear the tax platform about a buyer's form."""
    form = unit.need(InboundForm, asked.case_id)
    books = form_books(unit, form.entity, form.invoice)
    after = decide.inbound.heard(form, asked.body, books, unit.policy(Policy, Scope()).values)
    if after is None:
        return Done(answer=shown(form))
    return done(form.form_no, after, also=books.changed(), answer=shown(after))


def platform_asked(unit: Unit, due: DeadlinePassed) -> Done:
    """Take what the tax platform has answered about a buyer's form, or that it has not."""
    form = unit.get(InboundForm, due.case_id)
    if form is None:
        return NOTHING
    books, values = form_books(unit, form.entity, form.invoice), unit.policy(Policy, Scope()).values
    says = None if due.answer is None else PlatformSays.model_validate(due.answer, extra="ignore")
    after = decide.inbound.heard(form, says, books, values) or decide.inbound.heard(form, None, books, values)
    return NOTHING if after is None else done(form.form_no, after, also=books.changed())


def reverse(unit: Unit, asked: Asked[Reverse]) -> Done:
    """Take an issued document back."""
    paper = unit.get(IssuedPaper, paper_key(asked.body.entity, asked.body.number))
    if paper is None:
        raise Unknown(f"There is no document {asked.body.number} of {asked.body.entity}.")
    document, case = paper.document, unit.get(Settlement, paper.document.case_id)
    books = reversal_books(unit, paper)
    policy, known = unit.policy(Policy, case.scope if case else Scope()), unit.get(Reversal, document.id)
    after = decide.reversals.reverse(paper, known, case, books, policy, unit.actor, asked.body.reason)
    gone = [(each.document, each) for each in (after.reversal, *after.charges)]
    also = [*gone, *reversed_life(unit, document.number), *books.changed()]
    answer = after.reversal.model_dump()
    if after.case is None:
        return Done(tuple(also), answer=answer)
    return done(after.case.case_id, after.case, *after.events, also=also, answer=answer)


def reversal_books(unit: Unit, paper: IssuedPaper) -> decide.Books:
    """Give the books what a reversal moves: what the document credited, and what was charged with it."""
    document = paper.document
    books = open_books(unit, "", document.entity)
    still_out(unit, document.case_id, books)
    charges = [each.document for each in books.papers if each.document.type == DocumentType.DEBIT_NOTE]
    books.lines = unit.all(BlueLine, (line.blue_line for line in document.lines if line.blue_line))
    for note in charges:
        books.lines |= lines_of(unit, note.entity, note.number)
    names = [document.original, *(note.number for note in charges)]
    books.invoices = unit.all(BlueInvoice, (invoice_key(document.entity, name) for name in names))
    books.credit = credit_of(unit, document.entity, document.customer, document.currency)
    return books


def reversed_life(unit: Unit, number: str) -> list[tuple[str, CreditDocument]]:
    """Let the credit document of that number be reversed, where there is one."""
    mine = [e.state for (kind, _), e in unit.held.items() if kind is CreditDocument and e.state.number == number]
    return [(each.document_id, each.but(state=DocumentState.REVERSED)) for each in mine]


def upload_near(unit: Unit, due: DeadlinePassed) -> Done:
    """Put an upload on the worklist."""
    upload = unit.get(Upload, due.case_id)
    return NOTHING if upload is None else done(due.case_id, decide.uploads.near(upload))


def record_upload(unit: Unit, asked: Asked[RecordUpload]) -> Done:
    """Note that the authority has a certificate."""
    after = decide.uploads.done(unit.need(Upload, asked.case_id), asked.body.reference)
    return done(asked.case_id, after, answer={"number": after.number, "state": after.state})


def shown(form: InboundForm) -> dict[str, Any]:
    """Give what a caller hears about a buyer's form."""
    return {"form_no": form.form_no, "state": form.state, "document_id": form.document_id, "refusing": form.refusing}
