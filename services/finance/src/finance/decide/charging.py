"""What is charged of a credit: missing accessories and fees, with it or when they are noticed later."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from contracts.base import total
from contracts.rma import DispositionDecided
from finance.decide.books import ZERO, Books, functional_of
from finance.decide.receivables import Worth, owe
from finance.decide.taking import Booking, Result, Taken, about_decision, accessory_cost
from finance.model import (
    Account,
    BlueInvoice,
    BlueLine,
    Document,
    DocumentLine,
    DocumentType,
    GoodsGone,
    GoodsWaiting,
    Kept,
    LineKind,
    Partial,
    Policy,
    Settlement,
    Share,
)
from finance.model.keys import invoice_key, line_key
from finance.rules import postings

DISPOSALS = frozenset({"T3", "T4"})


class Besides(NamedTuple):
    """What a newer decision deducts of pieces that are credited already, and the credit that it lessens."""

    taken: Taken
    credit: Document


class Charged(NamedTuple):
    """What is charged of a blue line: a missing accessory, or a fee, which is a service."""

    of: BlueLine
    share: Share
    kind: LineKind


def kept(takes: Iterable[Taken], document: Document) -> list[Kept]:
    """Note what a credit keeps of its lines, and the deductions that were asked for them."""
    return [
        Kept(document=document.number, blue=t.blue.id, net=t.off.net, tax=t.off.tax, deduction=t.line.deduction)
        for t in takes
        if t.off.net or t.off.tax
    ]


def charge(booking: Booking, takes: list[Taken], credit: Document, to_credit: Decimal) -> Document | None:
    """Charge missing accessories and fees by a document of their own (F-23)."""
    _, about, books, _, result = booking
    parts = [part for t in takes for part in charged(t) if part.share.net]
    charges = [DocumentLine(part.of.item, "", ZERO, part.share.net, part.share.tax) for part in parts]
    if not charges:
        return None
    note = books.issue(about, DocumentType.DEBIT_NOTE, charges, credit.reason, credit.original)
    from_credit = min(note.gross, to_credit)
    lines = postings.charge(note.net, note.tax, from_credit, total(t.fee.net for t in takes))
    carrying = books.use_credit(about, from_credit)
    original = books.invoices[invoice_key(about.entity, credit.original)]
    written = books.post(about, "T11", lines, note, rate=original.rate, carrying=carrying)
    owed = functional_of(written, Account.AR)
    sold(parts, owe(about, books, note, Worth(note.gross - from_credit, owed, original.rate, original.buyer)), books)
    result.to_credit -= from_credit
    result.to_receivable -= note.gross - from_credit
    result.kept += [
        Kept(
            document=note.number, lessens=credit.number, blue=t.blue.id, net=ZERO, tax=ZERO, deduction=t.line.deduction
        )
        for t in takes
        if t.kept_back.net or t.fee.net
    ]
    return note


def charged(taken: Taken) -> tuple[Charged, Charged]:
    """Give what may be charged of one line."""
    return Charged(taken.blue, taken.kept_back, "GOODS"), Charged(taken.blue, taken.fee, "SERVICE")


def sold(parts: list[Charged], note: BlueInvoice, books: Books) -> None:
    """Make what is charged known as sold: it can be credited in its turn; no claim for the goods finds it."""
    for number, part in enumerate(parts, 1):
        books.keep_line(
            BlueLine(
                id=line_key(note.entity, note.invoice, number),
                entity=note.entity,
                invoice=note.invoice,
                line=number,
                customer=note.customer,
                currency=note.currency,
                issued_at=note.issued_at,
                shelf="",
                item=part.of.item,
                kind=part.kind,
                price_mode="EXCLUSIVE",
                decimals=part.of.decimals,
                unit_price=part.share.net,
                unit_cost=None,
                quantity=Decimal(1),
                net=part.share.net,
                tax=part.share.tax,
                tax_code=part.of.tax_code if part.share.tax else "",
            )
        )


def besides(
    settlement: Settlement, found: list[Besides], news: DispositionDecided, books: Books, values: Policy
) -> Settlement:
    """Charge what a newer decision deducts of pieces that are credited: their credit stays (F-23).

    Raises:
        GoodsGone: it is not known where these goods went.
    """
    part, result = settlement.partial, Result()
    booking = Booking(news, about_decision(news), books, values, result)
    for credit in dict.fromkeys(each.credit for each in found):
        takes = [each.taken for each in found if each.credit == credit]
        free = books.credit.balance - books.credit.reserved if books.credit else ZERO
        charge(booking, takes, credit, max(min(part.to_credit + result.to_credit, free), ZERO))
        settlement = settlement.but(waiting=worth_less(booking, takes, credit, settlement))
    to = went(part.to_receivable + result.to_receivable, part.to_credit + result.to_credit)
    return settlement.but(kept=(*settlement.kept, *result.kept), partial=to)


def went(to_receivable: Decimal, to_credit: Decimal) -> Partial:
    """Say where a case's money went; what is charged and owed beyond its receivable lessens its credit."""
    owed = min(to_receivable, ZERO)
    return Partial(to_receivable=to_receivable - owed, to_credit=to_credit + owed)


def worth_less(
    booking: Booking, takes: list[Taken], credit: Document, settlement: Settlement
) -> tuple[GoodsWaiting, ...]:
    """Let goods be worth what they are without the accessory, where they wait or where they went (F-23).

    Raises:
        GoodsGone: they have left quarantine, and it is not known for where.
    """
    rows = list(settlement.waiting)
    less: dict[Account, Decimal] = {}
    for taken in takes:
        missing = min(accessory_cost(booking, taken.blue, taken.kept_back), taken.cost)
        for place, goods in enumerate(rows):
            if goods.line == taken.line.line:
                part = min(missing, goods.cost)
                less[Account.RETURNS_QUARANTINE] = less.get(Account.RETURNS_QUARANTINE, ZERO) + part
                rows[place], missing = goods.but(cost=goods.cost - part), missing - part
        if missing:
            account = stand_on(booking, taken, credit, settlement)
            less[account] = less.get(account, ZERO) + missing
    booking.books.post(booking.about, "T2-lacks", postings.lacks(less), credit)
    return tuple(rows)


def stand_on(booking: Booking, taken: Taken, credit: Document, settlement: Settlement) -> Account:
    """Say where goods stand that wait no more: as was told of them, as is decided now, or as their credit posted.

    Raises:
        GoodsGone: none of these says it, or more than one account does.
    """
    said = settlement.went.get(str(taken.line.line)) or booking.values.goods_postings.get(taken.line.becomes)
    if said is not None:
        return said
    entries = [entry for paper in booking.books.papers if paper.document == credit for entry in paper.entries]
    disposals = [entry for entry in entries if entry.template in DISPOSALS]
    accounts = {line.account for entry in disposals for line in entry.lines if line.side == "D"}
    if len(accounts) != 1:
        raise GoodsGone
    return accounts.pop()
