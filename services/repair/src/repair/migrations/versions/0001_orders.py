"""Repair orders and their number series, beside the kit's tables."""

from alembic import op

from servicekit.migrate import create_kit_tables, frozen_aggregate

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create."""
    create_kit_tables(op)
    frozen_aggregate(op, "repair_order", "stage", "customer", "repair_number")
    frozen_aggregate(op, "series")
