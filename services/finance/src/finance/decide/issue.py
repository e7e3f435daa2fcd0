"""What is booked when a decision may be booked? Documents, entries and counters, all in one go."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from contracts.base import Original, half_up, total
from contracts.finance import IssuedDocument
from contracts.inspection import DisposedLine
from contracts.policy import InForce
from contracts.rma import DecidedLine, DispositionDecided
from finance import rules
from finance.decide.books import ZERO, About, Books, functional_of
from finance.decide.credit import EXCHANGE, Piece
from finance.model import (
    Account,
    BlueLine,
    Document,
    DocumentLine,
    DocumentType,
    GoodsWaiting,
    Policy,
    Share,
    Todo,
    Work,
)
from finance.model.keys import invoice_key
from finance.rules import postings

NOTHING = Share(ZERO, ZERO, ZERO)


class Taken(NamedTuple):
    """What one decided line took from its blue line, what was kept back for accessories, and the goods' cost."""

    line: DecidedLine
    blue: BlueLine
    credit: Share
    kept_back: Share
    cost: Decimal


@dataclass
class Result:
    """What a decision came to."""

    to_receivable: Decimal = ZERO
    to_credit: Decimal = ZERO
    worklist: list[Todo] = field(default_factory=list)
    waiting: list[GoodsWaiting] = field(default_factory=list)


class Booking(NamedTuple):
    """One decision on its way into the books."""

    news: DispositionDecided
    about: About
    books: Books
    values: Policy
    result: Result


def book(news: DispositionDecided, books: Books, pieces: list[Piece], policy: InForce[Policy]) -> Result:
    """Write a credit, an allowance, or an exchange with amounts."""
    booking = Booking(news, about_decision(news), books, policy.values, Result())
    books.release_claim()
    groups: dict[tuple[str, str], list[Taken]] = {}
    for piece in pieces:
        booking.result.worklist += shortfalls(piece)
        if piece.blue is not None and (taken := take(booking, piece, piece.blue.id)) is not None:
            reason = rules.red_reason(taken.blue.kind, allowance=piece.allowance is not None)
            groups.setdefault((taken.blue.invoice, reason), []).append(taken)
    for (invoice, reason), takes in groups.items():
        credit_invoice(booking, takes, reason, invoice)
    without = [piece for piece in pieces if piece.blue is None]
    if news.kind == EXCHANGE:
        deliver(booking, without)
    else:
        grant(booking, without)
    return booking.result


def about_decision(news: DispositionDecided) -> About:
    """Say whom a decision is about."""
    return About(news.case_id, news.decision_id, news.entity, news.customer, news.currency)


def shortfalls(piece: Piece) -> list[Todo]:
    """Keep what was approved and did not come, or came and was not approved, in sight."""
    line = piece.line
    if piece.allowance is not None:
        return []
    gone, extra = rules.missing(line.approved, line.received), rules.missing(line.received, piece.quantity)
    todos = [Todo(work=Work.QTY_MISSING, line=line.line, quantity=gone)] if gone else []
    return [*todos, Todo(work=Work.QTY_OVER_TOLERANCE, line=line.line, quantity=extra)] if extra else todos


def take(booking: Booking, piece: Piece, key: str) -> Taken | None:
    """Take what the line may have of its blue line; what is not left there goes to the worklist."""
    blue, line, values = booking.books.lines[key], piece.line, booking.values
    rest = rules.left(blue)
    if piece.allowance is not None:
        wanted = half_up(piece.allowance, blue.decimals)
        beyond = rules.no_blue_left(wanted, rest.gross if blue.price_mode == "INCLUSIVE" else rest.net)
        todo = Todo(work=Work.NO_BLUE_LEFT, line=line.line, amount=beyond)
        share = rules.allowed(rest, wanted - beyond, blue.price_mode, blue.decimals)
    else:
        beyond = rules.no_blue_left(piece.quantity, rest.quantity)
        todo = Todo(work=Work.NO_BLUE_LEFT, line=line.line, quantity=beyond)
        wanted = piece.quantity - beyond
        share = rules.returned(rest, wanted, blue.price_mode, blue.decimals) if wanted > 0 else NOTHING
    if beyond:
        booking.result.worklist.append(todo)
    if share == NOTHING:
        return None
    kept_back = rules.charged(share, line.deduction, blue.decimals) if line.deduction else NOTHING
    if line.deduction and values.deduction_mode == "REDUCED_CREDIT":
        share = rules.reduced(share, line.deduction, blue.decimals)
    booking.books.take(blue, share)
    accessory = rules.share_of(kept_back.net, values.accessory_cost_percent, blue.decimals)
    rate = booking.books.invoices[invoice_key(blue.entity, blue.invoice)].rate
    accessory = half_up(accessory * rate, blue.decimals)
    return Taken(line, blue, share, kept_back, max(cost_of(blue, share.quantity) - accessory, ZERO))


def credit_invoice(booking: Booking, takes: list[Taken], reason: str, invoice: str) -> None:
    """Issue the credit document for one blue invoice and one reason, and everything that follows from it."""
    news, about, books, values, result = booking
    jurisdiction = rules.jurisdiction_of(about.entity, values.jurisdictions, values.default_jurisdiction)
    lines = [DocumentLine(t.blue.item, t.blue.id, *t.credit) for t in takes]
    document = books.issue(about, values.credit_documents[jurisdiction], lines, reason, invoice)
    allowance = reason == rules.red_reason("GOODS", allowance=True)
    account = Account.SALES_ALLOWANCE if allowance else Account.REVENUE
    to_receivable, to_credit = books.credit_invoice(about, document, account)
    result.to_receivable += to_receivable
    result.to_credit += to_credit
    if news.kind == EXCHANGE and not allowance:
        replace_goods(booking, takes, document, to_credit)
    elif values.deduction_mode == "SEPARATE_CHARGE":
        charge(booking, takes, document, to_credit)
    if not allowance:
        goods_come_back(booking, takes, document)


def charge(booking: Booking, takes: list[Taken], credit: Document, to_credit: Decimal) -> None:
    """Charge missing accessories by a document of their own (F-23)."""
    _, about, books, _, result = booking
    lines = [DocumentLine(t.blue.item, "", ZERO, t.kept_back.net, t.kept_back.tax) for t in takes if t.kept_back.net]
    if lines:
        note = books.issue(about, DocumentType.DEBIT_NOTE, lines, credit.reason, credit.original)
        from_credit = min(note.gross, to_credit)
        carrying = books.use_credit(about, from_credit)
        rate = books.invoices[invoice_key(about.entity, credit.original)].rate
        books.post(about, "T11", postings.charge(note.net, note.tax, from_credit), note, rate=rate, carrying=carrying)
        result.to_credit -= from_credit
        result.to_receivable -= note.gross - from_credit


def replace_goods(booking: Booking, takes: list[Taken], credit: Document, to_credit: Decimal) -> None:
    """Invoice the good unit at what the old one cost, set the credit off against it, and let it out (F-13)."""
    _, about, books, values, _ = booking
    lines = [DocumentLine(t.blue.item, "", *whole(t, values)) for t in takes]
    invoice = books.issue(about, DocumentType.REPLACEMENT_INVOICE, lines, "", credit.original)
    rate = books.invoices[invoice_key(about.entity, credit.original)].rate
    books.post(about, "T6", postings.invoiced(Account.REVENUE, invoice.net, invoice.tax), invoice, rate=rate)
    used = min(to_credit, invoice.gross)
    carrying = books.use_credit(about, used)
    books.post(about, "T16", postings.credit_used(used), invoice, rate=rate, carrying=carrying)
    cost = total(cost_of(t.blue, t.credit.quantity) for t in takes)
    books.post(about, "T6-goods", postings.goods_out(cost), invoice)


def whole(taken: Taken, values: Policy) -> Share:
    """Give what a unit costs with all its accessories."""
    if values.deduction_mode == "SEPARATE_CHARGE":
        return taken.credit
    return Share(taken.credit.quantity, taken.credit.net + taken.kept_back.net, taken.credit.tax + taken.kept_back.tax)


def cost_of(blue: BlueLine | None, quantity: Decimal) -> Decimal:
    """Give the original cost of goods; nothing where it was never known."""
    if blue is None or blue.unit_cost is None:
        return ZERO
    return rules.valued(quantity, blue.unit_cost, blue.decimals)


def goods_come_back(booking: Booking, takes: list[Taken], document: Document) -> None:
    """Take the goods into quarantine at their cost, and on to where they are known to go."""
    _, about, books, values, result = booking
    books.post(about, "T2", postings.goods_back(total(t.cost for t in takes)), document)
    gone: dict[Account, Decimal] = {}
    for taken in takes:
        account = values.goods_postings.get(taken.line.becomes)
        if account is not None:
            gone[account] = gone.get(account, ZERO) + taken.cost
        elif taken.cost:
            goods = GoodsWaiting(line=taken.line.line, quantity=taken.credit.quantity, cost=taken.cost)
            result.waiting.append(goods)
    for account, cost in gone.items():
        books.post(about, disposal_template(account), postings.goods_disposed(account, cost), document)


def any_scrap(lines: Iterable[DecidedLine | DisposedLine], values: Policy) -> bool:
    """Tell whether there is something that could be sold as scrap."""
    return any(rules.scrapped(line.becomes, values.goods_postings) for line in lines)


def disposal_template(account: Account) -> str:
    """Name the template by where the goods go: back to stock, or lost."""
    return "T4" if account is Account.QUALITY_LOSS else "T3"


def grant(booking: Booking, pieces: list[Piece]) -> None:
    """Credit what has no original: goods by a goodwill memo, anything else by a commercial one, without tax (F-54)."""
    _, about, books, values, result = booking
    decimals = values.decimals.get(about.currency, 2)
    for kind, template, account, goodwill in (
        (DocumentType.GOODWILL_MEMO, "T21", Account.QUALITY_LOSS, True),
        (DocumentType.COMMERCIAL_MEMO, "T5", Account.SALES_ALLOWANCE, False),
    ):
        lines = [memo_line(piece, decimals) for piece in pieces if piece.goodwill is goodwill and piece.quantity > 0]
        if lines:
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
    cost = total(cost_of(piece.blue, piece.quantity) for piece in pieces)
    charge_warranty(booking, "T7", postings.swapped(cost), cost)
    return result


def charge_warranty(booking: Booking, template: str, lines: postings.Lines, cost: Decimal) -> None:
    """Charge the warranty with the good unit, and relieve it of what the defective one is worth (F-16, F-17)."""
    _, about, books, values, _ = booking
    books.post(about, template, lines)
    worth = rules.share_of(cost, values.recoverable_percent, values.decimals.get(about.currency, 2))
    books.post(about, f"{template}-recovered", postings.recovered(worth))


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
