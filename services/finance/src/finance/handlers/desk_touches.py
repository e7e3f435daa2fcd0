"""What has to be locked for what the people of finance ask: payments and batches."""

from collections.abc import Iterable
from datetime import datetime

from finance.model import BlueInvoice
from finance.model.exports import AcknowledgeExport, ExportedEntry, ExportGL, ToExport, to_export_key
from finance.model.keys import invoice_key
from finance.model.payments import InvoicePayment, ReportPayment, payment_key
from servicekit.http import Asked
from servicekit.work import Ref


def paid_invoice(asked: Asked[ReportPayment], _now: datetime) -> Iterable[Ref]:
    """Lock the invoice that is paid, and the payment if it is known."""
    body = asked.body
    yield BlueInvoice, invoice_key(body.entity, body.invoice)
    yield InvoicePayment, payment_key(body.entity, body.invoice, body.reference)


def waiting(asked: Asked[ExportGL], _now: datetime) -> Iterable[Ref]:
    """Read what is in no batch yet."""
    yield ToExport, to_export_key(asked.body.entity, asked.body.through, asked.body.most)


def answered(asked: Asked[AcknowledgeExport], _now: datetime) -> Iterable[Ref]:
    """Lock the entries that the ERP speaks of."""
    for said in asked.body.results:
        yield ExportedEntry, said.entry
