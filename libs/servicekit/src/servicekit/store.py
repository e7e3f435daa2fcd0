"""Aggregates as documents: lock and load many, save many, each in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from servicekit import sql
from servicekit.work import Entry


class LostUpdate(Exception):
    """Somebody else wrote the row between load and save: the whole unit of work is done again."""


@dataclass(frozen=True)
class Documents:
    """Keeps one kind of aggregate in one table (see `schema.aggregate_table`)."""

    table: sa.Table
    model: type[BaseModel]

    async def load(self, conn: AsyncConnection, ids: Sequence[str]) -> dict[str, Entry]:
        """Lock and read the rows that exist, in id order, so that two batches never wait for each other in a ring."""
        found = {}
        for key, version, emitted, trace, body in await sql.rows(conn, self._select, {"ids": list(ids)}):
            state = self.model.model_validate_json(body)
            found[key] = Entry(state, version, emitted, trace, read=version, before=state)
        return found

    async def save(self, conn: AsyncConnection, entries: Mapping[str, Entry]) -> None:
        """Write new rows and changed rows, each kind in one statement.

        Raises:
            LostUpdate: a row is not at the version that was read.
        """
        new = {key: e for key, e in entries.items() if e.before is None}
        old = {key: e for key, e in entries.items() if e.before is not None}
        if new:
            await sql.rows(conn, self._insert, _arrays(new))
        if old:
            saved = await sql.rows(conn, self._update, _arrays(old))
            if len(saved) != len(old):
                raise LostUpdate

    def _rows(self) -> sa.TableValuedAlias:
        return (
            sa.func.unnest(
                sa.bindparam("ids", type_=ARRAY(sa.Text)),
                sa.bindparam("versions", type_=ARRAY(sa.Integer)),
                sa.bindparam("reads", type_=ARRAY(sa.Integer)),
                sa.bindparam("emitteds", type_=ARRAY(sa.Integer)),
                sa.bindparam("traces", type_=ARRAY(sa.Text)),
                sa.bindparam("bodies", type_=ARRAY(sa.Text)),
            )
            .table_valued(
                sa.column("id", sa.Text),
                sa.column("version", sa.Integer),
                sa.column("read", sa.Integer),
                sa.column("emitted", sa.Integer),
                sa.column("trace", sa.Text),
                sa.column("body", sa.Text),
            )
            .render_derived(name="new")
        )

    @cached_property
    def _select(self) -> Any:
        t = self.table.c
        return (
            sa.select(t.id, t.version, t.emitted, t.trace, sa.cast(t.body, sa.Text))
            .where(t.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Text))))
            .order_by(t.id)
            .with_for_update()
        )

    @cached_property
    def _insert(self) -> sa.Insert:
        rows = self._rows()
        columns = [rows.c.id, rows.c.version, rows.c.emitted, rows.c.trace, sa.cast(rows.c.body, JSONB)]
        return sa.insert(self.table).from_select(
            ["id", "version", "emitted", "trace", "body"], sa.select(*columns), include_defaults=False
        )

    @cached_property
    def _update(self) -> Any:
        rows = self._rows()
        return (
            sa.update(self.table)
            .values(
                version=rows.c.version,
                emitted=rows.c.emitted,
                body=sa.cast(rows.c.body, JSONB),
                changed_at=sa.func.now(),
            )
            .where(self.table.c.id == rows.c.id, self.table.c.version == rows.c.read)
            .returning(self.table.c.id)
        )


def _arrays(entries: Mapping[str, Entry]) -> dict[str, Any]:
    return {
        "ids": list(entries),
        "versions": [e.version for e in entries.values()],
        "reads": [e.read for e in entries.values()],
        "emitteds": [e.emitted for e in entries.values()],
        "traces": [e.trace for e in entries.values()],
        "bodies": [e.state.model_dump_json() for e in entries.values()],
    }
