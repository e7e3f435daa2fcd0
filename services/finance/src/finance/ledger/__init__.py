"""Where is kept what people of finance add to the books: reported payments, batches for the ledger, periods."""

from typing import Any

from finance.ledger.audit import Trail
from finance.ledger.exports import Waiting, batches, exported
from finance.ledger.payments import payments
from finance.ledger.periods import Calendars, period_changes, periods
from finance.model import Calendar, Period, PeriodChange
from finance.model.audit import AuditRecord
from finance.model.exports import ExportBatch, ExportedEntry, ToExport
from finance.model.payments import InvoicePayment
from finance.storage import OF_CASE, Columns, Referred
from servicekit.store import Documents
from servicekit.work import Store

# They are locked after everything of `storage.STORES`.
STORES: dict[type[Any], Store] = {
    InvoicePayment: Columns(payments, InvoicePayment, ()),
    ToExport: Waiting(),
    ExportBatch: Columns(batches, ExportBatch, ()),
    ExportedEntry: Columns(exported, ExportedEntry, ("state", "erp_number", "answer", "answered_at")),
    Period: Documents(periods, Period),
    PeriodChange: Columns(period_changes, PeriodChange, ()),
    Calendar: Referred(
        Calendars(),
        {
            "case": f"SELECT body->>'entity' {OF_CASE}",
            "refund": "SELECT body->>'entity' FROM refund WHERE id = ANY(CAST(:by AS text[]))",
            "proposal": "SELECT body->>'entity' FROM proposal WHERE id = ANY(CAST(:by AS text[]))",
            "document": "SELECT entity FROM pending_credit WHERE id = ANY(CAST(:by AS text[]))",
        },
    ),
    AuditRecord: Trail(),
}
