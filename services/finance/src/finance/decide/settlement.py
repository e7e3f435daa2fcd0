"""When is a case settled, and what follows? The money side of a case is `follow`, read from top to bottom."""

from typing import Any, NamedTuple

from contracts.base import Event, because
from contracts.finance import CreditHeld, CreditIssued
from contracts.inspection import GoodsDisposed
from contracts.policy import InForce
from contracts.repair import QuoteConfirmed, RepairCompleted, RepairShipped
from contracts.rma import DispositionDecided, ObligationOverdue, ReplacementReleased
from finance import rules
from finance.decide import ahead, credit, exchange, issue, repair, signing, taking
from finance.decide.approvals import Signer
from finance.decide.books import Books
from finance.decide.goods import goods_disposed
from finance.model import (
    AlreadyIssued,
    CertificateMissing,
    Evidence,
    FourEyes,
    NothingHeld,
    Policy,
    RecordEvidence,
    Settlement,
    Stage,
)
from finance.model.keys import credit_key, invoice_key, line_key


class Settled(NamedTuple):
    """The settlement after the news, and what the others hear. What else changed stands in the books."""

    settlement: Settlement
    events: list[Event]
    books: bool = True
    """Whether what was written in the books counts."""


def follow(settlement: Settlement | None, news: Any, books: Books, policy: InForce[Policy]) -> Settled | None:  # noqa: PLR0911  every piece of news on one screen
    """Say what follows from news about a case; None when it changes nothing."""
    match news:
        case DispositionDecided():
            return decided(settlement, news, books, policy)
        case ReplacementReleased():
            after = ahead.sent(settlement, news, books, policy)
            return Settled(after, []) if after is not None else None
        case ObligationOverdue():
            return _settled(ahead.bill(settlement, news, books))
        case QuoteConfirmed():
            return _settled(repair.quote_confirmed(settlement, news, policy.values))
        case RepairCompleted():
            return _settled(repair.completed(settlement, news, books))
        case RepairShipped():
            return _settled(repair.shipped(settlement, news, books))
        case GoodsDisposed():
            after = goods_disposed(settlement, news, books, policy.values)
            return Settled(after, []) if after is not None else None
    raise UnexpectedNews(news)


class UnexpectedNews(Exception):
    """News that no line of `follow` expects."""

    def __init__(self, news: object) -> None:
        super().__init__(type(news).__name__)


def _settled(after: tuple[Settlement, list[Event]] | None) -> Settled | None:
    return None if after is None else Settled(*after)


def decided(
    settlement: Settlement | None, news: DispositionDecided, books: Books, policy: InForce[Policy]
) -> Settled | None:
    """Take a decision of the RMA office; the newest revision counts, an older one is old news (F-35).

    Raises:
        AlreadyIssued: the documents of an older decision are out; only a person can correct that.
        NotYet: a swap is settled whose unit sent in advance has not been heard of.
    """
    if settlement is not None and news.revision <= settlement.revision:
        return None
    late = settlement is not None and settlement.billed and news.kind == credit.ADVANCE_SETTLED
    if settlement is not None and settlement.stage is Stage.ISSUED and not late:
        raise AlreadyIssued(f"decision {news.decision_id} after {settlement.decision_id}")
    known = (settlement or Settlement(case_id=news.case_id, entity=news.entity, currency=news.currency)).but(
        entity=news.entity,
        customer=news.customer,
        currency=news.currency,
        scope=news.scope,
        revision=news.revision,
        decision_id=news.decision_id,
        claim=news.claim,
        decision=None,
        held=None,
        approver="",
        signatures=settlement.signatures if settlement and same_kind(settlement, news) else (),
        worklist=(),
    )
    match news.kind:
        case "CREDIT" | "ALLOWANCE" | "EXCHANGE":
            return settle(known, news, books, policy)
        case "ADVANCE_SETTLED" if late:
            return settle(known, news, books, policy)
        case "REPAIR":
            return Settled(known.but(stage=Stage.OPEN), [])
        case "SEND_BACK":
            books.release_claim()
            return Settled(known.but(stage=Stage.CLOSED), [])
        case "ADVANCE_SETTLED":
            return Settled(ahead.settled(known, news, books, policy), [])
    raise UnexpectedNews(news)


def same_kind(settlement: Settlement, news: DispositionDecided) -> bool:
    """Tell whether a newer decision is of the same kind: signatures hold until it costs more (F-36)."""
    return settlement.decision is not None and settlement.decision.kind == news.kind


def settle(settlement: Settlement, news: DispositionDecided, books: Books, policy: InForce[Policy]) -> Settled:
    """Book a decision, or say what holds it up; a decision that finds nothing to book is held too."""
    policy = credit.with_terms(policy, books.credit)
    books.under(news.entity, policy.values)
    pieces = credit.planned(news, books.lines, policy)
    stop = (
        credit.obstacle(settlement, news, pieces, policy)
        or credit.unrated(news, books, pieces)
        or signing.unsigned(settlement, news, books, pieces, policy)
    )
    if stop is not None:
        return hold(settlement, news, books, stop)
    result = signing.written(news, books, pieces, policy)
    if rules.nothing_to_credit(len(books.documents)):
        return hold(settlement, news, books, credit.Obstacle(because(rules.nothing_to_credit), tuple(result.worklist)))
    return issued(
        settlement.but(scrapped=issue.any_scrap([line for line in news.lines if line.received], policy.values)),
        news,
        books,
        result,
    )


def issued(settlement: Settlement, news: DispositionDecided, books: Books, result: taking.Result) -> Settled:
    """Close the money side and tell the others which documents are out."""
    credited = result.to_receivable + result.to_credit
    after = settlement.but(
        committed=settlement.committed + books.credited_now(),
        stage=Stage.ISSUED,
        decision=None,
        held=None,
        approver="",
        documents=tuple(document.number for document in books.documents),
        credited=credited,
        worklist=tuple(result.worklist),
        waiting=tuple(result.waiting),
        **ahead.kept(settlement, news),
    )
    after, gates = exchange.opened(after, result, taking.about_decision(news), books)
    event = CreditIssued(
        case_id=news.case_id,
        decision_id=news.decision_id,
        revision=news.revision,
        documents=tuple(issue.told(document) for document in books.documents),
        currency=news.currency,
        credited=credited,
        to_receivable=result.to_receivable,
        to_credit=result.to_credit,
        due=result.due,
        reason=news.reason,
    )
    return Settled(after, [event, *gates])


def hold(settlement: Settlement, news: DispositionDecided, books: Books, stop: credit.Obstacle) -> Settled:
    """Keep a decision that cannot be booked yet, with the names of everything it will need; book nothing."""
    originals = [line.original for line in news.lines if line.original is not None]
    lines = [line_key(news.entity, original.invoice, original.line) for original in originals]
    after = settlement.but(
        stage=Stage.HELD,
        decision=news,
        held=stop.reason,
        approver=stop.approver,
        worklist=stop.worklist,
        blue_lines=tuple(dict.fromkeys([*lines, *books.lines])),
        blue_invoices=tuple(dict.fromkeys(invoice_key(news.entity, original.invoice) for original in originals)),
        credit=credit_key(news.entity, news.customer, news.currency),
    )
    event = CreditHeld(case_id=news.case_id, decision_id=news.decision_id, revision=news.revision, reason=stop.reason)
    return Settled(after, [event], books=False)


def approve(settlement: Settlement, books: Books, policy: InForce[Policy], signer: Signer) -> Settled:
    """Sign for a held decision; one that only waited for its original is looked at again.

    Raises:
        NothingHeld: nothing waits for a signature.
        FourEyes: the signer has had a hand in it, or has signed.
        ApproverLevelTooLow: another level has to sign.
    """
    news, held = settlement.decision, settlement.held
    if news is None or held is None:
        raise NothingHeld
    found = held.code == rules.blue_required.__name__
    policy = credit.with_terms(policy, books.credit)
    pieces = credit.planned(news, books.lines, policy)
    if found or credit.unrated(news, books, pieces):
        if rules.four_eyes(signer.person, (news.decided_by, *news.received_by)):
            raise FourEyes
        return settle(settlement, news, books, policy)
    signed = signing.signed(settlement, news, books, pieces, policy, signer)
    if signed is None:
        raise NothingHeld
    after = settle(signed, news, books, policy)
    return after if after.settlement.held != held else after._replace(events=[])


def record_evidence(
    settlement: Settlement, proof: RecordEvidence, books: Books, policy: InForce[Policy], actor: str
) -> Settled:
    """Put a proof into the file and book what waited for it.

    Raises:
        NothingHeld: nothing waits for a proof.
        CertificateMissing: this kind of proof is not accepted.
    """
    news, held = settlement.decision, settlement.held
    if news is None or held is None or held.code != rules.certificate_missing.__name__:
        raise NothingHeld
    if proof.kind not in {*policy.values.return_evidence, *policy.values.allowance_evidence}:
        raise CertificateMissing
    evidence = Evidence(kind=proof.kind, reference=proof.reference, recorded_by=actor)
    return settle(settlement.but(evidence=(*settlement.evidence, evidence)), news, books, policy)
