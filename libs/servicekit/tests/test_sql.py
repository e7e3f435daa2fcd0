"""The short way to the driver, on a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from servicekit import sql

coin = sa.Table("coin", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("side", sa.Text))
PUT = sa.insert(coin).values(id=sa.bindparam("id"), side=sa.bindparam("side"))
HEADS = sa.select(coin.c.id, coin.c.side).where(coin.c.side == "heads").order_by(coin.c.id)


@pytest.fixture
def url(database: Callable[[str], str]) -> str:
    """An empty database."""
    return database("coins")


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    """A pool of two, as a department has it."""
    made = sql.engine(url, 2, "coins")
    async with made.begin() as conn:
        await conn.run_sync(coin.metadata.create_all)
    yield made
    await made.dispose()


async def heads(engine: AsyncEngine) -> list[tuple[Any, ...]]:
    """Read what is there, on a connection of its own."""
    async with engine.connect() as conn:
        return [tuple(row) for row in await conn.execute(HEADS)]


async def test_both_ways_to_the_driver_are_in_one_transaction(engine: AsyncEngine) -> None:
    async with sql.transaction(engine) as conn:
        await sql.rows(conn, PUT, {"id": 1, "side": "heads"})
        await conn.execute(sa.insert(coin), [{"id": 2, "side": "heads"}, {"id": 3, "side": "tails"}])

        assert [tuple(row) for row in await sql.rows(conn, HEADS, {})] == [(1, "heads"), (2, "heads")]
        assert await heads(engine) == []
    assert await heads(engine) == [(1, "heads"), (2, "heads")]


async def test_nothing_is_left_of_a_transaction_that_fails(engine: AsyncEngine) -> None:
    async def fall() -> None:
        async with sql.transaction(engine) as conn:
            await conn.execute(sa.insert(coin).values(id=1, side="heads"))
            await sql.rows(conn, PUT, {"id": 2, "side": "heads"})
            raise RuntimeError("fell off the table")

    with pytest.raises(RuntimeError, match="fell"):
        await fall()

    assert await heads(engine) == []


async def test_the_first_statement_of_a_transaction_of_sqlalchemys_own_is_in_it(engine: AsyncEngine) -> None:
    async with engine.connect() as conn:
        await sql.rows(conn, PUT, {"id": 1, "side": "heads"})
        await sql.rows(conn, PUT, {"id": 2, "side": "heads"})
        await conn.rollback()

    assert await heads(engine) == []


@pytest.mark.parametrize(
    ("statement", "values", "state"),
    [
        (PUT, {"id": 1, "side": "tails"}, "23505"),
        (PUT, {"id": 2**40, "side": "heads"}, "22000"),  # the driver says so, PostgreSQL is not asked
        (sa.select(coin.c.id / 0).where(coin.c.side == sa.bindparam("side")), {"side": "heads"}, "22012"),
    ],
)
async def test_what_the_database_refuses_is_said_as_sqlalchemy_says_it(
    engine: AsyncEngine, statement: Any, values: dict[str, Any], state: str
) -> None:
    async with sql.transaction(engine) as conn:
        await sql.rows(conn, PUT, {"id": 1, "side": "heads"})

    with pytest.raises(DBAPIError) as said:
        async with sql.transaction(engine) as conn:
            await sql.rows(conn, statement, values)

    assert said.value.orig is not None
    assert said.value.orig.sqlstate == state


async def gone(connections: list[Any]) -> None:
    """Wait until our side knows that they have been ended."""
    while not all(each.is_closed() for each in connections):  # noqa: ASYNC110  the driver tells nobody
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("wrong", sql.DRIVER_ERRORS)
async def test_whatever_the_driver_says_is_an_outage_to_whoever_waits_for_one(
    engine: AsyncEngine, wrong: type[Exception]
) -> None:
    with pytest.raises(DBAPIError, match="cannot switch to state 15"):
        async with sql.transaction(engine):
            raise wrong("cannot switch to state 15; another operation (2) is in progress")


async def test_a_connection_that_died_in_the_pool_is_given_to_nobody(engine: AsyncEngine, url: str) -> None:
    async with engine.connect() as one, engine.connect() as two:  # so that two lie in the pool
        both: list[Any] = [each.sync_connection.connection.driver_connection for each in (one, two)]
    other = create_async_engine(url)
    async with other.begin() as conn:
        mine = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%coins'")
        assert len((await conn.execute(mine)).all()) == 2
    await other.dispose()
    await asyncio.wait_for(gone(both), 10)

    for number in range(3):
        async with sql.transaction(engine) as conn:
            await sql.rows(conn, PUT, {"id": number, "side": "heads"})
    assert len(await heads(engine)) == 3


async def test_a_connection_whose_transaction_was_left_open_is_given_to_nobody(engine: AsyncEngine) -> None:
    async with sql.autocommit(engine).connect() as conn:
        await conn.exec_driver_sql("BEGIN")  # as a rollback leaves it that was itself cut short

    async with sql.transaction(engine) as conn:
        await sql.rows(conn, PUT, {"id": 1, "side": "heads"})
    assert await heads(engine) == [(1, "heads")]


async def test_a_connection_that_dies_in_a_transaction_takes_it_along(engine: AsyncEngine) -> None:
    async def die() -> None:
        async with sql.transaction(engine) as conn:
            await sql.rows(conn, PUT, {"id": 1, "side": "heads"})
            await sql.rows(conn, sa.select(sa.func.pg_terminate_backend(sa.func.pg_backend_pid())), {})

    with pytest.raises(DBAPIError):
        await die()

    assert await heads(engine) == []
