"""Credit documents that wait for a number: their forms, uploads and reversals, beside what blue invoices must know."""

from alembic import op

from servicekit.migrate import frozen_aggregate

revision = "0005"
down_revision = "0004"

# A reversed or void document has given back what it took; one that was billed anew has not.
DRIFT = """
CREATE OR REPLACE VIEW counter_drift AS
  SELECT b.id, b.credited_quantity, b.credited_net, b.credited_tax, d.quantity, d.net, d.tax
  FROM blue_line b LEFT JOIN (
    SELECT l.blue_line, sum(l.quantity) AS quantity, sum(l.net) AS net, sum(l.tax) AS tax
    FROM credit_document_line l JOIN credit_document c ON c.id = l.document
    LEFT JOIN reversal r ON r.id = c.id AND r.body->>'kind' <> 'NEW_BLUE'
    WHERE c.type IN ('RED_INVOICE', 'CREDIT_NOTE', 'ALLOWANCE', 'CREDIT_MEMO') AND r.id IS NULL
    GROUP BY 1) d ON d.blue_line = b.id
  WHERE (b.credited_quantity, b.credited_net, b.credited_tax)
    IS DISTINCT FROM (coalesce(d.quantity, 0), coalesce(d.net, 0), coalesce(d.tax, 0))
"""


def upgrade() -> None:
    """Create, and say of known invoices what they came to."""
    frozen_aggregate(op, "pending_credit", "state", "case_id", "entity", "invoice")
    frozen_aggregate(op, "inbound_form", "state", "entity", "invoice")
    frozen_aggregate(op, "upload", "state", "case_id", "entity")
    frozen_aggregate(op, "reversal", "case_id")
    # Judged at commit: a form that ends and its successor that begins are one transaction.
    for table in ("pending_credit", "inbound_form"):
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT one_live_form_per_blue_{table} EXCLUDE ((body->>'live') WITH =) "
            "WHERE (body->>'live' <> '') DEFERRABLE INITIALLY DEFERRED"
        )
    op.execute("ALTER TABLE blue_invoice ADD COLUMN gross numeric NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE blue_invoice ADD COLUMN buyer text NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE blue_invoice ADD COLUMN form text NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE blue_line ADD COLUMN tax_code text NOT NULL DEFAULT ''")
    op.execute(
        "UPDATE blue_invoice i SET gross = l.gross FROM (SELECT entity, invoice, sum(net + tax) AS gross "
        "FROM blue_line GROUP BY 1, 2) l WHERE (l.entity, l.invoice) = (i.entity, i.invoice)"
    )
    op.execute(DRIFT)
