"""Who lends a level to whom; signatures by level; a return slip has one refund that has not failed."""

from alembic import op

from servicekit.migrate import frozen_aggregate

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create. What was signed by name alone has to be signed again."""
    frozen_aggregate(op, "delegation")
    op.execute("UPDATE settlement SET body = body - 'approved_by'")
    op.execute(
        "UPDATE refund SET body = body - 'approved_by' - 'levels' || jsonb_build_object('at_stake', body->'amount')"
    )
    op.execute(
        "CREATE UNIQUE INDEX one_refund_per_slip ON refund ((body->>'entity'), (body->>'return_slip'))"
        " WHERE body->>'return_slip' <> '' AND stage <> 'FAILED'"
    )
