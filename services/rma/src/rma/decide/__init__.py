"""When may it happen, and what follows? How a case begins, how it goes on, and who signs."""

from rma.decide.life import (
    GOODS_DUE,
    OLD_UNIT_DUE,
    UnexpectedNews,
    deadline_passed,
    decide_disposition,
    follow,
    ship_replacement,
)
from rma.decide.opening import open_case
from rma.decide.signing import approve, refuse

__all__ = [
    "GOODS_DUE",
    "OLD_UNIT_DUE",
    "UnexpectedNews",
    "approve",
    "deadline_passed",
    "decide_disposition",
    "follow",
    "open_case",
    "refuse",
    "ship_replacement",
]
