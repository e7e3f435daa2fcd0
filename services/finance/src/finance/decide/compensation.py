"""What is granted without a supply that is corrected, by what, and what does the claimant hear?"""

from contracts.base import Event, half_up
from contracts.finance import CompensationDecided, RefundApproved
from finance import rules
from finance.decide import refunds
from finance.decide.books import ZERO, About, Books, functional_of
from finance.model import Account, DocumentLine, DocumentType, Policy, Proposal, Refund, RefundStage
from finance.model.refusals import RefusedForNothing
from finance.rules import postings


def memo(proposal: Proposal, books: Books, values: Policy) -> str:
    """Grant credit by a memo without tax: no supply is corrected (T21, F-54)."""
    amount = half_up(proposal.amount, values.decimals.get(proposal.currency, 2))
    paper = books.issue(
        about(proposal), DocumentType.GOODWILL_MEMO, [DocumentLine(proposal.reason[:64], "", ZERO, amount, ZERO)]
    )
    lines = books.post(about(proposal), "T21", postings.granted(Account.QUALITY_LOSS, amount), paper)
    books.add_credit(amount, functional_of(lines, Account.CUSTOMER_CREDIT))
    return paper.number


def granted(proposal: Proposal, books: Books, values: Policy) -> tuple[str, list[Event]]:
    """Grant a claim: in cash, as credit for what he buys next, or as a gift; and tell the claimant (R-274)."""
    decided: list[Event] = [told(proposal, rules.claim_granted(proposal.claimed, proposal.amount), proposal.reason)]
    if proposal.by == "GIFT":
        books.post(about(proposal), "T21-gift", postings.given_away(proposal.amount))
        return "", decided
    number = memo(proposal, books, values)
    if proposal.by == "VOUCHER":
        return number, decided
    payout = refunds.approved(refund(proposal), books, values)
    books.moved[Refund, payout.refund_id] = payout
    return number, [*decided, RefundApproved(**refunds.told(payout))]


def refund(proposal: Proposal) -> Refund:
    """Ask the bank for it: whoever has signed for the claim has signed for its payment."""
    return Refund(
        refund_id=proposal.proposal_id,
        stage=RefundStage.REQUESTED,
        entity=proposal.entity,
        customer=proposal.customer,
        currency=proposal.currency,
        amount=proposal.amount,
        credit=proposal.credit,
        requested_by=proposal.proposed_by,
        case=proposal.case,
        at_stake=proposal.amount,
        signatures=proposal.signatures,
    )


def refused(proposal: Proposal) -> Event:
    """Tell the claimant that nothing is granted, and why.

    Raises:
        RefusedForNothing: nobody says why.
    """
    if not proposal.refused_for.strip():
        raise RefusedForNothing
    return told(proposal.but(amount=ZERO), rules.claim_granted(proposal.claimed, ZERO), proposal.refused_for)


def told(proposal: Proposal, decision: str, why: str) -> Event:
    """Say what came of a claim."""
    return CompensationDecided(
        case_id=proposal.case,
        claim_id=proposal.proposal_id,
        customer=proposal.customer,
        currency=proposal.currency,
        claimed=proposal.claimed,
        granted=proposal.amount,
        decision=decision,
        by=proposal.by,
        explanation=why,
    )


def about(proposal: Proposal) -> About:
    """Say whom a proposal is about."""
    case = proposal.case or proposal.proposal_id
    return About(case, proposal.proposal_id, proposal.entity, proposal.customer, proposal.currency)
