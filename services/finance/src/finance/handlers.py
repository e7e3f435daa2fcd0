"""What is one unit of work? Which decision answers which command or news."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from contracts.base import Original, Scope
from contracts.rma import CaseSettled, DispositionDecided, ReplacementReleased, ReturnRefused
from finance import decide
from finance.decide import Books
from finance.decide.settlement import Settled
from finance.model import (
    Approve,
    BlueInvoice,
    BlueLine,
    Claim,
    ConfirmPayment,
    CustomerCredit,
    ImportBlueInvoice,
    MakeClaim,
    Numbers,
    Pay,
    Policy,
    RecordEvidence,
    Refund,
    RequestRefund,
    Settlement,
    Shelf,
)
from finance.model.keys import (
    credit_key,
    invoice_key,
    line_key,
    of_claim,
    of_refund,
    of_shelf,
    plain,
)
from finance.model.keys import (
    of_case as the_case,
)
from servicekit.http import Asked
from servicekit.work import NOTHING, Done, Handle, Ref, Unit, done, of_case

BOOKED = frozenset({"CREDIT", "EXCHANGE", "ALLOWANCE"})


def import_blue_invoice(unit: Unit, asked: Asked[ImportBlueInvoice]) -> Done:
    """Take over an original invoice."""
    body = asked.body
    key = invoice_key(body.entity, body.invoice)
    known = unit.get(BlueInvoice, key)
    invoice, lines = decide.claims.import_blue_invoice(known, body)
    answer = {"entity": body.entity, "invoice": body.invoice, "lines": len(body.lines)}
    if invoice is known:
        return Done(answer=answer)
    return done(key, invoice, also=[(line.id, line) for line in lines], answer=answer)


def make_claim(unit: Unit, asked: Asked[MakeClaim]) -> Done:
    """Find and reserve originals."""
    body = asked.body
    known = unit.get(Claim, body.claim_id)
    shelves = {}
    for key in {decide.claims.shelf_of(body, line) for line in body.lines if line.goods}:
        shelf = unit.get(Shelf, key)
        shelves[key] = list(unit.all(BlueLine, shelf.lines if shelf else ()).values())
    claim, moved = decide.claims.make_claim(known, body, shelves)
    if claim is known:
        return Done(answer=found(claim))
    return done(claim.claim_id, claim, also=list(moved.items()), answer=found(claim))


def release_claim(unit: Unit, news: CaseSettled | ReturnRefused) -> Done:
    """Give back what a case without a credit still reserves."""
    books = open_books(unit, news.claim)
    books.release_claim()
    return Done(tuple(books.changed()))


def follow(unit: Unit, news: Any) -> Done:
    """Let the money side of a case go on."""
    settlement = unit.get(Settlement, news.case_id)
    if isinstance(news, DispositionDecided):
        books, scope = books_of(unit, news), news.scope
    else:
        originals = [line.original for line in news.lines] if isinstance(news, ReplacementReleased) else []
        entity = news.entity if isinstance(news, ReplacementReleased) else settlement.entity if settlement else ""
        books = open_books(unit, "", entity, originals)
        scope = settlement.scope if settlement else Scope()
    after = decide.settlement.follow(settlement, news, books, unit.policy(Policy, scope))
    return NOTHING if after is None else told(after, books)


def approve(unit: Unit, asked: Asked[Approve]) -> Done:
    """Sign for a held decision."""
    settlement = unit.need(Settlement, asked.case_id)
    books, policy = held_books(unit, settlement), unit.policy(Policy, settlement.scope)
    return told(decide.settlement.approve(settlement, books, policy, unit.actor, unit.scopes), books)


def record_evidence(unit: Unit, asked: Asked[RecordEvidence]) -> Done:
    """Put a proof into the file."""
    settlement = unit.need(Settlement, asked.case_id)
    books, policy = held_books(unit, settlement), unit.policy(Policy, settlement.scope)
    return told(decide.settlement.record_evidence(settlement, asked.body, books, policy, unit.actor), books)


def pay(unit: Unit, asked: Asked[Pay]) -> Done:
    """Take a payment to the gate of a case."""
    settlement = unit.get(Settlement, asked.body.case_id)
    books = open_books(unit)
    after = decide.repair.pay(settlement, asked.body, books)
    if after is None:
        assert settlement is not None
        return Done(answer=shown(settlement))
    return told(Settled(*after), books)


def request_refund(unit: Unit, asked: Asked[RequestRefund]) -> Done:
    """Ask for a payout."""
    credit = unit.get(CustomerCredit, _credit_of(asked.body))
    values = unit.policy(Policy, Scope()).values
    refund = decide.refunds.request(asked.case_id, asked.body, credit, values, unit.actor)
    return done(asked.case_id, refund, answer=refunded(refund))


def approve_refund(unit: Unit, asked: Asked[Approve]) -> Done:
    """Sign for a payout."""
    refund = unit.need(Refund, asked.case_id)
    books = open_books(unit)
    books.credit = unit.get(CustomerCredit, refund.credit)
    after = decide.refunds.approve(refund, books, unit.actor)
    return done(asked.case_id, after, also=books.changed(), answer=refunded(after))


def confirm_payment(unit: Unit, asked: Asked[ConfirmPayment]) -> Done:
    """Note that the bank has paid."""
    books = open_books(unit)
    after, events = decide.refunds.confirm(unit.need(Refund, asked.case_id), asked.body, books)
    return done(asked.case_id, after, *events, also=books.changed(), answer=refunded(after))


def open_books(unit: Unit, claim: str = "", entity: str = "", originals: Iterable[Original | None] = ()) -> Books:
    """Give the books what the unit of work has locked: a claim's lines, and the lines and invoices that are named."""
    held = unit.get(Claim, claim) if claim else None
    named = [original for original in originals if original is not None]
    keys = [line_key(entity, original.invoice, original.line) for original in named]
    return Books(
        today=unit.now.date(),
        prefixes=unit.policy(Policy, Scope()).values.number_prefixes,
        numbers=unit.get(Numbers, entity) or Numbers(),
        lines=unit.all(BlueLine, [*keys, *(held.reserved if held else ())]),
        invoices=unit.all(BlueInvoice, (invoice_key(entity, original.invoice) for original in named)),
        claim=held,
    )


def books_of(unit: Unit, news: DispositionDecided) -> Books:
    """Give the books what a decision needs."""
    books = open_books(unit, news.claim, news.entity, [line.original for line in news.lines])
    key = credit_key(news.entity, news.customer, news.currency)
    known = unit.get(CustomerCredit, key)
    books.credit = known or CustomerCredit(key, news.entity, news.customer, news.currency, decide.ZERO)
    return books


def held_books(unit: Unit, settlement: Settlement) -> Books:
    """Give the books what a held decision needs."""
    return books_of(unit, settlement.decision) if settlement.decision is not None else open_books(unit)


def told(after: Settled, books: Books) -> Done:
    """Say what was decided for a case; what was written in the books counts unless the decision is held."""
    settlement = after.settlement
    also = books.changed() if after.books else []
    return done(settlement.case_id, settlement, *after.events, also=also, answer=shown(settlement))


def shown(settlement: Settlement) -> dict[str, Any]:
    """Give what a caller hears about a settlement."""
    gate = settlement.gate
    return {
        "case_id": settlement.case_id,
        "stage": settlement.stage,
        "held": settlement.held.code if settlement.held else "",
        "approver": settlement.approver,
        "documents": settlement.documents,
        "credited": settlement.credited,
        "gate": {"due": gate.due, "paid": gate.paid, "open": gate.paid >= gate.due} if gate else None,
    }


def refunded(refund: Refund) -> dict[str, Any]:
    """Give what a caller hears about a refund."""
    return {
        "refund_id": refund.refund_id,
        "stage": refund.stage,
        "amount": refund.amount,
        "approvals_missing": max(refund.levels - len(refund.approved_by), 0),
    }


def found(claim: Claim) -> dict[str, Any]:
    """Give what was found for a claim."""
    lines = [
        {
            "line": line.line,
            "allocations": [
                {"original": each.original.model_dump(), "quantity": plain(each.quantity)} for each in line.allocations
            ],
            "unmatched": plain(line.unmatched),
        }
        for line in claim.lines
    ]
    return {"claim_id": claim.claim_id, "lines": lines}


def _credit_of(body: RequestRefund) -> str:
    return credit_key(body.entity, body.customer, body.currency)


def _imported(asked: Asked[ImportBlueInvoice], _now: datetime) -> Iterable[Ref]:
    yield BlueInvoice, invoice_key(asked.body.entity, asked.body.invoice)


def _claimed(asked: Asked[MakeClaim], _now: datetime) -> Iterable[Ref]:
    yield Claim, asked.body.claim_id
    for line in asked.body.lines:
        if line.goods:
            key = decide.claims.shelf_of(asked.body, line)
            yield Shelf, key
            yield BlueLine, of_shelf(key)


def _claim(news: Any, _now: datetime) -> Iterable[Ref]:
    if news.claim:
        yield Claim, news.claim
        yield BlueLine, of_claim(news.claim)


def _released(news: CaseSettled | ReturnRefused, now: datetime) -> Iterable[Ref]:
    if getattr(news, "credited", None) is None:  # a credit has used its claim up
        yield from _claim(news, now)


def _originals(news: DispositionDecided | ReplacementReleased, _now: datetime) -> Iterable[Ref]:
    for line in news.lines:
        if line.original is not None:
            yield BlueLine, line_key(news.entity, line.original.invoice, line.original.line)


def _decided(news: DispositionDecided, now: datetime) -> Iterable[Ref]:
    yield from _claim(news, now)
    if news.kind in BOOKED:
        yield from _originals(news, now)
        for line in news.lines:
            if line.original is not None:
                yield BlueInvoice, invoice_key(news.entity, line.original.invoice)
        yield CustomerCredit, credit_key(news.entity, news.customer, news.currency)
        yield Numbers, news.entity


def _numbers(news: Any, _now: datetime) -> Iterable[Ref]:
    yield Numbers, the_case(news.case_id)


def _held(asked: Asked[Any], _now: datetime) -> Iterable[Ref]:
    for kind in (Claim, BlueLine, BlueInvoice, CustomerCredit, Numbers):
        yield kind, the_case(asked.case_id)


def _paid(asked: Asked[Pay], _now: datetime) -> Iterable[Ref]:
    yield Settlement, asked.body.case_id


def _refund_credit(asked: Asked[Any], _now: datetime) -> Iterable[Ref]:
    yield CustomerCredit, of_refund(asked.case_id)


def _requested(asked: Asked[RequestRefund], _now: datetime) -> Iterable[Ref]:
    yield Refund, asked.case_id
    yield CustomerCredit, _credit_of(asked.body)


IMPORT = Handle(import_blue_invoice, _imported)
CLAIM = Handle(make_claim, _claimed)
RELEASE = Handle(release_claim, _released)
DECIDED = of_case(Settlement, follow, _decided)
SENT = of_case(Settlement, follow, _originals)
NUMBERED = of_case(Settlement, follow, _numbers)
FOLLOW = of_case(Settlement, follow)
APPROVE = of_case(Settlement, approve, _held)
RECORD_EVIDENCE = of_case(Settlement, record_evidence, _held)
PAY = Handle(pay, _paid)
REQUEST_REFUND = Handle(request_refund, _requested)
APPROVE_REFUND = of_case(Refund, approve_refund, _refund_credit)
CONFIRM_PAYMENT = of_case(Refund, confirm_payment)
