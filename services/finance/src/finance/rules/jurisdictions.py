"""Whose law is it? One row for each jurisdiction, and the few rules that only one of them knows."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

from finance.model import Account, Correction, DocumentType, Jurisdiction

D = DocumentType
GENERIC = "GENERIC"
JURISDICTIONS: Mapping[str, Jurisdiction] = {
    "CN": Jurisdiction(D.RED_INVOICE, reasons=True, correction="NEW_BLUE"),
    "CN-E-INVOICE": Jurisdiction(D.RED_INVOICE, "E_FORM", reasons=True, correction="NEW_BLUE"),
    "CN-PAPER": Jurisdiction(D.RED_INVOICE, "PAPER_FORM", reasons=True, correction="NEW_BLUE"),
    "TW": Jurisdiction(D.ALLOWANCE, uploaded=True, correction="VOID"),
    "EU": Jurisdiction(D.CREDIT_NOTE, tax_scope="CATEGORY"),
    "US": Jurisdiction(D.CREDIT_MEMO, tax_account=Account.SALES_TAX_PAYABLE),
    GENERIC: Jurisdiction(D.CREDIT_MEMO),
}


def law(code: str) -> Jurisdiction:
    """A place that has no row of its own is treated as the generic one (finance.md 1.6)."""
    return JURISDICTIONS.get(code, JURISDICTIONS[GENERIC])


def upload_due(issued_on: date, *, business: bool, business_days: int, consumer_days: int) -> date:
    """A certificate is uploaded within so many days, counted from the day after it (F-45)."""
    return issued_on + timedelta(days=business_days if business else consumer_days)


def same_tax_period(one: date, other: date) -> bool:
    """Taiwan's tax periods are of two months, from the odd one to the even one (finance.md 1.6)."""
    return (one.year, (one.month + 1) // 2) == (other.year, (other.month + 1) // 2)


def correction_of_issued(law: Jurisdiction, original: str, issued_on: date, today: date) -> Correction:
    """What is issued is never edited: it is void in its period, billed anew if it was billed, or reversed (F-37)."""
    if law.correction == "VOID" and same_tax_period(issued_on, today):
        return "VOID"
    return "NEW_BLUE" if law.correction != "REVERSAL" and original else "REVERSAL"


def correction_of_charge(law: Jurisdiction, issued_on: date, today: date) -> Literal["REVERSAL", "VOID"]:
    """A charge is an invoice of its own: it is void in its tax period, or a credit of its own takes it back (F-23)."""
    return "VOID" if law.correction == "VOID" and same_tax_period(issued_on, today) else "REVERSAL"
