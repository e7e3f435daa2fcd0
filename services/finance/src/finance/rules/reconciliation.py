"""Do the books agree? What must be where, and what differs."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from contracts.base import total
from finance.model.jurisdictions import Jurisdiction
from finance.model.reconciliation import Book, Said


def lacking(said: Collection[Book], expected: Collection[Book]) -> tuple[Book, ...]:
    """What belongs into a book and is not there is missing, and is nobody's but that book's to explain (4.4)."""
    return tuple(book for book in expected if book not in said)


def differs(said: Mapping[Book, Said]) -> bool:
    """Books agree to the last digit or not at all: there is no tolerance (3, I18)."""
    first, *others = said.values()
    return any(other != first for other in others)


def gap(said: Mapping[Book, Said], expected: Collection[Book]) -> Decimal:
    """At stake is the largest gap between two books; what a book lacks is nothing there (4.1)."""
    sums = [total(said[book].amounts.values()) if book in said else Decimal(0) for book in {*said, *expected}]
    return max(sums) - min(sums)


def on_tax_platform(kind: str, law: Jurisdiction) -> bool:
    """The tax platform has what it issues itself, and what has to be uploaded to it (1.1, 1.3)."""
    return kind == law.document and (law.handshake == "E_FORM" or law.uploaded)


def newer_word(told_on: date, known_on: date) -> bool:
    """Of two words of one book the one of the later day counts, in whichever order they come (I17)."""
    return told_on > known_on
