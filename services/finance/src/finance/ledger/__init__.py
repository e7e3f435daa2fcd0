"""Where is kept what people of finance add to the books: payments that are reported, and batches for the ledger."""

from typing import Any

from finance.ledger.exports import Waiting, batches, exported
from finance.ledger.payments import payments
from finance.model.exports import ExportBatch, ExportedEntry, ToExport
from finance.model.payments import InvoicePayment
from finance.storage import Columns
from servicekit.work import Store

# They are locked after everything of `storage.STORES`.
STORES: dict[type[Any], Store] = {
    InvoicePayment: Columns(payments, InvoicePayment, ()),
    ToExport: Waiting(),
    ExportBatch: Columns(batches, ExportBatch, ()),
    ExportedEntry: Columns(exported, ExportedEntry, ("state", "erp_number", "answer", "answered_at")),
}
