"""What came of a decision? It is booked, held up, or waits for its red-letter forms."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import NamedTuple

from contracts.base import Event, because, total
from contracts.finance import CreditHeld, CreditIssued
from contracts.policy import InForce
from contracts.rma import DispositionDecided
from finance import rules
from finance.decide import ahead, credit, exchange, forms, goods, issue, quarantine, signing, taking
from finance.decide.about import credited_now
from finance.decide.books import Books
from finance.model import CreditDocument, Partial, Policy, Settlement, Stage, Todo, Work
from finance.model.keys import credit_key, invoice_key, line_key

Groups = Mapping[tuple[str, str], list[taking.Taken]]


class Settled(NamedTuple):
    """The settlement after the news, and what the others hear. What else changed stands in the books."""

    settlement: Settlement
    events: list[Event]
    books: bool = True
    """Whether what was written in the books counts."""
    given_up: tuple[CreditDocument, ...] = ()
    """Documents of an older decision that lead nowhere any more, whatever becomes of the newer one."""


def issued(settlement: Settlement, news: DispositionDecided, books: Books, result: taking.Result) -> Settled:
    """Close the money side and tell the others which documents are out."""
    told = (*settlement.told, *(issue.told(document) for document in books.documents))
    part = settlement.partial
    to_receivable, to_credit = part.to_receivable + result.to_receivable, part.to_credit + result.to_credit
    result.due, result.cost, result.given = part.due + result.due, part.cost + result.cost, (*part.given, *result.given)
    result.over, result.spare = part.over + result.over, part.spare + result.spare
    about = taking.about_decision(news)
    exchange.balance(about, books, result)
    credited = to_receivable + to_credit
    after = settlement.but(
        committed=settlement.committed + credited_now(books.documents, books.entries),
        stage=Stage.ISSUED,
        decision=None,
        held=None,
        approver="",
        documents=tuple(dict.fromkeys([*settlement.documents, *(document.number for document in told)])),
        credited=credited,
        worklist=with_waived(result.worklist, settlement),
        waiting=goods.pooled((*settlement.waiting, *result.waiting)),
        kept=(*settlement.kept, *result.kept),
        pending=(),
        told=(),
        partial=Partial(),
        **ahead.kept(settlement, news),
    )
    after, gates = exchange.opened(after, result, about, books)
    event = CreditIssued(
        case_id=news.case_id,
        decision_id=news.decision_id,
        revision=news.revision,
        documents=told,
        currency=news.currency,
        credited=credited,
        to_receivable=to_receivable,
        to_credit=to_credit,
        due=result.due,
        reason=news.reason,
    )
    return Settled(after, [event, *gates])


def with_waived(worklist: Iterable[Todo], settlement: Settlement) -> tuple[Todo, ...]:
    """Keep on the worklist a deduction that is made no more, whatever else the decision waits for."""
    own = (Todo(work=Work.DECISION_TOO_LATE, amount=settlement.waived),) if settlement.waived else ()
    return tuple(dict.fromkeys((*worklist, *own)))


def hold(settlement: Settlement, news: DispositionDecided, books: Books, stop: credit.Obstacle) -> Settled:
    """Keep a decision that cannot be booked yet, with the names of everything it will need; book nothing."""
    originals = [line.original for line in news.lines if line.original is not None]
    lines = [line_key(news.entity, original.invoice, original.line) for original in originals]
    after = settlement.but(
        stage=Stage.HELD,
        decision=news,
        held=stop.reason,
        approver=stop.approver,
        worklist=with_waived(stop.worklist, settlement),
        blue_lines=tuple(dict.fromkeys([*lines, *books.lines])),
        blue_invoices=tuple(dict.fromkeys(invoice_key(news.entity, original.invoice) for original in originals)),
        credit=credit_key(news.entity, news.customer, news.currency),
    )
    event = CreditHeld(case_id=news.case_id, decision_id=news.decision_id, revision=news.revision, reason=stop.reason)
    return Settled(after, [event], books=False)


def waiting_for_forms(
    settlement: Settlement, news: DispositionDecided, books: Books, pieces: list[credit.Piece], policy: InForce[Policy]
) -> Settled | None:
    """Reserve, and ask the tax platform, where a red invoice needs a form; None where none is needed (F-40, F-41)."""
    keys = {piece.blue.id.rpartition("/")[0] for piece in pieces if piece.blue is not None}
    if books.law.handshake == "NONE" or not keys or swaps(news, pieces, policy):
        return None
    if forms.any_live(books, keys):
        todos = tuple(Todo(work=Work.RED_FORM, line=piece.line.line) for piece in pieces if piece.blue is not None)
        return hold(settlement, news, books, credit.Obstacle(because(rules.live_red_form), todos))
    booking = taking.Booking(news, taking.about_decision(news), books, policy.values, taking.Result())
    books.release_claim()
    groups = taking.taken(booking, pieces, books.reserve)
    worth = {key: takes for key, takes in groups.items() if total(t.credit.gross for t in takes)}
    documents = [
        forms.planned(booking, number, invoice, reason, takes)
        for number, ((invoice, reason), takes) in enumerate(worth.items(), 1)
    ]
    for_nothing = {key: takes for key, takes in groups.items() if key not in worth}
    for taken in chain.from_iterable(for_nothing.values()):
        books.reserve(books.lines[taken.blue.id], -taken.credit, -taken.off)
    if not rules.awaiting_red_form(len(documents)):
        return None
    settlement = back_for_nothing(settlement, booking, for_nothing)
    for document in documents:
        sent = forms.start_if_free(document, books, policy.values)
        books.moved[CreditDocument, document.document_id] = sent
    forms_out = tuple(Todo(work=Work.RED_FORM, amount=document.net + document.tax) for document in documents)
    stop = credit.Obstacle(because(rules.awaiting_red_form), (*booking.result.worklist, *forms_out))
    held = hold(settlement.but(pending=tuple(d.document_id for d in documents)), news, books, stop)
    return held._replace(books=True)


def back_for_nothing(settlement: Settlement, booking: taking.Booking, groups: Groups) -> Settlement:
    """Take in at once what comes back for nothing: no form is needed, and what else was issued is told with it."""
    for (invoice, reason), takes in groups.items():
        for taken in takes:
            booking.books.take(booking.books.lines[taken.blue.id], taken.credit, taken.off)
        issue.credit_invoice(booking, takes, reason, invoice)
    return settlement.but(
        told=(*settlement.told, *(issue.told(document) for document in booking.books.documents)),
        waiting=goods.pooled((*settlement.waiting, *booking.result.waiting)),
        kept=(*settlement.kept, *booking.result.kept),
    )


def swaps(news: DispositionDecided, pieces: list[credit.Piece], policy: InForce[Policy]) -> bool:
    """Tell whether goods are swapped without amounts."""
    return news.kind == credit.EXCHANGE and signing.exchanged_by(news, pieces, policy.values) == "NO_AMOUNT"


def one_issued(
    settlement: Settlement, document: str, books: Books, result: taking.Result, policy: InForce[Policy]
) -> Settled:
    """Note that one document of a decision is out; with the last one the decision is done."""
    rest = tuple(each for each in settlement.pending if each != document)
    if not rest:
        return finished(settlement.but(pending=()), books, result, policy)
    after = settlement.but(
        pending=rest,
        committed=settlement.committed + credited_now(books.documents, books.entries),
        told=(*settlement.told, *(issue.told(each) for each in books.documents)),
        partial=Partial(
            to_receivable=settlement.partial.to_receivable + result.to_receivable,
            to_credit=settlement.partial.to_credit + result.to_credit,
            due=settlement.partial.due + result.due,
            cost=settlement.partial.cost + result.cost,
            given=(*settlement.partial.given, *result.given),
            over=settlement.partial.over + result.over,
            spare=settlement.partial.spare + result.spare,
        ),
        blue_invoices=tuple(dict.fromkeys((*settlement.blue_invoices, *result.given))),
        waiting=goods.pooled((*settlement.waiting, *result.waiting)),
        kept=(*settlement.kept, *result.kept),
    )
    return Settled(after, [])


def finished(settlement: Settlement, books: Books, result: taking.Result, policy: InForce[Policy]) -> Settled:
    """Book what needs no form, and tell the others; a decision of which nothing was issued is held."""
    news = settlement.decision
    assert news is not None
    pieces = credit.planned(news, books.lines, policy)
    booking = taking.Booking(news, taking.about_decision(news), books, policy.values, result)
    if settlement.told or books.documents:
        issue.without_original(booking, pieces)
    result.worklist = [todo for todo in settlement.worklist if todo.work is not Work.RED_FORM]
    if settlement.newer is not None:
        result.worklist.append(Todo(work=Work.DECISION_TOO_LATE))
    if not (settlement.told or books.documents):
        stop = credit.Obstacle(because(rules.red_form_ended), tuple(result.worklist))
        return hold(settlement, news, books, stop)._replace(books=True)
    scrapped = quarantine.any_scrap([line for line in news.lines if line.received], policy.values)
    return issued(settlement.but(scrapped=scrapped, newer=None), news, books, result)
