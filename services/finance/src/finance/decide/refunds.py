"""When is a customer's credit paid out?"""

from contracts.base import Event
from contracts.finance import RefundPaid
from finance import rules
from finance.decide.books import About, Books
from finance.model import (
    AlreadyPaid,
    ApprovalMissing,
    ConfirmPayment,
    CreditBalanceTooLow,
    CustomerCredit,
    MakerCannotApprove,
    NothingToApprove,
    Policy,
    Refund,
    RefundStage,
    RequestRefund,
)
from finance.model.keys import credit_key
from finance.rules import postings


def request(refund_id: str, asked: RequestRefund, credit: CustomerCredit | None, values: Policy, actor: str) -> Refund:
    """Ask for a payout; it moves no money yet.

    Raises:
        CreditBalanceTooLow: there is not so much.
    """
    _check(credit, asked)
    return Refund(
        refund_id=refund_id,
        stage=RefundStage.REQUESTED,
        entity=asked.entity,
        customer=asked.customer,
        currency=asked.currency,
        amount=asked.amount,
        credit=credit_key(asked.entity, asked.customer, asked.currency),
        requested_by=actor,
        levels=rules.approval_levels(asked.amount, values.approval_thresholds),
    )


def _check(credit: CustomerCredit | None, asked: RequestRefund | Refund) -> None:
    if credit is None or not rules.balance_suffices(credit.balance, asked.amount):
        raise CreditBalanceTooLow


def approve(refund: Refund, books: Books, actor: str) -> Refund:
    """Sign for a payout; with the last signature the money leaves the credit balance (F-03, F-36).

    Raises:
        NothingToApprove: it has all its signatures.
        MakerCannotApprove: the approver asked for it, or has signed before.
        CreditBalanceTooLow: there is not so much any more.
    """
    if refund.stage is not RefundStage.REQUESTED:
        raise NothingToApprove
    if any(rules.same_person(maker, actor) for maker in (refund.requested_by, *refund.approved_by)):
        raise MakerCannotApprove
    _check(books.credit, refund)
    signed = refund.but(approved_by=(*refund.approved_by, actor))
    if len(signed.approved_by) < signed.levels:
        return signed
    books.add_credit(-refund.amount)
    books.post(about(refund), "T15", postings.refund_approved(refund.amount))
    return signed.but(stage=RefundStage.APPROVED)


def confirm(refund: Refund, said: ConfirmPayment, books: Books) -> tuple[Refund, list[Event]]:
    """Note that the bank has paid.

    Raises:
        ApprovalMissing: nobody has approved it.
        AlreadyPaid: it is paid.
    """
    if refund.stage is RefundStage.REQUESTED:
        raise ApprovalMissing
    if refund.stage is RefundStage.PAID:
        raise AlreadyPaid
    books.post(about(refund), "T15-paid", postings.refund_paid(refund.amount))
    paid = refund.but(stage=RefundStage.PAID, bank_reference=said.reference)
    event = RefundPaid(
        refund_id=refund.refund_id, customer=refund.customer, currency=refund.currency, amount=refund.amount
    )
    return paid, [event]


def about(refund: Refund) -> About:
    """Say whom a refund is about."""
    return About(refund.refund_id, refund.refund_id, refund.entity, refund.customer, refund.currency)
