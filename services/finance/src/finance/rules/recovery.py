"""What is written in the books about losses, suppliers and goods of our own? One function per template."""

from collections.abc import Mapping
from decimal import Decimal

from contracts.base import total
from finance.model import Account, EntryLine
from finance.model.losses import UNALLOCATED
from finance.rules.postings import Lines, written

A = Account


def borne(parts: Mapping[str, Decimal]) -> Lines:
    """A loss says which departments bear it (F-28)."""
    return tuple(EntryLine("D", A.QUALITY_LOSS, part, part, party) for party, part in parts.items() if part)


def allocated_loss(parts: Mapping[str, Decimal]) -> Lines:
    """T17: a loss is moved from nobody in particular to the departments that bear it (F-28)."""
    lines = borne(parts)
    whole = sum((line.amount for line in lines), start=Decimal(0))
    return (*lines, EntryLine("C", A.QUALITY_LOSS, whole, whole, UNALLOCATED)) if lines else ()


def claimed_from_supplier(amount: Decimal) -> Lines:
    """T12: what is claimed from a supplier relieves the loss, without tax (F-25)."""
    return written(("D", A.SUPPLIER_CLAIM, amount), ("C", A.QUALITY_LOSS, amount))


def accepted_by_supplier(amount: Decimal) -> Lines:
    """T12: what the supplier accepts is set off against what we owe him (F-25)."""
    return written(("D", A.AP, amount), ("C", A.SUPPLIER_CLAIM, amount))


def withdrawn_claim(amount: Decimal, parts: Mapping[str, Decimal]) -> Lines:
    """T12: what is given up of a claim is our loss again, as far as they bear it the departments' (F-25)."""
    nobodys = written(("D", A.QUALITY_LOSS, amount - total(parts.values())))
    return (*borne(parts), *nobodys, *written(("C", A.SUPPLIER_CLAIM, amount)))


def paid_by_supplier(amount: Decimal) -> Lines:
    """T12: a supplier may pay what he has accepted in cash (F-25)."""
    return written(("D", A.BANK, amount), ("C", A.AP, amount))


def back_to_supplier(net: Decimal, tax: Decimal, cost: Decimal) -> Lines:
    """T13: the supplier's red invoice lowers what we owe and takes input tax back; a difference is a loss (F-26)."""
    return written(
        ("D", A.AP, net + tax),
        ("D", A.QUALITY_LOSS, max(cost - net, Decimal(0))),
        ("C", A.RETURNS_QUARANTINE, cost),
        ("C", A.QUALITY_LOSS, max(net - cost, Decimal(0))),
        ("C", A.INPUT_VAT_OUT, tax),
    )


def loss_found(cost: Decimal, input_tax: Decimal) -> Lines:
    """T14: an abnormal loss is pending from the day it is found, with its input tax (F-27)."""
    return written(("D", A.PENDING_LOSS, cost + input_tax), ("C", A.INVENTORY, cost), ("C", A.INPUT_VAT_OUT, input_tax))


def loss_written_off(pending: Decimal) -> Lines:
    """T14: only what was approved becomes a loss of the company (F-27)."""
    return written(("D", A.NON_OPERATING_LOSS, pending), ("C", A.PENDING_LOSS, pending))


def refurbished(parts: Decimal, labour: Decimal) -> Lines:
    """T3: what it costs to repair returned goods for stock is part of what they stand at (R-278, F-53)."""
    return written(("D", A.RETURNS_QUARANTINE, parts + labour), ("C", A.PARTS, parts), ("C", A.LABOUR_ABSORBED, labour))


def grade_b(carrying: Decimal, write_down: Decimal) -> Lines:
    """T3: grade B goods are taken at what they can be sold for, the rest is a quality loss (R-273, F-53)."""
    return written(
        ("D", A.INVENTORY_B, carrying - write_down),
        ("D", A.QUALITY_LOSS, write_down),
        ("C", A.RETURNS_QUARANTINE, carrying),
    )
