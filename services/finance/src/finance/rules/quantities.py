"""How many are booked? Approved against received against what is left (S3-D, R-260 to R-262)."""

from collections.abc import Mapping
from decimal import Decimal

from finance.model import Account


def over_tolerance(approved: Decimal, received: Decimal, percent: Decimal) -> bool:
    """Beyond the tolerance nothing is booked without a supplementary approval (R-262, F-32, P-40, P-41)."""
    return received > approved * (1 + percent / 100)


def quantity_to_book(approved: Decimal, received: Decimal, percent: Decimal) -> Decimal:
    """Within the tolerance what was received is booked, beyond it what was approved (R-261, F-30, F-31, P-40)."""
    return approved if over_tolerance(approved, received, percent) else received


def missing(approved: Decimal, received: Decimal) -> Decimal:
    """What was approved and did not come stays on the worklist (F-30)."""
    return max(approved - received, Decimal(0))


def no_blue_left(wanted: Decimal, rest: Decimal) -> Decimal:
    """Tolerance never beats the blue invoice: what is beyond it finds no original here (F-33)."""
    return max(wanted - max(rest, Decimal(0)), Decimal(0))


def nothing_to_credit(documents: int) -> bool:
    """A decision that finds nothing to book issues no document (R-256, F-33)."""
    return documents == 0


def scrapped(becomes: str, postings: Mapping[str, Account]) -> bool:
    """Goods whose value is posted as a loss are scrap, whatever the finding calls them (F-05)."""
    return postings.get(becomes) is Account.QUALITY_LOSS


def allowance_unknown(allowance: Decimal | None, *, goods: bool) -> bool:
    """An allowance on goods that stay with the customer needs an amount (F-06)."""
    return goods and allowance is None


def allowance_amount(allowance: Decimal | None, approved: Decimal, unit_price: Decimal) -> Decimal:
    """An allowance is the amount that was agreed; a line that is no goods is allowed at its price (F-06)."""
    return approved * unit_price if allowance is None else allowance
