"""Which signatures does a decision of the RMA office wait for, and what is at stake?"""

from decimal import Decimal

from contracts.base import because, total
from contracts.policy import InForce
from contracts.rma import DispositionDecided
from finance import rules
from finance.decide import approvals, exchange, issue, taking
from finance.decide.about import credited_now
from finance.decide.approvals import Signer
from finance.decide.books import Books
from finance.decide.credit import ALLOWANCE, EXCHANGE, Obstacle, Piece, todos
from finance.model import Account, Effect, FourEyes, Policy, Settlement, Todo, Work


def written(news: DispositionDecided, books: Books, pieces: list[Piece], policy: InForce[Policy]) -> taking.Result:
    """Write what a decision comes to: with amounts, or as a swap at the warranty's cost."""
    if news.kind == EXCHANGE and exchanged_by(news, pieces, policy.values) == "NO_AMOUNT":
        return issue.swap(news, books, pieces, policy)
    return issue.book(news, books, pieces, policy)


def exchanged_by(news: DispositionDecided, pieces: list[Piece], values: Policy) -> str:
    """Say how an exchange is written for this entity, customer and reason."""
    reasons = {news.reason.code, *(line.reason for line in news.lines)}
    return rules.exchange_documents(
        values.exchange_doc_policy,
        values.exchange_exceptions,
        news.entity,
        news.customer,
        reasons,
        different=exchange.different(pieces),
    )


def effects(news: DispositionDecided, pieces: list[Piece], values: Policy) -> tuple[Effect, ...]:
    """Give what signatures are asked for, as far as the matrix speaks of it."""
    asked = []
    if any(piece.goodwill for piece in pieces) and news.kind != EXCHANGE:
        asked.append(Effect.GOODWILL)
    if any(not piece.goodwill for piece in pieces) or news.kind == EXCHANGE:
        asked.append({EXCHANGE: Effect.EXCHANGE, ALLOWANCE: Effect.ALLOWANCE}.get(news.kind, Effect.CREDIT))
    if any(piece.blue is not None and piece.allowance is None for piece in pieces):
        asked.append(Effect.RETURN_NOTE)
    return tuple(effect for effect in asked if effect in values.approval_matrix)


def at_stake(
    settlement: Settlement, news: DispositionDecided, books: Books, pieces: list[Piece], policy: InForce[Policy]
) -> Decimal:
    """Say how much is credited for the case with this decision: it is tried out, and nothing of it is kept (4.5)."""
    trial = books.trial()
    written(news, trial, pieces, policy)
    swapped = [
        line.functional
        for entry in trial.entries
        for line in entry.lines
        if line.account is Account.WARRANTY_PROVISION and line.side == "D"
    ]
    return settlement.committed + (credited_now(trial.documents, trial.entries) or total(swapped))


def unsigned(
    settlement: Settlement, news: DispositionDecided, books: Books, pieces: list[Piece], policy: InForce[Policy]
) -> Obstacle | None:
    """Say whose signature is missing; signatures for a lower level of the matrix do not count (F-36, F-54)."""
    values = policy.values
    asked = effects(news, pieces, values)
    if not asked:
        return None
    row = policy.row("approval_matrix")
    if rules.duties_not_separated(news.decided_by, news.received_by):
        return Obstacle(because(rules.duties_not_separated, row), (Todo(work=Work.AWAITING_APPROVAL),))
    amount = at_stake(settlement, news, books, pieces, policy)
    goodwill = approvals.missing(settlement.signatures, [Effect.GOODWILL], amount, values.approval_matrix)
    missing = approvals.missing(settlement.signatures, asked, amount, values.approval_matrix)
    if Effect.GOODWILL in asked and rules.goodwill_approval(goodwill):
        without = [piece.line for piece in pieces if piece.goodwill]
        return Obstacle(because(rules.goodwill_approval, row), todos(Work.FIND_BLUE, without), missing[0])
    if rules.approval_missing(missing):
        waits = (Todo(work=Work.AWAITING_APPROVAL, amount=amount),)
        return Obstacle(because(rules.approval_missing, row), waits, missing[0])
    return None


def signed(
    settlement: Settlement,
    news: DispositionDecided,
    books: Books,
    pieces: list[Piece],
    policy: InForce[Policy],
    signer: Signer,
) -> Settlement | None:
    """Add a signature where one is missing; None where none is.

    Raises:
        FourEyes: the signer decided, received the goods or has signed.
        ApproverLevelTooLow: another level has to sign.
    """
    values = policy.values
    asked = effects(news, pieces, values)
    hands = (news.decided_by, *news.received_by)
    if any(rules.four_eyes(person, hands) for person in signer.hands):
        raise FourEyes
    if not asked:
        return None
    amount = at_stake(settlement, news, books, pieces, policy)
    kept = approvals.valid(settlement.signatures, asked, amount, values.approval_matrix)
    missing = approvals.missing(kept, asked, amount, values.approval_matrix)
    if not missing:
        return None
    return settlement.but(signatures=approvals.sign(kept, missing, hands, signer, amount))
