"""Which news and which commands move the money side of a case?"""

from typing import Any

from contracts.base import Original, Scope
from contracts.rma import DispositionDecided, ReplacementReleased
from finance import decide
from finance.decide import Books
from finance.decide.came import Settled
from finance.handlers.reading import books_of, credit_of, held_books, open_books, signer, still_out
from finance.model import (
    ApplyCredit,
    Approve,
    BlueInvoice,
    BlueLine,
    CreditDocument,
    HandOver,
    Pay,
    Policy,
    RecordEvidence,
    SellScrap,
    Settlement,
)
from servicekit.http import Asked
from servicekit.work import NOTHING, Done, Unit, done


def follow(unit: Unit, news: Any) -> Done:
    """Let the money side of a case go on."""
    settlement = unit.get(Settlement, news.case_id)
    if isinstance(news, DispositionDecided):
        news = decide.ahead.as_billed(settlement, news)
        books, scope = books_of(unit, news), news.scope
        if settlement is not None and news.revision > 1:
            written(unit, settlement, books)
    else:
        scope = settlement.scope if settlement else Scope()
        books = followed(unit, settlement, news, scope)
    after = decide.settlement.follow(settlement, news, books, unit.policy(Policy, scope))
    return NOTHING if after is None else told(after, books)


def followed(unit: Unit, settlement: Settlement | None, news: Any, scope: Scope) -> Books:
    """Give the books what any other news about a case needs."""
    originals = [line.original for line in news.lines] if isinstance(news, ReplacementReleased) else []
    entity = news.entity if isinstance(news, ReplacementReleased) else settlement.entity if settlement else ""
    books = open_books(unit, "", entity, originals)
    books.under(entity, unit.policy(Policy, scope).values)
    if settlement is not None and settlement.gate is not None:
        books.credit = credit_of(unit, settlement.entity, settlement.customer, settlement.currency)
    return books


def written(unit: Unit, settlement: Settlement, books: Books) -> None:
    """Let the books know which documents of the case are out, which are taken back, and which are on their way."""
    still_out(unit, settlement.case_id, books)
    books.on_their_way = list(unit.all(CreditDocument, settlement.pending).values())
    for document in books.on_their_way:
        books.lines |= unit.all(BlueLine, document.blue_lines)
        books.invoices |= unit.all(BlueInvoice, [document.blue_invoice])


def approve(unit: Unit, asked: Asked[Approve]) -> Done:
    """Sign for a held decision."""
    settlement = unit.need(Settlement, asked.case_id)
    books, policy = held_books(unit, settlement), unit.policy(Policy, settlement.scope)
    who = signer(unit, asked.body.on_behalf_of)
    return told(decide.settlement.approve(settlement, books, policy, who), books)


def record_evidence(unit: Unit, asked: Asked[RecordEvidence]) -> Done:
    """Put a proof into the file."""
    settlement = unit.need(Settlement, asked.case_id)
    books, policy = held_books(unit, settlement), unit.policy(Policy, settlement.scope)
    return told(decide.settlement.record_evidence(settlement, asked.body, books, policy, unit.actor), books)


def hand_over(unit: Unit, asked: Asked[HandOver]) -> Done:
    """Note that a part of a paper has got to its holder."""
    settlement = unit.need(Settlement, asked.case_id)
    books, policy = held_books(unit, settlement), unit.policy(Policy, settlement.scope)
    return told(decide.settlement.hand_over(settlement, asked.body, books, policy, unit.actor), books)


def pay(unit: Unit, asked: Asked[Pay]) -> Done:
    """Take a payment to the gate of a case."""
    settlement = unit.get(Settlement, asked.body.case_id)
    books = open_books(unit)
    if settlement is not None and settlement.difference is not None:
        books = case_books(unit, settlement)
        after = decide.exchange.pay(settlement, asked.body, books)
    else:
        if settlement is not None and settlement.gate is not None:
            books = case_books(unit, settlement)
        after = decide.repair.pay(settlement, asked.body, books)
    if after is None:
        assert settlement is not None
        return Done(answer=shown(settlement))
    return told(Settled(*after), books)


def apply_credit(unit: Unit, asked: Asked[ApplyCredit]) -> Done:
    """Set credit off against an invoice, or against what a case gives in exchange."""
    body = asked.body
    settlement = unit.need(Settlement, body.case) if body.case else None
    if settlement is not None:
        books = case_books(unit, settlement)
    else:
        books = open_books(unit, "", body.entity, [Original(invoice=body.invoice, line=1)])
    books.credit = credit_of(unit, body.entity, body.customer, body.currency)
    after = decide.exchange.apply_credit(settlement, body, books)
    if after is None:
        answer = shown(settlement) if settlement else {"balance": books.credit.balance}
        return Done(tuple(books.changed()), answer=answer)
    return told(Settled(*after), books)


def case_books(unit: Unit, settlement: Settlement) -> Books:
    """Give the books what a case that gives something in exchange refers to."""
    books = open_books(unit)
    books.invoices = unit.all(BlueInvoice, settlement.blue_invoices)
    books.credit = credit_of(unit, settlement.entity, settlement.customer, settlement.currency)
    return books


def sell_scrap(unit: Unit, asked: Asked[SellScrap]) -> Done:
    """Take what the scrapped goods of a case were sold for."""
    settlement = unit.need(Settlement, asked.body.case_id)
    books = open_books(unit)
    after = decide.goods.sell_scrap(settlement, asked.body, books)
    return Done(answer=shown(settlement)) if after is None else told(Settled(after, []), books)


def told(after: Settled, books: Books) -> Done:
    """Say what was decided for a case; what was written in the books counts unless the decision is held."""
    settlement = after.settlement
    also = [*(books.changed() if after.books else ()), *((each.document_id, each) for each in after.given_up)]
    return done(settlement.case_id, settlement, *after.events, also=also, answer=shown(settlement))


def shown(settlement: Settlement) -> dict[str, Any]:
    """Give what a caller hears about a settlement."""
    gate = settlement.difference or settlement.gate
    return {
        "case_id": settlement.case_id,
        "stage": settlement.stage,
        "held": settlement.held.code if settlement.held else "",
        "approver": settlement.approver,
        "documents": settlement.documents,
        "credited": settlement.credited,
        "gate": {"due": gate.due, "paid": gate.paid, "open": gate.paid >= gate.due} if gate else None,
    }
