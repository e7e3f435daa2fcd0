"""When may it happen, and what follows? How a case begins, how it goes on, and who signs."""

from rma.decide.deadlines import GOODS_DUE, OLD_UNIT_DUE, REMINDER, deadline_passed
from rma.decide.life import (
    UnexpectedNews,
    decide_disposition,
    follow,
    ship_replacement,
)
from rma.decide.offering import offer_replacement
from rma.decide.opening import open_case
from rma.decide.signing import approve, refuse

__all__ = [
    "GOODS_DUE",
    "OLD_UNIT_DUE",
    "REMINDER",
    "UnexpectedNews",
    "approve",
    "deadline_passed",
    "decide_disposition",
    "follow",
    "offer_replacement",
    "open_case",
    "refuse",
    "ship_replacement",
]
