"""What stays with us of pieces that came back is no more left of their line than what was credited of it."""

from alembic import op

revision = "0016"
down_revision = "0015"

AMOUNTS = ("net", "tax")


def upgrade() -> None:
    """Count it: a return after one with a fee is worth what its pieces cost, and not the fee besides."""
    for amount in AMOUNTS:
        op.execute(f"ALTER TABLE blue_line ADD COLUMN kept_{amount} numeric NOT NULL DEFAULT 0")
        op.execute(f"ALTER TABLE blue_line DROP CONSTRAINT red_{amount}_le_blue")
        op.execute(
            f"ALTER TABLE blue_line ADD CONSTRAINT red_{amount}_le_blue CHECK "
            f"(reserved_{amount} + credited_{amount} + kept_{amount} <= {amount})"
        )
    op.execute("ALTER TABLE blue_line ADD CONSTRAINT kept_not_negative CHECK (least(kept_net, kept_tax) >= 0)")
