"""What was paid on original invoices, as the ERP or the bank reports it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from contracts.base import Code, Part
from finance.model.requests import PathCode, Positive


class ReportPayment(Part):
    """Report that a customer has paid on a blue invoice; the ledger entry for it is the ERP's own."""

    entity: PathCode
    invoice: PathCode
    amount: Positive
    paid_on: date
    reference: Code


@dataclass(frozen=True, slots=True)
class InvoicePayment:
    """One payment on one invoice; its id is the invoice and the reference, so no payment counts twice."""

    id: str
    entity: str
    invoice: str
    customer: str
    currency: str
    reference: str
    amount: Decimal
    paid_on: date


def payment_key(entity: str, invoice: str, reference: str) -> str:
    """Name a payment."""
    return f"{entity}/{invoice}/{reference}"
