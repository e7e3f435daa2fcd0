"""When may it happen, and what follows? The money side of a case is `settlement.follow`."""

from finance.decide import claims, exports, goods, payments, periods, refunds, repair, settlement
from finance.decide.books import ZERO, Books, Rates

__all__ = [
    "ZERO",
    "Books",
    "Rates",
    "claims",
    "exports",
    "goods",
    "payments",
    "periods",
    "refunds",
    "repair",
    "settlement",
]
