"""A credit document and its red-letter form: what is reserved, what is out, and what the platform's answer changes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from finance import rules
from finance.decide.books import ZERO, Books
from finance.decide.taking import Booking, Taken
from finance.model import (
    BlueInvoice,
    CreditDocument,
    CreditExceedsRemaining,
    DocumentState,
    Form,
    FormIsLive,
    FormState,
    NotPossibleInThisState,
    PlannedLine,
    PlatformSays,
    Policy,
    Share,
)
from finance.model.keys import credit_key, invoice_key

S = DocumentState
PLATFORM = "platform"
BUYER = "buyer:"
ENDED = frozenset({S.REJECTED, S.EXPIRED, S.CANCELLED})


def planned(booking: Booking, number: int, invoice: str, reason: str, takes: list[Taken]) -> CreditDocument:
    """Plan the document for one blue invoice and one reason of a decision; its lines are reserved already."""
    news, about, books, _, _ = booking
    key = invoice_key(about.entity, invoice)
    document = CreditDocument(
        document_id=f"{about.decision_id}-{number}",
        state=S.APPROVED,
        case_id=about.case_id,
        decision_id=about.decision_id,
        entity=about.entity,
        customer=about.customer,
        currency=about.currency,
        scope=news.scope,
        invoice=invoice,
        blue_invoice=key,
        reason=reason,
        lines=tuple(_line(taken) for taken in takes),
        blue_lines=tuple(dict.fromkeys(taken.blue.id for taken in takes)),
        credit=credit_key(about.entity, about.customer, about.currency),
        made_by=news.decided_by,
        decided_on=books.dates.service_on(books.today),
    )
    return document.but(full=document.net + document.tax == books.invoices[key].gross)


def _line(taken: Taken) -> PlannedLine:
    return PlannedLine(
        line=taken.line,
        blue=taken.blue.id,
        quantity=taken.credit.quantity,
        net=taken.credit.net,
        tax=taken.credit.tax,
        kept_back_net=taken.kept_back.net,
        kept_back_tax=taken.kept_back.tax,
        fee_net=taken.fee.net,
        fee_tax=taken.fee.tax,
        off_net=taken.off.net,
        off_tax=taken.off.tax,
        cost=taken.cost,
    )


def takes_of(document: CreditDocument, books: Books) -> list[Taken]:
    """Give back what a document has planned, as it is booked."""
    return [
        Taken(
            line.line,
            books.lines[line.blue],
            Share(line.quantity, line.net, line.tax),
            Share(ZERO, line.kept_back_net, line.kept_back_tax),
            line.cost,
            Share(ZERO, line.fee_net, line.fee_tax),
            off=Share(ZERO, line.off_net, line.off_tax),
        )
        for line in document.lines
    ]


def _reserved(line: PlannedLine) -> Share:
    return Share(line.quantity, line.net + line.off_net, line.tax + line.off_tax)


def reserve(document: CreditDocument, books: Books) -> None:
    """Reserve on the blue lines what the document takes.

    Raises:
        CreditExceedsRemaining: so much is not left any more.
    """
    for line in document.lines:
        blue, share = books.lines[line.blue], _reserved(line)
        rest = rules.left(blue)
        if any(wanted > there for wanted, there in zip(share, rest, strict=True)):
            raise CreditExceedsRemaining(f"Less is left of {blue.invoice}/{blue.line} than this credit takes.")
        books.reserve(blue, share)


def release(document: CreditDocument, books: Books) -> None:
    """Give back what the document has reserved."""
    for line in document.lines:
        books.reserve(books.lines[line.blue], -_reserved(line))


def moved(document: CreditDocument, state: DocumentState, books: Books) -> CreditDocument:
    """Let a document stand elsewhere: reservation, form and deadline are what they are in that state.

    Raises:
        NotPossibleInThisState: the table of states has no such move.
    """
    if state is not document.state and not rules.may_move(document.state, state):
        raise NotPossibleInThisState(f"It is {document.state}, it cannot become {state}.")
    before, after = rules.still_reserved(document.state), rules.still_reserved(state)
    if before and not after:
        release(document, books)
    if after and not before:
        reserve(document, books)
    live = rules.form_is_live(state, form=document.form is not None)
    invoice = books.invoices[document.blue_invoice]
    if live or invoice.form == document.document_id:
        _mark(books, invoice, document.document_id if live else "")
    deadlines = document.deadlines if live else {}
    return document.but(state=state, live=document.blue_invoice if live else "", deadlines=deadlines)


def _mark(books: Books, invoice: BlueInvoice, form: str) -> None:
    if invoice.form != form:
        books.keep_invoice(replace(invoice, form=form))


def buyers(form: str) -> str:
    """Give the number of the buyer's own form that is out on a blue invoice; nothing for one of ours."""
    return form.removeprefix(BUYER) if form.startswith(BUYER) else ""


def started(document: CreditDocument, books: Books, values: Policy) -> CreditDocument:
    """Send a new form with a new serial, where the law asks for one.

    Raises:
        FormIsLive: another form is out on the blue invoice.
    """
    if rules.live_red_form(books.invoices[document.blue_invoice].form, document.document_id):
        raise FormIsLive
    attempt = document.attempt + 1
    form = Form(
        serial=f"{document.document_id}-{attempt}",
        sent_at=books.now,
        expires_at=books.now + timedelta(hours=values.form_hours),
    )
    sent = document.but(attempt=attempt, form=form, refusal="")
    if books.law.handshake == "PAPER_FORM":
        return moved(moved(sent, S.APPROVED, books), S.AWAITING_COUNTERPARTY, books).but(deadlines={})
    return moved(sent, S.APPROVED, books).but(deadlines={PLATFORM: books.now})


def start_if_free(document: CreditDocument, books: Books, values: Policy) -> CreditDocument:
    """Send the form, or wait until the one that is out on the blue invoice has ended."""
    if rules.live_red_form(books.invoices[document.blue_invoice].form, document.document_id):
        return document.but(deadlines={PLATFORM: books.now + timedelta(minutes=values.platform_longest_minutes)})
    return started(document, books, values)


def unanswered(document: CreditDocument, books: Books, values: Policy) -> CreditDocument:
    """Nobody has answered: the form may be there or not, so the same serial is asked about again."""
    form = document.form
    if form is None:
        return start_if_free(document, books, values)
    return document.but(
        form=form.but(asked=form.asked + 1), deadlines={PLATFORM: again(form, form.asked + 1, books.now, values)}
    )


def again(form: Form, asked: int, now: datetime, values: Policy) -> datetime:
    """Say when the platform is asked the next time."""
    first, longest = values.platform_first_minutes, values.platform_longest_minutes
    return rules.next_question(now, asked, first, longest, form.expires_at)


def answered(  # noqa: PLR0911  one line for each way an answer can be
    document: CreditDocument, says: PlatformSays, books: Books, values: Policy
) -> CreditDocument | None:
    """Take over what the platform says of the form; None when it is no news: said before, or of an older form."""
    form = document.form
    if form is None or says.serial not in {"", form.serial} or not document.live:
        return None
    if says.refused:
        return moved(document.but(refusal=says.refused), S.FAILED, books)
    after = rules.stands_after(says.state)
    known = form.but(state=says.state, form_no=says.form_no or form.form_no)
    if after is None:  # it is there, and not decided yet; what failed over there is asked for again
        call = "submit" if says.state in {FormState.FAILED_THERE, FormState.FAILED_AGAIN} else "query"
        if known == form or says.state is FormState.UNKNOWN:
            return None
        waits = {PLATFORM: again(known, 0, books.now, values)}
        return document.but(form=known.but(call=call, asked=0), deadlines=waits)
    if known == form and after is document.state:
        return None
    if after is not document.state and not rules.may_move(document.state, after):
        return None  # said late: the document has gone on
    call = form.call if form.call == "withdraw" and after is not S.CANCELLED else "query"
    waits = {PLATFORM: again(known, 0, books.now, values)}
    return moved(document.but(form=known.but(call=call, asked=0), deadlines=waits), after, books)


def withdrawn(document: CreditDocument, books: Books) -> CreditDocument:
    """Give a document up; a form that is out is withdrawn, and only the platform's answer ends it.

    Raises:
        NotPossibleInThisState: it is issued or ended.
    """
    if document.live and books.law.handshake == "E_FORM" and document.form is not None:
        return document.but(form=document.form.but(call="withdraw", asked=0), deadlines={PLATFORM: books.now})
    return moved(document, S.CANCELLED, books)


def any_live(books: Books, invoices: Iterable[str]) -> bool:
    """Tell whether another document's form is out on one of these invoices; the buyer's own is for us to answer."""
    forms = [books.invoices[key].form for key in invoices if key in books.invoices]
    return any(rules.live_red_form(form, "") and not buyers(form) for form in forms)
