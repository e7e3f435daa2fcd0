"""What does a month end with? Its provision, its cut-off, and what stands against closing it."""

from collections.abc import Mapping
from decimal import Decimal

from contracts.base import half_up
from finance.model import Account, BlueLine
from finance.model.monthend import MonthFacts
from finance.rules.disputes import unreserved
from finance.rules.postings import Lines, written

A = Account


def provision(revenue: Decimal, percent: Decimal, decimals: int) -> Decimal:
    """A warranty is provided for by a percentage of the month's revenue that bears one (F-48)."""
    return max(half_up(revenue * percent / 100, decimals), Decimal(0))


def expected_refund(line: BlueLine, quantity: Decimal) -> Decimal:
    """A return on its way is worth its part of what is not credited of its line, without tax (F-49)."""
    rest = unreserved(line)
    part = min(quantity, rest.quantity)
    return half_up(rest.net * part / rest.quantity, line.decimals) if rest.quantity > 0 else Decimal(0)


def expected_cost(line: BlueLine, quantity: Decimal) -> Decimal:
    """The goods of a return on its way are worth what they have cost (F-49)."""
    part = min(quantity, line.quantity - line.credited_quantity)
    return half_up((line.unit_cost or Decimal(0)) * max(part, Decimal(0)), line.decimals)


def not_ready(facts: MonthFacts) -> tuple[str, ...]:
    """Nothing may be on its way to its number, and counters and numbers have to be whole (I5, I8, 2.5)."""
    return tuple(name for name in ("issuing", "drifting", "gaps") if getattr(facts, name))


def warranty_revenue(revenue: Mapping[str, Decimal], said: Decimal | None, currency: str | None) -> dict[str, Decimal]:
    """What the invoices say bears a warranty, unless somebody says it (F-48)."""
    return {currency: said} if said is not None and currency else dict(revenue)


def provided(amount: Decimal) -> Lines:
    """T19: an assurance warranty is a cost of sales, provided for at month end (F-48)."""
    return written(("D", A.WARRANTY_COST, amount), ("C", A.WARRANTY_PROVISION, amount))


def refund_expected(amount: Decimal) -> Lines:
    """T20: revenue that will be taken back is a liability, without tax before the red invoice (F-49)."""
    return written(("D", A.REVENUE, amount), ("C", A.REFUND_LIABILITY, amount))


def goods_expected(cost: Decimal) -> Lines:
    """T20: goods that will come back are a right to recover them (F-49)."""
    return written(("D", A.RIGHT_TO_RECOVER, cost), ("C", A.COGS, cost))
