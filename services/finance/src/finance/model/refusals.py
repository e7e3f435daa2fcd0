"""What accounting refuses: the class name is the stable code, the docstring is what a clerk reads."""

from contracts.base import Refused


class QtyNotPositive(Refused):
    """A credit needs a quantity above zero."""


class AmountNotPositive(Refused):
    """Money that is given needs an amount above zero."""


class AmountTooLarge(Refused):
    """An amount has at most fourteen digits before its point."""

    status = 422


class CreditExceedsRemaining(Refused):
    """More is to be credited than is left of the blue line."""


class BlueRequired(Refused):
    """This document needs its original invoice."""


class BlueInvoiceDiffers(Refused):
    """Another content is already known under this invoice number; an issued invoice never changes."""


class DiscountTooLarge(Refused):
    """The discount is larger than the invoice."""


class OpenTooLarge(Refused):
    """No more can be open of an invoice than it comes to."""


class LineTwice(Refused):
    """A line number stands twice."""


class ClaimDiffers(Refused):
    """Another content is already known under this claim."""


class NothingHeld(Refused):
    """This settlement does not wait for that."""


class CertificateMissing(Refused):
    """This kind of proof is not accepted here."""


class ApproverLevelTooLow(Refused):
    """Your level cannot sign this."""

    status = 403


class FourEyes(Refused):
    """Whoever decided, asked for it, received the goods or has signed before cannot sign."""


class DelegationNotYours(Refused):
    """A level is lent by whoever holds it, to somebody else."""

    status = 403


class NoPaymentGate(Refused):
    """This case has nothing to be paid."""


class NothingScrapped(Refused):
    """This case has no scrapped goods that could be sold."""


class PaymentDiffers(Refused):
    """Another amount is already known under this payment reference."""


class CreditBalanceTooLow(Refused):
    """The customer's credit balance is lower than that."""


class ApprovalMissing(Refused):
    """Somebody else has to approve it first."""


class NothingToApprove(Refused):
    """This does not wait for an approval."""


class AlreadyPaid(Refused):
    """This refund is already paid."""


class MoreThanOpen(Refused):
    """No more credit can be set off than is open of the invoice."""


class RefundFailed(Refused):
    """This refund has failed; its amount is the customer's credit again."""


class SlipPaidAlready(Refused):
    """This return slip has its refund."""


class NoSuchPart(Refused):
    """There is no such paper, or none of its parts is on its way to that holder."""


class NoSuchPaper(Refused):
    """There is no such paper: another decision is in force, or the claim or the refund is not so far."""


class RateMissing(Refused):
    """An amount in another currency than that of the books needs a rate."""


class CurrencyOfTheBooks(Refused):
    """What no customer owes, and nobody owes to one, is written in the currency of the books."""


class RedReasonKind(Refused):
    """Goods that come back have reason 02, services that stop have reason 03."""


class RedReasonNeedsFull(Refused):
    """A wrong invoice (reason 01) is flushed only in full."""


class RedFormMismatch(Refused):
    """The buyer's form has another amount or tax than our document."""


class RedFormExpired(Refused):
    """This form has lapsed; a new one has to be entered."""


class FormIsLive(Refused):
    """Another red-letter form is out on this blue invoice; it has to end first."""


class NotPossibleInThisState(Refused):
    """It stands elsewhere, such as sent, answered or issued; this cannot be done with it now."""


class AlreadyReversed(Refused):
    """This document has been taken back already."""


class NotReversible(Refused):
    """Only a credit can be taken back."""


class ChargeStands(Refused):
    """What was charged with this credit has to be taken back first."""


class PartyUnknown(Refused):
    """The document cannot be written so: it is no credit note, or seller or buyer are not known by name and place."""


class GoodsGone(Refused):
    """Goods of this credit have left quarantine; what became of them has to be settled first."""


class NothingToExport(Refused):
    """Everything that is posted there is exported already."""


class RoleWithoutNumber(Refused):
    """An account role that is posted on has no number in the chart of this entity."""


class AcknowledgedOtherwise(Refused):
    """The ERP has given this entry another number before."""


class PaymentTooLarge(Refused):
    """More is reported as paid than is open of the invoice."""


class PeriodLocked(Refused):
    """This day is in a period that is closed."""


class PeriodOverlaps(Refused):
    """A day of this period is in another one."""


class PeriodDaysMissing(Refused):
    """A period that is not named as a month, such as 2026-03, needs its first and last day."""


class PeriodNotReady(Refused):
    """An earlier period is not locked yet, or this one is not in a state for that."""


class NotTheLatestPeriod(Refused):
    """Only the latest locked period is opened again."""


class Unbalanced(Refused):
    """The two sides of the entry are not equal."""


class LossDiffers(Refused):
    """Another amount is already known under this reference of the loss."""


class SharesNotWhole(Refused):
    """The shares are not a hundred percent together."""


class PartyTwice(Refused):
    """A party has two shares."""


class NothingToSplit(Refused):
    """This case has no loss."""


class NothingToClaim(Refused):
    """This supplier bears nothing of the loss of this case."""


class MoreThanClaimed(Refused):
    """More is accepted than is open of the claim."""


class AlreadyCredited(Refused):
    """The supplier has credited these goods by another red invoice."""


class RefusedForNothing(Refused):
    """Say why the claim is refused: the claimant is told."""

    status = 422


class FineUnknown(Refused):
    """Neither the notice nor the table of offences says what it is."""


class CustomerNotFiled(Refused):
    """This customer is not on file: nothing that is spent for him is paid."""


class FiledAlready(Refused):
    """This customer is on file already, with another department or other days."""


class TicketDiffers(Refused):
    """The tickets do not show that somebody was at this place in these days."""


class NothingWaiting(Refused):
    """So many goods of this line are not in quarantine."""


class AccountUnknown(Refused):
    """No role of ours has this account number in the chart of the entity."""

    status = 404


class ToldOtherwise(Refused):
    """This book has said something else of it on the same day; a later word replaces it."""


class DifferenceNotOpen(Refused):
    """This difference is closed, or the books agree by now."""


class AlreadyIssued(Exception):
    """A newer decision came after the documents of an older one were issued: a person has to correct it."""
