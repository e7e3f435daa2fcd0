"""Losses and claims on suppliers on PostgreSQL: shares add up, claims are not exceeded, nothing happens twice."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from contracts.repair import RepairCompleted
from finance import handlers
from finance.model.losses import AskedShare, ReportLoss, SplitLoss
from finance.model.monthend import RunMonthEnd
from finance.model.periods import Adjust
from finance.model.suppliers import AnswerClaim, ClaimFromSupplier, SendClaim

ABOUT = {"entity": "CN01", "currency": "CNY"}


async def ask(ledger, handle, body, key="K-1", **who):
    [answer] = await ledger.ask((handle, body, key), **who)
    return answer


async def lose(ledger, amount="100"):
    body = ReportLoss(case_id="K-1", kind="REWORK", amount=amount, reference="W-1", **ABOUT)
    assert (await ask(ledger, handlers.REPORT_LOSS, body)).status == 200


async def split(ledger, **shares):
    made = tuple(AskedShare(party=party, percent=percent) for party, percent in shares.items())
    return await ask(ledger, handlers.SPLIT_LOSS, SplitLoss(shares=made, **ABOUT))


async def left(ledger):
    rows = await ledger.rows(
        "SELECT account, department, sum(CASE side WHEN 'D' THEN amount ELSE -amount END) AS amount"
        " FROM journal_line GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return [tuple(row) for row in rows if row.amount]


@pytest.mark.req("F-28", "R-268")
@pytest.mark.parametrize(
    "change",
    [
        "jsonb_set(body, '{shares,0,percent}', '\"33.3333\"')",
        "jsonb_set(body, '{shares,0,amount}', '\"33.33\"')",
        "jsonb_set(body, '{shares,0,moved}', '\"0.01\"')",
        "jsonb_set(body, '{total}', '\"100.01\"')",
        "jsonb_set(body, '{shares}', '[]')",
    ],
)
async def test_shares_that_do_not_add_up_are_refused_at_commit(ledger, change):
    await lose(ledger)
    await split(ledger, MFG="33.3334", PUR="33.3333", QA="33.3333")

    with pytest.raises(DBAPIError, match="not the whole of it"):
        async with ledger.engine.begin() as conn:
            await conn.execute(text(f"UPDATE loss SET body = {change}"))
    assert [row.stage for row in await ledger.rows("SELECT stage FROM loss")] == ["SPLIT"]


@pytest.mark.req("F-28")
async def test_of_two_splits_at_once_the_second_takes_the_first_back(ledger):
    await lose(ledger)

    await asyncio.gather(split(ledger, MFG="100"), split(ledger, QA="100"))

    [unallocated, *departments] = sorted(await left(ledger), key=lambda row: row[2])
    assert unallocated == ("QUALITY_LOSS", "UNALLOCATED", -100)
    assert [row[2] for row in departments] == [100]
    assert [row.revision for row in await ledger.rows("SELECT (body->>'revision')::int AS revision FROM loss")] == [2]


@pytest.mark.req("F-25", "R-275")
async def test_of_two_answers_at_once_no_more_is_accepted_than_was_claimed(ledger):
    await ask(
        ledger,
        handlers.CLAIM_FROM_SUPPLIER,
        ClaimFromSupplier(supplier="S1", case_id="K-1", amount="300", **ABOUT),
        "SC-1",
    )
    await ask(ledger, handlers.SEND_CLAIM, SendClaim(), "SC-1")
    accepts = AnswerClaim(accepted="200", final=False)

    answers = await asyncio.gather(*(ask(ledger, handlers.ANSWER_CLAIM, accepts, "SC-1") for _ in range(2)))

    assert sorted(answer.status for answer in answers) == [200, 409]
    assert await left(ledger) == [("AP", "", 200), ("QUALITY_LOSS", "", -300), ("SUPPLIER_CLAIM", "", 100)]
    with pytest.raises(DBAPIError, match="claim_is_not_exceeded"):
        async with ledger.engine.begin() as conn:
            await conn.execute(text('UPDATE supplier_claim SET body = body || \'{"accepted": "300.01"}\''))


@pytest.mark.req("F-25")
async def test_what_a_supplier_without_a_share_refuses_is_nobodys_in_particular_again(ledger):
    await lose(ledger)
    await split(ledger, MFG="60", QA="40")
    claim = ClaimFromSupplier(supplier="S1", case_id="K-1", amount="30", **ABOUT)
    await ask(ledger, handlers.CLAIM_FROM_SUPPLIER, claim, "SC-1")
    await ask(ledger, handlers.SEND_CLAIM, SendClaim(), "SC-1")

    answer = await ask(ledger, handlers.ANSWER_CLAIM, AnswerClaim(accepted="10"), "SC-1")

    assert (answer.status, answer.body["stage"]) == (200, "PARTLY")
    assert await left(ledger) == [
        ("AP", "", 10),
        ("QUALITY_LOSS", "", -10),
        ("QUALITY_LOSS", "MFG", 60),
        ("QUALITY_LOSS", "QA", 40),
        ("QUALITY_LOSS", "UNALLOCATED", -100),
    ]


@pytest.mark.req("F-28")
async def test_a_case_that_has_said_something_already_is_split_and_split_again(ledger, blue, returned, decided):
    await ledger.sell([blue()])
    await ledger.hear(decided("CREDIT", [returned(approved="3", becomes="SCRAP")]))

    first, second = await split(ledger, MFG="50", QA="50"), await split(ledger, MFG="100")

    assert (first.status, second.status, second.body["total"]) == (200, 200, 180)
    back = await ledger.rows("SELECT reverses FROM journal_entry WHERE template = 'T17-back'")
    assert [row.reverses for row in back] == ["K-1.loss.1/T17/"]


@pytest.mark.req("R-278")
async def test_what_a_repair_costs_is_collected_for_its_case_though_no_order_is_known(ledger):
    repair = RepairCompleted(
        case_id="K-1", repair_number="W-1", chargeable=False, parts_cost="25", labour_cost="15", **ABOUT
    )
    await ledger.hear(repair)

    answer = await split(ledger, QA="100")

    assert answer.body["total"] == 40
    assert await left(ledger) == [("LABOUR_ABSORBED", "", -15), ("PARTS", "", -25), ("WARRANTY_PROVISION", "", 40)]


async def lost(ledger, news):
    """Scrap what a case brought, and split its loss."""
    await ledger.hear(news)
    shares = (AskedShare(party="MFG", percent=60), AskedShare(party="S1", kind="SUPPLIER", percent=40))
    await ask(ledger, handlers.SPLIT_LOSS, SplitLoss(shares=shares, **ABOUT), news.case_id)


async def more(ledger, case):
    """Let a case cost more after its loss was split."""
    lines = [{"side": "D", "account": "QUALITY_LOSS", "amount": "40"}, {"side": "C", "account": "AP", "amount": "40"}]
    day = datetime.now(UTC).date()  # noqa: TID251  the database's day
    body = Adjust(posted_on=day, case_id=case, lines=lines, reason="freight", **ABOUT)
    await ask(ledger, handlers.ADJUST, body, f"A-{case}")


async def month_ends(ledger, times):
    """Ask for so many steps in one transaction."""
    month = f"{datetime.now(UTC):%Y-%m}"  # noqa: TID251  the database's day
    body = RunMonthEnd(entity="CN01", period=month)
    return [each.body for each in await ledger.ask(*[(handlers.RUN_MONTH_END, body, f"new-{n}") for n in range(times)])]


async def month_end(ledger):
    [answer] = await month_ends(ledger, 1)
    return answer


@pytest.mark.req("F-28", "R-268")
async def test_a_month_end_splits_again_what_has_grown_each_loss_once_and_tells_it(ledger, blue, returned, decided):
    await ledger.sell([blue()])
    for case in ("K-1", "K-2", "K-3"):
        await lost(ledger, decided("CREDIT", [returned(becomes="SCRAP")], case))
    for case in ("K-1", "K-2"):
        await more(ledger, case)
    told = len(await ledger.rows("SELECT * FROM outbox"))

    stages = ["RUNNING"]
    while "RUNNING" in stages:
        stages = [each["stage"] for each in await asyncio.gather(*(month_end(ledger) for _ in range(2)))]

    losses = await ledger.rows("SELECT body->>'total' AS total, body->>'revision' AS revision FROM loss ORDER BY id")
    assert [tuple(row) for row in losses] == [("100.00", "2"), ("100.00", "2"), ("60.00", "1")]
    assert [row[2] for row in await left(ledger) if row[:2] == ("QUALITY_LOSS", "MFG")] == [60 + 60 + 36]
    news = await ledger.rows("SELECT aggregateid, type FROM outbox WHERE seq > :told ORDER BY aggregateid", told=told)
    assert [row.aggregateid for row in news if "loss_split" in row.type] == ["K-1/loss", "K-2/loss"]
    assert len(await ledger.rows("SELECT * FROM policy_run WHERE kind = 'RESPONSIBILITY'")) == 1


@pytest.mark.req("F-28", "R-268")
async def test_what_has_grown_is_split_again_in_one_transaction_which_goes_no_further_than_its_step(
    ledger, blue, returned, decided
):
    await ledger.sell([blue()])
    for case in ("K-1", "K-2", "K-3"):
        await lost(ledger, decided("CREDIT", [returned(becomes="SCRAP")], case))
        await more(ledger, case)
    while (await month_end(ledger))["next"] != "RESPONSIBILITY":
        pass

    answers = await month_ends(ledger, 6)

    assert [each["next"] for each in answers] == [*["RESPONSIBILITY"] * 3, *["REPORTS"] * 3]
    assert [tuple(row) for row in await ledger.rows("SELECT body->>'revision' FROM loss")] == [("2",)] * 3
    news = await ledger.rows("SELECT aggregateid FROM outbox WHERE type ~ 'loss_split' AND payload::text ~ '100.00'")
    assert sorted(each for [each] in news) == ["K-1/loss", "K-2/loss", "K-3/loss"]
    [reports] = await month_ends(ledger, 1)
    assert reports["next"] == "LOCK"
    [kept] = await ledger.rows("SELECT result FROM policy_run WHERE kind = 'REPORTS'")
    assert "QUALITY_LOSS" in kept.result
