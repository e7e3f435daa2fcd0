"""Cases, customer days and number series, beside the kit's tables."""

from alembic import op

from servicekit.migrate import create_kit_tables, frozen_aggregate

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create."""
    create_kit_tables(op)
    frozen_aggregate(op, "rma_case", "stage", "customer", "rma_number", "complaint")
    frozen_aggregate(op, "customer_day")
    frozen_aggregate(op, "series")
