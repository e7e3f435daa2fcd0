"""What was charged with a credit goes back with it, by a document of its own (F-23, F-37)."""

from collections.abc import Iterable
from decimal import Decimal

from contracts.base import total
from finance import rules
from finance.decide import reversing, uploads
from finance.decide.books import NO_SHARE, ZERO, About, Books
from finance.model import (
    Account,
    BlueLine,
    ChargeStands,
    Document,
    DocumentLine,
    EntryLine,
    IssuedPaper,
    Policy,
    Settlement,
    Share,
)
from finance.model.keys import invoice_key
from finance.rules import postings


def charges_of(credit: Document, case: Settlement | None, books: Books) -> list[IssuedPaper]:
    """Give the debit notes that lessen a credit and stand: not those that a credit by hand has taken back."""
    numbers = {part.document for part in case.kept if part.lessens == credit.number} if case else set()
    papers = [paper for paper in books.papers if paper.document.number in numbers]
    return [paper for paper in papers if any(rules.left(line).gross for line in lines_of(paper.document, books))]


def lines_of(note: Document, books: Books) -> list[BlueLine]:
    """Give what a debit note has sold."""
    return [line for line in books.lines.values() if (line.entity, line.invoice) == (note.entity, note.number)]


def take_back(paper: IssuedPaper, books: Books, values: Policy, by_whom: str, why: str) -> reversing.TakenBack:
    """Take a charge back: it is void in its tax period, or a credit of its own mirrors it.

    Raises:
        ChargeStands: a part of it is credited or reserved, or the law asks for a red-letter form first.
    """
    note, lines = paper.document, lines_of(paper.document, books)
    if books.law.handshake != "NONE" or any(rules.left(line) != Share(*whole(line)) for line in lines):
        raise ChargeStands(
            f"{note.number} was charged with it: credit all that is left of that first (POST /credit-documents, "
            "reason 01), then take this back."
        )
    kind = rules.correction_of_charge(books.law, note.issued_on, books.today)
    about = About(note.case_id, f"{note.id}~", note.entity, note.customer, note.currency)
    by = credited(note, lines, about, books, values) if kind == "REVERSAL" else None
    for line in lines:
        share = Share(*whole(line))
        books.take(line, share) if by else books.take(line, NO_SHARE, share)
    give_back(paper, by, about, books)
    return reversing.told(note, kind, by, by_whom, why)


def whole(line: BlueLine) -> tuple[Decimal, Decimal, Decimal]:
    """Give all that a line was sold for."""
    return line.quantity, line.net, line.tax


def credited(note: Document, lines: Iterable[BlueLine], about: About, books: Books, values: Policy) -> Document:
    """Issue the credit of a charge: it names the debit note as its original, which was wrong (reason 01)."""
    place = rules.jurisdiction_of(note.entity, values.jurisdictions, values.default_jurisdiction)
    kind = values.credit_documents.get(place, books.law.document)
    reason = rules.documents.WRONG_INVOICE if books.law.reasons else ""
    rows = [DocumentLine(line.item, line.id, *whole(line)) for line in lines]
    by = books.issue(about, kind, rows, reason, note.number)
    uploads.due(by, books.invoices[invoice_key(note.entity, note.number)], books, values)
    return by


def give_back(paper: IssuedPaper, by: Document | None, about: About, books: Books) -> None:
    """Mirror what the charge posted: what is still owed of it is owed no more, the rest is the customer's credit."""
    number = by.number if by else paper.document.number
    for entry in paper.entries:
        lines = postings.mirrored(entry.lines)
        owed = total(line.amount for line in lines if line.account is Account.AR)
        stood = total(line.functional for line in lines if line.account is Account.AR)
        left = min(books.invoices[invoice_key(about.entity, paper.document.number)].open_amount, owed)
        decimals = books.decimals_of(entry.books_currency)
        part = rules.carried(stood, left, owed, decimals) if left else ZERO
        written = (
            *(line for line in lines if line.account is not Account.AR),
            *postings.given_back(left, part, owed - left, stood - part),
        )
        reversing.mirror(books, entry, number, written)
        settle(about, paper.document, left, part, by, books)
        books.add_credit(*credit_in(written))


def settle(about: About, note: Document, amount: Decimal, part: Decimal, by: Document | None, books: Books) -> None:
    """Let the debit note be owed so much less; what rates have made of that since is a gain or a loss (2.4)."""
    if amount:
        stands = books.settle_invoice(about, books.invoices[invoice_key(about.entity, note.number)], amount)
        books.post(about, "FX", rules.revalued(Account.AR, part - stands), by)


def credit_in(lines: Iterable[EntryLine]) -> tuple[Decimal, Decimal]:
    """Give what lines add to the customer's credit, and at what that stands."""
    own = [line for line in lines if line.account is Account.CUSTOMER_CREDIT]
    return total(line.amount for line in own), total(line.functional for line in own)
