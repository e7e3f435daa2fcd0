"""What becomes of returned goods that are repaired for the own stock? Their costs, and what they are still worth."""

from decimal import Decimal

from finance import rules
from finance.decide.books import Books
from finance.decide.goods import about_goods
from finance.model import GoodsWaiting, PaymentDiffers, Policy, Settlement, Share
from finance.model.losses import Refurbish, TakeGradeB
from finance.model.refusals import NothingWaiting
from finance.rules import recovery


def refurbish(settlement: Settlement, asked: Refurbish, books: Books) -> Settlement | None:
    """Add what the repair cost to what the goods stand at; the same reference again changes nothing (R-278, F-53).

    Raises:
        NothingWaiting: no goods of this line are in quarantine.
        PaymentDiffers: the reference stands for other costs.
    """
    cost, known = asked.parts + asked.labour, settlement.refurbished.get(asked.reference)
    if known is not None:
        if known != cost:
            raise PaymentDiffers
        return None
    goods = _waiting(settlement, asked.line)
    books.post(
        about_goods(settlement, f"{settlement.case_id}.refurbish"),
        "T3-cost",
        recovery.refurbished(asked.parts, asked.labour),
        key=asked.reference,
    )
    after = _with(settlement, goods.but(cost=goods.cost + cost))
    return after.but(refurbished={**settlement.refurbished, asked.reference: cost})


def take_grade_b(settlement: Settlement, asked: TakeGradeB, books: Books, values: Policy) -> Settlement:
    """Take refurbished goods into the grade B stock at no more than they can be sold for (R-273, F-53).

    Raises:
        NothingWaiting: so many goods of this line are not in quarantine.
    """
    goods = _waiting(settlement, asked.line)
    if asked.quantity > goods.quantity:
        raise NothingWaiting
    decimals = values.decimals.get(settlement.currency, 2)
    whole = Share(goods.quantity, goods.cost, Decimal(0))
    carrying = rules.returned(whole, asked.quantity, "EXCLUSIVE", decimals).net
    lines = recovery.grade_b(carrying, rules.losses.written_down(carrying, asked.net_realisable))
    key = f"line {asked.line} of {goods.quantity.normalize():f}"
    books.post(about_goods(settlement, settlement.decision_id), "T3-B", lines, key=key)
    return _with(settlement, goods.but(quantity=goods.quantity - asked.quantity, cost=goods.cost - carrying))


def _waiting(settlement: Settlement, line: int) -> GoodsWaiting:
    found = [goods for goods in settlement.waiting if goods.line == line]
    if not found:
        raise NothingWaiting
    return found[0]


def _with(settlement: Settlement, goods: GoodsWaiting) -> Settlement:
    """Put goods in the place of those of their line; those of which nothing is left are gone."""
    every = (goods if each.line == goods.line else each for each in settlement.waiting)
    return settlement.but(waiting=tuple(each for each in every if each.quantity > 0))
