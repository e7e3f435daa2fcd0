"""Complaints and the series of their numbers, beside the kit's tables."""

from alembic import op

from servicekit.migrate import create_kit_tables, frozen_aggregate

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create."""
    create_kit_tables(op)
    frozen_aggregate(op, "complaint", "number", "customer", "status", "reference", "profile=scope,profile")
    frozen_aggregate(op, "series")
