"""How does a credit document get to its number, and back?"""

from dataclasses import replace
from typing import Any

from finance import decide
from finance.decide import Books
from finance.decide.documents import Moved
from finance.handlers.reading import credit_of, lines_of, open_books, signer
from finance.model import (
    Approve,
    BlueInvoice,
    BlueLine,
    CreditDocument,
    DraftCredit,
    Issue,
    PlatformSays,
    Policy,
    Proceed,
    Settlement,
)
from finance.model.keys import invoice_key
from servicekit.http import Asked
from servicekit.work import NOTHING, DeadlinePassed, Done, Unit, done


def document_books(unit: Unit, document: CreditDocument) -> tuple[Books, Settlement | None]:
    """Give the books what a credit document needs, and its case."""
    case = unit.get(Settlement, document.case_id)
    news = case.newer if case is not None else None
    books = open_books(unit, news.claim if news else "", document.entity)
    keys = (*document.blue_lines, *(case.blue_lines if case else ()))
    invoices = (document.blue_invoice, *(case.blue_invoices if case else ()))
    books.lines |= unit.all(BlueLine, keys)
    books.invoices |= unit.all(BlueInvoice, invoices)
    books.credit = credit_of(unit, document.entity, document.customer, document.currency)
    if document.decided_on is not None:
        books.dates = replace(books.dates, happened=document.decided_on)
    return books, case


def draft(unit: Unit, asked: Asked[DraftCredit]) -> Done:
    """Draft a credit by hand."""
    books = open_books(unit, "", asked.body.entity)
    books.invoices = unit.all(BlueInvoice, [invoice_key(asked.body.entity, asked.body.invoice)])
    books.lines = lines_of(unit, asked.body.entity, asked.body.invoice)
    policy = unit.policy(Policy, asked.body.scope)
    document = decide.drafts.draft(asked.case_id, asked.body, books, policy, unit.actor)
    return done(asked.case_id, document, answer=shown(document))


def submit(unit: Unit, asked: Asked[Proceed]) -> Done:
    """Ask for the signatures."""
    document = unit.need(CreditDocument, asked.case_id)
    books, _ = document_books(unit, document)
    return told(decide.drafts.submit(document, books, unit.policy(Policy, document.scope)), books)


def approve(unit: Unit, asked: Asked[Approve]) -> Done:
    """Sign."""
    document = unit.need(CreditDocument, asked.case_id)
    books, _ = document_books(unit, document)
    who, policy = signer(unit, asked.body.on_behalf_of), unit.policy(Policy, document.scope)
    return told(decide.drafts.approve(document, books, policy, who), books)


def reject(unit: Unit, asked: Asked[Proceed]) -> Done:
    """Refuse to sign."""
    document = unit.need(CreditDocument, asked.case_id)
    books, _ = document_books(unit, document)
    return told(decide.drafts.reject(document, books, unit.policy(Policy, document.scope)), books)


def issue(unit: Unit, asked: Asked[Issue]) -> Done:
    """Go on to the legal document."""
    document = unit.need(CreditDocument, asked.case_id)
    books, case = document_books(unit, document)
    after = decide.documents.go_on(document, asked.body, case, books, unit.policy(Policy, document.scope))
    return Done(answer=shown(document)) if after.document is document else told(after, books)


def cancel(unit: Unit, asked: Asked[Proceed]) -> Done:
    """Give it up."""
    document = unit.need(CreditDocument, asked.case_id)
    books, case = document_books(unit, document)
    return told(decide.documents.cancel(document, case, books, unit.policy(Policy, document.scope)), books)


def platform_says(unit: Unit, asked: Asked[PlatformSays]) -> Done:
    """Hear the tax platform."""
    document = unit.need(CreditDocument, asked.case_id)
    books, case = document_books(unit, document)
    after = decide.documents.heard(document, asked.body, case, books, unit.policy(Policy, document.scope))
    return Done(answer=shown(document)) if after is None else told(after, books)


def platform_asked(unit: Unit, due: DeadlinePassed) -> Done:
    """Take what the tax platform has answered, or that it has not."""
    document = unit.get(CreditDocument, due.case_id)
    if document is None:
        return NOTHING
    books, case = document_books(unit, document)
    says = None if due.answer is None else PlatformSays.model_validate(due.answer, extra="ignore")
    policy = unit.policy(Policy, document.scope)
    after = decide.documents.heard(document, says, case, books, policy)
    if after is None and says is not None:  # no news, but the platform has to be asked again
        after = decide.documents.heard(document, None, case, books, policy)
    return NOTHING if after is None else told(after, books)


def told(after: Moved, books: Books) -> Done:
    """Say where the document stands; what it wrote counts."""
    document, case = after.document, after.case
    written = [(key, state) for key, state in books.changed() if key != document.document_id]
    if case is None:
        return done(document.document_id, document, also=written, answer=shown(document))
    also = [(document.document_id, document), *written]
    return done(case.case_id, case, *after.events, also=also, answer=shown(document))


def shown(document: CreditDocument) -> dict[str, Any]:
    """Give what a caller hears about a credit document."""
    form = document.form
    return {
        "document_id": document.document_id,
        "state": document.state,
        "case_id": document.case_id,
        "reason": document.reason,
        "net": document.net,
        "tax": document.tax,
        "gross": document.net + document.tax,
        "number": document.number,
        "form": {"serial": form.serial, "state": form.state, "form_no": form.form_no} if form else None,
        "refusal": document.refusal,
    }
