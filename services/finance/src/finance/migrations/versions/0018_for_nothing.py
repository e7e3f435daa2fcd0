"""Goods that came back for nothing count on their blue lines too."""

from alembic import op

revision = "0018"
down_revision = "0017"

DRIFT = """
CREATE OR REPLACE VIEW counter_drift AS
  SELECT b.id, b.credited_quantity, b.credited_net, b.credited_tax, d.quantity, d.net, d.tax
  FROM blue_line b LEFT JOIN (
    SELECT l.blue_line, sum(l.quantity) AS quantity, sum(l.net) AS net, sum(l.tax) AS tax
    FROM credit_document_line l JOIN credit_document c ON c.id = l.document
    LEFT JOIN reversal r ON r.id = c.id AND r.body->>'kind' <> 'NEW_BLUE'
    WHERE c.type IN ('RED_INVOICE', 'CREDIT_NOTE', 'ALLOWANCE', 'CREDIT_MEMO', 'DELIVERY_NOTE') AND r.id IS NULL
    GROUP BY 1) d ON d.blue_line = b.id
  WHERE (b.credited_quantity, b.credited_net, b.credited_tax)
    IS DISTINCT FROM (coalesce(d.quantity, 0), coalesce(d.net, 0), coalesce(d.tax, 0))
"""


def upgrade() -> None:
    """Create."""
    op.execute(DRIFT)
