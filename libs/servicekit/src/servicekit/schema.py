"""The kit's own tables, the same in every service's database."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

NOW = sa.text("now()")


def kit_tables(metadata: sa.MetaData) -> None:
    """Define inbox, outbox, parked messages, deadlines, answered requests and policy rows."""
    sa.Table(
        "inbox",
        metadata,
        sa.Column("message_id", sa.Text, primary_key=True),
        sa.Column("at", sa.TIMESTAMP(timezone=True), server_default=NOW, nullable=False),
    )
    sa.Table(
        "outbox",  # the columns of Debezium's EventRouter, and ours
        metadata,
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("aggregatetype", sa.Text, nullable=False),
        sa.Column("aggregateid", sa.Text, nullable=False),
        sa.Column("aggregateversion", sa.Integer, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("causationid", sa.Text, nullable=False),
        sa.Column("traceparent", sa.Text, nullable=False),
        sa.Column("time", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("published_at", sa.TIMESTAMP(timezone=True)),
        sa.UniqueConstraint("aggregateid", "aggregateversion", name="one_event_per_version"),
        sa.Index("outbox_unpublished", "seq", postgresql_where=sa.text("published_at IS NULL")),
    )
    sa.Table(
        "parked",
        metadata,
        sa.Column("message_id", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column(
            "state", sa.Text, nullable=False
        ),  # waiting: for its predecessor; failed: blocks its key; dead: unreadable
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="1"),
        sa.Column("first_at", sa.TIMESTAMP(timezone=True), server_default=NOW, nullable=False),
        sa.Column("last_at", sa.TIMESTAMP(timezone=True), server_default=NOW, nullable=False),
        sa.Index("parked_by_key", "key"),
    )
    sa.Table(
        "deadline",
        metadata,
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("due_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Index("deadline_due", "due_at"),
    )
    sa.Table(
        "request",
        metadata,
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), server_default=NOW, nullable=False),
    )
    sa.Table(
        "policy_row",
        metadata,
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("values", JSONB, nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("approved_by", sa.Text),
        sa.Column("at", sa.TIMESTAMP(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="four_eyes"),
    )


def aggregate_table(name: str, metadata: sa.MetaData, *asked_for: sa.Column) -> sa.Table:  # type: ignore[type-arg]  # columns of any type
    """Define a table that keeps one kind of aggregate: its JSON body, and generated columns for what is asked for."""
    return sa.Table(
        name,
        metadata,
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("emitted", sa.Integer, nullable=False),
        sa.Column("trace", sa.Text, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("changed_at", sa.TIMESTAMP(timezone=True), server_default=NOW, nullable=False),
        *asked_for,
    )


def asked_for(name: str, path: str = "") -> sa.Column:  # type: ignore[type-arg]  # columns of any type
    """Define an indexed column that PostgreSQL reads out of the body itself; `path` goes deeper: `scope,profile`."""
    return sa.Column(name, sa.Text, sa.Computed(f"body#>>'{{{path or name}}}'", persisted=True), index=True)
