"""Two at once, held at the worst moment: both have read what they need, and neither has written yet."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@asynccontextmanager
async def numbers_held(ledger):
    """Nobody takes a number while this lasts: it is what a booking locks last."""
    async with ledger.engine.begin() as conn:
        await conn.execute(text("SELECT FROM numbers FOR UPDATE"))
        yield


async def waiting(ledger, count):
    """Wait until so many transactions wait for each other."""
    async with asyncio.timeout(10):
        while (await ledger.rows(WAITING))[0][0] < count:  # noqa: ASYNC110  the database has no event for it
            await asyncio.sleep(0.02)


@pytest.mark.req("F-34")
async def test_of_two_credits_that_meet_the_second_takes_what_the_first_has_left(ledger, blue, returned, decided):
    await ledger.sell([blue()])
    await ledger.hear(decided("CREDIT", [returned()], "K-0"))

    async with numbers_held(ledger):
        both = [
            asyncio.create_task(ledger.hear(decided("CREDIT", [returned(approved="6")], k))) for k in ("K-1", "K-2")
        ]
        await waiting(ledger, 2)
    await asyncio.gather(*both)

    credited = await ledger.rows("SELECT net FROM credit_document ORDER BY net")
    assert [row.net for row in credited] == [100, 300, 600]
    [invoice] = await ledger.rows("SELECT open_amount FROM blue_invoice")
    assert invoice.open_amount == 0
    await ledger.sound()
