"""What must hold of currencies, limits and refunds, on PostgreSQL, whoever writes."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from finance import handlers
from finance.model import Approve, ConfirmPayment, Propose, ReportFailure, RequestRefund

HEAD = (
    "INSERT INTO journal_entry (id, entity, case_id, template, document, customer, currency, books_currency, posted_on)"
    " VALUES ('x', 'CN01', 'K', 'T', '', 'C077', 'USD', 'CNY', '2026-04-10')"
)
LINE = "INSERT INTO journal_line VALUES ('x', :no, :side, :account, :currency, :amount, :functional)"


async def write(ledger, *statements):
    async with ledger.engine.begin() as conn:
        for statement, values in statements:
            await conn.execute(text(statement), values)


def posted(*lines):
    rows = [dict(zip(("side", "account", "currency", "amount", "functional"), line, strict=True)) for line in lines]
    return [(HEAD, {}), *((LINE, {**row, "no": n}) for n, row in enumerate(rows))]


@pytest.mark.req("F-44")
@pytest.mark.parametrize(
    "lines",
    [
        [("D", "CUSTOMER_CREDIT", "USD", 300, 2130), ("C", "BANK", "USD", 300, 2160)],
        [("D", "AR", "USD", 300, 2130), ("C", "REVENUE", "USD", 299, 2130)],
        [("D", "AR", "USD", 300, 2130), ("C", "REVENUE", "EUR", 300, 2130)],
        [("D", "FX_LOSS", "USD", 0, 30)],
    ],
    ids=["books", "document", "two-currencies", "one-line"],
)
async def test_an_entry_that_balances_in_one_currency_only_is_refused(ledger, lines):
    with pytest.raises(DBAPIError, match="does not balance"):
        await write(ledger, *posted(*lines))
    assert await ledger.rows("SELECT * FROM journal_line") == []


@pytest.mark.req("F-44")
async def test_a_difference_of_rates_has_an_amount_in_the_books_only_and_nothing_else_has_none(ledger):
    with pytest.raises(IntegrityError, match="line_has_an_amount"):
        await write(ledger, *posted(("D", "FX_LOSS", "USD", 0, 0)))

    await write(
        ledger,
        *posted(
            ("D", "CUSTOMER_CREDIT", "USD", 300, 2130), ("D", "FX_LOSS", "USD", 0, 30), ("C", "BANK", "USD", 300, 2160)
        ),
    )
    assert len(await ledger.rows("SELECT * FROM journal_line")) == 3


@pytest.mark.req("F-44")
async def test_dollars_are_credited_and_paid_in_books_of_yuan(ledger, blue, returned, decided):
    await ledger.policy(functional_currencies={"CN01": "CNY"})
    lines = [blue(tax="0", unit_cost=None)]
    [lost] = await ledger.sell(lines, currency="USD", open_amount="0")
    [sold] = await ledger.sell(lines, currency="USD", open_amount="0", rate="7.1")
    await ledger.hear(decided("CREDIT", [returned(approved="1")], currency="USD"))
    body = RequestRefund(entity="CN01", customer="C077", currency="USD", amount="100")
    await ledger.ask((handlers.REQUEST_REFUND, body, "R-1"), actor="alice")
    await ledger.ask((handlers.APPROVE_REFUND, Approve(), "R-1"), actor="bob")
    [paid] = await ledger.ask((handlers.CONFIRM_PAYMENT, ConfirmPayment(reference="B", rate="7.2"), "R-1"))

    assert (lost.body["code"], sold.status, paid.body["stage"]) == ("rate-missing", 200, "PAID")
    rows = await ledger.rows(
        "SELECT account, amount, functional FROM journal_line WHERE account IN ('BANK', 'FX_LOSS')"
    )
    assert sorted((r.account, r.amount, r.functional) for r in rows) == [("BANK", 100, 720), ("FX_LOSS", 0, 10)]
    [balance] = await ledger.rows("SELECT balance, functional FROM customer_credit")
    assert tuple(balance) == (0, 0)


@pytest.mark.req("F-03")
@pytest.mark.parametrize(
    ("change", "limit"),
    [
        ("SET balance = -1, functional = -1", "credit_within_limit"),
        ("SET reserved = 401", "credit_within_limit"),
        ("SET reserved = -1", "credit_within_limit"),
        ("SET overdraft = -1", "customer_credit_overdraft_check"),
        ("SET balance = 0", "credit_carried"),
    ],
)
async def test_no_credit_is_spent_beyond_its_limit_or_left_without_its_value(ledger, change, limit):
    row = "INSERT INTO customer_credit VALUES ('c', 'CN01', 'C077', 'CNY', 400, 400)"
    await write(ledger, (row, {}))

    with pytest.raises(IntegrityError, match=limit):
        await write(ledger, (f"UPDATE customer_credit {change}", {}))

    await write(ledger, ("UPDATE customer_credit SET overdraft = 50, balance = -50, functional = -50", {}))


@pytest.mark.req("R-284")
async def test_of_two_refunds_for_one_return_slip_one_is_taken_until_it_fails(ledger, blue, returned, decided):
    await ledger.sell([blue()], open_amount="0")
    await ledger.hear(decided("CREDIT", [returned(approved="3")]))
    about = {"entity": "CN01", "customer": "C077", "currency": "CNY", "amount": "100", "case": "K-1"}
    slip = RequestRefund(**about, return_slip="RS-7")

    answers = await asyncio.gather(
        *(ledger.ask((handlers.REQUEST_REFUND, slip, name), actor="alice") for name in ("R-1", "R-2"))
    )

    codes = {answer.body.get("refund_id", answer.body.get("code")) for [answer] in answers}
    [name] = codes - {"slip-paid-already"}
    assert len(codes) == 2
    columns = [row.column_name for row in await ledger.rows(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'refund' AND column_name <> 'id'"
        " AND is_generated = 'NEVER'"
    )]  # fmt: skip
    copy = f"INSERT INTO refund (id, {', '.join(columns)}) SELECT 'R-9', {', '.join(columns)} FROM refund"
    with pytest.raises(IntegrityError, match="one_refund_per_slip"):
        await write(ledger, (copy, {}))

    await ledger.ask((handlers.APPROVE_REFUND, Approve(), name), actor="bob")
    await ledger.ask((handlers.REPORT_FAILURE, ReportFailure(reason="closed"), name))
    [again] = await ledger.ask((handlers.REQUEST_REFUND, slip, "R-3"), actor="alice")
    assert again.body["stage"] == "REQUESTED"
    assert [row.balance for row in await ledger.rows("SELECT balance FROM customer_credit")] == [339]


@pytest.mark.req("F-36")
@pytest.mark.parametrize(
    "signatures",
    [
        '[{"person": "bob"}, {"person": "bob"}]',
        '[{"person": "alice"}]',
        '[{"person": "bob", "on_behalf_of": "alice"}]',
        '[{"person": "bob", "on_behalf_of": "carol"}, {"person": "carol"}]',
    ],
    ids=["twice", "the-maker", "for-the-maker", "who-has-lent"],
)
async def test_nobody_signs_twice_or_for_his_own_whoever_writes(ledger, returned, decided, signatures):
    fine = Propose(entity="CN01", customer="C077", currency="CNY", kind="FINE", case="K-1", amount="5", reason="late")
    await ledger.ask((handlers.PROPOSE, fine, "P-1"), actor="alice")
    await ledger.hear(decided("CREDIT", [returned(original=None)], "K-2", decided_by="alice"))

    for table in ("proposal", "settlement"):
        change = (
            f"UPDATE {table} SET body = jsonb_set(body, '{{signatures}}', CAST(:signed AS jsonb)) WHERE id <> 'K-1'"
        )
        with pytest.raises(IntegrityError, match="four_eyes"):
            await write(ledger, (change, {"signed": signatures}))
        await write(ledger, (change, {"signed": '[{"person": "bob"}, {"person": "carol", "on_behalf_of": ""}]'}))
