"""When is a case settled, and what follows? The money side of a case is `follow`, read from top to bottom."""

from typing import Any, NamedTuple

from contracts.base import Event, NotYet, because, total
from contracts.finance import AdvanceReplacementBilled, CreditHeld, CreditIssued
from contracts.inspection import GoodsDisposed
from contracts.policy import InForce
from contracts.repair import QuoteConfirmed, RepairCompleted, RepairShipped
from contracts.rma import DispositionDecided, ObligationOverdue, ReplacementReleased
from finance import rules
from finance.decide import credit, issue, repair, signing, taking
from finance.decide.approvals import Signer
from finance.decide.books import About, Books
from finance.decide.goods import goods_disposed, sent_ahead
from finance.model import (
    Account,
    AlreadyIssued,
    CertificateMissing,
    DocumentLine,
    DocumentType,
    Evidence,
    FourEyes,
    NothingHeld,
    Policy,
    RecordEvidence,
    Settlement,
    Stage,
)
from finance.model.keys import credit_key, invoice_key, line_key
from finance.rules import postings


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
            return sent(settlement, news, books, policy)
        case ObligationOverdue():
            return bill(settlement, news, books)
        case QuoteConfirmed():
            return _settled(repair.quote_confirmed(settlement, news))
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
    if settlement is not None and settlement.stage is Stage.ISSUED:
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
        case "REPAIR":
            return Settled(known.but(stage=Stage.OPEN), [])
        case "SEND_BACK":
            books.release_claim()
            return Settled(known.but(stage=Stage.CLOSED), [])
        case "ADVANCE_SETTLED":
            return swapped_in_advance(known, news, books, policy)
    raise UnexpectedNews(news)


def same_kind(settlement: Settlement, news: DispositionDecided) -> bool:
    """Tell whether a newer decision is of the same kind: signatures hold until it costs more (F-36)."""
    return settlement.decision is not None and settlement.decision.kind == news.kind


def settle(settlement: Settlement, news: DispositionDecided, books: Books, policy: InForce[Policy]) -> Settled:
    """Book a decision, or say what holds it up; a decision that finds nothing to book is held too."""
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
        blue_lines=(),
        blue_invoices=(),
        credit="",
    )
    event = CreditIssued(
        case_id=news.case_id,
        decision_id=news.decision_id,
        revision=news.revision,
        documents=tuple(issue.told(document) for document in books.documents),
        currency=news.currency,
        credited=credited,
        to_receivable=result.to_receivable,
        to_credit=result.to_credit,
        reason=news.reason,
    )
    return Settled(after, [event])


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


def swapped_in_advance(
    settlement: Settlement, news: DispositionDecided, books: Books, policy: InForce[Policy]
) -> Settled:
    """The old unit of a swap is back: the one sent in advance is a cost of the warranty (F-17)."""
    if not settlement.ahead:
        raise NotYet("the unit sent in advance has not been heard of yet")
    books.release_claim()
    cost = total(unit.cost for unit in settlement.ahead)
    about = taking.about_decision(news)
    booking = taking.Booking(news, about, books, policy.values, taking.Result())
    issue.charge_warranty(booking, "T8-settled", postings.advance_settled(cost), cost)
    scrapped = issue.any_scrap([line for line in news.lines if line.received], policy.values)
    return Settled(settlement.but(stage=Stage.CLOSED, ahead=(), scrapped=scrapped), [])


def sent(
    settlement: Settlement | None, news: ReplacementReleased, books: Books, policy: InForce[Policy]
) -> Settled | None:
    """Park the cost of a unit that goes out in advance; one that goes out after the credit is booked already (F-17)."""
    if news.due_on is None or (settlement is not None and (settlement.ahead or settlement.stage is Stage.CLOSED)):
        return None
    known = settlement or Settlement(case_id=news.case_id, entity=news.entity, currency=news.currency)
    ahead = tuple(sent_ahead(news, line, books.lines, policy.values) for line in news.lines)
    about = About(news.case_id, f"{news.case_id}.ahead", news.entity, news.customer, news.currency)
    books.post(about, "T8", postings.sent_ahead(total(unit.cost for unit in ahead)))
    return Settled(known.but(customer=news.customer, scope=news.scope, ahead=ahead), [])


def bill(settlement: Settlement | None, news: ObligationOverdue, books: Books) -> Settled | None:
    """Invoice the unit sent in advance because the old one never came back (F-18)."""
    if settlement is None or not (settlement.ahead or settlement.billed):
        raise NotYet("the unit sent in advance has not been heard of yet")
    if settlement.billed:
        return None
    about = About(news.case_id, f"{news.case_id}.billed", settlement.entity, settlement.customer, settlement.currency)
    lines = [DocumentLine(unit.item, "", unit.quantity, unit.net, unit.tax) for unit in settlement.ahead]
    invoice = books.issue(about, DocumentType.REPLACEMENT_INVOICE, lines)
    books.post(about, "T8", postings.invoiced(Account.REVENUE, invoice.net, invoice.tax), invoice)
    books.post(about, "T8-goods", postings.advance_sold(total(unit.cost for unit in settlement.ahead)), invoice)
    after = settlement.but(stage=Stage.ISSUED, billed=True, ahead=(), documents=(invoice.number,))
    return Settled(
        after, [AdvanceReplacementBilled(case_id=news.case_id, document=issue.told(invoice), reason=news.reason)]
    )
