"""The order of posting: documents and entries are numbered as they are written, for whoever reads them one by one."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Number what is there in the order in which it lies, and what comes in the order in which it comes."""
    for table in ("credit_document", "journal_entry"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN seq bigint GENERATED ALWAYS AS IDENTITY")
        op.execute(f"CREATE UNIQUE INDEX {table}_seq ON {table} (seq)")
