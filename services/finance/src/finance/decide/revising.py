"""What becomes of a decision that is changed after its documents are out? What it gives more is credited besides."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from contracts.base import NotYet, total
from contracts.rma import DecidedLine, DispositionDecided
from finance import rules
from finance.decide import issue
from finance.decide.books import NO_SHARE, Books
from finance.decide.credit import allowance, blue_of
from finance.model import (
    CREDITS,
    Account,
    AlreadyIssued,
    BlueLine,
    CreditDocument,
    Document,
    DocumentState,
    DocumentType,
    Partial,
    Policy,
    Settlement,
    Share,
)


def credits_out(books: Books) -> list[Document]:
    """Give the credits of the case that are out and not taken back."""
    return [paper.document for paper in books.papers if paper.document.type in CREDITS]


def so_far(settlement: Settlement, books: Books) -> Settlement:
    """Let the case tell with its next document what is out of it already, and where that money went."""
    lines = [line for paper in books.papers for entry in paper.entries for line in entry.lines]
    to = {
        account: total(line.amount if line.side == "C" else -line.amount for line in lines if line.account is account)
        for account in (Account.AR, Account.CUSTOMER_CREDIT)
    }
    return settlement.but(
        told=tuple(issue.told(paper.document) for paper in books.papers),
        partial=Partial(to_receivable=to[Account.AR], to_credit=to[Account.CUSTOMER_CREDIT]),
    )


def without_ended(settlement: Settlement, books: Books) -> tuple[Settlement, tuple[CreditDocument, ...]]:
    """Let go of forms that were refused or lapsed: a newer decision does not wait for what holds nothing (F-41)."""
    ended = [document for document in books.on_their_way if not rules.still_reserved(document.state)]
    gone = tuple(document.but(state=DocumentState.CANCELLED) for document in ended)
    rest = tuple(each for each in settlement.pending if each not in {document.document_id for document in gone})
    return settlement.but(pending=rest, newer=settlement.newer if rest else None), gone


def difference(settlement: Settlement, news: DispositionDecided, books: Books, policy: Policy) -> DispositionDecided:
    """Give what a newer decision gives more than what is out; maybe nothing.

    Raises:
        AlreadyIssued: it gives less, or something else; a person takes the documents back first.
        NotYet: a document of the case has not been read.
    """
    known = {paper.document.number for paper in books.papers} | books.taken_back
    if not known.issuperset(settlement.documents):
        raise NotYet("the documents of the case are being written")
    others = [paper for paper in books.papers if paper.document.type not in {*CREDITS, DocumentType.DEBIT_NOTE}]
    if news.kind not in {"CREDIT", "ALLOWANCE"} or others or (books.papers and not credits_out(books)):
        raise AlreadyIssued(f"decision {news.decision_id} after {settlement.decision_id}")
    out = booked(credits_out(books), books.lines)
    lines = [part for line in news.lines if (part := more(news, line, out, books, policy)) is not None]
    if any(share != NO_SHARE for share in out.values()):
        raise AlreadyIssued(f"decision {news.decision_id} gives less than {settlement.decision_id}")
    return news.model_copy(update={"lines": tuple(lines)})


def booked(papers: Iterable[Document], lines: Mapping[str, BlueLine]) -> dict[tuple[str, bool], Share]:
    """Add up what is credited of each blue line, pieces and allowances apart.

    Raises:
        AlreadyIssued: something was granted without an original.
    """
    found: dict[tuple[str, bool], Share] = {}
    for paper in papers:
        for line in paper.lines:
            if line.blue_line not in lines:
                raise AlreadyIssued(f"{paper.number} credits what the newer decision does not name")
            key = (line.blue_line, not line.quantity)
            before = found.get(key, NO_SHARE)
            found[key] = Share(before.quantity + line.quantity, before.net + line.net, before.tax + line.tax)
    return found


def more(
    news: DispositionDecided, line: DecidedLine, out: dict[tuple[str, bool], Share], books: Books, policy: Policy
) -> DecidedLine | None:
    """Take off a line what is out of it; None when nothing is left.

    Raises:
        AlreadyIssued: less is to be credited than is out.
    """
    blue, amount = blue_of(news, line, books.lines), allowance(news, line)
    key = (blue.id if blue else "", amount is not None)
    before = out.pop(key, NO_SHARE)
    if amount is not None:
        rest = amount - (before.gross if blue and blue.price_mode == "INCLUSIVE" else before.net)
        part = line.but(allowance=rest)
    else:
        wanted = rules.quantity_to_book(line.approved, line.received, policy.quantity_tolerance_percent)
        rest = wanted - before.quantity
        part = line.but(approved=rest, received=rest, deduction=line.deduction if before == NO_SHARE else Decimal(0))
    if rest < 0:
        raise AlreadyIssued(f"decision {news.decision_id} gives less than is out")
    if before == NO_SHARE:
        return line
    return part if rest else None
