"""Which blue lines does a returned thing come from?"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from finance.model import BlueLine
from finance.rules.amounts import left


def newest_first(lines: Iterable[BlueLine], returned_at: datetime) -> list[BlueLine]:
    """A return is of the latest sale not after it; of one moment the highest invoice, then line, comes first (I4)."""
    sold_before = (line for line in lines if line.issued_at <= returned_at)
    return sorted(sold_before, key=lambda line: (line.issued_at, line.invoice, line.line), reverse=True)


def allocated(candidates: Iterable[BlueLine], wanted: Decimal) -> tuple[list[tuple[BlueLine, Decimal]], Decimal]:
    """A return may come from several sales, never beyond what is left; the rest has no original (F-33, F-34)."""
    found = []
    for line in candidates:
        if wanted <= 0:
            break
        quantity = min(wanted, left(line).quantity)
        if quantity > 0:
            found.append((line, quantity))
            wanted -= quantity
    return found, wanted


def blue_required(line: BlueLine | None, customer: str, currency: str) -> bool:
    """An original that is named must be known, and this customer's in this currency, to be credited (F-54)."""
    return line is None or line.customer != customer or line.currency != currency
