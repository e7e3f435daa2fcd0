"""When does what was proposed come into force? When everybody has signed whom the matrix asks for the whole case."""

from decimal import Decimal

from contracts.base import Event, half_up, total
from finance import rules
from finance.decide import approvals, compensation, repair
from finance.decide.approvals import Signer
from finance.decide.books import ZERO, Books, functional_of
from finance.decide.compensation import about
from finance.model import (
    Account,
    AmountNotPositive,
    BlueInvoice,
    BlueRequired,
    Effect,
    NothingToApprove,
    Payout,
    Policy,
    Proposal,
    ProposalStage,
    Propose,
    Settlement,
)
from finance.model.keys import credit_key, invoice_key
from finance.model.proposals import TERMS
from finance.rules import postings

After = tuple[Proposal, Settlement | None, list[Event]]


def propose(
    proposal_id: str, asked: Propose, settlement: Settlement | None, books: Books, values: Policy, signer: Signer
) -> tuple[Proposal, Settlement | None]:
    """Write a proposal down; it changes nothing yet, but counts for the signatures of its case.

    Raises:
        AmountNotPositive: in the decimals of its currency it is nothing.
        BlueRequired: the invoice that is named is not known, or another customer's.
        NoPaymentGate: there is no fee that could be discounted.
        DiscountTooLarge: the fee is smaller.
    """
    proposal = Proposal(
        proposal_id=proposal_id,
        stage=ProposalStage.PROPOSED,
        credit=credit_key(asked.entity, asked.customer, asked.currency),
        proposed_by=signer.person,
        **{**asked.model_dump(), "case": asked.case or ""},
    )
    if asked.kind not in TERMS and not half_up(asked.amount, values.decimals.get(asked.currency, 2)):
        raise AmountNotPositive
    if asked.invoice:
        deducted_from(proposal, books)
    if asked.kind == "FEE_DISCOUNT":
        repair.discounted(settlement, asked.amount, values)
    if asked.kind in TERMS or asked.case is None:
        return proposal, None
    known = settlement or Settlement(
        case_id=asked.case, entity=asked.entity, customer=asked.customer, currency=asked.currency
    )
    amount = books.in_books(about(proposal), asked.amount)
    return proposal, known.but(proposed={**known.proposed, proposal_id: amount})


def deducted_from(proposal: Proposal, books: Books) -> BlueInvoice:
    """Find the invoice that a customer deducts a fine from."""
    invoice = books.invoices.get(invoice_key(proposal.entity, proposal.invoice))
    if invoice is None or (invoice.customer, invoice.currency) != (proposal.customer, proposal.currency):
        raise BlueRequired
    return invoice


def levels_missing(proposal: Proposal, settlement: Settlement | None, values: Policy) -> tuple[str, ...]:
    """Give the levels that have not signed yet."""
    amount = at_stake(settlement)
    return approvals.missing(proposal.signatures, [Effect(proposal.kind)], amount, values.approval_matrix)


def at_stake(settlement: Settlement | None) -> Decimal:
    """Give what the signatures are asked for: all that was credited and is proposed for the case (4.5)."""
    return settlement.committed + total(settlement.proposed.values()) if settlement else ZERO


def approve(proposal: Proposal, settlement: Settlement | None, books: Books, values: Policy, signer: Signer) -> After:
    """Sign for a proposal; with the last signature it is in force.

    Raises:
        NothingToApprove: it is in force, or refused.
        FourEyes: the signer has proposed it, or has signed.
        ApproverLevelTooLow: another level has to sign.
    """
    if proposal.stage is not ProposalStage.PROPOSED:
        raise NothingToApprove
    signed = approvals.signed(
        proposal.signatures,
        lambda signatures: levels_missing(proposal.but(signatures=signatures), settlement, values),
        [proposal.proposed_by],
        signer,
        at_stake(settlement),
    )
    after = proposal.but(signatures=signed.signatures)
    return (after, settlement, []) if signed.left else in_force(after, settlement, books, values)


def in_force(proposal: Proposal, settlement: Settlement | None, books: Books, values: Policy) -> After:
    """Let it have its effect."""
    after = proposal.but(stage=ProposalStage.IN_FORCE)
    events: list[Event] = []
    match proposal.kind:
        case "GOODWILL":
            after = after.but(document=compensation.memo(proposal, books, values))
        case "COMPENSATION":
            document, events = compensation.granted(after, books, values)
            after = after.but(document=document)
        case "FINE":
            fined(proposal, books)
        case "FEE_DISCOUNT":
            settlement, events = repair.discounted(settlement, proposal.amount, values)
        case "OVERDRAFT":
            books.keep_credit(overdraft=proposal.amount)
        case "TOLERANCE":
            books.keep_credit(tolerance_percent=proposal.amount)
        case "BANK_DATA":
            books.keep_credit(bank_account=proposal.bank_account)
    if settlement is not None:
        amount = settlement.proposed[proposal.proposal_id]
        settlement = without(settlement, proposal).but(committed=settlement.committed + amount)
        if proposal.by == "CASH":
            settlement = settlement.but(refunds={**settlement.refunds, proposal.proposal_id: Payout(amount=amount)})
    return after, settlement, events


def fined(proposal: Proposal, books: Books) -> None:
    """Take a customer's fine off what he owes: a loss without tax, as no supply is corrected (T18, F-29, R-276)."""
    whom = about(proposal)
    if not proposal.invoice:
        books.post(whom, "T18", postings.fined(proposal.amount, proposal.amount, ZERO))
        return
    invoice = deducted_from(proposal, books)
    to_receivable, to_credit = rules.receivable_first(proposal.amount, invoice.open_amount)
    carrying = {Account.AR: books.settle_invoice(whom, invoice, to_receivable)} if to_receivable else {}
    lines = postings.fined(proposal.amount, to_receivable, to_credit)
    written = books.post(whom, "T18", lines, rate=invoice.rate, carrying=carrying)
    books.add_credit(to_credit, functional_of(written, Account.CUSTOMER_CREDIT))


def refuse(proposal: Proposal, settlement: Settlement | None, signer: Signer, why: str) -> After:
    """Decline a proposal: it counts for its case no more; a claimant hears why (R-274).

    Raises:
        NothingToApprove: it is in force, or refused.
        RefusedForNothing: nobody says why a claim is refused.
    """
    if proposal.stage is not ProposalStage.PROPOSED:
        raise NothingToApprove
    after = proposal.but(stage=ProposalStage.REFUSED, refused_by=signer.person, refused_for=why)
    events = [compensation.refused(after)] if proposal.kind == "COMPENSATION" else []
    return after, without(settlement, proposal) if settlement else None, events


def without(settlement: Settlement, proposal: Proposal) -> Settlement:
    """Take a proposal out of what is proposed for the case."""
    left = {name: amount for name, amount in settlement.proposed.items() if name != proposal.proposal_id}
    return settlement.but(proposed=left)
