"""Periods on PostgreSQL: nothing is posted into a closed one, and closing waits for postings in flight."""

import asyncio
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from finance import handlers
from finance.model import ClosePeriod, MakePeriod, ReopenPeriod

MANAGER, GENERAL = ["level:finance-manager"], ["level:general-manager"]
ENTRY = (
    "INSERT INTO journal_entry (id, entity, case_id, template, document, customer, currency, books_currency, posted_on,"
    " adjusting) VALUES (:id, 'CN01', 'K', 'T', '', 'C077', 'CNY', 'CNY', CAST(CAST(:day AS text) AS date), :adjusting)"
)
LINE = (
    "INSERT INTO journal_line (entry, no, side, account, currency, amount, functional)"
    " VALUES (:id, :no, :side, 'AR', 'CNY', 1, 1)"
)


async def ask(ledger, handle, body, key="CN01/2026-03", actor="fiona", scopes=MANAGER):
    [answer] = await ledger.ask((handle, body, key), actor=actor, scopes=scopes)
    return answer


async def periods(ledger, *names):
    for name in names:
        answer = await ask(ledger, handlers.MAKE_PERIOD, MakePeriod(entity="CN01", period=name), "new")
        assert answer.status == 200, answer.body


async def lock(ledger, name, handle=handlers.LOCK):
    answer = await ask(ledger, handle, ClosePeriod(), f"CN01/{name}")
    assert answer.status == 200, answer.body


async def post(conn, entry, day, adjusting=False):
    await conn.execute(text(ENTRY), {"id": entry, "day": day, "adjusting": adjusting})
    await conn.execute(text(LINE), [{"id": entry, "no": n, "side": "DC"[n]} for n in (0, 1)])


async def status(ledger, name="2026-03"):
    [row] = await ledger.rows("SELECT status FROM accounting_period WHERE name = :name", name=name)
    return row.status


@pytest.mark.req("F-39")
@pytest.mark.parametrize(
    ("day", "adjusting", "taken"),
    [
        ("2026-02-10", True, False),
        ("2026-03-10", False, False),
        ("2026-03-10", True, True),
        ("2026-04-10", False, True),
        ("2030-01-01", False, True),
    ],
)
async def test_a_closed_period_takes_no_posting_from_whoever_has_the_password(ledger, day, adjusting, taken):
    await periods(ledger, "2026-02", "2026-03", "2026-04")
    await lock(ledger, "2026-02")
    await lock(ledger, "2026-03", handlers.SOFT_LOCK)

    async with ledger.engine.connect() as conn:
        if taken:
            await post(conn, "x", day, adjusting)
        else:
            with pytest.raises(DBAPIError, match="PERIOD_LOCKED"):
                await post(conn, "x", day, adjusting)
        await conn.commit()
    assert len(await ledger.rows("SELECT * FROM journal_entry")) == taken


@pytest.mark.req("F-39")
async def test_closing_waits_for_postings_in_flight_and_postings_wait_for_a_close(ledger):
    await periods(ledger, "2026-03")
    order = []
    async with ledger.engine.connect() as posting:
        await post(posting, "in-flight", "2026-03-10")
        closing = asyncio.create_task(lock(ledger, "2026-03"))
        closing.add_done_callback(lambda _: order.append("closed"))
        await asyncio.sleep(0.4)
        order.append("posted")
        await posting.commit()
    await closing
    assert order == ["posted", "closed"]

    await periods(ledger, "2026-04")
    async with ledger.engine.connect() as closer, ledger.engine.connect() as posting:
        await closer.execute(
            text(
                'UPDATE accounting_period SET body = body || \'{"status": "LOCKED", "changes": 1}\''
                " WHERE name = '2026-04'"
            )
        )
        await closer.execute(
            text(
                "INSERT INTO period_change VALUES ('CN01/2026-04/1', 'CN01', '2026-04', 'OPEN', 'LOCKED', 'x', '', '',"
                " '2026-05-01')"
            )
        )
        waiting = asyncio.create_task(post(posting, "too-late", "2026-04-10"))
        await asyncio.sleep(0.4)
        assert not waiting.done()
        await closer.commit()
        with pytest.raises(DBAPIError, match="PERIOD_LOCKED"):
            await waiting
        await posting.rollback()
    assert [row.id for row in await ledger.rows("SELECT id FROM journal_entry")] == ["in-flight"]


@pytest.mark.req("F-39")
async def test_a_decision_that_meets_a_close_in_flight_is_posted_into_the_next_period(ledger, blue, returned, decided):
    today = datetime.now(UTC).date()  # noqa: TID251  the database's day
    last = f"{today:%Y-%m}"
    await periods(ledger, last)
    await ledger.sell([blue()])
    async with ledger.engine.connect() as closer:
        await closer.execute(text('UPDATE accounting_period SET body = body || \'{"status": "LOCKED", "changes": 1}\''))
        await closer.execute(
            text("INSERT INTO period_change VALUES (:id, 'CN01', :name, 'OPEN', 'LOCKED', 'x', '', '', '2026-05-01')"),
            {"id": f"CN01/{last}/1", "name": last},
        )
        deciding = asyncio.create_task(ledger.hear(decided("CREDIT", [returned(approved="3")])))
        await asyncio.sleep(0.3)
        await closer.commit()
    await deciding

    [row, *_] = await ledger.rows("SELECT posted_on, service_on FROM journal_entry")
    following = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    assert (row.posted_on, row.service_on) == (following, today)
    assert await ledger.rows("SELECT * FROM parked") == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE accounting_period SET body = body || '{\"status\": \"OPEN\"}' WHERE name = '2026-02'",
        'UPDATE accounting_period SET body = body || \'{"status": "OPEN", "changes": 1}\' WHERE name = \'2026-03\'',
        "UPDATE accounting_period SET body = body || '{\"status\": \"LOCKED\"}' WHERE name = '2026-04'",
        "UPDATE accounting_period SET body = body || '{\"ends\": \"2026-03-30\"}' WHERE name = '2026-03'",
        "UPDATE accounting_period SET body = body || '{\"status\": \"AJAR\"}' WHERE name = '2026-03'",
        "DELETE FROM accounting_period WHERE name = '2026-03'",
        "TRUNCATE accounting_period",
        "DELETE FROM period_change",
        "UPDATE period_change SET by = 'somebody'",
        "INSERT INTO period_change VALUES ('x', 'CN01', '2026-03', 'LOCKED', 'OPEN', 'a', 'a', '', '2026-04-01')",
    ],
)
async def test_no_period_changes_behind_the_record(ledger, change):
    await periods(ledger, "2026-02", "2026-03", "2026-04")
    await lock(ledger, "2026-02")
    await lock(ledger, "2026-03")

    with pytest.raises(DBAPIError):
        async with ledger.engine.begin() as conn:
            await conn.execute(text(change))
    assert [await status(ledger, name) for name in ("2026-02", "2026-03", "2026-04")] == ["LOCKED", "LOCKED", "OPEN"]


async def test_a_day_is_in_one_period_even_for_two_at_once(ledger):
    bodies = [
        MakePeriod(entity="CN01", period=name, starts=date(2026, 3, 1), ends=date(2026, 3, 31)) for name in ("a", "b")
    ]
    answers = await asyncio.gather(*(ask(ledger, handlers.MAKE_PERIOD, body, "new") for body in bodies))

    assert sorted(answer.status for answer in answers) == [200, 409]
    assert len(await ledger.rows("SELECT * FROM accounting_period")) == 1


async def test_a_locked_period_opens_again_for_two_persons_only_and_leaves_a_record(ledger):
    await periods(ledger, "2026-02", "2026-03")
    early = await ask(ledger, handlers.LOCK, ClosePeriod())
    await lock(ledger, "2026-02")
    await lock(ledger, "2026-03")
    body = ReopenPeriod(reason="a late invoice")

    older = await ask(ledger, handlers.REOPEN, body, "CN01/2026-02")
    first = await ask(ledger, handlers.REOPEN, body)
    again = await ask(ledger, handlers.REOPEN, body)
    lower = await ask(ledger, handlers.REOPEN, body, actor="bob")
    assert await status(ledger) == "LOCKED"
    second = await ask(ledger, handlers.REOPEN, body, actor="gina", scopes=GENERAL)

    codes = [answer.body.get("code", answer.body.get("status")) for answer in (early, older, first, again, lower)]
    assert codes == [
        "period-not-ready",
        "not-the-latest-period",
        "LOCKED",
        "four-eyes",
        "approver-level-too-low",
    ]
    assert (second.body["status"], await status(ledger)) == ("OPEN", "OPEN")
    record = await ledger.rows("SELECT before, after, by, second, reason FROM period_change WHERE period = '2026-03'")
    assert [tuple(row) for row in record] == [
        ("OPEN", "LOCKED", "fiona", "", ""),
        ("LOCKED", "OPEN", "fiona", "gina", "a late invoice"),
    ]
    types = [row.type.split(".")[2] for row in await ledger.rows("SELECT type FROM outbox ORDER BY seq")]
    assert types == ["period_locked", "period_locked", "period_reopened"]


async def test_an_entry_is_taken_back_once(ledger):
    async with ledger.engine.begin() as conn:
        await post(conn, "x", "2026-03-10")
    back = ENTRY.replace("adjusting) V", "adjusting, reverses) V").replace(":adjusting)", ":adjusting, 'x')")
    head = {"day": "2026-03-11", "adjusting": False}
    async with ledger.engine.begin() as conn:
        await conn.execute(text(back), {"id": "x1", **head})
        await conn.execute(text(LINE), [{"id": "x1", "no": n, "side": "CD"[n]} for n in (0, 1)])

    for entry, constraint in (("x2", "reversed_once"), ("x", "reverses_another")):
        async with ledger.engine.connect() as conn:
            with pytest.raises(DBAPIError, match=constraint):
                await conn.execute(text(back), {"id": entry, **head})


@pytest.mark.req("F-39")
@pytest.mark.parametrize(
    ("told", "service"),
    [
        ("2026-03-30T09:00:00Z", "2026-03-30"),
        ("2026-03-31T01:00:00+08:00", "2026-03-30"),
        ("soon", None),
        ("9999-12-31T00:00:00Z", None),
    ],
)
async def test_a_message_says_when_its_fact_came_about_but_never_after_today(
    ledger, blue, returned, decided, told, service
):
    await ledger.sell([blue()])
    await ledger.hear(decided("CREDIT", [returned(approved="3")]), told_at=told)

    [row, *_] = await ledger.rows("SELECT posted_on, service_on FROM journal_entry")
    today = datetime.now(UTC).date()  # noqa: TID251  the database's day
    assert (row.posted_on, row.service_on) == (today, date.fromisoformat(service) if service else today)
