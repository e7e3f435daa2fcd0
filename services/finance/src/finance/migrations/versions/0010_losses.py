"""Losses and who bears them, claims on suppliers, write-offs, notices, entries by hand.

Whatever writes a split, its shares are a hundred percent and the whole loss when it is committed.
"""

from alembic import op

from servicekit.migrate import frozen_aggregate

revision = "0010"
down_revision = "0009"

SHARES = """
CREATE FUNCTION shares_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.body->>'stage' = 'SPLIT' AND (
      SELECT (coalesce(sum((s->>'percent')::numeric), 0), coalesce(sum((s->>'amount')::numeric), 0),
              coalesce(sum((s->>'moved')::numeric), 0)) IS DISTINCT FROM (100, (NEW.body->>'total')::numeric, 0)
      FROM jsonb_array_elements(NEW.body->'shares') s) THEN
    RAISE EXCEPTION 'the shares of loss % are not the whole of it', NEW.id USING ERRCODE = 'P0411';
  END IF;
  RETURN NULL;
END $$"""
CLAIMS = """
ALTER TABLE supplier_claim ADD CONSTRAINT claim_is_not_exceeded CHECK (
  (body->>'accepted')::numeric >= 0 AND (body->>'withdrawn')::numeric >= 0 AND
  (body->>'accepted')::numeric + (body->>'withdrawn')::numeric <= (body->>'amount')::numeric)"""


def upgrade() -> None:
    """Create."""
    frozen_aggregate(op, "loss", "stage", "entity")
    frozen_aggregate(op, "supplier_claim", "stage", "supplier", "case_id")
    frozen_aggregate(op, "supplier_return", "stage", "supplier")
    frozen_aggregate(op, "write_off", "stage", "entity")
    frozen_aggregate(op, "adjustment", "stage", "entity")
    frozen_aggregate(op, "penalty", "stage", "case_id")
    op.execute(SHARES)
    op.execute(
        "CREATE CONSTRAINT TRIGGER shares_add_up AFTER INSERT OR UPDATE ON loss "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION shares_add_up()"
    )
    op.execute(CLAIMS)
