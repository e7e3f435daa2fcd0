"""What does accounting's database hold? Records as the same values that its decisions know."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, TypeVar, get_args, get_type_hints

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finance.main import service
from finance.storage import Papers, Referred
from servicekit.shell import tables
from servicekit.work import Entry

R = TypeVar("R")
NO_RECORDS = {*tables.tables, "alembic_version"}  # the kit's own


async def one(conn: AsyncConnection, kind: type[R], key: str) -> R | None:
    """Read a record."""
    found = await service.stores[kind].load(conn, [key])
    return found[key].state if key in found else None


async def every(conn: AsyncConnection, kind: type[R]) -> list[R]:
    """Read all records of a kind."""
    store: Any = service.stores[kind]
    if isinstance(store, Referred):
        store = store.store
    if isinstance(store, Papers):
        return await _papers(conn, store, kind)
    ids = (await conn.execute(sa.select(store.table.c.id).order_by(store.table.c.id))).scalars().all()
    return [entry.state for entry in (await store.load(conn, ids)).values()]


async def _papers(conn: AsyncConnection, store: Papers, kind: type[R]) -> list[R]:
    """Read documents or entries with their lines, in the order in which they were written."""
    [line, *_] = get_args(get_type_hints(kind)["lines"])
    own = store.lines.c
    lines: dict[str, list[Any]] = defaultdict(list)
    for row in await conn.execute(sa.select(store.lines).order_by(own.no)):
        lines[row._mapping[store.parent]].append(line(*(row._mapping[name] for name in line._fields)))  # noqa: SLF001  public by documentation
    heads = await conn.execute(sa.select(store.head).order_by(store.head.c.seq))
    facts = [{name: value for name, value in row._mapping.items() if name != "seq"} for row in heads]  # noqa: SLF001  public by documentation
    paper: Any = kind
    return [paper(**head, lines=tuple(lines[head["id"]])) for head in facts]


async def put(conn: AsyncConnection, key: str, state: Any) -> None:
    """Have a record that is given."""
    await service.stores[type(state)].save(conn, {key: Entry(state, version=1)})


async def names(conn: AsyncConnection) -> Sequence[str]:
    """Name the tables that hold records."""
    query = sa.text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
    return [name for name in (await conn.execute(query)).scalars() if name not in NO_RECORDS]


async def moment(conn: AsyncConnection) -> int:
    """Give the number of a transaction: whatever is written later has a higher one."""
    number: int = (await conn.execute(sa.text("SELECT pg_current_xact_id()::text::bigint"))).scalar_one()
    return number


async def written(conn: AsyncConnection, tables: Sequence[str], since: int) -> bool:
    """Say whether any record was written since a transaction."""
    parts = (f'EXISTS (SELECT FROM "{name}" WHERE xmin::text::bigint > :since)' for name in tables)
    return bool((await conn.execute(sa.text(f"SELECT {' OR '.join(parts)}"), {"since": since})).scalar())
