"""Where does what came back go? Into quarantine at what it is worth, and on to where it is known to go."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from contracts.base import total
from contracts.inspection import DisposedLine
from contracts.rma import DecidedLine
from finance import rules
from finance.decide.books import ZERO
from finance.decide.taking import Booking, Taken
from finance.model import Account, Document, GoodsWaiting, Policy
from finance.rules import postings


class Old(NamedTuple):
    """Goods of one line that came back: how many, what they stand at, and what becomes of them."""

    line: int
    quantity: Decimal
    cost: Decimal
    becomes: str


def goods_come_back(booking: Booking, takes: list[Taken], document: Document) -> None:
    """Take the goods into quarantine at their cost, and on to where they are known to go (T2)."""
    booking.books.post(booking.about, "T2", postings.goods_back(total(t.cost for t in takes)), document)
    go_on(booking, old_of(takes), document)


def recovered(booking: Booking, template: str, old: list[Old], document: Document | None = None) -> None:
    """Take defective goods in at what they are still worth: the warranty bears so much less (F-16, F-17)."""
    _, about, books, values, _ = booking
    decimals = books.decimals_of(books.functional_currency(about))
    worth = rules.share_of(total(each.cost for each in old), values.recoverable_percent, decimals)
    if not worth:
        return
    books.post(about, template, postings.recovered(worth), document)
    parts = rules.split(worth, {f"{place:07d}": each.cost for place, each in enumerate(old)}, decimals)
    go_on(booking, [each._replace(cost=part) for each, part in zip(old, parts.values(), strict=True)], document)


def go_on(booking: Booking, old: Iterable[Old], document: Document | None) -> None:
    """Let goods leave quarantine where it is known what becomes of them; the others wait there."""
    _, about, books, values, result = booking
    gone: dict[Account, Decimal] = {}
    for each in old:
        account = values.goods_postings.get(each.becomes)
        if account is not None:
            gone[account] = gone.get(account, ZERO) + each.cost
        elif each.cost:
            result.waiting.append(GoodsWaiting(line=each.line, quantity=each.quantity, cost=each.cost))
    for account, cost in gone.items():
        books.post(about, disposal_template(account), postings.goods_disposed(account, cost), document)


def old_of(takes: Iterable[Taken]) -> list[Old]:
    """Say what came back with a credit."""
    return [Old(t.line.line, t.credit.quantity, t.cost, t.line.becomes) for t in takes]


def any_scrap(lines: Iterable[DecidedLine | DisposedLine], values: Policy) -> bool:
    """Tell whether there is something that could be sold as scrap."""
    return any(rules.scrapped(line.becomes, values.goods_postings) for line in lines)


def disposal_template(account: Account) -> str:
    """Name the template by where the goods go: back to stock, or lost."""
    return "T4" if account is Account.QUALITY_LOSS else "T3"
