"""What was paid on original invoices?"""

from typing import Any

from contracts.base import Scope
from finance import decide
from finance.model import BlueInvoice, Policy
from finance.model.keys import invoice_key
from finance.model.payments import InvoicePayment, ReportPayment, payment_key
from servicekit.http import Asked
from servicekit.work import Done, Unit, done


def report_payment(unit: Unit, asked: Asked[ReportPayment]) -> Done:
    """Take a payment off what is open."""
    body = asked.body
    known = unit.get(InvoicePayment, payment_key(body.entity, body.invoice, body.reference))
    invoice = unit.get(BlueInvoice, invoice_key(body.entity, body.invoice))
    paid = decide.payments.report(body, known, invoice, unit.policy(Policy, Scope()).values)
    if paid is None:
        assert invoice is not None
        return Done(answer=told(invoice))
    payment, after = paid
    return done(after.id, after, also=[(payment.id, payment)], answer=told(after))


def told(invoice: BlueInvoice) -> dict[str, Any]:
    """Give what a caller hears about a payment."""
    return {"invoice": invoice.invoice, "open_amount": invoice.open_amount}
