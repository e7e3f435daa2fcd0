"""When may it happen, and what follows? The money side of a case is `settlement.follow`."""

from finance.decide import claims, refunds, repair, settlement
from finance.decide.books import ZERO, Books

__all__ = ["ZERO", "Books", "claims", "refunds", "repair", "settlement"]
