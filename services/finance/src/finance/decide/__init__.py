"""When may it happen, and what follows? The money side of a case is `settlement.follow`."""

from finance.decide import (
    ahead,
    approvals,
    claims,
    exchange,
    exports,
    goods,
    payments,
    periods,
    proposals,
    refunds,
    repair,
    settlement,
)
from finance.decide.books import ZERO, Books, Rates

__all__ = [
    "ZERO",
    "Books",
    "Rates",
    "ahead",
    "approvals",
    "claims",
    "exchange",
    "exports",
    "goods",
    "payments",
    "periods",
    "proposals",
    "refunds",
    "repair",
    "settlement",
]
