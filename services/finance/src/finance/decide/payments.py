"""What is still open after a payment?"""

from dataclasses import replace

from contracts.base import Unknown
from finance import rules
from finance.model import BlueInvoice, PaymentDiffers, Policy
from finance.model.payments import InvoicePayment, ReportPayment, payment_key
from finance.model.refusals import PaymentTooLarge

Paid = tuple[InvoicePayment, BlueInvoice]


def report(
    asked: ReportPayment, known: InvoicePayment | None, invoice: BlueInvoice | None, values: Policy
) -> Paid | None:
    """Take a payment off what is open of its invoice; the same reference again changes nothing (F-50, F-51).

    Raises:
        Unknown: there is no such invoice.
        PaymentDiffers: the reference stands for another amount or day.
        PaymentTooLarge: so much is not open; what is paid beyond is the customer's credit, and the ERP's to book.
    """
    if invoice is None:
        raise Unknown(f"There is no blue invoice {asked.invoice} of {asked.entity}.")
    if known is not None:
        if (known.amount, known.paid_on) != (asked.amount, asked.paid_on):
            raise PaymentDiffers
        return None
    if asked.amount > invoice.open_amount:
        raise PaymentTooLarge(f"{invoice.open_amount} is open, {asked.amount} is reported.")
    payment = InvoicePayment(
        id=payment_key(asked.entity, asked.invoice, asked.reference),
        entity=asked.entity,
        invoice=asked.invoice,
        customer=invoice.customer,
        currency=invoice.currency,
        reference=asked.reference,
        amount=asked.amount,
        paid_on=asked.paid_on,
    )
    stood = rules.carried(invoice.open_functional, asked.amount, invoice.open_amount, decimals_of(invoice, values))
    after = replace(
        invoice, open_amount=invoice.open_amount - asked.amount, open_functional=invoice.open_functional - stood
    )
    return payment, after


def decimals_of(invoice: BlueInvoice, values: Policy) -> int:
    """Give the decimals of the books that an invoice stands in."""
    listed, default = values.functional_currencies, values.default_functional_currency
    return values.decimals.get(rules.functional_currency(invoice.entity, listed, default, invoice.currency), 2)
