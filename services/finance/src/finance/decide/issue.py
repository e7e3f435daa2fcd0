"""What is booked when a decision may be booked? Documents, entries and counters, all in one go."""

from decimal import Decimal

from contracts.base import Original, half_up, total
from contracts.finance import IssuedDocument
from contracts.policy import InForce
from contracts.rma import DispositionDecided
from finance import rules
from finance.decide import charging, exchange, quarantine, uploads
from finance.decide.books import ZERO, Books, functional_of
from finance.decide.credit import ADVANCE_SETTLED, EXCHANGE, Piece
from finance.decide.quarantine import Old
from finance.decide.taking import Booking, Result, Taken, about_decision, cost_of, shortfalls, taken
from finance.model import Account, Document, DocumentLine, DocumentType, Policy
from finance.model.keys import invoice_key
from finance.rules import postings


def book(news: DispositionDecided, books: Books, pieces: list[Piece], policy: InForce[Policy]) -> Result:
    """Write a credit, an allowance, or an exchange with amounts."""
    booking = Booking(news, about_decision(news), books, policy.values, Result())
    books.release_claim()
    for (invoice, reason), takes in taken(booking, pieces, books.take).items():
        credit_invoice(booking, takes, reason, invoice)
    without_original(booking, pieces)
    return booking.result


def without_original(booking: Booking, pieces: list[Piece]) -> None:
    """Deliver or grant what has no original."""
    without = [piece for piece in pieces if piece.blue is None]
    if booking.news.kind == EXCHANGE:
        deliver(booking, without)
    else:
        grant(booking, without)


def credit_invoice(booking: Booking, takes: list[Taken], reason: str, invoice: str, number: str = "") -> Document:
    """Issue the credit document for one blue invoice and one reason, and everything that follows from it."""
    news, about, books, values, result = booking
    place = rules.jurisdiction_of(about.entity, values.jurisdictions, values.default_jurisdiction)
    lines = [DocumentLine(t.blue.item, t.blue.id, *t.credit) for t in takes]
    kind = rules.document_of(
        values.credit_documents.get(place, books.law.document), total(t.credit.gross for t in takes)
    )
    document = books.issue(about, kind, lines, reason, invoice, number)
    allowance = reason == rules.red_reason("GOODS", allowance=True)
    account = Account.SALES_ALLOWANCE if allowance else Account.REVENUE
    charged_apart = values.deduction_mode == "SEPARATE_CHARGE"
    fee = ZERO if charged_apart else total(t.fee.net for t in takes)
    if document.type is not DocumentType.DELIVERY_NOTE:
        uploads.due(document, books.invoices[invoice_key(about.entity, invoice)], books, values)
    to_receivable, to_credit = books.credit_invoice(about, document, account, fee)
    result.to_receivable += to_receivable
    result.to_credit += to_credit
    result.kept += charging.kept(takes, document)
    if news.kind == EXCHANGE and not allowance:
        exchanged(booking, takes, document, to_credit)
    elif charged_apart:
        charging.charge(booking, takes, document, to_credit)
    if news.kind == ADVANCE_SETTLED:
        exchange.come_back_late(booking, takes, document)
    elif not allowance:
        quarantine.goods_come_back(booking, takes, document)
    return document


def exchanged(booking: Booking, takes: list[Taken], credit: Document, to_credit: Decimal) -> None:
    """Invoice what is given, and charge what did not come back; the difference is due before it ships (F-14, F-23)."""
    about, values, result = booking.about, booking.values, booking.result
    given = exchange.replace_goods(booking, takes, credit, to_credit)
    result.given += (invoice_key(about.entity, given.number),)
    rest, charged = to_credit - min(to_credit, given.gross), ZERO
    if values.deduction_mode == "SEPARATE_CHARGE" and (note := charging.charge(booking, takes, credit, rest)):
        charged = note.gross
        result.given += (invoice_key(about.entity, note.number),) if charged > rest else ()
        went = charging.went(result.to_receivable, result.to_credit)
        result.to_receivable, result.to_credit = went.to_receivable, went.to_credit
    difference = given.gross + charged - credit.gross
    result.due += max(difference, ZERO)
    result.over += max(-difference, ZERO)
    result.spare += max(rest - charged, ZERO)


def grant(booking: Booking, pieces: list[Piece]) -> None:
    """Credit what has no original: goods by a goodwill memo, anything else by a commercial one, without tax (F-54).

    What is worth nothing has no memo: a decision of nothing else is held, for somebody to estimate it.
    """
    _, about, books, values, result = booking
    decimals = values.decimals.get(about.currency, 2)
    for kind, template, account, goodwill in (
        (DocumentType.GOODWILL_MEMO, "T21", Account.QUALITY_LOSS, True),
        (DocumentType.COMMERCIAL_MEMO, "T5", Account.SALES_ALLOWANCE, False),
    ):
        mine = [piece for piece in pieces if piece.goodwill is goodwill and (piece.quantity > 0 or piece.allowance)]
        lines = [memo_line(piece, decimals) for piece in mine]
        if total(line.net for line in lines):
            memo = books.issue(about, kind, lines)
            written = books.post(about, template, postings.granted(account, memo.net), memo)
            books.add_credit(memo.net, functional_of(written, Account.CUSTOMER_CREDIT))
            result.to_credit += memo.net


def memo_line(piece: Piece, decimals: int) -> DocumentLine:
    """Value a line without original at its price, or at the amount that is allowed."""
    if piece.allowance is not None:
        return DocumentLine(piece.line.item, "", ZERO, half_up(piece.allowance, decimals), ZERO)
    value = rules.valued(piece.quantity, piece.line.unit_price, decimals)
    return DocumentLine(piece.line.item, "", piece.quantity, max(value - piece.line.deduction, ZERO), ZERO)


def deliver(booking: Booking, pieces: list[Piece]) -> None:
    """Swap without amounts: a delivery note of value zero."""
    lines = [DocumentLine(piece.line.item, "", piece.quantity, ZERO, ZERO) for piece in pieces if piece.quantity > 0]
    if lines:
        booking.books.issue(booking.about, DocumentType.DELIVERY_NOTE, lines)


def swap(news: DispositionDecided, books: Books, pieces: list[Piece], policy: InForce[Policy]) -> Result:
    """Exchange without amounts: the warranty bears the cost of the good unit (F-16)."""
    result = Result(worklist=[todo for piece in pieces for todo in shortfalls(piece)])
    booking = Booking(news, about_decision(news), books, policy.values, result)
    books.release_claim()
    deliver(booking, pieces)
    old = [Old(p.line.line, p.quantity, cost_of(p.blue, p.quantity), p.line.becomes) for p in pieces]
    charge_warranty(booking, "T7", postings.swapped(total(each.cost for each in old)), old)
    return result


def charge_warranty(booking: Booking, template: str, lines: postings.Lines, old: list[Old]) -> None:
    """Charge the warranty with the good unit, and relieve it of what the defective one is worth (F-16, F-17)."""
    booking.books.post(booking.about, template, lines)
    quarantine.recovered(booking, f"{template}-recovered", old)


def told(document: Document) -> IssuedDocument:
    """Say a document as the others hear it."""
    line = next((line.blue_line for line in document.lines if line.blue_line), "")
    original = None
    if document.original and line:
        original = Original(invoice=document.original, line=int(line.rpartition("/")[2]))
    return IssuedDocument(
        type=document.type,
        number=document.number,
        reason=document.reason,
        original=original,
        currency=document.currency,
        net=document.net,
        tax=document.tax,
        gross=document.gross,
    )
