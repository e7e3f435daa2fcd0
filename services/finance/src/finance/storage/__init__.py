"""Where does accounting keep things? Which record lies in which table, and in which order they are locked."""

from typing import Any

from finance.model import (
    BlueInvoice,
    BlueLine,
    Claim,
    CreditDocument,
    CustomerCredit,
    Delegations,
    Document,
    InboundForm,
    IssuedPaper,
    JournalEntry,
    Numbers,
    Proposal,
    Refund,
    Reversal,
    Settlement,
    Shelf,
    Upload,
)
from finance.storage.stores import Columns, Filed, Papers, Referred, Shelves
from finance.storage.tables import (
    AMOUNT,
    blue_invoices,
    blue_lines,
    claims,
    credit_balances,
    delegations,
    document_lines,
    documents,
    entries,
    entry_lines,
    inbound,
    metadata,
    numbers,
    pending,
    proposals,
    refunds,
    reversals,
    settlements,
    uploads,
)
from servicekit.store import Documents
from servicekit.work import Store

__all__ = [
    "AMOUNT",
    "STORES",
    "Columns",
    "Papers",
    "Referred",
    "blue_invoices",
    "blue_lines",
    "claims",
    "credit_balances",
    "delegations",
    "document_lines",
    "documents",
    "entries",
    "entry_lines",
    "inbound",
    "metadata",
    "numbers",
    "pending",
    "proposals",
    "refunds",
    "reversals",
    "settlements",
    "uploads",
]
BY_ID = "= ANY(CAST(:by AS text[]))"
OF_CASE = f"FROM settlement WHERE id {BY_ID}"
OF_DOCUMENT = f"FROM pending_credit p LEFT JOIN settlement s ON s.id = p.case_id WHERE p.id {BY_ID}"
OF_PAPER = f"WHERE d.entity || '/' || d.number {BY_ID}"
BESIDE_PAPER = f"JOIN credit_document o ON o.case_id = d.case_id {OF_PAPER}"
CHARGED_BESIDE = f"{BESIDE_PAPER} AND o.type = 'DEBIT_NOTE'"
# What a month end revalues is locked when that is its next step, in the currencies whose rates it is given.
REVALUING = """
FROM unnest(CAST(:by AS text[])) asked CROSS JOIN LATERAL (SELECT CAST(asked AS jsonb) AS said) x
JOIN month_end m ON m.entity = said->>0 AND m.period = said->>1
  AND m.body->'done' @> '["CUT_OFF"]' AND NOT m.body->'done' @> '["REVALUATION"]'
JOIN LATERAL jsonb_array_elements_text(said->2) given (currency) ON true
"""
TERMS = ("balance", "functional", "reserved", "overdraft", "tolerance_percent", "bank_account")
COUNTERS = (
    "reserved_quantity", "reserved_net", "reserved_tax", "credited_quantity", "credited_net", "credited_tax",
    "kept_net", "kept_tax",
)  # fmt: skip

# The order in which they are locked: what names others comes before them, what everybody waits for comes last.
STORES: dict[type[Any], Store] = {
    IssuedPaper: Referred(
        Filed(),
        {
            "case": f"SELECT entity || '/' || number FROM credit_document WHERE case_id {BY_ID}",
            "paper": f"SELECT o.entity || '/' || o.number FROM credit_document d {BESIDE_PAPER}",
        },
    ),
    Refund: Referred(
        Documents(refunds, Refund),
        {
            "revaluation": f"SELECT r.id {REVALUING} JOIN refund r ON r.body->>'entity' = m.entity "
            "AND r.body->>'currency' = given.currency WHERE r.stage IN ('APPROVED', 'SENT')"
        },
    ),
    Proposal: Documents(proposals, Proposal),
    Settlement: Referred(
        Documents(settlements, Settlement),
        {
            "refund": f"SELECT body->>'case' FROM refund WHERE id {BY_ID}",
            "proposal": f"SELECT body->>'case' FROM proposal WHERE id {BY_ID}",
            "document": f"SELECT case_id FROM pending_credit WHERE id {BY_ID}",
            "paper": f"SELECT d.case_id FROM credit_document d {OF_PAPER}",
        },
    ),
    Delegations: Documents(delegations, Delegations),
    CreditDocument: Referred(
        Documents(pending, CreditDocument),
        {
            "paper": f"SELECT p.id FROM credit_document d JOIN pending_credit p ON p.case_id = d.case_id {OF_PAPER}",
            "case": f"SELECT id FROM pending_credit WHERE case_id {BY_ID}",
        },
    ),
    InboundForm: Documents(inbound, InboundForm),
    Upload: Documents(uploads, Upload),
    Reversal: Referred(
        Documents(reversals, Reversal),
        {
            "paper": f"SELECT o.id FROM credit_document d {BESIDE_PAPER}",
            "case": f"SELECT id FROM reversal WHERE case_id {BY_ID}",
        },
    ),
    Claim: Referred(
        Documents(claims, Claim),
        {
            "case": f"SELECT body->'decision'->>'claim' {OF_CASE}",
            "document": f"SELECT s.body->'newer'->>'claim' {OF_DOCUMENT}",
        },
    ),
    Shelf: Shelves(),
    BlueInvoice: Referred(
        Columns(blue_invoices, BlueInvoice, ("open_amount", "open_functional", "form")),
        {
            "case": f"SELECT jsonb_array_elements_text(body->'blue_invoices') {OF_CASE}",
            "document": f"SELECT p.body->>'blue_invoice' {OF_DOCUMENT} "
            f"UNION SELECT jsonb_array_elements_text(s.body->'blue_invoices') {OF_DOCUMENT}",
            "proposal": f"SELECT (body->>'entity') || '/' || (body->>'invoice') FROM proposal WHERE id {BY_ID}",
            "form": f"SELECT entity || '/' || invoice FROM inbound_form WHERE id {BY_ID}",
            "revaluation": f"SELECT b.id {REVALUING} JOIN blue_invoice b ON b.entity = m.entity "
            "AND b.currency = given.currency WHERE b.open_amount > 0",
            "paper": f"SELECT d.entity || '/' || d.original FROM credit_document d {OF_PAPER} "
            f"UNION SELECT o.entity || '/' || o.number FROM credit_document d {CHARGED_BESIDE}",
        },
    ),
    BlueLine: Referred(
        Columns(blue_lines, BlueLine, COUNTERS),
        {
            "shelf": f"SELECT id FROM blue_line WHERE shelf {BY_ID}",
            "claim": f"SELECT jsonb_object_keys(body->'reserved') FROM claim WHERE id {BY_ID}",
            "case": f"SELECT jsonb_array_elements_text(body->'blue_lines') {OF_CASE}",
            "invoice": f"SELECT id FROM blue_line WHERE entity || '/' || invoice {BY_ID}",
            "document": f"SELECT jsonb_array_elements_text(p.body->'blue_lines') {OF_DOCUMENT} "
            f"UNION SELECT jsonb_array_elements_text(s.body->'blue_lines') {OF_DOCUMENT} "
            "UNION SELECT jsonb_object_keys(c.body->'reserved') FROM pending_credit p JOIN settlement s "
            f"ON s.id = p.case_id JOIN claim c ON c.id = s.body->'newer'->>'claim' WHERE p.id {BY_ID}",
            "paper": "SELECT l.blue_line FROM credit_document d JOIN credit_document_line l "
            f"ON l.document = d.id {OF_PAPER} "
            "UNION SELECT b.id FROM blue_line b JOIN (SELECT o.entity, o.number FROM credit_document d "
            f"{CHARGED_BESIDE}) note ON (b.entity, b.invoice) = (note.entity, note.number)",
        },
    ),
    CustomerCredit: Referred(
        Columns(credit_balances, CustomerCredit, TERMS),
        {
            "case": f"SELECT body->>'credit' {OF_CASE}",
            "proposal": f"SELECT body->>'credit' FROM proposal WHERE id {BY_ID}",
            "refund": f"SELECT body->>'credit' FROM refund WHERE id {BY_ID}",
            "document": f"SELECT p.body->>'credit' {OF_DOCUMENT}",
            "revaluation": f"SELECT c.id {REVALUING} JOIN customer_credit c ON c.entity = m.entity "
            "AND c.currency = given.currency WHERE c.balance > 0",
            "paper": "SELECT c.id FROM credit_document d JOIN customer_credit c "
            f"ON (c.entity, c.customer, c.currency) = (d.entity, d.customer, d.currency) {OF_PAPER}",
        },
    ),
    Document: Papers(documents, document_lines, "document"),
    JournalEntry: Papers(entries, entry_lines, "entry"),
    Numbers: Referred(
        Documents(numbers, Numbers),
        {
            "case": f"SELECT body->>'entity' {OF_CASE}",
            "proposal": f"SELECT body->>'entity' FROM proposal WHERE id {BY_ID}",
            "document": f"SELECT entity FROM pending_credit WHERE id {BY_ID}",
        },
    ),
}
