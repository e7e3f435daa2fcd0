"""A form that the buyer has entered: matched with a credit document of ours, and confirmed or refused."""

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from finance import rules
from finance.decide import forms
from finance.decide.books import Books
from finance.model import (
    ApprovalMissing,
    BlueRequired,
    BuyerEnteredForm,
    CreditDocument,
    DocumentState,
    Form,
    FormIsLive,
    FormState,
    InboundForm,
    NotPossibleInThisState,
    PlatformSays,
    Policy,
    RedFormExpired,
    RedFormMismatch,
    Share,
)
from finance.model.keys import invoice_key

S, F = DocumentState, FormState
DEADLINE = "buyer-form"
OVER = frozenset({F.REFUSED_BY_SELLER, F.REFUSED_BY_BUYER, F.LAPSED, F.WITHDRAWN, F.WITHDRAWN_LATE})


class Answered(NamedTuple):
    """A buyer's form and our document after one was confirmed for the other."""

    form: InboundForm
    document: CreditDocument


def entered(known: InboundForm | None, asked: BuyerEnteredForm, books: Books, values: Policy) -> InboundForm:
    """Take over a form that a buyer has entered (state 03); the same again changes nothing.

    Raises:
        BlueRequired: there is no such blue invoice.
        FormIsLive: another form is out on it.
    """
    if known is not None:
        return known
    key = invoice_key(asked.entity, asked.invoice)
    if key not in books.invoices:
        raise BlueRequired
    mine = f"{forms.BUYER}{asked.form_no}"
    if rules.live_red_form(books.invoices[key].form, mine):
        raise FormIsLive
    books.keep_invoice(replace(books.invoices[key], form=mine))
    lapses = books.now + timedelta(hours=values.form_hours)
    return InboundForm(
        form_no=asked.form_no,
        state=F.SELLER_TO_CONFIRM,
        entity=asked.entity,
        invoice=asked.invoice,
        reason=asked.reason,
        net=asked.net,
        tax=asked.tax,
        expires_at=lapses,
        live=key,
        deadlines={DEADLINE: lapses},
    )


def confirm(form: InboundForm, document: CreditDocument, books: Books, values: Policy) -> Answered:
    """Confirm a buyer's form for a document of ours, when amount and tax are the same.

    Raises:
        RedFormExpired: it has lapsed.
        RedFormMismatch: it says another invoice, amount or tax.
        ApprovalMissing: the document is not signed.
        NotPossibleInThisState: it is answered, or the document is a draft or has a form of its own.
    """
    if form.state is F.LAPSED:
        raise RedFormExpired
    if form.state is not F.SELLER_TO_CONFIRM or form.refusing:
        raise NotPossibleInThisState("This form is answered.")
    ours = Share(document.net * 0, document.net, document.tax)
    if form.live != document.blue_invoice or rules.form_mismatch(form.net, form.tax, ours):
        raise RedFormMismatch(f"It says {form.net} and {form.tax}, ours {document.net} and {document.tax}.")
    if document.state is S.PENDING_APPROVAL:
        raise ApprovalMissing
    waits = document.state is S.APPROVED and document.form is None
    if not waits and document.state not in {S.EXPIRED, S.REJECTED, S.FAILED}:
        raise NotPossibleInThisState(f"Our document is {document.state}.")
    theirs = Form(
        serial=form.form_no,
        initiator="BUYER",
        call="confirm",
        state=F.SELLER_TO_CONFIRM,
        form_no=form.form_no,
        sent_at=books.now,
        expires_at=form.expires_at,
    )
    books.keep_invoice(replace(books.invoices[form.live], form=""))
    approved = forms.moved(document.but(form=theirs), S.APPROVED, books)
    sent = forms.moved(approved, S.AWAITING_COUNTERPARTY, books).but(deadlines={forms.PLATFORM: books.now})
    return Answered(form.but(document_id=document.document_id, live="", deadlines={}), sent)


def refuse(form: InboundForm, books: Books) -> InboundForm:
    """Refuse a buyer's form: the platform is told, and its answer ends the form.

    Raises:
        RedFormExpired: it has lapsed.
        NotPossibleInThisState: it is answered.
    """
    if form.state is F.LAPSED:
        raise RedFormExpired
    if form.state is not F.SELLER_TO_CONFIRM or form.document_id or form.refusing:
        raise NotPossibleInThisState("This form is answered.")
    return form.but(refusing=True, asked=0, deadlines={DEADLINE: books.now})


def heard(form: InboundForm, says: PlatformSays | None, books: Books, values: Policy) -> InboundForm | None:
    """Take over what the platform says of a buyer's form that is not matched; None when it is no news."""
    if form.state in OVER or form.document_id:
        return None
    if says is not None and says.state in OVER:
        books.keep_invoice(replace(books.invoices[form.live], form=""))
        return form.but(state=says.state, live="", deadlines={})
    if says is not None:
        return None
    asked = form.asked + 1
    first, longest = values.platform_first_minutes, values.platform_longest_minutes
    return form.but(asked=asked, deadlines={DEADLINE: rules.next_question(books.now, asked, first, longest, None)})


def question(form: InboundForm) -> tuple[str, dict[str, object]]:
    """Say what the platform is asked about a buyer's form."""
    return "reject" if form.refusing else "query", {"serial": form.form_no, "form_no": form.form_no}
