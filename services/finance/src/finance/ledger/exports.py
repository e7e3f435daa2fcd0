"""Where are the batches for the general ledger kept, and what is not in one yet?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finance.model import Account, EntryLine, JournalEntry
from finance.model.exports import Known, ToExport
from finance.storage import AMOUNT, documents, entries, entry_lines, metadata, settlements
from servicekit.work import Entry

batches = sa.Table(
    "export_batch",
    metadata,
    *(sa.Column(name, sa.Text) for name in ("id", "entity", "style", "made_by", "hash", "content")),
    *(sa.Column(name, sa.Integer) for name in ("entries", "lines")),
    *(sa.Column(name, AMOUNT) for name in ("debit", "credit")),
    sa.Column("made_at", sa.TIMESTAMP(timezone=True)),
)
exported = sa.Table(
    "exported_entry",
    metadata,
    *(sa.Column(name, sa.Text) for name in ("id", "batch", "state", "erp_number", "answer")),
    sa.Column("answered_at", sa.TIMESTAMP(timezone=True)),
)


@dataclass(frozen=True)
class Waiting:
    """Reads which entries are in no batch yet; they are never locked, `exported_entry` has each of them once."""

    async def load(self, conn: AsyncConnection, ids: Sequence[str]) -> dict[str, Entry]:
        """Read what each question asks for, in the order of posting."""
        return {key: Entry(await self._waiting(conn, *json.loads(key)), version=1, read=1) for key in ids}

    async def save(self, _conn: AsyncConnection, _entries: Mapping[str, Entry]) -> None:
        """Save nothing: the index follows from the batches."""

    async def _waiting(self, conn: AsyncConnection, entity: str, through: str, most: int) -> ToExport:
        t, rma = entries.c, settlements.c.body["rma_number"].astext
        blue = sa.select(sa.func.max(documents.c.original)).where(
            documents.c.entity == t.entity, documents.c.number == t.document, t.document != ""
        )
        columns = [t[field] for field in JournalEntry.__dataclass_fields__ if field != "lines"]
        query = (
            sa.select(
                *columns,
                sa.func.coalesce(blue.scalar_subquery(), "").label("blue"),
                sa.func.coalesce(rma, "").label("rma"),
            )
            .select_from(entries.outerjoin(settlements, settlements.c.id == t.case_id))
            .where(t.entity == entity, ~sa.exists().where(exported.c.id == t.id))
            .order_by(t.seq)
            .limit(most)
        )
        if through:
            query = query.where(t.posted_on <= date.fromisoformat(through))
        heads = (await conn.execute(query)).mappings().all()
        lines = await self._lines(conn, [head["id"] for head in heads])
        return ToExport(
            tuple(JournalEntry(**{c.name: head[c.name] for c in columns}, lines=lines[head["id"]]) for head in heads),
            {head["id"]: Known(head["blue"], head["rma"]) for head in heads},
        )

    async def _lines(self, conn: AsyncConnection, ids: list[str]) -> dict[str, tuple[EntryLine, ...]]:
        t = entry_lines.c
        found: dict[str, tuple[EntryLine, ...]] = {}
        query = sa.select(t.entry, *(t[name] for name in EntryLine._fields)).where(
            t.entry == sa.any_(sa.bindparam("ids", ids, type_=sa.ARRAY(sa.Text)))
        )
        for entry, *values in await conn.execute(query.order_by(t.entry, t.no)):
            words: dict[str, Any] = dict(zip(EntryLine._fields, values, strict=True))
            line = EntryLine(**{**words, "account": Account(words["account"])})
            found[entry] = (*found.get(entry, ()), line)
        return found
