"""What the ERP and the tax platform say they have, and where the books differ."""

from alembic import op

from servicekit.migrate import frozen_aggregate

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Create."""
    frozen_aggregate(op, "other_book", "book", "entity", "period")
    frozen_aggregate(op, "book_difference", "stage", "entity", "period")
    frozen_aggregate(op, "reconciliation", "entity", "period")
    op.execute(
        "ALTER TABLE book_difference ADD CONSTRAINT closed_with_a_reason CHECK "
        "((stage = 'CLOSED') = (body->>'reason' <> '') AND (body->>'reason' <> '') = (body->>'closed_by' <> ''))"
    )
