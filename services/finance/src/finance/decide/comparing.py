"""What stands beside what? Documents, accounts and sub-ledgers of a month, as each book has them."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from finance import rules
from finance.decide.exports import chart_of
from finance.model import Jurisdiction, Policy
from finance.model.reconciliation import Book, OtherBook, Reconciliation, Said, ThreeBooks, Told, What

ZERO = Decimal(0)


class Seen(NamedTuple):
    """One thing as the books have it, and which of them have to have it."""

    what: What
    name: str
    period: str
    said: Mapping[Book, Said]
    expected: tuple[Book, ...] = ("OURS",)


def everything(month: Reconciliation, books: ThreeBooks, values: Policy) -> list[Seen]:
    """Give all that is compared for a month."""
    return [*documents(month, books, values), *accounts(month, books, values), *ties(books)]


def documents(month: Reconciliation, books: ThreeBooks, values: Policy) -> Iterator[Seen]:
    """Put every document of the month beside what the others have under its number."""
    law = rules.law(rules.jurisdiction_of(month.entity, values.jurisdictions, values.default_jurisdiction))
    told = by_name(books.told, "DOCUMENT")
    papers = {paper.number: paper for paper in books.papers}
    for number in sorted({*told, *papers}):
        said: dict[Book, Said] = {book: word.said for book, word in told.get(number, {}).items()}
        paper = papers.get(number)
        period = (paper.month if paper else "") or next(word.period for word in told[number].values())
        if paper is not None:
            said["OURS"] = Said(currency=paper.currency, amounts={"net": paper.net, "tax": paper.tax})
        if period == month.period:
            others = [book for book in month.complete if has_to_have(book, paper.type if paper else "", law)]
            yield Seen("DOCUMENT", number, period, said, ("OURS", *others))


def has_to_have(book: OtherBook, kind: str, law: Jurisdiction) -> bool:
    """Tell whether a complete book lacks a document of ours; an original is the ERP's own, whatever others tell."""
    return bool(kind) and (book == "ERP" or rules.reconciliation.on_tax_platform(kind, law))


def accounts(month: Reconciliation, books: ThreeBooks, values: Policy) -> Iterator[Seen]:
    """Put what our entries moved on each account beside what the ERP says; roles with one number are one account."""
    chart, ours = chart_of(month.entity, values), dict[str, Decimal]()
    for role, moved in books.movements.items():
        number = rules.charts.account_number(role, chart) or role.value
        ours[number] = ours.get(number, ZERO) + moved
    told = by_name(books.told, "ACCOUNT")
    complete = "ERP" in month.complete
    for number in sorted({*told, *(name for name, moved in ours.items() if complete and moved)}):
        said: dict[Book, Said] = {"OURS": Said(amounts={"balance": ours.get(number, ZERO)})}
        said |= {book: word.said for book, word in told.get(number, {}).items()}
        yield Seen("ACCOUNT", number, month.period, said, ("OURS", "ERP") if complete else ("OURS",))


def ties(books: ThreeBooks) -> Iterator[Seen]:
    """Put what the journal has left on a role beside the records behind it (I18)."""
    for tie in books.ties:
        said: dict[Book, Said] = {
            "OURS": Said(currency=tie.currency, amounts={"balance": tie.ledger}),
            "SUB_LEDGER": Said(currency=tie.currency, amounts={"balance": tie.sub_ledger}),
        }
        yield Seen("SUB_LEDGER", tie.name, "", said)


def by_name(told: tuple[Told, ...], what: What) -> dict[str, dict[OtherBook, Told]]:
    """Sort what others have told by the thing, and by the book."""
    found: dict[str, dict[OtherBook, Told]] = {}
    for word in told:
        if word.what == what:
            found.setdefault(word.name, {})[word.book] = word
    return found
