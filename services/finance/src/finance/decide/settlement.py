"""When is a case settled, and what follows? The money side of a case is `follow`, read from top to bottom."""

from typing import Any

from contracts.base import Event, Reason, because
from contracts.finance import CreditHeld
from contracts.inspection import GoodsDisposed
from contracts.policy import InForce
from contracts.repair import QuoteConfirmed, RepairCompleted, RepairShipped
from contracts.rma import DispositionDecided, ObligationOverdue, ReplacementReleased
from finance import rules
from finance.decide import ahead, charging, credit, issue, papers, quarantine, repair, revising, signing, taking
from finance.decide.approvals import Signer
from finance.decide.books import Books
from finance.decide.came import Settled, hold, issued, waiting_for_forms
from finance.decide.goods import goods_disposed
from finance.model import (
    CertificateMissing,
    Evidence,
    FourEyes,
    HandOver,
    NothingHeld,
    Policy,
    RecordEvidence,
    Settlement,
    Stage,
)
from finance.model.keys import invoice_key, line_key

PROVABLE = frozenset(
    rule.__name__
    for rule in (
        rules.certificate_missing,
        rules.paper_missing,
        rules.approval_missing,
        rules.goodwill_approval,
        rules.duties_not_separated,
    )
)
"""What a credit may wait for while its proofs are put into the file."""


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

    When the documents of an older one are out, what the newer gives more is credited besides, and what it deducts
    more is charged.
    """
    if settlement is not None and news.revision <= settlement.revision:
        return None
    late = settlement is not None and settlement.billed and news.kind == credit.ADVANCE_SETTLED
    if settlement is not None and not late and (settlement.stage is Stage.ISSUED or revising.credits_out(books)):
        found = revising.difference(settlement, news, books, credit.with_terms(policy, books.credit).values)
        news, settlement = found.news, revising.so_far(settlement, books).but(waived=found.waived)
        if not settlement.pending:
            settlement = charging.besides(settlement, found.besides, news, books, policy.values)
            return besides(settlement, found, books, policy)
        if not news.lines:
            after = settlement.but(revision=news.revision, decision_id=news.decision_id)
            return issued(after, news, books, taking.Result())
    if settlement is None or not settlement.pending:
        return renewed(settlement, news, books, policy)
    rest, gone = revising.without_ended(settlement, books)
    released = dict(books.moved)
    came = replaced_later(rest, news) if rest.pending else renewed(rest, news, books, policy)
    if came is None:
        return None
    if not came.books:
        books.back_to(released)
    return came._replace(given_up=gone, books=True)


def besides(
    settlement: Settlement, found: revising.Difference, books: Books, policy: InForce[Policy]
) -> Settled | None:
    """Credit what a newer decision gives more; what it charged stands even if that is held."""
    news = found.news
    if news.lines:
        came = renewed(settlement, news, books, policy)
    else:
        after = settlement.but(revision=news.revision, decision_id=news.decision_id)
        came = issued(after, news, books, taking.Result())
    if came is None:
        return None
    after = came.settlement
    if not came.books:
        after = after.but(told=(*after.told, *(issue.told(document) for document in books.documents)))
    return came._replace(settlement=after, books=came.books or bool(books.documents))


def renewed(
    settlement: Settlement | None, news: DispositionDecided, books: Books, policy: InForce[Policy]
) -> Settled | None:
    """Let a decision take the place of what was there.

    Raises:
        NotYet: a swap is settled whose unit sent in advance has not been heard of.
    """
    late = settlement is not None and settlement.billed and news.kind == credit.ADVANCE_SETTLED
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


def replaced_later(settlement: Settlement, news: DispositionDecided) -> Settled:
    """Keep a newer decision until the red-letter forms of the older one have ended: cancelled, or issued after all."""
    originals = [line.original for line in news.lines if line.original is not None]
    lines = [line_key(news.entity, original.invoice, original.line) for original in originals]
    invoices = [invoice_key(news.entity, original.invoice) for original in originals]
    after = settlement.but(
        newer=news,
        revision=news.revision,
        blue_lines=tuple(dict.fromkeys([*settlement.blue_lines, *lines])),
        blue_invoices=tuple(dict.fromkeys([*settlement.blue_invoices, *invoices])),
    )
    why = because(rules.awaiting_red_form)
    event = CreditHeld(case_id=news.case_id, decision_id=news.decision_id, revision=news.revision, reason=why)
    return Settled(after, [event])


def same_kind(settlement: Settlement, news: DispositionDecided) -> bool:
    """Tell whether a newer decision is of the same kind: signatures hold until it costs more (F-36)."""
    return settlement.decision is not None and settlement.decision.kind == news.kind


def settle(settlement: Settlement, news: DispositionDecided, books: Books, policy: InForce[Policy]) -> Settled:
    """Book a decision, or say what holds it up; a decision that finds nothing to book is held too."""
    policy = credit.with_terms(policy, books.credit)
    books.under(news.entity, policy.values)
    pieces = credit.planned(news, books.lines, policy)
    settlement = papers.written(settlement, news, pieces, policy, books.today)
    stop = (
        credit.obstacle(settlement, news, pieces, policy)
        or papers.missing(settlement, pieces, policy)
        or credit.unrated(news, books, pieces)
        or signing.unsigned(settlement, news, books, pieces, policy)
    )
    if stop is not None:
        return hold(settlement, news, books, stop)
    waits = waiting_for_forms(settlement, news, books, pieces, policy)
    if waits is not None:
        return waits
    result = signing.written(news, books, pieces, policy)
    if rules.nothing_to_credit(len(books.documents)):
        return hold(settlement, news, books, credit.Obstacle(because(rules.nothing_to_credit), tuple(result.worklist)))
    came = [line for line in news.lines if line.received]
    return issued(
        settlement.but(scrapped=settlement.scrapped or quarantine.any_scrap(came, policy.values)),
        news,
        books,
        result,
    )


def approve(settlement: Settlement, books: Books, policy: InForce[Policy], signer: Signer) -> Settled:
    """Sign for a held decision; one that waited for its original, its rate or another form is looked at again.

    Raises:
        NothingHeld: nothing waits for a signature.
        FourEyes: the signer has had a hand in it, or has signed.
        ApproverLevelTooLow: another level has to sign.
    """
    news, held = settlement.decision, settlement.held
    if news is None or held is None:
        raise NothingHeld
    found = held.code in {rules.blue_required.__name__, rules.live_red_form.__name__}
    policy = credit.with_terms(policy, books.credit)
    pieces = credit.planned(news, books.lines, policy)
    if found or credit.unrated(news, books, pieces):
        if rules.four_eyes(signer.person, (news.decided_by, *news.received_by)):
            raise FourEyes
        return settle(settlement, news, books, policy)
    signed = signing.signed(settlement, news, books, pieces, policy, signer)
    if signed is None and held.code != rules.rate_unknown.__name__:
        raise NothingHeld
    return again(settle(signed or settlement, news, books, policy), held)


def record_evidence(
    settlement: Settlement, proof: RecordEvidence, books: Books, policy: InForce[Policy], actor: str
) -> Settled:
    """Put a proof into the file and book what waited for it.

    Raises:
        NothingHeld: nothing waits for a proof.
        CertificateMissing: this kind of proof is not accepted.
    """
    news, held = settlement.decision, settlement.held
    if news is None or held is None or held.code not in PROVABLE:
        raise NothingHeld
    if proof.kind not in {*policy.values.return_evidence, *policy.values.allowance_evidence}:
        raise CertificateMissing
    evidence = Evidence(kind=proof.kind, reference=proof.reference, recorded_by=actor)
    return again(settle(settlement.but(evidence=(*settlement.evidence, evidence)), news, books, policy), held)


def hand_over(settlement: Settlement, asked: HandOver, books: Books, policy: InForce[Policy], actor: str) -> Settled:
    """Note that a part of a paper has got to its holder, and book what waited for it (S3-D).

    Raises:
        NoSuchPart: there is no such paper, or no part of it is on its way to that holder.
    """
    after = papers.handed_over(settlement, asked, books.today, actor)
    if after.decision is None or after.held is None:
        return Settled(after, [], books=False)
    return again(settle(after, after.decision, books, policy), after.held)


def again(after: Settled, held: Reason) -> Settled:
    """Say nothing anew of what still waits for the same."""
    return after if after.settlement.held != held else after._replace(events=[])
