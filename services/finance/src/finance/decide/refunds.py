"""When is a customer's credit paid out? REQUESTED, APPROVED, SENT, PAID; or FAILED, and it is his credit again."""

from decimal import Decimal

from contracts.base import Event, total
from contracts.finance import RefundApproved, RefundNotPaid, RefundPaid
from finance import rules
from finance.decide import approvals
from finance.decide.approvals import Signer
from finance.decide.books import ONE, ZERO, About, Books
from finance.model import (
    Account,
    AlreadyPaid,
    ApprovalMissing,
    ApproverLevelTooLow,
    ConfirmPayment,
    CreditBalanceTooLow,
    Effect,
    NothingToApprove,
    Payout,
    Policy,
    Refund,
    RefundFailed,
    RefundStage,
    ReportFailure,
    RequestRefund,
    Settlement,
    SlipPaidAlready,
)
from finance.model.keys import credit_key
from finance.rules import postings

After = tuple[Refund, Settlement | None, list[Event]]


def request(
    refund_id: str,
    asked: RequestRefund,
    books: Books,
    settlement: Settlement | None,
    values: Policy,
    signer: Signer,
) -> tuple[Refund, Settlement | None]:
    """Ask for a payout; it moves no money yet. What is asked for one case counts together, a return slip pays once.

    A balance may be older than what is known of its case, so a case without a credit has payouts too.

    Raises:
        CreditBalanceTooLow: there is not so much.
        ApproverLevelTooLow: refunds of this channel are asked for by another desk (R-284).
        SlipPaidAlready: the return slip has its refund.
    """
    desks = values.refund_desks.get(asked.channel, ())
    if desks and desks[0] not in signer.levels:
        raise ApproverLevelTooLow(f"Refunds of this channel are asked for by the {desks[0]}.")
    if settlement is not None and rules.slip_paid(
        asked.return_slip, [payout.return_slip for payout in settlement.refunds.values()]
    ):
        raise SlipPaidAlready
    refund = Refund(
        refund_id=refund_id,
        stage=RefundStage.REQUESTED,
        entity=asked.entity,
        customer=asked.customer,
        currency=asked.currency,
        amount=asked.amount,
        credit=credit_key(asked.entity, asked.customer, asked.currency),
        requested_by=signer.person,
        case=asked.case or "",
        return_slip=asked.return_slip,
        desks=tuple(desks[1:]),
        at_stake=ZERO,
    )
    _check(refund, books, values)
    refund = refund.but(at_stake=books.credit_stands_at(about(refund), asked.amount))
    if asked.case is None:
        return refund, None
    known = settlement or Settlement(
        case_id=asked.case, entity=asked.entity, customer=asked.customer, currency=asked.currency
    )
    payout = Payout(amount=refund.at_stake, return_slip=asked.return_slip)
    return refund, known.but(refunds={**known.refunds, refund_id: payout})


def _check(refund: Refund, books: Books, values: Policy) -> None:
    credit = books.credit
    free = credit.balance - credit.reserved if credit else ZERO
    if not rules.balance_suffices(free, refund.amount, overdraft_of(books, values)):
        raise CreditBalanceTooLow


def overdraft_of(books: Books, values: Policy) -> Decimal:
    """Say how far the balance may be overdrawn: by the customer's own terms, or as the policy says."""
    return max(books.credit.overdraft if books.credit else ZERO, values.credit_overdraft)


def at_stake(refund: Refund, settlement: Settlement | None) -> Decimal:
    """Give what the signatures are asked for: everything that is paid out for the case."""
    if settlement is None:
        return refund.at_stake
    return total(payout.amount for payout in settlement.refunds.values())


def levels_missing(refund: Refund, settlement: Settlement | None, values: Policy) -> tuple[str, ...]:
    """Give the levels that have not signed yet: the other desks of the channel, and those of the matrix."""
    amount = at_stake(refund, settlement)
    signed = approvals.valid(refund.signatures, [Effect.REFUND], amount, values.approval_matrix)
    needed = (*refund.desks, *approvals.needed([Effect.REFUND], amount, values.approval_matrix))
    return rules.levels_missing(needed, [each.level for each in signed])


def approve(refund: Refund, settlement: Settlement | None, books: Books, values: Policy, signer: Signer) -> After:
    """Sign for a payout; with the last signature the money leaves the credit balance, or is held back (F-03, F-36).

    Raises:
        NothingToApprove: it has all its signatures.
        FourEyes: the approver asked for it, or has signed before.
        ApproverLevelTooLow: another level has to sign.
        CreditBalanceTooLow: there is not so much any more.
    """
    if refund.stage is not RefundStage.REQUESTED:
        raise NothingToApprove
    _check(refund, books, values)
    signed = approvals.signed(
        refund.signatures,
        lambda signatures: levels_missing(refund.but(signatures=signatures), settlement, values),
        [refund.requested_by],
        signer,
        at_stake(refund, settlement),
    )
    refund = refund.but(signatures=signed.signatures)
    if signed.left:
        return refund, settlement, []
    return approved(refund, books, values), settlement, [RefundApproved(**told(refund))]


def approved(refund: Refund, books: Books, values: Policy) -> Refund:
    """Take the amount out of the credit balance, or hold it back there until the bank has paid."""
    if overdraft_of(books, values):
        books.keep_credit(overdraft=overdraft_of(books, values))
    if values.refund_booked == "ON_PAYMENT":
        books.hold_credit(refund.amount)
        return refund.but(stage=RefundStage.APPROVED, booked_on_payment=True)
    return refund.but(stage=RefundStage.APPROVED, functional=to_payable(refund, books))


def to_payable(refund: Refund, books: Books) -> Decimal:
    """Move the amount out of the credit balance, at what it stands there, so that it cannot be spent twice (T15)."""
    stood = books.use_credit(about(refund), refund.amount)[Account.CUSTOMER_CREDIT]
    carrying = {Account.CUSTOMER_CREDIT: stood, Account.REFUND_PAYABLE: stood}
    books.post(about(refund), "T15", postings.refund_approved(refund.amount), rate=ONE, carrying=carrying)
    return stood


def send(refund: Refund, books: Books) -> Refund:
    """Note that the bank has the order, for the account that the customer has with us by now.

    Raises:
        ApprovalMissing: nobody has approved it.
        AlreadyPaid: it is paid.
        RefundFailed: it has failed.
    """
    ready(refund)
    return refund.but(stage=RefundStage.SENT, bank_account=books.credit.bank_account if books.credit else "")


def ready(refund: Refund) -> None:
    """See that a refund may be paid."""
    match refund.stage:
        case RefundStage.REQUESTED:
            raise ApprovalMissing
        case RefundStage.PAID:
            raise AlreadyPaid
        case RefundStage.FAILED:
            raise RefundFailed


def confirm(refund: Refund, said: ConfirmPayment, books: Books) -> tuple[Refund, list[Event]]:
    """Note that the bank has paid; a difference of rates since it was booked is a gain or a loss (F-03, F-44).

    Raises:
        ApprovalMissing: nobody has approved it.
        AlreadyPaid: it is paid.
        RefundFailed: it has failed.
    """
    ready(refund)
    whom = about(refund)
    rate = books.rate_of(whom) if said.rate is None else said.rate
    if refund.booked_on_payment:
        books.hold_credit(-refund.amount)
        carrying = books.use_credit(whom, refund.amount)
        lines = postings.refunded_at_once(refund.amount)
    else:
        carrying = {Account.REFUND_PAYABLE: refund.functional}
        lines = postings.refund_paid(refund.amount)
    books.post(whom, "T15-paid", lines, rate=rate, carrying=carrying)
    paid = refund.but(stage=RefundStage.PAID, bank_reference=said.reference)
    return paid, [RefundPaid(**told(refund))]


def fail(refund: Refund, settlement: Settlement | None, said: ReportFailure, books: Books) -> After:
    """Give the amount back to the credit balance: the bank could not pay it.

    Raises:
        ApprovalMissing: nobody has approved it.
        AlreadyPaid: it is paid.
        RefundFailed: it has failed.
    """
    ready(refund)
    if refund.booked_on_payment:
        books.hold_credit(-refund.amount)
    else:
        carrying = {Account.CUSTOMER_CREDIT: refund.functional, Account.REFUND_PAYABLE: refund.functional}
        books.post(about(refund), "T15-failed", postings.refund_failed(refund.amount), rate=ONE, carrying=carrying)
        books.add_credit(refund.amount, refund.functional)
    if settlement is not None:
        left = {name: payout for name, payout in settlement.refunds.items() if name != refund.refund_id}
        settlement = settlement.but(refunds=left)
    failed = refund.but(stage=RefundStage.FAILED, failure=said.reason)
    return failed, settlement, [RefundNotPaid(**told(refund), explanation=said.reason)]


def told(refund: Refund) -> dict[str, object]:
    """Say a refund as the others hear it."""
    return {
        "refund_id": refund.refund_id,
        "customer": refund.customer,
        "currency": refund.currency,
        "amount": refund.amount,
    }


def about(refund: Refund) -> About:
    """Say whom a refund is about."""
    return About(refund.case or refund.refund_id, refund.refund_id, refund.entity, refund.customer, refund.currency)
