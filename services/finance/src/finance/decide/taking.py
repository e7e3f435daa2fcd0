"""What does a decision take of its blue lines? Amounts and costs, line by line, before anything is written."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from contracts.base import half_up
from contracts.rma import DecidedLine, DispositionDecided
from finance import rules
from finance.decide.books import NO_SHARE, ZERO, About, Books
from finance.decide.credit import EXCHANGE, Piece
from finance.model import BlueLine, Buyer, GoodsWaiting, Kept, Policy, Share, Todo, Work
from finance.model.keys import invoice_key

Keep = Callable[[BlueLine, Share, Share], None]


class Taken(NamedTuple):
    """What one decided line took of its blue line, what was kept back, the goods' cost, and what was left before.

    What the same document keeps of a returned piece (`off`) is no more left of its line than what it credits.
    """

    line: DecidedLine
    blue: BlueLine
    credit: Share
    kept_back: Share
    cost: Decimal
    fee: Share = NO_SHARE
    rest: Share = NO_SHARE
    off: Share = NO_SHARE


@dataclass
class Result:
    """What a decision came to."""

    to_receivable: Decimal = ZERO
    to_credit: Decimal = ZERO
    worklist: list[Todo] = field(default_factory=list)
    waiting: list[GoodsWaiting] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    due: Decimal = ZERO
    """What has to be paid before what is given in exchange may ship, what it costs us, and its invoices."""
    cost: Decimal = ZERO
    given: tuple[str, ...] = ()
    over: Decimal = ZERO
    """What came back for something cheaper leaves over, and how much of that is credit."""
    spare: Decimal = ZERO


class Booking(NamedTuple):
    """One decision on its way into the books."""

    news: DispositionDecided
    about: About
    books: Books
    values: Policy
    result: Result


def about_decision(news: DispositionDecided) -> About:
    """Say whom a decision is about."""
    return About(news.case_id, news.decision_id, news.entity, news.customer, news.currency)


def taken(booking: Booking, pieces: list[Piece], keep: Keep) -> dict[tuple[str, str], list[Taken]]:
    """Take what every piece may have of its blue line: by invoice and reason, each a document of its own.

    Where no tax bureau asks for reasons, goods and services are credited by one document (F-42, F-46).
    """
    groups: dict[tuple[str, str], list[Taken]] = {}
    for piece in pieces:
        booking.result.worklist += shortfalls(piece)
        if piece.blue is not None and (part := take(booking, piece, piece.blue.id, keep)) is not None:
            kind = part.blue.kind if booking.books.law.reasons else "GOODS"
            reason = rules.red_reason(kind, allowance=piece.allowance is not None)
            groups.setdefault((part.blue.invoice, reason), []).append(part)
    if booking.books.law.tax_scope == "CATEGORY":
        return {key: by_category(booking, takes, keep) for key, takes in groups.items()}
    return groups


def shortfalls(piece: Piece) -> list[Todo]:
    """Keep what was approved and did not come, or came and was not approved, in sight."""
    line = piece.line
    if piece.allowance is not None:
        return []
    gone, extra = rules.missing(line.approved, line.received), rules.missing(line.received, piece.quantity)
    todos = [Todo(work=Work.QTY_MISSING, line=line.line, quantity=gone)] if gone else []
    return [*todos, Todo(work=Work.QTY_OVER_TOLERANCE, line=line.line, quantity=extra)] if extra else todos


def take(booking: Booking, piece: Piece, key: str, keep: Keep) -> Taken | None:
    """Take what the line may have of its blue line; what is not left there goes to the worklist."""
    blue, line, values = booking.books.lines[key], piece.line, booking.values
    rest = rules.left(blue)
    share, beyond = wanted(piece, blue, rest)
    if beyond.quantity or beyond.amount:
        booking.result.worklist.append(beyond)
    if share == NO_SHARE:
        return None
    returned = piece.allowance is None and booking.news.kind != EXCHANGE and blue.kind == "GOODS"
    percent = values.restocking_fee_percent if returned else ZERO
    like = rest if blue.price_mode == "EXCLUSIVE" else share
    mode = fee_tax_mode(booking, blue)
    fee = rules.restocking_fee(share, like, percent, mode, blue.decimals) if percent else NO_SHARE
    kept_back = rules.charged(share, like, line.deduction, blue.decimals) if line.deduction else NO_SHARE
    whole = share
    if values.deduction_mode == "REDUCED_CREDIT":
        share = rules.reduced(share, like, line.deduction, blue.decimals) if line.deduction else share
        fee = fee._replace(net=min(fee.net, share.net), tax=min(fee.tax, share.tax))
        share = Share(share.quantity, share.net - fee.net, share.tax - fee.tax)
    off = Share(ZERO, whole.net - share.net, whole.tax - share.tax)
    keep(blue, share, off)
    cost = max(cost_of(blue, share.quantity) - accessory_cost(booking, blue, kept_back), ZERO)
    return Taken(line, blue, share, kept_back, cost, fee, rest, off)


def accessory_cost(booking: Booking, blue: BlueLine, kept_back: Share) -> Decimal:
    """Say what a missing accessory has cost us, in the currency of the books (F-23)."""
    rate = booking.books.invoices[invoice_key(blue.entity, blue.invoice)].rate
    part = rules.share_of(kept_back.net, booking.values.accessory_cost_percent, blue.decimals)
    return half_up(part * rate, blue.decimals)


def fee_tax_mode(booking: Booking, blue: BlueLine) -> str:
    """Say whether the tax on a fee is given back, by where the buyer is (F-47)."""
    said = booking.books.invoices[invoice_key(blue.entity, blue.invoice)].buyer
    region = Buyer.model_validate_json(said).region if said else ""
    return booking.values.fee_tax_modes.get(region, booking.values.fee_tax_mode)


def wanted(piece: Piece, blue: BlueLine, rest: Share) -> tuple[Share, Todo]:
    """Give the share that a piece gets of what is left, and what finds nothing there (F-33)."""
    line = piece.line.line
    if piece.allowance is not None:
        amount = half_up(piece.allowance, blue.decimals)
        beyond = rules.no_blue_left(amount, rest.gross if blue.price_mode == "INCLUSIVE" else rest.net)
        share = rules.allowed(rest, amount - beyond, blue.price_mode, blue.decimals) if amount > beyond else NO_SHARE
        return share, Todo(work=Work.NO_BLUE_LEFT, line=line, amount=beyond)
    beyond = rules.no_blue_left(piece.quantity, rest.quantity)
    quantity = piece.quantity - beyond
    share = rules.returned(rest, quantity, blue.price_mode, blue.decimals) if quantity > 0 else NO_SHARE
    return share, Todo(work=Work.NO_BLUE_LEFT, line=line, quantity=beyond)


def by_category(booking: Booking, takes: list[Taken], keep: Keep) -> list[Taken]:
    """Round the tax by category and not by line; prices that contain it stay as they were paid."""
    if len({t.blue.id for t in takes}) < len(takes) or any(
        t.blue.price_mode == "INCLUSIVE" or t.fee.net for t in takes
    ):
        return takes
    categories: dict[str, list[int]] = {}
    for place, each in enumerate(takes):
        code = rules.tax_code(each.blue.tax_code, each.blue.net, each.blue.tax)
        categories.setdefault(code, []).append(place)
    rounded = list(takes)
    for places in categories.values():
        parts = [(takes[place].rest, takes[place].credit) for place in places]
        for place, tax in zip(places, rules.taxes_of_category(parts, takes[places[0]].blue.decimals), strict=True):
            rounded[place] = retaxed(booking, takes[place], tax, keep)
    return rounded


def retaxed(booking: Booking, taken: Taken, tax: Decimal, keep: Keep) -> Taken:
    """Give a line the tax that its category leaves it."""
    if tax == taken.credit.tax:
        return taken
    off = taken.off._replace(tax=max(taken.off.tax + taken.credit.tax - tax, ZERO)) if taken.off.net else taken.off
    moved = Share(ZERO, ZERO, tax - taken.credit.tax)
    keep(booking.books.lines[taken.blue.id], moved, Share(ZERO, ZERO, off.tax - taken.off.tax))
    return taken._replace(credit=taken.credit._replace(tax=tax), off=off)


def cost_of(blue: BlueLine | None, quantity: Decimal) -> Decimal:
    """Give the original cost of goods; nothing where it was never known."""
    if blue is None or blue.unit_cost is None:
        return ZERO
    return rules.valued(quantity, blue.unit_cost, blue.decimals)
