"""What becomes of a decision that is changed after its documents are out? What it gives more is credited besides.

What it deducts more of pieces that are credited is charged besides, by a debit note: what was issued stays.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from contracts.base import NotYet, half_up, total
from contracts.rma import DecidedLine, DispositionDecided
from finance import rules
from finance.decide import charging, forms, issue
from finance.decide.books import NO_SHARE, Books
from finance.decide.credit import allowance, blue_of
from finance.decide.taking import Taken, cost_of
from finance.model import (
    Account,
    AlreadyIssued,
    BlueLine,
    CreditDocument,
    Document,
    DocumentState,
    DocumentType,
    IssuedPaper,
    Policy,
    Settlement,
    Share,
)


def credits_out(books: Books) -> list[Document]:
    """Give the credits of the case that are out and not taken back, and what came back for nothing."""
    return [paper.document for paper in books.papers if paper.document.takes_back]


def in_force(settlement: Settlement, books: Books) -> list[IssuedPaper]:
    """Give what is out of the case, without a charge whose credit is taken back: that was credited by hand before."""
    charged = {part.document for part in settlement.kept}
    return [
        paper
        for paper in books.papers
        if paper.document.type != DocumentType.DEBIT_NOTE or paper.document.number in charged
    ]


def so_far(settlement: Settlement, books: Books) -> Settlement:
    """Let the case tell with its next document what is out of it already, and where that money went."""
    papers = in_force(settlement, books)
    lines = [line for paper in papers for entry in paper.entries for line in entry.lines]
    to = {
        account: total(line.amount if line.side == "C" else -line.amount for line in lines if line.account is account)
        for account in (Account.AR, Account.CUSTOMER_CREDIT)
    }
    return settlement.but(
        told=tuple(issue.told(paper.document) for paper in papers),
        partial=charging.went(to[Account.AR], to[Account.CUSTOMER_CREDIT]),
    )


def without_ended(settlement: Settlement, books: Books) -> tuple[Settlement, tuple[CreditDocument, ...]]:
    """Let go of forms that were refused, lapsed or failed: a newer decision does not wait for what ended (F-41)."""
    ended = [document for document in books.on_their_way if rules.form_has_ended(document.state)]
    gone = tuple(forms.moved(document, DocumentState.CANCELLED, books) for document in ended)
    rest = tuple(each for each in settlement.pending if each not in {document.document_id for document in gone})
    return settlement.but(pending=rest, newer=settlement.newer if rest else None), gone


class Difference(NamedTuple):
    """What a newer decision gives more than what is out, what it deducts more of that, and what it deducts no more."""

    news: DispositionDecided
    besides: list[charging.Besides]
    waived: Decimal


def difference(settlement: Settlement, news: DispositionDecided, books: Books, policy: Policy) -> Difference:
    """Give what a newer decision gives and deducts more than what is out; maybe nothing.

    Raises:
        AlreadyIssued: it gives less, or something else; a person takes the documents back first.
        NotYet: a document of the case has not been read.
    """
    known = {paper.document.number for paper in books.papers} | books.taken_back
    if not known.issuperset(settlement.documents):
        raise NotYet("the documents of the case are being written")
    papers = [paper.document for paper in books.papers]
    others = [each for each in papers if not each.takes_back and each.type != DocumentType.DEBIT_NOTE]
    if news.kind not in {"CREDIT", "ALLOWANCE"} or others:
        raise AlreadyIssued(f"decision {news.decision_id} after {settlement.decision_id}")
    out = booked(credits_out(books), books.lines)
    deducted = deducted_of(settlement)
    lines, besides = [], []
    for line in (rest_of(line, deducted, news, books) for line in news.lines):
        credited, part = out.pop(key_of(news, line, books), NO_SHARE), line
        if credited.quantity and line.deduction:
            besides.append(lessened(news, line, credited, books))
            part = line.but(deduction=Decimal(0))
        if (left := more(news, part, credited, books, policy)) is not None:
            lines.append(left)
    if any(share != NO_SHARE for share in out.values()):
        raise AlreadyIssued(f"decision {news.decision_id} gives less than {settlement.decision_id}")
    return Difference(news.model_copy(update={"lines": tuple(lines)}), besides, total(deducted.values()))


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


def deducted_of(settlement: Settlement) -> dict[str, Decimal]:
    """Add up what was deducted of each blue line already."""
    found: dict[str, Decimal] = {}
    for part in settlement.kept:
        found[part.blue] = found.get(part.blue, Decimal(0)) + part.deduction
    return found


def key_of(news: DispositionDecided, line: DecidedLine, books: Books) -> tuple[str, bool]:
    """Name what a line credits: pieces of a blue line, or an allowance on it."""
    blue = blue_of(news, line, books.lines)
    return (blue.id if blue else "", allowance(news, line) is not None)


def rest_of(line: DecidedLine, deducted: dict[str, Decimal], news: DispositionDecided, books: Books) -> DecidedLine:
    """Let a line deduct only what has not been deducted of it."""
    key, _ = key_of(news, line, books)
    done = min(line.deduction, deducted.get(key, Decimal(0)))
    if not done:
        return line
    deducted[key] -= done
    return line.but(deduction=line.deduction - done)


def lessened(news: DispositionDecided, line: DecidedLine, credited: Share, books: Books) -> charging.Besides:
    """Say what is charged of pieces that are credited already, beside the newest credit of them."""
    blue = books.lines[key_of(news, line, books)[0]]
    credit = [paper for paper in credits_out(books) if any(each.blue_line == blue.id for each in paper.lines)][-1]
    back = rules.charged(credited, credited, line.deduction, blue.decimals)
    return charging.Besides(Taken(line, blue, credited, back, cost_of(blue, credited.quantity)), credit)


def more(
    news: DispositionDecided, line: DecidedLine, credited: Share, books: Books, policy: Policy
) -> DecidedLine | None:
    """Take off a line what is out of it; None when nothing is left.

    Raises:
        AlreadyIssued: less is to be credited than is out.
    """
    if credited == NO_SHARE:
        return line
    amount, blue = allowance(news, line), blue_of(news, line, books.lines)
    if amount is not None and blue is not None:
        rest = half_up(amount, blue.decimals) - (credited.gross if blue.price_mode == "INCLUSIVE" else credited.net)
        part = line.but(allowance=rest)
    else:
        rest = rules.quantity_to_book(line.approved, line.received, policy.quantity_tolerance_percent)
        rest -= credited.quantity
        part = line.but(approved=rest, received=rest)
    if rest < 0:
        raise AlreadyIssued(f"decision {news.decision_id} gives less than is out")
    return part if rest else None
