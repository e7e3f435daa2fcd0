"""What is written off, and who is rewarded or punished? Nothing of either happens before everybody has signed."""

from decimal import Decimal

from contracts.base import Event, total
from contracts.finance import PenaltyNotified
from finance import rules
from finance.decide import approvals
from finance.decide.about import of_the_books
from finance.decide.approvals import Signer
from finance.decide.books import ZERO, About, Books
from finance.decide.reversing import take_back
from finance.model import Effect, NothingToApprove, Policy
from finance.model.refusals import FineUnknown
from finance.model.writeoffs import DraftPenalty, Penalty, ReportWriteOff, WriteOff
from finance.rules import recovery

COPIES = ("own", "accounting")


def report(write_off_id: str, asked: ReportWriteOff, books: Books, values: Policy, actor: str) -> WriteOff:
    """Take lost goods off the stock on the day they are missed: the loss is pending (T14, F-27).

    Raises:
        CurrencyOfTheBooks: their value is in another currency.
    """
    of_the_books(asked.entity, asked.currency, values)
    decimals = values.decimals.get(asked.currency, 2)
    cost = total(rules.losses.lost_cost(goods, decimals) for goods in asked.goods)
    tax = total(rules.losses.lost_input_tax(goods, decimals) for goods in asked.goods)
    found = WriteOff(
        write_off_id=write_off_id,
        entity=asked.entity,
        currency=asked.currency,
        cause=asked.cause,
        case_id=asked.case_id,
        goods=asked.goods,
        cost=cost,
        input_tax=tax,
        reported_by=actor,
    )
    books.post(about(found), "T14", recovery.loss_found(cost, tax))
    return found.but(missing=_lacks(Effect.WRITE_OFF, found.pending, values)(()))


def approve(found: WriteOff, books: Books, values: Policy, signer: Signer) -> WriteOff:
    """Sign; with the last signature the loss is the company's (F-27, 4.5).

    Raises:
        NothingToApprove: it is decided.
        FourEyes: whoever reported it, or has signed.
        ApproverLevelTooLow: another level has to sign.
    """
    if found.stage != "REPORTED":
        raise NothingToApprove
    signed = _signed(found, values, signer)
    after = found.but(signatures=signed.signatures, missing=signed.left)
    if signed.left:
        return after
    books.post(about(found), "T14-approved", recovery.loss_written_off(found.pending))
    return after.but(stage="APPROVED")


def reject(found: WriteOff, books: Books, values: Policy, signer: Signer) -> WriteOff:
    """Refuse a write-off: the goods are in stock again, and the input tax is deducted again.

    Raises:
        NothingToApprove: it is decided.
        FourEyes: whoever reported it, or has signed.
        ApproverLevelTooLow: another level has to sign.
    """
    if found.stage != "REPORTED":
        raise NothingToApprove
    _signed(found, values, signer)
    take_back(books, about(found), "T14", recovery.loss_found(found.cost, found.input_tax))
    return found.but(stage="REJECTED", missing=())


def _lacks(effect: Effect, amount: Decimal, values: Policy) -> approvals.Lacks:
    return lambda signatures: approvals.missing(signatures, [effect], amount, values.approval_matrix)


def _signed(found: WriteOff, values: Policy, signer: Signer) -> approvals.Signed:
    lacks = _lacks(Effect.WRITE_OFF, found.pending, values)
    return approvals.signed(found.signatures, lacks, [found.reported_by], signer, found.pending)


def about(found: WriteOff) -> About:
    """Say whom a write-off is about."""
    key = f"write-off.{found.write_off_id}"
    return About(found.case_id or found.write_off_id, key, found.entity, "", found.currency)


def draft_penalty(penalty_id: str, asked: DraftPenalty, values: Policy, actor: str) -> Penalty:
    """Draft a notice; the offence's fine or sanction is the configured one (R-266, R-282).

    Raises:
        FineUnknown: neither the offence nor the notice says what it is.
    """
    told = rules.losses.fine_of(asked.offence, values.offences)
    if told is None and asked.amount is None:
        raise FineUnknown
    amount, sanction = told or (asked.amount or ZERO, "")
    notice = Penalty(
        penalty_id=penalty_id,
        kind=asked.kind,
        case_id=asked.case_id,
        entity=asked.entity,
        person=asked.person,
        department=asked.department,
        offence=asked.offence,
        currency=asked.currency,
        amount=amount,
        sanction=sanction,
        explanation=asked.explanation,
        drafted_by=actor,
    )
    return notice.but(missing=_lacks(Effect.PENALTY, amount, values)(()))


def sign_penalty(notice: Penalty, values: Policy, signer: Signer) -> tuple[Penalty, tuple[Event, ...]]:
    """Sign; with the last signature its three copies go out, and nothing is booked (R-266, 2.2).

    Raises:
        NothingToApprove: it is out.
        FourEyes: whoever drafted it, or has signed.
        ApproverLevelTooLow: another level has to sign.
    """
    if notice.stage != "DRAFT":
        raise NothingToApprove
    lacks = _lacks(Effect.PENALTY, notice.amount, values)
    signed = approvals.signed(notice.signatures, lacks, [notice.drafted_by], signer, notice.amount)
    after = notice.but(signatures=signed.signatures, missing=signed.left)
    if signed.left:
        return after, ()
    event = PenaltyNotified(
        penalty_id=notice.penalty_id,
        kind=notice.kind,
        case_id=notice.case_id,
        person=notice.person,
        department=notice.department,
        offence=notice.offence,
        currency=notice.currency,
        amount=notice.amount,
        sanction=notice.sanction,
        copies=(*COPIES, notice.department),
    )
    return after.but(stage="NOTIFIED"), (event,)
