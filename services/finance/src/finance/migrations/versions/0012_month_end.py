"""Month ends: how far each is, one run of each step, and the returns that are on their way."""

from alembic import op

from servicekit.migrate import frozen_aggregate

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create."""
    frozen_aggregate(op, "month_end", "entity", "period")
    frozen_aggregate(op, "expected_return", "entity")
    op.execute(
        """CREATE TABLE policy_run (
          id text PRIMARY KEY, kind text NOT NULL, entity text NOT NULL, period text NOT NULL, result text NOT NULL,
          by text NOT NULL, on_day date NOT NULL, at timestamptz NOT NULL DEFAULT now(),
          CONSTRAINT one_run_of_each_kind UNIQUE (kind, entity, period))"""
    )
    op.execute(
        "CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON policy_run "
        "FOR EACH STATEMENT EXECUTE FUNCTION never_changes()"
    )
