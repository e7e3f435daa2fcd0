"""A good unit goes out first: SHIPPED, then RETURNED in time; or BILLED, and LATE_RETURNED when the old one comes."""

from decimal import Decimal
from typing import Any

from contracts.base import Event, NotYet, Original, total
from contracts.finance import AdvanceReplacementBilled
from contracts.policy import InForce
from contracts.rma import DispositionDecided, ObligationOverdue, ReplacementReleased
from finance import rules
from finance.decide import exchange, goods, issue, quarantine, taking
from finance.decide.books import ZERO, About, Books, functional_of
from finance.decide.credit import ADVANCE_SETTLED
from finance.decide.exchange import Given
from finance.decide.goods import sent_ahead
from finance.decide.quarantine import Old
from finance.decide.receivables import Worth
from finance.model import (
    Account,
    AdvanceStage,
    DocumentLine,
    DocumentType,
    Policy,
    SentAhead,
    Settlement,
    Share,
    Stage,
    Todo,
    Work,
)
from finance.model.keys import credit_key, line_key
from finance.rules import postings


def sent(
    settlement: Settlement | None, news: ReplacementReleased, books: Books, policy: InForce[Policy]
) -> Settlement | None:
    """Park the cost of a unit that goes out in advance; one that goes out after the credit is booked already (F-17)."""
    if news.due_on is None or (settlement is not None and (settlement.ahead or settlement.stage is Stage.CLOSED)):
        return None
    known = settlement or Settlement(case_id=news.case_id, entity=news.entity, currency=news.currency)
    units = tuple(sent_ahead(news, line, books.lines, policy.values) for line in news.lines)
    about = About(news.case_id, f"{news.case_id}.ahead", news.entity, news.customer, news.currency)
    books.post(about, "T8", postings.sent_ahead(total(unit.cost for unit in units)))
    return known.but(customer=news.customer, scope=news.scope, ahead=units, advance=AdvanceStage.SHIPPED)


def settled(settlement: Settlement, news: DispositionDecided, books: Books, policy: InForce[Policy]) -> Settlement:
    """The old unit of a swap is back: the one sent in advance is a cost of the warranty (F-17).

    Of several as many as came; the others stay sent, and are billed when they are overdue (F-18).

    Raises:
        NotYet: the unit that was sent in advance has not been heard of.
    """
    if not settlement.ahead:
        raise NotYet("the unit sent in advance has not been heard of yet")
    books.release_claim()
    about = taking.about_decision(news)
    decimals = books.decimals_of(books.functional_currency(about))
    came = {line.line: line for line in news.lines}
    parts = [
        parted(unit, came[unit.line].received if unit.line in came else ZERO, decimals) for unit in settlement.ahead
    ]
    back, away = ([unit for unit in units if unit.quantity] for units in zip(*parts, strict=True))
    old = [Old(unit.line, unit.quantity, unit.cost, came[unit.line].becomes) for unit in back]
    booking = taking.Booking(news, about, books, policy.values, taking.Result())
    issue.charge_warranty(booking, "T8-settled", postings.advance_settled(total(each.cost for each in old)), old)
    scrapped = quarantine.any_scrap([line for line in news.lines if line.received], policy.values)
    return settlement.but(
        stage=Stage.CLOSED,
        ahead=tuple(away),
        advance=AdvanceStage.SHIPPED if away else AdvanceStage.RETURNED,
        scrapped=scrapped,
        waiting=goods.pooled((*settlement.waiting, *booking.result.waiting)),
        worklist=tuple(Todo(work=Work.QTY_MISSING, line=unit.line, quantity=unit.quantity) for unit in away),
    )


def parted(unit: SentAhead, came: Decimal, decimals: int) -> tuple[SentAhead, SentAhead]:
    """Part what was sent into what came back for it and the rest, by the remaining-balance rule (2.3)."""
    quantity = min(came, unit.quantity)
    if not quantity:
        return unit.but(quantity=ZERO), unit
    sold = rules.returned(Share(unit.quantity, unit.net, unit.tax), quantity, unit.price_mode, unit.decimals)
    cost = rules.returned(Share(unit.quantity, unit.cost, ZERO), quantity, "EXCLUSIVE", decimals).net
    back = unit.but(quantity=quantity, net=sold.net, tax=sold.tax, cost=cost)
    away = unit.but(
        quantity=unit.quantity - quantity, net=unit.net - sold.net, tax=unit.tax - sold.tax, cost=unit.cost - cost
    )
    return back, away


def bill(settlement: Settlement | None, news: ObligationOverdue, books: Books) -> tuple[Settlement, list[Event]] | None:
    """Invoice the unit sent in advance because the old one never came back (F-18); nothing where it is back by now.

    Raises:
        NotYet: the unit that was sent in advance has not been heard of.
    """
    if settlement is not None and (settlement.billed or settlement.advance is AdvanceStage.RETURNED):
        return None
    if settlement is None or not settlement.ahead:
        raise NotYet("the unit sent in advance has not been heard of yet")
    about = About(news.case_id, f"{news.case_id}.billed", settlement.entity, settlement.customer, settlement.currency)
    lines = [DocumentLine(unit.item, "", unit.quantity, unit.net, unit.tax) for unit in settlement.ahead]
    invoice = books.issue(about, DocumentType.REPLACEMENT_INVOICE, lines)
    rate = books.rate_of(about)
    written = books.post(about, "T8", postings.invoiced(Account.REVENUE, invoice.net, invoice.tax), invoice, rate=rate)
    books.post(about, "T8-goods", postings.advance_sold(total(unit.cost for unit in settlement.ahead)), invoice)
    things = [given(unit) for unit in settlement.ahead]
    worth = Worth(invoice.gross, functional_of(written, Account.AR), rate)
    blue = exchange.sell(about, books, invoice, things, worth)
    after = settlement.but(
        stage=Stage.ISSUED,
        billed=True,
        billed_as=invoice.number,
        advance=AdvanceStage.BILLED,
        ahead=(),
        worklist=(),
        documents=(invoice.number,),
        blue_lines=tuple(line_key(about.entity, invoice.number, thing.line) for thing in things),
        blue_invoices=(blue.id,),
        credit=credit_key(about.entity, about.customer, about.currency),
    )
    told = AdvanceReplacementBilled(case_id=news.case_id, document=issue.told(invoice), reason=news.reason)
    return after, [told]


def given(unit: SentAhead) -> Given:
    """Say a unit that was sent as something that is sold."""
    return Given(
        unit.line,
        unit.item,
        Share(unit.quantity, unit.net, unit.tax),
        unit.unit_price,
        unit.cost / unit.quantity,
        "GOODS",
        unit.price_mode,
        unit.decimals,
        unit.tax_code,
    )


def as_billed(settlement: Settlement | None, news: DispositionDecided) -> DispositionDecided:
    """Read a late return as one of what was billed, not of what was sold first: that is what is credited (2.2)."""
    if settlement is None or not settlement.billed or news.kind != ADVANCE_SETTLED:
        return news
    lines = tuple(
        line.but(original=Original(invoice=settlement.billed_as, line=line.line), unit_price=line.unit_price)
        for line in news.lines
    )
    return news.model_copy(update={"lines": lines, "claim": ""})


def kept(settlement: Settlement, news: DispositionDecided) -> dict[str, Any]:
    """Say what an issued case still refers to: the bill of a unit of which another may come back late."""
    if news.kind != ADVANCE_SETTLED:
        return {"blue_lines": (), "blue_invoices": (), "credit": ""}
    return {"advance": AdvanceStage.LATE_RETURNED}
