"""How much of an invoice is in dispute?"""

from decimal import Decimal

from contracts.base import half_up
from finance.model import BlueLine, PriceMode, Share
from finance.rules.amounts import allowed, returned

ZERO = Decimal(0)


def unreserved(line: BlueLine) -> Share:
    """What a complaint can be about is what is not credited yet, reserved or not (R-265)."""
    return Share(
        line.quantity - line.credited_quantity,
        line.net - line.credited_net - line.kept_net,
        line.tax - line.credited_tax - line.kept_tax,
    )


def asked_of(rest: Share, quantity: Decimal, amount: Decimal | None, mode: PriceMode, decimals: int) -> Share:
    """What is asked for of a line is a return of pieces or an amount, and at most all of it (R-265, F-50)."""
    if amount is not None:
        asked = min(half_up(amount, decimals), rest.gross if mode == "INCLUSIVE" else rest.net)
        return allowed(rest, asked, mode, decimals) if asked > 0 else Share(ZERO, ZERO, ZERO)
    wanted = min(quantity, rest.quantity)
    return returned(rest, wanted, mode, decimals) if wanted > 0 else Share(ZERO, ZERO, ZERO)
