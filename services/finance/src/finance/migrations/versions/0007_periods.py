"""Periods: nothing is posted into one that is closed, and closing waits for postings in flight.

Entries say when what they book happened, which policy run wrote them and which entry they take back; lines of a loss
say which department bears it.

A day without a period is open, so a batch pays one look into an empty table for all of this.
"""

from alembic import op

from servicekit.migrate import frozen_aggregate

revision = "0007"
down_revision = "0006"

# The range of one hash stands for "the same entity": btree_gist, which could compare texts, is not everywhere.
TABLES = (
    """CREATE FUNCTION iso_day(text) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
      SELECT make_date(split_part($1, '-', 1)::int, split_part($1, '-', 2)::int, split_part($1, '-', 3)::int) $$""",
    """ALTER TABLE accounting_period
      ADD COLUMN starts date GENERATED ALWAYS AS (iso_day(body->>'starts')) STORED NOT NULL,
      ADD COLUMN ends date GENERATED ALWAYS AS (iso_day(body->>'ends')) STORED NOT NULL,
      ADD CONSTRAINT period_has_days CHECK (starts <= ends),
      ADD CONSTRAINT period_has_a_state CHECK (status IN ('OPEN', 'SOFT_LOCKED', 'LOCKED')),
      ADD CONSTRAINT period_is_its_key CHECK (id = entity || '/' || name),
      ADD CONSTRAINT one_period_per_day EXCLUDE USING gist (
        int8range(hashtextextended(entity, 0), hashtextextended(entity, 0), '[]') WITH &&,
        daterange(starts, ends, '[]') WITH &&)""",
    """CREATE TABLE period_change (
      id text PRIMARY KEY, entity text NOT NULL, period text NOT NULL, before text NOT NULL, after text NOT NULL,
      by text NOT NULL, second text NOT NULL, reason text NOT NULL, on_day date NOT NULL,
      at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT two_persons_reopen CHECK (before <> 'LOCKED' OR (second <> '' AND second <> by)))""",
    """ALTER TABLE journal_entry ADD COLUMN service_on date, ADD COLUMN adjusting boolean NOT NULL DEFAULT false,
      ADD COLUMN run text NOT NULL DEFAULT '', ADD COLUMN reverses text NOT NULL DEFAULT '',
      ADD CONSTRAINT reverses_another CHECK (reverses <> id)""",
    "ALTER TABLE journal_line ADD COLUMN department text NOT NULL DEFAULT ''",
    "CREATE UNIQUE INDEX reversed_once ON journal_entry (reverses) WHERE reverses <> ''",
    "CREATE INDEX journal_entry_posted ON journal_entry (entity, posted_on)",
)

# Whoever posts shares the period's row until commit; whoever closes it wants the row alone, and waits. Who has waited
# reads the row as it is then. The error is a serialization failure: the batch is decided again, on the new calendar.
POSTINGS = """
CREATE FUNCTION period_takes_postings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  day record;
  found text;
BEGIN
  FOR day IN SELECT entity, posted_on, bool_and(adjusting) AS adjusting FROM added GROUP BY 1, 2 ORDER BY 1, 2 LOOP
    SELECT status INTO found FROM accounting_period
      WHERE entity = day.entity AND day.posted_on BETWEEN starts AND ends FOR SHARE;
    IF found = 'LOCKED' OR (found = 'SOFT_LOCKED' AND NOT day.adjusting) THEN
      RAISE EXCEPTION 'PERIOD_LOCKED: % of % is in a period that is closed', day.posted_on, day.entity
        USING ERRCODE = '40001';
    END IF;
  END LOOP;
  RETURN NULL;
END $$"""
# The same rules as in rules/periods.py, for whoever has the database's password; a change has its line in the record.
CHANGES = """
CREATE FUNCTION period_changes_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.id, NEW.starts, NEW.ends) IS DISTINCT FROM (OLD.id, OLD.starts, OLD.ends) THEN
    RAISE EXCEPTION 'period % keeps its days', OLD.id USING ERRCODE = 'P0402';
  END IF;
  IF NEW.status = OLD.status THEN RETURN NULL; END IF;
  IF OLD.status = 'LOCKED' AND (NEW.status <> 'OPEN' OR EXISTS (
      SELECT FROM accounting_period p WHERE p.entity = OLD.entity AND p.starts > OLD.ends AND p.status <> 'OPEN')) THEN
    RAISE EXCEPTION 'period % cannot be opened again', OLD.id USING ERRCODE = 'P0408';
  END IF;
  IF NEW.status = 'LOCKED' AND EXISTS (
      SELECT FROM accounting_period p WHERE p.entity = OLD.entity AND p.ends < OLD.starts AND p.status <> 'LOCKED') THEN
    RAISE EXCEPTION 'an earlier period than % is not locked', OLD.id USING ERRCODE = 'P0408';
  END IF;
  IF NOT EXISTS (SELECT FROM period_change c WHERE c.id = NEW.id || '/' || (NEW.body->>'changes')
      AND c.before = OLD.status AND c.after = NEW.status) THEN
    RAISE EXCEPTION 'the change of period % is not recorded', NEW.id USING ERRCODE = 'P0408';
  END IF;
  RETURN NULL;
END $$"""


def upgrade() -> None:
    """Create."""
    frozen_aggregate(op, "accounting_period", "entity", "name", "status")
    for statement in (*TABLES, POSTINGS, CHANGES):
        op.execute(statement)
    op.execute(
        "CREATE TRIGGER period_takes_postings AFTER INSERT ON journal_entry REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION period_takes_postings()"
    )
    op.execute(
        "CREATE CONSTRAINT TRIGGER changes_in_order AFTER UPDATE OR DELETE ON accounting_period "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION period_changes_in_order()"
    )
    for table, changes in (("period_change", "UPDATE OR DELETE OR TRUNCATE"), ("accounting_period", "TRUNCATE")):
        op.execute(
            f"CREATE TRIGGER never_changes BEFORE {changes} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION never_changes()"
        )
