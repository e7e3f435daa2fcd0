"""What is proposed and signed for outside a decision; a customer's own terms beside his balance."""

from alembic import op

from servicekit.migrate import frozen_aggregate

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create."""
    frozen_aggregate(op, "proposal", "stage", "customer", "case")
    op.execute(
        "ALTER TABLE customer_credit ADD COLUMN tolerance_percent numeric CHECK (tolerance_percent >= 0),"
        " ADD COLUMN bank_account text NOT NULL DEFAULT ''"
    )
