"""What is written in the books? One function per template; amounts are magnitudes, the side says the rest."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from contracts.base import total
from finance.model import Account, EntryLine

Lines = tuple[EntryLine, ...]
A = Account
NOTHING = Decimal(0)


def written(*lines: tuple[Literal["D", "C"], Account, Decimal]) -> Lines:
    """Lines of nothing are not written (I1); what is not in the currency of the books is converted when posted."""
    return tuple(EntryLine(*line, line[2]) for line in lines if line[2])


def credited(
    account: Account, net: Decimal, tax: Decimal, to_receivable: Decimal, to_credit: Decimal, fee: Decimal = NOTHING
) -> Lines:
    """T1 and T5: a credit takes back revenue, or is an allowance, and its tax; a fee is earned (F-01, F-06, F-47)."""
    return written(
        ("D", account, net + fee),
        ("D", A.OUTPUT_VAT, tax),
        ("C", A.RESTOCKING_INCOME, fee),
        ("C", A.AR, to_receivable),
        ("C", A.CUSTOMER_CREDIT, to_credit),
    )


def goods_back(cost: Decimal) -> Lines:
    """T2: returned goods wait in quarantine at their original cost (F-01)."""
    return written(("D", A.RETURNS_QUARANTINE, cost), ("C", A.COGS, cost))


def lacks(less: Mapping[Account, Decimal]) -> Lines:
    """T2: goods that turn out to lack a part are worth so much less, wherever they are by now (F-23)."""
    return written(("D", A.COGS, total(less.values())), *(("C", account, cost) for account, cost in less.items()))


def goods_disposed(account: Account, cost: Decimal) -> Lines:
    """T3 and T4: goods leave quarantine for stock, or are a loss (F-01, F-05)."""
    return written(("D", account, cost), ("C", A.RETURNS_QUARANTINE, cost))


def invoiced(revenue: Account, net: Decimal, tax: Decimal, from_advance: Decimal = NOTHING) -> Lines:
    """T6, T8 and T10: an invoice earns revenue and uses what was paid in advance first (F-13, F-18, F-20)."""
    return written(
        ("D", A.ADVANCE_RECEIVED, from_advance),
        ("D", A.AR, net + tax - from_advance),
        ("C", revenue, net),
        ("C", A.OUTPUT_VAT, tax),
    )


def credit_used(amount: Decimal) -> Lines:
    """T16: credit is set off against a new invoice (F-15)."""
    return written(("D", A.CUSTOMER_CREDIT, amount), ("C", A.AR, amount))


def goods_out(cost: Decimal) -> Lines:
    """T6: the new unit leaves the stock (F-13)."""
    return written(("D", A.COGS, cost), ("C", A.INVENTORY, cost))


def charge(net: Decimal, tax: Decimal, from_credit: Decimal, fee: Decimal = NOTHING) -> Lines:
    """T11: a missing accessory or a fee is charged, first against the credit just given (F-23)."""
    return written(
        ("D", A.CUSTOMER_CREDIT, from_credit),
        ("D", A.AR, net + tax - from_credit),
        ("C", A.REVENUE, net - fee),
        ("C", A.RESTOCKING_INCOME, fee),
        ("C", A.OUTPUT_VAT, tax),
    )


def swapped(cost: Decimal) -> Lines:
    """T7: a unit swapped in warranty is a cost of the warranty (F-16)."""
    return written(("D", A.WARRANTY_PROVISION, cost), ("C", A.INVENTORY, cost))


def recovered(value: Decimal) -> Lines:
    """T7: what the defective unit is still worth relieves the warranty (F-16, F-17)."""
    return written(("D", A.RETURNS_QUARANTINE, value), ("C", A.WARRANTY_PROVISION, value))


def sent_ahead(cost: Decimal) -> Lines:
    """T8: a unit sent in advance is parked, not sold (F-17)."""
    return written(("D", A.ADV_REPLACEMENT, cost), ("C", A.INVENTORY, cost))


def advance_settled(cost: Decimal) -> Lines:
    """T8: when the old unit is back the one sent in advance is a cost of the warranty (F-17)."""
    return written(("D", A.WARRANTY_PROVISION, cost), ("C", A.ADV_REPLACEMENT, cost))


def advance_sold(cost: Decimal) -> Lines:
    """T8: when the old unit never came the one sent in advance was sold (F-18)."""
    return written(("D", A.COGS, cost), ("C", A.ADV_REPLACEMENT, cost))


def repaired(parts: Decimal, labour: Decimal, *, chargeable: bool) -> Lines:
    """T9 and T10: the cost of a repair is the warranty's, or that of a paid repair (R-285, F-19, F-20)."""
    cost = A.REPAIR_COST if chargeable else A.WARRANTY_PROVISION
    return written(("D", cost, parts + labour), ("C", A.PARTS, parts), ("C", A.LABOUR_ABSORBED, labour))


def sent_home(freight: Decimal, *, free: bool) -> Lines:
    """T9 and T10: the way back of a unit repaired in warranty is the warranty's, any other a repair cost (R-285)."""
    return written(("D", A.WARRANTY_PROVISION if free else A.REPAIR_COST, freight), ("C", A.AP, freight))


def scrap_sold(net: Decimal, tax: Decimal) -> Lines:
    """T4: scrap that is sold for cash earns an income of its own, and its tax (F-05)."""
    return written(("D", A.BANK, net + tax), ("C", A.SCRAP_INCOME, net), ("C", A.OUTPUT_VAT, tax))


def paid_in_advance(amount: Decimal) -> Lines:
    """T10: a payment before the invoice is a liability (F-20, F-22)."""
    return written(("D", A.BANK, amount), ("C", A.ADVANCE_RECEIVED, amount))


def advance_left(amount: Decimal) -> Lines:
    """T10: what was paid in advance and is not invoiced is the customer's credit (F-21)."""
    return written(("D", A.ADVANCE_RECEIVED, amount), ("C", A.CUSTOMER_CREDIT, amount))


def refund_approved(amount: Decimal) -> Lines:
    """T15: an approved refund leaves the credit balance at once, so it cannot be spent twice (F-03)."""
    return written(("D", A.CUSTOMER_CREDIT, amount), ("C", A.REFUND_PAYABLE, amount))


def refund_paid(amount: Decimal) -> Lines:
    """T15: the bank has paid (F-03)."""
    return written(("D", A.REFUND_PAYABLE, amount), ("C", A.BANK, amount))


def refunded_at_once(amount: Decimal) -> Lines:
    """T15: where approval and payment are one entry, the credit goes straight to the bank (F-44)."""
    return written(("D", A.CUSTOMER_CREDIT, amount), ("C", A.BANK, amount))


def refund_failed(amount: Decimal) -> Lines:
    """T15: what the bank could not pay is the customer's credit again (5.2)."""
    return written(("D", A.REFUND_PAYABLE, amount), ("C", A.CUSTOMER_CREDIT, amount))


def given_away(cost: Decimal) -> Lines:
    """T21: what is given to a customer for his trouble leaves the stock as a quality loss (R-274)."""
    return written(("D", A.QUALITY_LOSS, cost), ("C", A.INVENTORY, cost))


def mirrored(lines: Lines) -> Lines:
    """A reversal writes the same lines on the other side (F-37)."""
    return tuple(line._replace(side="C" if line.side == "D" else "D") for line in lines)


def given_back(owed: Decimal, stands: Decimal, paid: Decimal, stood: Decimal) -> Lines:
    """T11 taken back: what is owed of a charge is owed no more, what was paid of it is the customer's credit (F-23)."""
    lines = (EntryLine("C", A.AR, owed, stands), EntryLine("C", A.CUSTOMER_CREDIT, paid, stood))
    return tuple(line for line in lines if line.amount)


def paid(amount: Decimal, to_receivable: Decimal, to_credit: Decimal) -> Lines:
    """T6: a customer pays what he owes; more than that is his credit (F-14)."""
    return written(("D", A.BANK, amount), ("C", A.AR, to_receivable), ("C", A.CUSTOMER_CREDIT, to_credit))


def sold_after_all(cost: Decimal) -> Lines:
    """T8: the unit that was billed is a cost of the warranty when the old one comes after all (2.2)."""
    return written(("D", A.WARRANTY_PROVISION, cost), ("C", A.COGS, cost))


def fined(amount: Decimal, to_receivable: Decimal, to_credit: Decimal) -> Lines:
    """T18: a customer's fine is a loss without tax that he takes off what he owes (F-29)."""
    return written(("D", A.QUALITY_LOSS, amount), ("C", A.AR, to_receivable), ("C", A.CUSTOMER_CREDIT, to_credit))


def granted(account: Account, amount: Decimal) -> Lines:
    """T21: a grant without original has no tax; goods are a quality loss, anything else an allowance (F-54)."""
    return written(("D", account, amount), ("C", A.CUSTOMER_CREDIT, amount))
