"""Where is the audit trail kept? One chain for each entity; its head is locked last, when all else is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from finance.model.audit import BEGINNING, RECORDED, AuditRecord, chained, together
from finance.storage import metadata
from servicekit import sql
from servicekit.shell import insert_many
from servicekit.work import Entry

trail = sa.Table(
    "audit_record",
    metadata,
    sa.Column("n", sa.BigInteger),
    *(sa.Column(name, sa.TIMESTAMP(timezone=True) if name == "at" else sa.Text) for name in RECORDED),
    sa.Column("hash", sa.Text),
)
heads = sa.Table(
    "audit_head", metadata, sa.Column("entity", sa.Text), sa.Column("n", sa.BigInteger), sa.Column("hash", sa.Text)
)


@dataclass(frozen=True)
class Trail:
    """Appends records to the chains of their entities; nobody loads, changes or deletes one."""

    async def load(self, _conn: AsyncConnection, _ids: Sequence[str]) -> dict[str, Entry]:
        """Load nothing: what was done is written once."""
        return {}

    async def save(self, conn: AsyncConnection, entries: Mapping[str, Entry]) -> None:
        """Chain the records of a batch: lock the heads in order, hash, append, move the heads."""
        records: list[AuditRecord] = together(entry.state for entry in entries.values())
        entities = sorted({record.entity for record in records})
        ends = {entity: (n, digest) for entity, n, digest in await sql.rows(conn, _LOCK, {"entities": entities})}
        rows = []
        for record in records:
            n, previous = ends[record.entity]
            ends[record.entity] = (n + 1, chained(previous, n + 1, record))
            facts = {name: getattr(record, name) for name in RECORDED}
            rows.append({**facts, "n": n + 1, "hash": ends[record.entity][1]})
        await insert_many(conn, trail, rows)
        moved = [{"entity": entity, "n": n, "hash": digest} for entity, (n, digest) in ends.items()]
        await insert_many(conn, heads, moved, "entity")


# A head that is there is locked by the update that changes nothing; a new one begins the chain.
_NEW = insert(heads).from_select(
    ["entity", "n", "hash"],
    sa.select(sa.func.unnest(sa.bindparam("entities", type_=ARRAY(sa.Text))), sa.literal(0), sa.literal(BEGINNING)),
    include_defaults=False,
)
_LOCK = _NEW.on_conflict_do_update(index_elements=["entity"], set_={"entity": heads.c.entity}).returning(
    heads.c.entity, heads.c.n, heads.c.hash
)
