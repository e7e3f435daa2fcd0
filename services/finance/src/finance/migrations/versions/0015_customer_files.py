"""Which customers are on file, and who files late."""

from alembic import op

from servicekit.migrate import frozen_aggregate

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Create."""
    frozen_aggregate(op, "customer_file", "department")
    frozen_aggregate(op, "late_filing")
