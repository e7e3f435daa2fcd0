"""Where does the money go?"""

from collections.abc import Collection
from decimal import Decimal

from contracts.base import half_up


def receivable_first(gross: Decimal, open_amount: Decimal) -> tuple[Decimal, Decimal]:
    """A credit settles what is open on its own invoice; the rest is the customer's credit (F-01, F-02, F-04)."""
    to_receivable = min(gross, max(open_amount, Decimal(0)))
    return to_receivable, gross - to_receivable


def balance_suffices(balance: Decimal, amount: Decimal, overdraft: Decimal) -> bool:
    """A refund is never larger than the free credit balance and the overdraft that the policy allows (I13, F-03)."""
    return amount <= balance + overdraft


def slip_paid(slip: str, paid: Collection[str]) -> bool:
    """A return slip ends as one posting, whichever desk asks (R-284)."""
    return bool(slip) and slip in paid


def claim_granted(claimed: Decimal, granted: Decimal) -> str:
    """What a customer claims is granted in full, in part or not at all (R-274)."""
    if granted >= claimed:
        return "FULL"
    return "PARTIAL" if granted > 0 else "REFUSED"


def discounted_fee(net: Decimal, tax: Decimal, discount: Decimal, decimals: int) -> tuple[Decimal, Decimal]:
    """A discount comes off the net fee, and its tax with it (R-277)."""
    left = net - discount
    return left, half_up(tax * left / net, decimals) if net else tax


def paid_for_nothing(due: Decimal, paid: Decimal, *, invoiced: bool, ended: bool) -> Decimal:
    """What was paid beyond a repair's invoice, or for a repair that is not done, is the customer's credit (F-21)."""
    return max(paid - due, Decimal(0)) if invoiced else paid if ended else Decimal(0)


def gate_opens(due: Decimal, paid: Decimal) -> bool:
    """A repaired thing may ship when what the confirmed quote says is paid (I16, R-270, F-20, F-22)."""
    return paid >= due
