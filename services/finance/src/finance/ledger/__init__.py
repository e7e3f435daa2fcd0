"""Where is kept what people of finance add to the books: reported payments, batches for the ledger, periods."""

from typing import Any

from finance.ledger.audit import Trail
from finance.ledger.exports import Waiting, batches, exported
from finance.ledger.losses import CaseCosts, losses, penalties, supplier_claims, supplier_returns, write_offs
from finance.ledger.monthend import Facts, expected_returns, month_ends, runs
from finance.ledger.payments import payments
from finance.ledger.periods import Calendars, adjustments, period_changes, periods
from finance.ledger.printing import printed_papers
from finance.ledger.reconciling import OF_MONTH, Comparisons, differences, reconciliations, words
from finance.ledger.service import customer_files, late_filings, service_costs
from finance.model import Calendar, Period, PeriodChange
from finance.model.audit import AuditRecord
from finance.model.exports import ExportBatch, ExportedEntry, ToExport
from finance.model.losses import CaseCost, Loss
from finance.model.monthend import ExpectedReturn, MonthEnd, MonthFacts, PolicyRun
from finance.model.payments import InvoicePayment
from finance.model.periods import Adjustment
from finance.model.printing import PrintedPaper
from finance.model.reconciliation import Difference, Reconciliation, ThreeBooks, Told
from finance.model.service import CustomerFile, LateFilings, ServiceCost
from finance.model.suppliers import SupplierClaim, SupplierReturn
from finance.model.writeoffs import Penalty, WriteOff
from finance.storage import OF_CASE, Columns, Referred
from servicekit.store import Documents
from servicekit.work import Store

WITH_ENTITY = ("refund", "proposal", "adjustment", "supplier_claim", "supplier_return", "write_off")


def _of(table: str) -> str:
    return f"FROM {table} WHERE id = ANY(CAST(:by AS text[]))"


# The losses of a month whose next step splits what has grown.
TO_SPLIT_AGAIN = """
SELECT l.id FROM month_end m JOIN loss l ON l.entity = m.entity AND l.stage = 'SPLIT'
WHERE m.id = ANY(CAST(:by AS text[])) AND m.body->'done' @> '["REVALUATION"]'
  AND NOT m.body->'done' @> '["RESPONSIBILITY"]' AND EXISTS (
    SELECT FROM journal_entry e WHERE e.case_id = l.body->>'case_id' AND to_char(e.posted_on, 'YYYY-MM') = m.period)
"""
# The month of a month end whose step compares the books, or that had ended, was opened again and is to be locked again.
TO_COMPARE = """
SELECT m.id FROM month_end m WHERE m.id = ANY(CAST(:by AS text[]))
  AND (m.body->'done' @> '["NOTHING_ISSUING"]' AND NOT m.body->'done' @> '["COUNTERS"]'
    OR m.body->'done' @> '["REVERSAL"]' AND EXISTS (
      SELECT FROM accounting_period p WHERE p.id = m.id AND p.status <> 'LOCKED'))
"""
# It is locked before everything of `storage.STORES`: its next step says what else is locked.
FIRST: dict[type[Any], Store] = {MonthEnd: Documents(month_ends, MonthEnd)}
# They are locked after everything of `storage.STORES`.
STORES: dict[type[Any], Store] = {
    InvoicePayment: Columns(payments, InvoicePayment, ()),
    ToExport: Waiting(),
    ExportBatch: Columns(batches, ExportBatch, ()),
    ExportedEntry: Columns(exported, ExportedEntry, ("state", "erp_number", "answer", "answered_at")),
    SupplierClaim: Documents(supplier_claims, SupplierClaim),
    SupplierReturn: Documents(supplier_returns, SupplierReturn),
    WriteOff: Documents(write_offs, WriteOff),
    Penalty: Documents(penalties, Penalty),
    PrintedPaper: Documents(printed_papers, PrintedPaper),
    CustomerFile: Documents(customer_files, CustomerFile),
    LateFilings: Documents(late_filings, LateFilings),
    ServiceCost: Documents(service_costs, ServiceCost),
    Loss: Referred(
        Documents(losses, Loss),
        {"supplier_claim": f"SELECT body->>'case_id' || '/loss' {_of('supplier_claim')}", "splits": TO_SPLIT_AGAIN},
    ),
    CaseCost: CaseCosts(),
    Adjustment: Documents(adjustments, Adjustment),
    ExpectedReturn: Documents(expected_returns, ExpectedReturn),
    Told: Documents(words, Told),
    Reconciliation: Documents(reconciliations, Reconciliation),
    Difference: Referred(Documents(differences, Difference), {"month": OF_MONTH}),
    PolicyRun: Columns(runs, PolicyRun, ()),
    Period: Documents(periods, Period),
    PeriodChange: Columns(period_changes, PeriodChange, ()),
    MonthFacts: Facts(),
    ThreeBooks: Referred(Comparisons(), {"counters": TO_COMPARE}),
    Calendar: Referred(
        Calendars(),
        {
            "case": f"SELECT body->>'entity' {OF_CASE}",
            **{name: f"SELECT body->>'entity' {_of(name)}" for name in WITH_ENTITY},
            "document": "SELECT entity FROM pending_credit WHERE id = ANY(CAST(:by AS text[]))",
        },
    ),
    AuditRecord: Trail(),
}
