"""Transactions and statements of every unit of work, built by SQLAlchemy and run by asyncpg itself.

SQLAlchemy's way to a driver costs five times what the driver does, and a small unit of work is mostly statements.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

# The last one when a connection is ended from the other side in the very moment in which it is used.
DRIVER_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_DIALECT = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy has no types for it


def engine(url: str, pool: int, name: str) -> AsyncEngine:
    """Make a pool that gives nobody a connection that has died meanwhile, or whose transaction was left open."""
    settings = {"application_name": f"redletter-{name}", "jit": "off"}
    made = create_async_engine(
        url,
        pool_size=pool,
        max_overflow=2,
        pool_timeout=5,
        connect_args={"server_settings": settings, "timeout": 5},
    )
    sa.event.listen(made.sync_engine, "checkout", _as_new)
    return made


def _as_new(connection: Any, _record: Any, _proxy: Any) -> None:
    driver = connection.driver_connection
    if driver.is_closed() or driver.is_in_transaction():
        raise DisconnectionError  # the pool opens another one


@cache
def autocommit(engine: AsyncEngine) -> AsyncEngine:
    """Give the same pool, for single statements: SQLAlchemy begins nothing and ends nothing."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Open a transaction of the driver's; statements that are built each time may go through SQLAlchemy meanwhile.

    Raises:
        DBAPIError: what the database says, as SQLAlchemy says it.
    """
    async with autocommit(engine).connect() as conn:
        connected: Any = conn.sync_connection
        with _as_sqlalchemy_says():
            async with connected.connection.driver_connection.transaction():
                yield conn


async def rows(conn: AsyncConnection, statement: Any, values: Mapping[str, Any]) -> Sequence[Any]:
    """Run a statement that was built once, with values as PostgreSQL takes them; give its rows, to be read by place.

    Raises:
        DBAPIError: what the database says, as SQLAlchemy says it.
    """
    connected: Any = conn.sync_connection
    if connected.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        # A transaction of SQLAlchemy's own: it begins with the first statement that SQLAlchemy runs.
        said = await conn.execute(statement, values)
        return said.all() if said.returns_rows else []
    driver, (text, names, constants) = connected.connection.driver_connection, _compiled(statement)
    with _as_sqlalchemy_says():
        found: Sequence[Any] = await driver.fetch(text, *(values.get(name, constants[name]) for name in names))
    return found


@cache
def _compiled(statement: Any) -> tuple[str, Sequence[str], Mapping[str, Any]]:
    made = statement.compile(dialect=_DIALECT)
    return str(made), made.positiontup, made.params


@contextmanager
def _as_sqlalchemy_says() -> Iterator[None]:
    try:
        yield
    except DRIVER_ERRORS as no:
        raise DBAPIError(None, None, no) from no
