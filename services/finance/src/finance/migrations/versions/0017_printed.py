"""Pages as they were printed first, and how often since."""

from alembic import op

from servicekit.migrate import frozen_aggregate

revision = "0017"
down_revision = "0016"

# Whoever has the password may add a printing, and neither change nor take away the page.
KEPT = """
CREATE FUNCTION page_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.body->>'page', NEW.body->>'digest') IS DISTINCT FROM (OLD.id, OLD.body->>'page', OLD.body->>'digest')
  THEN
    RAISE EXCEPTION 'the page of % is archived', OLD.id USING ERRCODE = 'P0411';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Create."""
    frozen_aggregate(op, "printed_paper", "entity", "number")
    op.execute(KEPT)
    op.execute(
        "CREATE TRIGGER page_is_kept BEFORE UPDATE ON printed_paper FOR EACH ROW EXECUTE FUNCTION page_is_kept()"
    )
    op.execute(
        "CREATE TRIGGER never_changes BEFORE DELETE OR TRUNCATE ON printed_paper "
        "FOR EACH STATEMENT EXECUTE FUNCTION never_changes()"
    )
