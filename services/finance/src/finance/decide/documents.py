"""What can be done with a credit document, and what the tax platform's answers bring about."""

from collections.abc import Sequence
from typing import NamedTuple

from contracts.base import Event, because
from contracts.finance import CreditHeld
from contracts.policy import InForce
from finance import rules
from finance.decide import came, forms, issue, settlement, taking, uploads
from finance.decide.books import About, Books
from finance.decide.came import Settled
from finance.model import (
    Account,
    CreditDocument,
    DocumentLine,
    DocumentState,
    Issue,
    NotPossibleInThisState,
    PlatformSays,
    Policy,
    Settlement,
    Todo,
    Work,
)

S = DocumentState


class Moved(NamedTuple):
    """A credit document after something happened to it, its case, and what the others hear."""

    document: CreditDocument
    case: Settlement | None = None
    events: Sequence[Event] = ()


def heard(
    document: CreditDocument,
    says: PlatformSays | None,
    case: Settlement | None,
    books: Books,
    policy: InForce[Policy],
) -> Moved | None:
    """Take over what the platform says, or that it says nothing; None when it is no news (F-40, F-41)."""
    books.under(document.entity, policy.values)
    if says is None:
        return Moved(forms.unanswered(document, books, policy.values)) if document.deadlines else None
    after = forms.answered(document, says, books, policy.values)
    now = after or document
    if says.number and now.state is S.ISSUING and says.serial in {"", now.form.serial if now.form else ""}:
        return book(now, says.number, case, books, policy)
    if after is None:
        return None
    gives_way = after.state is S.FAILED and case is not None and case.newer is not None
    return ended(after, case, books, policy) if gives_way or after.state in forms.ENDED else Moved(after)


def book(
    document: CreditDocument, number: str, case: Settlement | None, books: Books, policy: InForce[Policy]
) -> Moved:
    """Book a document whose number is there: what was reserved is credited, in the one transaction (I10, F-40)."""
    done = forms.moved(document, S.ISSUED, books)
    takes = forms.takes_of(done, books)
    for taken in takes:
        books.take(books.lines[taken.blue.id], taken.credit, taken.off)
    if case is None or case.decision is None or document.by_hand:
        paper = by_hand(done, takes, number, books, policy)
        return Moved(done.but(number=paper))
    about = taking.about_decision(case.decision)
    booking = taking.Booking(case.decision, about, books, policy.values, taking.Result())
    paper = issue.credit_invoice(booking, takes, done.reason, done.invoice, number).number
    after = came.one_issued(case, done.document_id, books, booking.result, policy)
    return Moved(done.but(number=paper), after.settlement, after.events)


def by_hand(
    document: CreditDocument, takes: list[taking.Taken], number: str, books: Books, policy: InForce[Policy]
) -> str:
    """Issue and post a credit that no decision asked for: amounts only, goods are the dock's and quality's matter."""
    about = About(document.case_id, document.document_id, document.entity, document.customer, document.currency)
    place = rules.jurisdiction_of(document.entity, policy.values.jurisdictions, policy.values.default_jurisdiction)
    kind = policy.values.credit_documents.get(place, books.law.document)
    lines = [DocumentLine(taken.blue.item, taken.blue.id, *taken.credit) for taken in takes]
    paper = books.issue(about, kind, lines, document.reason, document.invoice, number)
    uploads.due(paper, books.invoices[document.blue_invoice], books, policy.values)
    allowance = document.reason == rules.red_reason("GOODS", allowance=True)
    books.credit_invoice(about, paper, Account.SALES_ALLOWANCE if allowance else Account.REVENUE)
    return paper.number


def ended(document: CreditDocument, case: Settlement | None, books: Books, policy: InForce[Policy]) -> Moved:
    """Say what follows when a form was refused, has lapsed or was withdrawn: nothing is booked (F-41)."""
    if case is None or case.decision is None or document.document_id not in case.pending:
        return Moved(document)
    if case.newer is not None and document.state is not S.CANCELLED:
        document = forms.moved(document, S.CANCELLED, books)
    if document.state is S.CANCELLED:
        after = given_up(case, document, books, policy)
        return Moved(document, after.settlement, after.events)
    why = because(rules.red_form_ended)
    worklist = [todo for todo in case.worklist if todo.work is not Work.RED_FORM]
    todo = Todo(work=Work.RED_FORM_ENDED, amount=document.net + document.tax)
    news = case.decision
    event = CreditHeld(case_id=case.case_id, decision_id=news.decision_id, revision=case.revision, reason=why)
    return Moved(document, case.but(held=why, worklist=(*worklist, todo)), [event])


def given_up(case: Settlement, document: CreditDocument, books: Books, policy: InForce[Policy]) -> Settled:
    """Go on without a document that was cancelled: with a newer decision, or with what else was issued."""
    rest = tuple(each for each in case.pending if each != document.document_id)
    if rest:
        return Settled(case.but(pending=rest), [])
    if case.newer is not None and not case.told:
        begun = case.but(pending=(), newer=None)
        after = settlement.renewed(begun, case.newer, books, policy)
        return after if after is not None else Settled(begun, [])
    return came.finished(case.but(pending=()), books, taking.Result(), policy)


def cancel(document: CreditDocument, case: Settlement | None, books: Books, policy: InForce[Policy]) -> Moved:
    """Give a credit document up.

    Raises:
        NotPossibleInThisState: it is issued, or ended.
    """
    books.under(document.entity, policy.values)
    after = forms.withdrawn(document, books)
    return ended(after, case, books, policy) if after.state is S.CANCELLED else Moved(after)


def go_on(
    document: CreditDocument, asked: Issue, case: Settlement | None, books: Books, policy: InForce[Policy]
) -> Moved:
    """Go on to the legal document: a new form after one that ended, or the number of a paper form or invoice.

    Raises:
        NotPossibleInThisState: its form is out, or it needs a signature first.
        FormIsLive: another form is out on the blue invoice.
        CreditExceedsRemaining: what it takes is not left any more.
    """
    books.under(document.entity, policy.values)
    paper = books.law.handshake == "PAPER_FORM"
    if paper and document.form is not None and document.state in {S.AWAITING_COUNTERPARTY, S.READY_TO_ISSUE}:
        return paper_form(document, asked, case, books, policy)
    free = document.state is S.APPROVED and document.form is None
    if not free and document.state not in {S.EXPIRED, S.REJECTED, S.FAILED}:
        raise NotPossibleInThisState(f"It is {document.state}.")
    sent = forms.started(document.but(form=None), books, policy.values)
    if case is None or document.document_id not in case.pending:
        return Moved(sent)
    todo = Todo(work=Work.RED_FORM, amount=document.net + document.tax)
    worklist = [each for each in case.worklist if each.work not in {Work.RED_FORM, Work.RED_FORM_ENDED}]
    return Moved(sent, case.but(held=because(rules.awaiting_red_form), worklist=(*worklist, todo)))


def paper_form(
    document: CreditDocument, asked: Issue, case: Settlement | None, books: Books, policy: InForce[Policy]
) -> Moved:
    """Take the number of the information form, then that of the red invoice written on it (finance.md 1.2).

    Raises:
        NotPossibleInThisState: the form has no number yet, or it is not said.
    """
    assert document.form is not None
    if asked.form_no == document.form.form_no and document.state is S.READY_TO_ISSUE and not asked.number:
        return Moved(document)
    ready = document
    if asked.form_no and document.state is S.AWAITING_COUNTERPARTY:
        ready = forms.moved(document.but(form=document.form.but(form_no=asked.form_no)), S.READY_TO_ISSUE, books)
    if ready.state is not S.READY_TO_ISSUE or (ready is document and not asked.number):
        raise NotPossibleInThisState("The information form has to have its number first, then the red invoice its own.")
    return book(ready, asked.number, case, books, policy) if asked.number else Moved(ready)


def question(document: CreditDocument) -> tuple[str, dict[str, object]] | None:
    """Say what the platform is asked about a document now; nothing while it waits for another form on its invoice."""
    form = document.form
    if form is None:
        return None
    known: dict[str, object] = {"serial": form.serial, "form_no": form.form_no}
    if form.call != "submit":
        return form.call, known
    rows = [
        {
            "line": line.blue.rpartition("/")[2],
            "quantity": str(line.quantity),
            "net": str(line.net),
            "tax": str(line.tax),
        }
        for line in document.lines
    ]
    about = {"entity": document.entity, "blue": document.invoice, "reason": document.reason, "full": document.full}
    return form.call, {**known, **about, "net": str(document.net), "tax": str(document.tax), "lines": rows}
