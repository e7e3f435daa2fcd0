"""Inspections and receipts, beside the kit's tables."""

from alembic import op

from servicekit.migrate import create_kit_tables, frozen_aggregate

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create."""
    create_kit_tables(op)
    frozen_aggregate(op, "inspection", "stage", "rma_number", "profile=scope,profile")
    frozen_aggregate(op, "receipt", "status", "rma_number")
