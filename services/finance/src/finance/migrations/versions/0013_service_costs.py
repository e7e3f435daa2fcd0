"""What after-sales service costs beside repairs."""

from alembic import op

from servicekit.migrate import frozen_aggregate

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Create."""
    frozen_aggregate(op, "service_cost", "kind", "customer", "project")
