"""How is it locked, loaded and saved? Each kind in one statement for a whole batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache, cached_property
from typing import Any, TypeVar, get_args, get_type_hints

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from finance.model import Document, IssuedPaper, JournalEntry, Shelf
from finance.model.keys import REFERENCE, paper_key
from finance.storage.tables import blue_lines, document_lines, documents, entries, entry_lines
from servicekit import sql
from servicekit.shell import insert_many
from servicekit.work import Entry, Store

P = TypeVar("P")


@dataclass(frozen=True)
class Columns:
    """Keeps frozen dataclasses in a table with one column per field; only the `changing` ones are ever updated."""

    table: sa.Table
    model: type[Any]
    changing: tuple[str, ...]

    async def load(self, conn: AsyncConnection, ids: Sequence[str]) -> dict[str, Entry]:
        """Lock and read the rows that exist, in id order."""
        states = [self.model(*row) for row in await sql.rows(conn, self._select, {"ids": list(ids)})]
        return {state.id: Entry(state, version=1, read=1, before=state) for state in states}

    async def save(self, conn: AsyncConnection, entries: Mapping[str, Entry]) -> None:
        """Insert the new rows and update the changed ones, each in one statement; the rows are locked since `load`."""
        names = [field.name for field in fields(self.model)]
        new = [entry.state for entry in entries.values() if entry.before is None]
        old = [entry.state for entry in entries.values() if entry.before is not None]
        await insert_many(conn, self.table, [{name: getattr(state, name) for name in names} for state in new])
        if old:
            values = {f"p_{name}": [getattr(s, name) for s in old] for name in ("id", *self.changing)}
            await sql.rows(conn, self._update, values)

    @cached_property
    def _select(self) -> Any:
        t = self.table.c
        return (
            sa.select(*(t[field.name] for field in fields(self.model)))
            .where(t.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Text))))
            .order_by(t.id)
            .with_for_update()
        )

    @cached_property
    def _update(self) -> sa.Update:
        columns = [self.table.c[name] for name in ("id", *self.changing)]
        rows = sa.func.unnest(*(sa.bindparam(f"p_{c.name}", type_=ARRAY(c.type)) for c in columns)).table_valued(
            *(sa.column(c.name, c.type) for c in columns)
        )
        new = rows.render_derived(name="new")
        changes = {name: new.c[name] for name in self.changing}
        return sa.update(self.table).values(changes).where(self.table.c.id == new.c.id)


@dataclass(frozen=True)
class Papers:
    """Appends documents or entries with their lines; nobody loads, changes or deletes one."""

    head: sa.Table
    lines: sa.Table
    parent: str

    async def load(self, _conn: AsyncConnection, _ids: Sequence[str]) -> dict[str, Entry]:
        """Load nothing: what is written is written once, the unique key says so."""
        return {}

    async def save(self, conn: AsyncConnection, entries: Mapping[str, Entry]) -> None:
        """Append heads and lines, each in one statement."""
        states = [entry.state for entry in entries.values()]
        names = [column.name for column in self.head.c if column.name != "seq"]  # the database counts
        await insert_many(conn, self.head, [{name: getattr(state, name) for name in names} for state in states])
        own = [name for name in (column.name for column in self.lines.c) if name not in {self.parent, "no", "currency"}]
        lines = [
            {self.parent: state.id, "no": no, **{name: getattr(line, name) for name in own}, **self._money(state)}
            for state in states
            for no, line in enumerate(state.lines, 1)
        ]
        await insert_many(conn, self.lines, lines)

    def _money(self, state: Any) -> dict[str, str]:
        return {"currency": state.currency} if "currency" in self.lines.c else {}


@dataclass(frozen=True)
class Shelves:
    """Reads which blue lines stand on a shelf; the lines themselves are locked as `BlueLine`, and only there."""

    async def load(self, conn: AsyncConnection, ids: Sequence[str]) -> dict[str, Entry]:
        """Read the index: lines are only ever added to it."""
        found = await sql.rows(conn, _ON_SHELVES, {"ids": list(ids)})
        return {shelf: Entry(Shelf(tuple(lines)), version=1, read=1) for shelf, lines in found}

    async def save(self, _conn: AsyncConnection, _entries: Mapping[str, Entry]) -> None:
        """Save nothing: the index follows from the lines."""


@dataclass(frozen=True)
class Referred:
    """Resolves references (`model/keys.py`) to plain keys, then lets the store lock them all together, in id order."""

    store: Store
    references: Mapping[str, str]

    async def load(self, conn: AsyncConnection, ids: Sequence[str]) -> dict[str, Entry]:
        """Load what is named plainly and what is named by another record; that record is locked before."""
        wanted = {key for key in ids if REFERENCE not in key}
        for name, query in self.references.items():
            prefix = name + REFERENCE
            by = [key.removeprefix(prefix) for key in ids if key.startswith(prefix)]
            if by:
                wanted.update(key for [key] in await sql.rows(conn, _asking(query), {"by": by}))
        return await self.store.load(conn, sorted(wanted - {None, ""})) if wanted else {}

    async def save(self, conn: AsyncConnection, entries: Mapping[str, Entry]) -> None:
        """Save as the store does."""
        await self.store.save(conn, entries)


@dataclass(frozen=True)
class Filed:
    """Reads issued documents with the entries that they made; neither ever changes, so nothing is locked."""

    async def load(self, conn: AsyncConnection, ids: Sequence[str]) -> dict[str, Entry]:
        """Read them by entity and number."""
        d = documents.c
        wanted = (d.entity + "/" + d.number) == sa.any_(sa.bindparam("ids", list(ids), type_=ARRAY(sa.Text)))
        found = {}
        for paper in await written(conn, Papers(documents, document_lines, "document"), Document, wanted):
            e = entries.c
            mine = sa.and_(e.case_id == paper.case_id, e.entity == paper.entity, e.document == paper.number)
            made = await written(conn, Papers(entries, entry_lines, "entry"), JournalEntry, mine)
            key = paper_key(paper.entity, paper.number)
            found[key] = Entry(IssuedPaper(paper, tuple(made)), version=1, read=1)
        return found

    async def save(self, _conn: AsyncConnection, _entries: Mapping[str, Entry]) -> None:
        """Save nothing: they are written as documents and entries."""


async def written(conn: AsyncConnection, store: Papers, kind: type[P], where: sa.ColumnElement[bool]) -> list[P]:
    """Read papers with their lines, in the order in which they were written."""
    [line, *_] = get_args(get_type_hints(kind)["lines"])
    paper: Any = kind
    own = store.lines.c
    heads = (await conn.execute(sa.select(store.head).where(where).order_by(store.head.c.seq))).mappings().all()
    lines: dict[str, list[Any]] = {head["id"]: [] for head in heads}
    query = sa.select(store.lines).where(own[store.parent].in_(list(lines))).order_by(own.no)
    for row in (await conn.execute(query)).mappings():
        lines[row[store.parent]].append(line(*(typed(line, name, row[name]) for name in line._fields)))
    names = [field.name for field in fields(paper) if field.name != "lines"]
    return [
        paper(**{name: typed(kind, name, head[name]) for name in names}, lines=tuple(lines[head["id"]]))
        for head in heads
    ]


_ON_SHELVES = (
    sa.select(blue_lines.c.shelf, sa.func.array_agg(blue_lines.c.id))
    .where(blue_lines.c.shelf == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Text))))
    .group_by(blue_lines.c.shelf)
)


@cache
def _asking(query: str) -> sa.TextClause:
    return sa.text(query).bindparams(sa.bindparam("by", type_=ARRAY(sa.Text)))


def typed(kind: Any, name: str, value: Any) -> Any:
    """Read a word of a closed list as what it is."""
    hint = get_type_hints(kind)[name]
    return hint(value) if isinstance(hint, type) and issubclass(hint, StrEnum) else value
