"""What becomes of goods: those that wait in quarantine, and those that go out in advance."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from contracts.base import NotYet, half_up
from contracts.inspection import DisposedLine, GoodsDisposed
from contracts.rma import DecidedLine, ReplacementReleased
from finance import rules
from finance.decide.books import About, Books
from finance.decide.quarantine import any_scrap, disposal_template
from finance.decide.taking import cost_of
from finance.model import (
    BlueLine,
    GoodsWaiting,
    NothingScrapped,
    PaymentDiffers,
    Policy,
    ScrapSale,
    SellScrap,
    SentAhead,
    Settlement,
    Share,
    Stage,
)
from finance.model.keys import line_key
from finance.model.refusals import NothingWaiting
from finance.rules import postings


def goods_disposed(
    settlement: Settlement | None, news: GoodsDisposed, books: Books, values: Policy
) -> Settlement | None:
    """Let goods leave quarantine when it is decided what becomes of them (F-01, F-05); None when none wait.

    Raises:
        NotYet: the credit that brought them in has not been booked.
    """
    if settlement is None or settlement.stage in {Stage.OPEN, Stage.HELD}:
        raise NotYet("the goods have not been credited yet")
    waiting, went = list(settlement.waiting), dict(settlement.went)
    for line in news.lines:
        for index, goods in enumerate(waiting):
            if goods.line == line.line and line.becomes in values.goods_postings:
                waiting[index] = _leave(settlement, line, goods, books, values)
                went[str(line.line)] = values.goods_postings[line.becomes]
    left = tuple(goods for goods in waiting if goods.quantity > 0)
    after = settlement.but(waiting=left, went=went, scrapped=settlement.scrapped or any_scrap(news.lines, values))
    return after if after != settlement else None


def pooled(waiting: Iterable[GoodsWaiting]) -> tuple[GoodsWaiting, ...]:
    """Let goods of one line wait together, whichever decision brought them: so none of them leaves twice."""
    lines: dict[int, GoodsWaiting] = {}
    for each in waiting:
        known = lines.get(each.line)
        lines[each.line] = (
            each.but(quantity=known.quantity + each.quantity, cost=known.cost + each.cost) if known else each
        )
    return tuple(lines.values())


def gone(settlement: Settlement, quantity: Decimal, decimals: int, *, valued: bool) -> Settlement:
    """Let goods of a case leave quarantine, the first line first, with nothing posted yet: they are gone only once.

    Raises:
        NothingWaiting: they stand in the books at something, and so many do not wait there.
    """
    left, waiting = quantity, []
    for each in settlement.waiting:
        part = min(left, each.quantity)
        cost = half_up(each.cost * part / each.quantity, decimals)
        left -= part
        waiting.append(each.but(quantity=each.quantity - part, cost=each.cost - cost))
    if left and valued:
        raise NothingWaiting
    return settlement.but(waiting=tuple(each for each in waiting if each.quantity > 0))


def sell_scrap(settlement: Settlement, asked: SellScrap, books: Books) -> Settlement | None:
    """Book scrap that was sold for cash; the same reference again changes nothing (F-05).

    Raises:
        NothingScrapped: no goods of this case were scrapped.
        PaymentDiffers: the reference stands for another amount.
    """
    if not settlement.scrapped:
        raise NothingScrapped
    sale = ScrapSale(net=asked.net, tax=asked.tax)
    known = settlement.scrap_sales.get(asked.reference)
    if known is not None and known != sale:
        raise PaymentDiffers
    if known is not None:
        return None
    about = about_goods(settlement, f"{settlement.case_id}.scrap")
    books.post(about, "T4-sold", postings.scrap_sold(sale.net, sale.tax), key=asked.reference)
    return settlement.but(scrap_sales={**settlement.scrap_sales, asked.reference: sale})


def _leave(
    settlement: Settlement, line: DisposedLine, goods: GoodsWaiting, books: Books, values: Policy
) -> GoodsWaiting:
    """Post the goods of one line out of quarantine; the key names what waited, so the same goods never leave twice."""
    account = values.goods_postings[line.becomes]
    quantity = min(line.quantity, goods.quantity)
    decimals = values.decimals.get(settlement.currency, 2)
    cost = rules.returned(Share(goods.quantity, goods.cost, Decimal(0)), quantity, "EXCLUSIVE", decimals).net
    about = about_goods(settlement, settlement.decision_id)
    key = f"line {line.line} of {goods.quantity.normalize():f}"
    books.post(about, disposal_template(account), postings.goods_disposed(account, cost), key=key)
    return goods.but(quantity=goods.quantity - quantity, cost=goods.cost - cost)


def about_goods(settlement: Settlement, effect: str) -> About:
    """Say whom the goods of a case are about."""
    return About(settlement.case_id, effect, settlement.entity, settlement.customer, settlement.currency)


def sent_ahead(
    news: ReplacementReleased, line: DecidedLine, lines: Mapping[str, BlueLine], values: Policy
) -> SentAhead:
    """Note what a unit sent in advance costs, and for how much it is sold if the old one never comes back."""
    blue = lines.get(line_key(news.entity, line.original.invoice, line.original.line)) if line.original else None
    net, tax = priced(line, blue, values, values.decimals.get(news.currency, 2))
    return SentAhead(
        line=line.line,
        item=line.item,
        quantity=line.approved,
        net=net,
        tax=tax,
        cost=cost_of(blue, line.approved),
        unit_price=line.unit_price,
        price_mode=blue.price_mode if blue else "EXCLUSIVE",
        decimals=blue.decimals if blue else values.decimals.get(news.currency, 2),
        tax_code=blue.tax_code if blue else "",
    )


def priced(line: DecidedLine, blue: BlueLine | None, values: Policy, decimals: int) -> tuple[Decimal, Decimal]:
    """Price a unit as the original was priced and taxed; without one at the policy's tax."""
    if blue is None:
        net = rules.valued(line.approved, line.unit_price, decimals)
        return net, rules.share_of(net, values.default_tax_percent, decimals)
    amount = rules.valued(line.approved, line.unit_price, blue.decimals)
    if blue.price_mode == "INCLUSIVE":
        return rules.parted(amount, Share(blue.quantity, blue.net, blue.tax), blue.decimals)
    return amount, half_up(amount * blue.tax / blue.net, blue.decimals) if blue.net else Decimal(0)
