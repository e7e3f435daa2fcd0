"""What does a decision read? The books, filled from what the unit of work has locked."""

from collections.abc import Iterable

from contracts.base import Original, Scope
from contracts.rma import DispositionDecided
from finance import decide
from finance.decide import Books
from finance.model import BlueInvoice, BlueLine, Claim, CustomerCredit, Numbers, Policy, Settlement
from finance.model.keys import credit_key, invoice_key, line_key
from servicekit.work import Unit


def open_books(unit: Unit, claim: str = "", entity: str = "", originals: Iterable[Original | None] = ()) -> Books:
    """Give the books what the unit of work has locked: a claim's lines, and the lines and invoices that are named."""
    held = unit.get(Claim, claim) if claim else None
    named = [original for original in originals if original is not None]
    keys = [line_key(entity, original.invoice, original.line) for original in named]
    return Books(
        today=unit.now.date(),
        prefixes=unit.policy(Policy, Scope()).values.number_prefixes,
        numbers=unit.get(Numbers, entity) or Numbers(),
        lines=unit.all(BlueLine, [*keys, *(held.reserved if held else ())]),
        invoices=unit.all(BlueInvoice, (invoice_key(entity, original.invoice) for original in named)),
        claim=held,
    )


def books_of(unit: Unit, news: DispositionDecided) -> Books:
    """Give the books what a decision needs."""
    books = open_books(unit, news.claim, news.entity, [line.original for line in news.lines])
    key = credit_key(news.entity, news.customer, news.currency)
    known = unit.get(CustomerCredit, key)
    books.credit = known or CustomerCredit(key, news.entity, news.customer, news.currency, decide.ZERO)
    return books


def held_books(unit: Unit, settlement: Settlement) -> Books:
    """Give the books what a held decision needs."""
    return books_of(unit, settlement.decision) if settlement.decision is not None else open_books(unit)
