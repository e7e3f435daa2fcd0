"""An issued document is never edited: a document of its own takes it back, or bills anew what it credited."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from typing import NamedTuple

from contracts.base import Event, total
from contracts.policy import InForce
from finance import rules
from finance.decide import reversing, uncharging
from finance.decide.books import NO_SHARE, ZERO, About, Books
from finance.model import (
    Account,
    AlreadyReversed,
    BlueInvoice,
    BlueLine,
    Correction,
    CreditBalanceTooLow,
    Document,
    DocumentLine,
    DocumentType,
    GoodsGone,
    GoodsWaiting,
    IssuedPaper,
    Kept,
    NotReversible,
    Policy,
    Reversal,
    Settlement,
    Share,
)
from finance.model.keys import invoice_key, line_key
from finance.rules import postings


class Reversed(NamedTuple):
    """What took the document and its charges back, the case as it is then, and what the others hear."""

    reversal: Reversal
    charges: list[Reversal]
    case: Settlement | None
    events: list[Event]


def reverse(
    paper: IssuedPaper,
    known: Reversal | None,
    case: Settlement | None,
    books: Books,
    policy: InForce[Policy],
    by_whom: str,
    why: str,
) -> Reversed:
    """Take an issued credit back, as the law of the place has it, and what was charged with it (F-23, F-37).

    Raises:
        AlreadyReversed: it has been taken back.
        NotReversible: it is no credit.
        GoodsGone: its goods have left quarantine since.
        ChargeStands: what was charged with it cannot be taken back with it.
        CreditBalanceTooLow: what it credited has been spent.
    """
    document = paper.document
    if known is not None:
        raise AlreadyReversed
    if not document.takes_back or any(entry.reverses for entry in paper.entries):
        raise NotReversible
    books.under(document.entity, policy.values)
    kept = [part for part in case.kept if part.document == document.number] if case else []
    charges = uncharging.charges_of(document, case, books)
    uncharged = [uncharging.take_back(each, books, policy.values, by_whom, why) for each in charges]
    after = goods_are_the_customers(paper, case, total(each.document.gross for each in charges))
    kind: Correction = "VOID"
    if document.gross:
        kind = rules.correction_of_issued(books.law, document.original, document.issued_on, books.today)
    about = About(document.case_id, f"{document.id}~", document.entity, document.customer, document.currency)
    by = correcting(document, kind, about, books)
    mirror(paper, by, books)
    spend(paper, by, about, books)
    if kind == "NEW_BLUE" and by is not None:
        sold_again(paper, by, books)
    else:
        give_back(paper, kept, books)
    back = reversing.told(document, kind, by, by_whom, why)
    gone = [each.reversal for each in uncharged]
    return Reversed(back.reversal, gone, after, [*(each.event for each in uncharged), back.event])


def goods_are_the_customers(paper: IssuedPaper, case: Settlement | None, charged: Decimal) -> Settlement | None:
    """Let goods that wait in quarantine be the customer's again, and the case credit so much less.

    Raises:
        GoodsGone: some of them have left quarantine by a paper of their own.
    """
    lines = [line for entry in paper.entries for line in entry.lines if line.account is Account.RETURNS_QUARANTINE]
    waits = total(line.amount if line.side == "D" else -line.amount for line in lines)
    if case is None:
        return None
    waiting = without(case.waiting, paper.document.lines, waits) if waits else case.waiting
    kept = tuple(part for part in case.kept if paper.document.number not in {part.document, part.lessens})
    return case.but(waiting=waiting, kept=kept, credited=max(case.credited + charged - paper.document.gross, ZERO))


def without(
    waiting: tuple[GoodsWaiting, ...], lines: tuple[DocumentLine, ...], cost: Decimal
) -> tuple[GoodsWaiting, ...]:
    """Take a document's goods from those that wait: all of them, or those of its line beside more of the same.

    Raises:
        GoodsGone: they are not all there.
    """
    if cost == total(goods.cost for goods in waiting):
        return ()
    if (len(waiting), len(lines)) != (1, 1) or lines[0].quantity >= waiting[0].quantity or cost > waiting[0].cost:
        raise GoodsGone
    return (waiting[0].but(quantity=waiting[0].quantity - lines[0].quantity, cost=waiting[0].cost - cost),)


def correcting(document: Document, kind: Correction, about: About, books: Books) -> Document | None:
    """Issue what corrects the document; one that is void has nothing of the kind."""
    if kind == "VOID":
        return None
    if kind == "REVERSAL":
        reason, original = document.reason, document.original
        return books.issue(about, DocumentType.DEBIT_NOTE, document.lines, reason, original, series_of=document.type)
    lines = [line._replace(blue_line="") for line in document.lines]
    return books.issue(about, DocumentType.REPLACEMENT_INVOICE, lines, "", document.original)


def debited(paper: IssuedPaper, account: Account) -> tuple[Decimal, Decimal]:
    """Give what the mirror debits on an account, and at what that stands in the books."""
    lines = [line for entry in paper.entries for line in entry.lines if line.account is account and line.side == "C"]
    return total(line.amount for line in lines), total(line.functional for line in lines)


def spend(paper: IssuedPaper, by: Document | None, about: About, books: Books) -> None:
    """Take back what was the customer's credit, at its part of what that stands at by now (2.4).

    The mirror says at what it was given; what a month's rates have made of it since is a gain or a loss.

    Raises:
        CreditBalanceTooLow: it has been spent.
    """
    amount, stood = debited(paper, Account.CUSTOMER_CREDIT)
    if not amount:
        return
    credit = books.credit
    free = credit.balance - credit.reserved if credit else ZERO
    if credit is None or not rules.balance_suffices(free, amount, credit.overdraft):
        raise CreditBalanceTooLow(
            f"{amount} were credited and {free} are free: the rest was spent, or is promised to a refund. "
            "An approved overdraft (POST /proposals) lets the customer owe it."
        )
    stands = books.credit_stands_at(about, amount) if credit.balance > 0 else stood
    books.keep_credit(balance=credit.balance - amount, functional=credit.functional - stands)
    books.post(about, "FX", rules.revalued(Account.CUSTOMER_CREDIT, stood - stands), by)


def mirror(paper: IssuedPaper, by: Document | None, books: Books) -> None:
    """Write every entry of the document on the other side, at what it stood in the books; once, by its key (I3)."""
    for entry in paper.entries:
        reversing.mirror(books, entry, by.number if by else paper.document.number, postings.mirrored(entry.lines))


def give_back(paper: IssuedPaper, kept: Iterable[Kept], books: Books) -> None:
    """Let the blue lines have again what was taken of them, and the invoice be open again by what it was settled."""
    for part in kept:
        books.take(books.lines[part.blue], NO_SHARE, Share(ZERO, -part.net, -part.tax))
    for line in paper.document.lines:
        if line.blue_line in books.lines:
            books.take(books.lines[line.blue_line], Share(-line.quantity, -line.net, -line.tax))
    amount, stood = debited(paper, Account.AR)
    invoice = books.invoices.get(invoice_key(paper.document.entity, paper.document.original))
    if amount and invoice is not None:
        books.keep_invoice(
            replace(
                invoice,
                open_amount=invoice.open_amount + amount,
                open_functional=invoice.open_functional + stood,
            )
        )


def sold_again(paper: IssuedPaper, by: Document, books: Books) -> None:
    """Let what the red invoice took back be sold by a new blue invoice, which can be credited in its turn."""
    old = books.invoices[invoice_key(by.entity, paper.document.original)]
    amount, stood = debited(paper, Account.AR)
    invoice = BlueInvoice(
        id=invoice_key(by.entity, by.number),
        entity=by.entity,
        invoice=by.number,
        customer=by.customer,
        currency=by.currency,
        issued_at=books.now.astimezone(UTC).replace(tzinfo=None),
        content=f"instead of {paper.document.number}",
        open_amount=amount,
        rate=old.rate,
        open_functional=stood,
        gross=by.gross,
        buyer=old.buyer,
    )
    books.keep_invoice(invoice)
    for line in blue_lines(invoice, paper.document.lines, books):
        books.keep_line(line)


def blue_lines(invoice: BlueInvoice, lines: Iterable[DocumentLine], books: Books) -> Iterable[BlueLine]:
    """Give the lines of the new blue invoice; what was an amount is one piece of it."""
    for number, line in enumerate(lines, 1):
        old = books.lines[line.blue_line]
        yield replace(
            old,
            id=line_key(invoice.entity, invoice.invoice, number),
            invoice=invoice.invoice,
            line=number,
            issued_at=invoice.issued_at,
            quantity=line.quantity or Decimal(1),
            unit_price=old.unit_price if line.quantity else line.net,
            unit_cost=old.unit_cost if line.quantity else None,
            net=line.net,
            tax=line.tax,
            reserved_quantity=ZERO,
            reserved_net=ZERO,
            reserved_tax=ZERO,
            credited_quantity=ZERO,
            credited_net=ZERO,
            credited_tax=ZERO,
            kept_net=ZERO,
            kept_tax=ZERO,
        )
