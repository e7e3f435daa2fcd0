"""What is it in the currency of the books? Original rates, carrying amounts, and the difference between them."""

from collections.abc import Mapping
from decimal import Decimal

from contracts.base import half_up, total
from finance.model import Account, EntryLine
from finance.rules.amounts import split

Lines = tuple[EntryLine, ...]
NO_AMOUNT = Decimal(0)
OWED = frozenset({Account.AR, Account.CUSTOMER_CREDIT, Account.ADVANCE_RECEIVED, Account.REFUND_PAYABLE})


def functional_currency(entity: str, listed: Mapping[str, str], default: str, currency: str) -> str:
    """Each legal entity keeps its books in one currency; without one every document is its own (F-44, 2.4)."""
    return listed.get(entity, default) or currency


def with_customer(lines: Lines) -> bool:
    """What is owed to or by a customer is in the document's currency, cost and cash in that of the books (2.4)."""
    return any(line.account in OWED for line in lines)


def foreign_to_the_books(currency: str, books: str) -> bool:
    """Losses, claims on suppliers and stock have no rate of their own: they are in the currency of the books (2.4)."""
    return currency != books


def rate_unknown(currency: str, books: str, rates: Mapping[str, Decimal]) -> bool:
    """What is neither of an original nor in the currency of the books needs a booking rate (2.4)."""
    return currency != books and currency not in rates


def converted(lines: Lines, rate: Decimal, decimals: int, carrying: Mapping[Account, Decimal]) -> Lines:
    """A line stands at the rate, or at what it was carried at; what is between them is a gain or a loss (F-44, I1)."""
    valued: list[EntryLine] = []
    for side in ("D", "C"):
        own = {f"{n:04d}": line for n, line in enumerate(lines) if line.side == side}
        whole = half_up(total(line.amount for line in own.values()) * rate, decimals)
        shares = split(whole, {n: line.amount for n, line in own.items()}, decimals)
        valued += [line._replace(functional=carrying.get(line.account, shares[n])) for n, line in own.items()]
    return (*valued, *exchange_difference(tuple(valued)))


def exchange_difference(lines: Lines) -> Lines:
    """A difference of rates has no amount in the document's currency: a loss is debited, a gain credited (F-44)."""
    more = total(line.functional if line.side == "D" else -line.functional for line in lines)
    if more > 0:
        return (EntryLine("C", Account.FX_GAIN, NO_AMOUNT, more),)
    return (EntryLine("D", Account.FX_LOSS, NO_AMOUNT, -more),) if more else ()


def carried(carrying: Decimal, amount: Decimal, balance: Decimal, decimals: int) -> Decimal:
    """A part of a balance takes its part of what the balance stands at, the last part all of it (2.4)."""
    return carrying if amount == balance else half_up(carrying * amount / balance, decimals)


def still_there(balance: Decimal, moved_since: Decimal) -> Decimal:
    """A month revalues what was there on its last day and still is: what came or went since is not of it (2.4)."""
    return max(min(balance, balance - moved_since), Decimal(0))


def at_closing_rate(part: Decimal, stood: Decimal, closing_rate: Decimal, decimals: int) -> Decimal:
    """What is open in another currency stands at the closing rate; give how much that changes it (2.4)."""
    return half_up(part * closing_rate, decimals) - stood


def revalued(account: Account, change: Decimal) -> Lines:
    """A change of what is owed is a gain or a loss without any amount in the document's currency (2.4)."""
    rises = (change > 0) == (account is Account.AR)  # more receivable is debited, more liability credited
    line = EntryLine("D" if rises else "C", account, NO_AMOUNT, abs(change))
    return (line, *exchange_difference((line,))) if change else ()
