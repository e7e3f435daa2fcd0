"""How much is it? The remaining-balance rule, and splits that lose nothing (finance.md 2.3)."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Context, Decimal

from contracts.base import half_up
from finance.model import (
    AmountNotPositive,
    AmountTooLarge,
    BlueLine,
    CreditExceedsRemaining,
    PriceMode,
    QtyNotPositive,
    Share,
)

ZERO = Decimal(0)
EXACT = Context(prec=45)  # a quantity has up to 18 digits and a unit price 27: rounded before the end, a cent may turn
LARGEST = Decimal(10) ** 14


def left(line: BlueLine) -> Share:
    """What is left of a blue line is what was sold less what is reserved, credited, or kept of what came back (I4)."""
    return Share(
        line.quantity - line.reserved_quantity - line.credited_quantity,
        line.net - line.reserved_net - line.credited_net - line.kept_net,
        line.tax - line.reserved_tax - line.credited_tax - line.kept_tax,
    )


def returned(rest: Share, quantity: Decimal, mode: PriceMode, decimals: int) -> Share:
    """A return takes its part of what is left, the last one all of it: a line closes to zero (F-08, F-10, F-34)."""
    if quantity <= 0:
        raise QtyNotPositive
    if quantity > rest.quantity:
        raise CreditExceedsRemaining(f"{rest.quantity} are left, {quantity} are to be credited.")
    if quantity == rest.quantity:
        return rest
    if mode == "INCLUSIVE":
        gross = half_up(rest.gross * quantity / rest.quantity, decimals)
        return Share(quantity, *parted(gross, rest, decimals))
    net = half_up(rest.net * quantity / rest.quantity, decimals)
    return Share(quantity, net, half_up(rest.tax * net / rest.net, decimals) if rest.net else ZERO)


def parted(gross: Decimal, rest: Share, decimals: int) -> tuple[Decimal, Decimal]:
    """A gross amount is parted into net and tax as what is left is (F-10)."""
    net = half_up(rest.net * gross / rest.gross, decimals) if rest.gross else ZERO
    return net, gross - net


def allowed(rest: Share, amount: Decimal, mode: PriceMode, decimals: int) -> Share:
    """An allowance takes an amount in the invoice's own price mode and leaves the quantity alone (F-06, F-07, F-34)."""
    if amount <= 0:
        raise AmountNotPositive
    if amount > (rest.gross if mode == "INCLUSIVE" else rest.net):
        raise CreditExceedsRemaining(f"{rest.net} net are left, {amount} are to be allowed.")
    if mode == "INCLUSIVE":
        return Share(ZERO, *parted(amount, rest, decimals))
    tax = rest.tax if amount == rest.net else half_up(rest.tax * amount / rest.net, decimals)
    return Share(ZERO, amount, tax)


def reduced(credit: Share, rest: Share, deduction: Decimal, decimals: int) -> Share:
    """A missing accessory is taken off the net credit, and its tax with it, as what was left is taxed (F-24, R-271)."""
    net = max(credit.net - deduction, ZERO)
    tax = half_up(rest.tax * net / rest.net, decimals) if rest.net else ZERO
    return Share(credit.quantity, net, min(tax, credit.tax))


def charged(credit: Share, rest: Share, deduction: Decimal, decimals: int) -> Share:
    """A missing accessory is charged at most what is credited, at the tax of the blue line (F-23)."""
    back = reduced(credit, rest, deduction, decimals)
    return Share(ZERO, credit.net - back.net, credit.tax - back.tax)


def restocking_fee(credit: Share, rest: Share, percent: Decimal, mode: str, decimals: int) -> Share:
    """A fee on returned goods is a part of their net; the tax on it stays with us only where the law says so (F-47)."""
    fee = half_up(credit.net * percent / 100, decimals)
    if mode == "FULL_TAX" or not fee:
        return Share(ZERO, fee, ZERO)
    return charged(credit, rest, fee, decimals)


def taxes_of_category(parts: Sequence[tuple[Share, Share]], decimals: int) -> list[Decimal]:
    """Lines of one tax category are rounded together, and a line credited whole takes all its tax (F-46, 2.3)."""
    # Each part is what was left of a line, and what is credited of it.
    some = {f"{n:06d}": credit.net for n, (rest, credit) in enumerate(parts) if 0 < credit.net < rest.net}
    taxes = [rest.tax if credit.net == rest.net else ZERO for rest, credit in parts]
    if some:
        left_net, left_tax = (sum((getattr(rest, name) for rest, _ in parts), start=ZERO) for name in ("net", "tax"))
        tax = half_up(left_tax * sum((credit.net for _, credit in parts), start=ZERO) / left_net, decimals)
        for code, share in split(max(tax - sum(taxes, start=ZERO), ZERO), some, decimals).items():
            taxes[int(code)] = min(share, parts[int(code)][0].tax)
    return taxes


def split(total: Decimal, weights: Mapping[str, Decimal], decimals: int) -> dict[str, Decimal]:
    """The last units of a split go to the largest remainders; ties to the larger weight, then by code (F-12, F-28)."""
    unit, whole, magnitude = Decimal(1).scaleb(-decimals), sum(weights.values(), start=ZERO), abs(total)
    exact = {code: magnitude * weight / whole for code, weight in weights.items()}
    parts = {code: value.quantize(unit, ROUND_FLOOR) for code, value in exact.items()}
    missing = int((magnitude - sum(parts.values(), start=ZERO)) / unit)
    order = sorted(weights, key=lambda code: (parts[code] - exact[code], -weights[code], code))
    for code in order[:missing]:
        parts[code] += unit
    return {code: value.copy_sign(total) for code, value in parts.items()}


def priced_like(
    quantity: Decimal, price: Decimal, tax: Decimal | None, like: Share, mode: PriceMode, decimals: int
) -> tuple[Decimal, Decimal]:
    """What is given is priced as the original was, and taxed as it was unless its tax is told (F-14, F-15)."""
    amount = valued(quantity, price, decimals)
    if mode == "INCLUSIVE":
        return parted(amount, like, decimals) if tax is None else (amount - tax, tax)
    if tax is None:
        tax = half_up(amount * like.tax / like.net, decimals) if like.net else ZERO
    return amount, tax


def rate_said(tax_code: str, shown: Share) -> Share:
    """An original that says its tax rate is followed to the cent; one that does not, by its amounts (F-14)."""
    rate = Decimal(tax_code.partition(" ")[2] or 0)
    return Share(shown.quantity, Decimal(100), rate) if rate else shown


def valued(quantity: Decimal, unit: Decimal, decimals: int) -> Decimal:
    """A quantity at a price or cost is rounded once, at the end (F-30)."""
    exact = EXACT.multiply(quantity, unit)
    if exact >= LARGEST:
        raise AmountTooLarge
    return half_up(exact, decimals)


def share_of(amount: Decimal, percent: Decimal, decimals: int) -> Decimal:
    """A percentage of an amount, rounded half up (F-16)."""
    return half_up(amount * percent / 100, decimals)
