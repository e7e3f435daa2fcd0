"""A month end on PostgreSQL: every step once, killed in between it goes on, and what blocks it is said."""

import asyncio
from dataclasses import fields

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from contracts.base import Original, Reason, Scope
from contracts.rma import AuthorizedLine, ReturnAuthorized
from finance import handlers
from finance.ledger.monthend import Facts
from finance.model.monthend import MonthFacts, RunMonthEnd, Step
from servicekit import shell

BODY = RunMonthEnd(entity="CN01", period="2026-03", currency="CNY", warranty_revenue="1000000")


class Death(BaseException):
    """Not a bug that the shell may park: the process is gone."""


def die(name):
    if name == "shell.before_commit":
        raise Death


async def step(ledger, body=BODY):
    [answer] = await ledger.ask((handlers.RUN_MONTH_END, body, "new"), actor="fiona")
    return answer.body


async def steps(ledger):
    return sorted(row.kind for row in await ledger.rows("SELECT kind FROM policy_run"))


@pytest.fixture
async def sold(ledger, blue):
    """A sale, a return on its way since March, and a warranty that is provided for."""
    await ledger.sell([blue()])
    line = AuthorizedLine(line=1, item="P-100", approved="3", original=Original(invoice="26312000000000000001", line=1))
    about = {"customer": "C077", "entity": "CN01", "currency": "CNY", "scope": Scope(), "request": "RETURN"}
    more = {"chargeable": False, "expires_on": "2026-05-01", "instructions": "", "reason": Reason(code="agreed")}
    news = ReturnAuthorized(case_id="K-9", rma_number="R-9", lines=(line,), **about, **more)
    await ledger.hear(news, told_at="2026-03-30T09:00:00Z")
    async with ledger.engine.begin() as conn:
        row = "INSERT INTO policy_row (version, scope, valid_from, values, proposed_by, approved_by)"
        values = "(9, 'global', '2000-01-01', CAST(:figures AS jsonb), 'a', 'b')"
        await conn.execute(text(f"{row} VALUES {values}"), {"figures": '{"warranty_rate_percent": "2"}'})
    return ledger


@pytest.mark.req("F-48", "F-49")
async def test_a_month_ends_step_by_step_and_goes_on_after_every_death(sold, monkeypatch):
    for following in Step:
        monkeypatch.setattr(shell, "failpoint", die)
        with pytest.raises(Death):
            await step(sold)
        monkeypatch.undo()
        answer = await step(sold)
        assert answer["done"][-1] == following

    assert (answer["stage"], (await step(sold))["stage"]) == ("DONE", "DONE")
    assert await steps(sold) == sorted(Step)
    entries = await sold.rows(
        "SELECT template, posted_on::text AS day, run, reverses <> '' AS back FROM journal_entry ORDER BY seq"
    )
    assert [tuple(row) for row in entries] == [
        ("T19", "2026-03-31", "CN01/2026-03", False),
        ("T20", "2026-03-31", "CN01/2026-03", False),
        ("T20-goods", "2026-03-31", "CN01/2026-03", False),
        ("T20-back", "2026-04-01", "CN01/2026-03", True),
        ("T20-goods-back", "2026-04-01", "CN01/2026-03", True),
    ]
    [totals] = await sold.rows("SELECT result::json->>'debit' AS debit FROM policy_run WHERE kind = 'CONTROL_TOTALS'")
    assert totals.debit == "20480"
    assert [row.status for row in await sold.rows("SELECT status FROM accounting_period")] == ["LOCKED"]


@pytest.mark.req("F-48")
async def test_two_at_once_do_each_step_once(sold):
    stages = ["RUNNING"]
    while "RUNNING" in stages:
        stages = [answer["stage"] for answer in await asyncio.gather(*(step(sold) for _ in range(2)))]

    assert await steps(sold) == sorted(Step)
    assert len(await sold.rows("SELECT * FROM journal_entry WHERE template = 'T19'")) == 1


async def test_a_run_of_one_kind_and_month_is_written_once_and_never_changes(sold):
    await step(sold)
    again = "INSERT INTO policy_run VALUES ('x', 'STOP_INTAKE', 'CN01', '2026-03', '', '', '2026-04-01')"
    for change in (again, "UPDATE policy_run SET by = 'x'", "DELETE FROM policy_run", "TRUNCATE policy_run"):
        async with sold.engine.connect() as conn:
            with pytest.raises(DBAPIError, match=r"one_run_of_each_kind|never changes"):
                await conn.execute(text(change))


async def test_what_blocks_a_month_end_is_said_and_it_goes_on_when_it_is_gone(sold):
    async with sold.engine.begin() as conn:
        await conn.execute(text("UPDATE blue_line SET credited_quantity = 1"))
    stages = [await step(sold) for _ in range(4)]
    assert [(each["stage"], list(each["blocked"]), each["next"]) for each in stages[2:]] == [
        ("BLOCKED", ["drifting"], Step.COUNTERS),
        ("BLOCKED", ["drifting"], Step.COUNTERS),
    ]

    async with sold.engine.begin() as conn:
        await conn.execute(text("UPDATE blue_line SET credited_quantity = 0"))
    assert (await step(sold))["stage"] == "RUNNING"


async def test_a_step_reads_only_what_it_looks_at(sold):
    read = []
    for _ in Step:
        async with sold.engine.connect() as conn:
            facts = (await Facts().load(conn, ["CN01/2026-03"]))["CN01/2026-03"].state
        told = {each.name: getattr(facts, each.name) for each in fields(facts) if each.name != "step"}
        read.append({name for name, value in told.items() if value != getattr(MonthFacts(), name)})
        await step(sold)

    assert read == [
        *[set()] * 4, {"revenue"}, {"on_the_way"}, {"open_in"}, set(), {"losses"}, set(),
        {"entries", "debit", "credit", "digest"}, set(),
    ]  # fmt: skip
