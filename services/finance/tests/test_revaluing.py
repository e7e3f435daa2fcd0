"""A month end in dollars on PostgreSQL: revalued once, whatever dies or happens meanwhile, and only at a rate."""

import asyncio
from decimal import Decimal

import pytest
from sqlalchemy import text

from finance import handlers
from finance.model.monthend import RunMonthEnd, Step
from servicekit import shell

ENDED = [step for step in Step if list(Step).index(step) < list(Step).index(Step.REVALUATION)]
DOLLARS = {"currency": "USD", "rate": "7.10", "issued_at": "2026-03-05"}


class Death(BaseException):
    """Not a bug that the shell may park: the process is gone."""


def die(name):
    if name == "shell.before_commit":
        raise Death


async def step(ledger, **rates):
    body = RunMonthEnd(entity="CN01", period="2026-03", rates=rates)
    [answer] = await ledger.ask((handlers.RUN_MONTH_END, body, "new"), actor="fiona")
    return answer.body


async def stands(ledger):
    return [
        tuple(row) for row in await ledger.rows("SELECT open_amount, open_functional FROM blue_invoice ORDER BY id")
    ]


async def posted(ledger):
    query = """SELECT l.side, l.account, l.currency, l.amount, l.functional, e.posted_on::text AS day
    FROM journal_entry e JOIN journal_line l ON l.entry = e.id WHERE e.template = 'FX' ORDER BY e.seq, l.no"""
    return [tuple(row) for row in await ledger.rows(query)]


@pytest.fixture
async def abroad(ledger, blue):
    """Two invoices in dollars, of March and of April, one in yuan, in books of yuan; only the revaluation is left."""
    await ledger.policy(functional_currencies={"CN01": "CNY"})
    await ledger.sell([blue(tax="0")], "X-1", **DOLLARS)
    await ledger.sell([blue(tax="0")], "X-2", **{**DOLLARS, "issued_at": "2026-04-01"})
    await ledger.sell([blue(tax="0")], "Y-1")
    for _ in ENDED:
        await step(ledger)
    return ledger


async def test_without_a_rate_the_month_waits_and_with_one_it_is_revalued_once_whoever_dies(abroad, monkeypatch):
    blocked = await step(abroad)
    monkeypatch.setattr(shell, "failpoint", die)
    with pytest.raises(Death):
        await step(abroad, USD="7.20", EUR="8")
    monkeypatch.undo()
    before = await stands(abroad)
    done = await step(abroad, USD="7.20", EUR="8")
    for _ in Step:
        last = await step(abroad, USD="9.99")

    assert (blocked["stage"], list(blocked["blocked"])) == ("BLOCKED", ["rate-missing", "USD"])
    assert before == [(1000, 7100), (1000, 7100), (1000, 1000)]
    assert (done["done"][-1], last["stage"], last["rates"]) == (Step.REVALUATION, "DONE", {"USD": Decimal("7.20")})
    assert await stands(abroad) == [(1000, 7200), (1000, 7100), (1000, 1000)]
    assert await posted(abroad) == [
        ("D", "AR", "USD", 0, 100, "2026-03-31"),
        ("C", "FX_GAIN", "USD", 0, 100, "2026-03-31"),
    ]
    [run] = await abroad.rows("SELECT result::json->'changes' AS changes FROM policy_run WHERE kind = 'REVALUATION'")
    assert run.changes == {"USD AR": "100"}


async def test_two_at_once_revalue_once(abroad):
    await asyncio.gather(*(step(abroad, USD="7.20") for _ in range(3)))

    assert await stands(abroad) == [(1000, 7200), (1000, 7100), (1000, 1000)]
    assert len(await posted(abroad)) == 2


async def test_what_is_settled_meanwhile_is_waited_for_and_not_valued(abroad):
    async with abroad.engine.connect() as paying:
        await paying.execute(
            text("UPDATE blue_invoice SET open_amount = 400, open_functional = 2840 WHERE id = 'CN01/X-1'")
        )
        revaluing = asyncio.create_task(step(abroad, USD="7.20"))
        await asyncio.sleep(0.3)
        waited = not revaluing.done()
        await paying.commit()
    await revaluing

    assert waited
    assert (await stands(abroad))[0] == (400, 2880)
    assert [row[4] for row in await posted(abroad)] == [40, 40]


async def test_books_without_a_currency_of_their_own_have_nothing_to_revalue(ledger, blue):
    await ledger.sell([blue()], "X-1", currency="USD", issued_at="2026-03-05")
    for _ in Step:
        last = await step(ledger)

    assert (last["stage"], await posted(ledger)) == ("DONE", [])
