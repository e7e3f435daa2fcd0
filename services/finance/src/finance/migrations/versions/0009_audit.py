"""The audit trail: one chain of records for each entity, appended to and never changed.

What was written before has no record; `audit_start` says where the trail begins.
"""

from alembic import op

revision = "0009"
down_revision = "0008"

TABLES = (
    """CREATE TABLE audit_record (
      n bigint NOT NULL, id text NOT NULL, entity text NOT NULL, at timestamptz NOT NULL, actor text NOT NULL,
      source text NOT NULL, action text NOT NULL, object text NOT NULL, changes text NOT NULL, papers text NOT NULL,
      reason text NOT NULL, correlation text NOT NULL, hash text NOT NULL, PRIMARY KEY (entity, n))""",
    "CREATE INDEX audit_record_object ON audit_record (object) WHERE object <> ''",
    "CREATE INDEX audit_record_shared ON audit_record (entity, n) WHERE object = ''",
    "CREATE TABLE audit_head (entity text PRIMARY KEY, n bigint NOT NULL, hash text NOT NULL) WITH (fillfactor = 50)",
    """CREATE TABLE audit_start AS SELECT 'document' AS kind, coalesce(max(seq), 0) AS seq FROM credit_document
      UNION ALL SELECT 'entry', coalesce(max(seq), 0) FROM journal_entry""",
)


def upgrade() -> None:
    """Create."""
    for statement in TABLES:
        op.execute(statement)
    for table in ("audit_record", "audit_start"):
        op.execute(
            f"CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION never_changes()"
        )
