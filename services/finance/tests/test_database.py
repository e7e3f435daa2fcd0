"""What must hold of money, on PostgreSQL: even for two at once, and even when the inbox or the code fails."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from contracts.base import Reason
from contracts.rma import CaseSettled, ObligationOverdue, ReplacementReleased, ReturnRefused
from finance import handlers
from finance.model import Approve, ConfirmPayment, MakeClaim, RecordEvidence, RequestRefund
from servicekit import shell

ENTRY = (
    "INSERT INTO journal_entry (id, entity, case_id, template, document, customer, currency, books_currency, posted_on)"
    " VALUES (:id, 'CN01', 'K', 'T', '', 'C077', 'CNY', 'CNY', '2026-04-10')"
)
LINE = (
    "INSERT INTO journal_line (entry, no, side, account, currency, amount, functional)"
    " VALUES (:id, :no, :side, 'AR', 'CNY', :amount, :amount)"
)
WHY = Reason(code="goods_never_came")


def claim(claim_id, quantity, **more):
    line = {"line": 1, "item": "P-100", "quantity": quantity, "unit_price": "100", **more}
    about = {"entity": "CN01", "customer": "C077", "currency": "CNY", "returned_at": "2026-04-01"}
    return handlers.CLAIM, MakeClaim(claim_id=claim_id, lines=[line], **about), "new"


async def write(ledger, *statements):
    """Run statements as somebody would who has the database's password, in one transaction."""
    async with ledger.engine.begin() as conn:
        for statement, values in statements:
            await conn.execute(text(statement), values)


async def left(ledger):
    [row] = await ledger.rows("SELECT quantity - reserved_quantity - credited_quantity AS left FROM blue_line")
    return row.left


@pytest.mark.req("F-34")
async def test_of_two_credits_at_once_the_blue_line_never_gives_more_than_it_has(ledger, blue, returned, decided):
    await ledger.sell([blue()])

    await asyncio.gather(*(ledger.hear(decided("CREDIT", [returned(approved="6")], f"K-{n}")) for n in (1, 2)))

    credited = await ledger.rows("SELECT net FROM credit_document ORDER BY net")
    assert [row.net for row in credited] == [400, 600]
    assert await left(ledger) == 0
    await ledger.sound()


@pytest.mark.req("F-34")
async def test_of_two_claims_at_once_only_one_gets_all_that_it_asks_for(ledger, blue):
    await ledger.sell([blue()])

    answers = await asyncio.gather(*(ledger.ask(claim(f"C-{n}", "6")) for n in (1, 2)))

    unmatched = sorted(answer.body["lines"][0]["unmatched"] for [answer] in answers)
    assert unmatched == ["0", "2"]
    assert await left(ledger) == 0


@pytest.mark.req("F-34")
async def test_of_two_raw_writers_of_six_exactly_one_wins(ledger, blue):
    await ledger.sell([blue()])
    more = ("UPDATE blue_line SET credited_quantity = credited_quantity + 6", {})

    results = await asyncio.gather(write(ledger, more), write(ledger, more), return_exceptions=True)

    assert sorted(type(result) for result in results if result is not None) == [IntegrityError]


async def test_an_entry_that_does_not_balance_is_refused_at_commit(ledger):
    for amounts in ((10, 9), (10,)):
        lines = [(LINE, {"id": "x", "no": n, "side": "DC"[n], "amount": a}) for n, a in enumerate(amounts)]
        with pytest.raises(DBAPIError, match="does not balance"):
            await write(ledger, (ENTRY, {"id": "x"}), *lines)
    assert await ledger.rows("SELECT * FROM journal_entry") == []


async def test_a_balanced_entry_is_taken_and_then_never_changes(ledger):
    lines = [(LINE, {"id": "x", "no": n, "side": "DC"[n], "amount": 10}) for n in (0, 1)]
    await write(ledger, (ENTRY, {"id": "x"}), *lines)

    more = [(LINE, {"id": "x", "no": n + 2, "side": "DC"[n], "amount": 5}) for n in (0, 1)]
    with pytest.raises(DBAPIError, match="only together with their head"):
        await write(ledger, *more)
    for table in ("journal_entry", "journal_line", "credit_document", "credit_document_line"):
        for change in (f"UPDATE {table} SET currency = 'EUR'", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(DBAPIError, match="never changes"):
                await write(ledger, (change.replace("currency = 'EUR'", "no = 7") if "_line" in table else change, {}))
    assert len(await ledger.rows("SELECT * FROM journal_line")) == 2


async def test_a_document_that_is_not_the_sum_of_its_lines_is_refused_at_commit(ledger):
    head = (
        "INSERT INTO credit_document VALUES ('d', 'CN01', 'CREDIT_MEMO', 'CM26-', 1, 'CM26-000001', 'K', 'K.1', '',"
        " 'CNY', '', '', '2026-04-10', 10, 0)"
    )
    line = "INSERT INTO credit_document_line VALUES ('d', 1, 'P-100', '', 1, :net, 0)"
    for lines in ((), ((line, {"net": 9}),)):
        with pytest.raises(DBAPIError, match="not the sum of its lines"):
            await write(ledger, (head, {}), *lines)
    await write(ledger, (head, {}), (line, {"net": 10}))


@pytest.mark.req("F-38")
async def test_numbers_have_no_gap_although_transactions_fail_and_race(ledger, blue, returned, decided, monkeypatch):
    await ledger.sell([blue(line=n) for n in range(1, 31)])
    news = [decided("CREDIT", [returned(original=("26312000000000000001", n))], f"K-{n}") for n in range(1, 31)]

    monkeypatch.setattr(shell, "failpoint", die_before_commit)
    with pytest.raises(Death):
        await ledger.hear(news[0])
    monkeypatch.undo()
    await asyncio.gather(*(ledger.hear(*news[n : n + 5]) for n in range(0, 30, 5)))

    numbers = await ledger.rows("SELECT number FROM credit_document ORDER BY no")
    assert [row.number for row in numbers] == [f"CM{date.today():%y}-{n:06d}" for n in range(1, 31)]  # noqa: DTZ011, TID251  the database's day
    await ledger.sound()


class Death(BaseException):
    """Not a bug that the shell may park: the process is gone."""


def die_before_commit(name):
    if name == "shell.before_commit":
        raise Death


@pytest.mark.req("F-35")
async def test_the_same_decision_has_one_effect_in_any_number_of_messages(ledger, blue, returned, decided):
    await ledger.sell([blue()], open_amount="0")
    news = decided("CREDIT", [returned(approved="3")])

    await ledger.hear(news)
    await ledger.hear(news, news)

    assert [row.net for row in await ledger.rows("SELECT net FROM credit_document")] == [300]
    assert len(await ledger.rows("SELECT * FROM journal_entry")) == 2
    assert len(await ledger.rows("SELECT * FROM outbox")) == 1


@pytest.mark.req("F-35")
async def test_the_same_decision_has_one_effect_although_all_but_the_books_is_lost(ledger, blue, returned, decided):
    await ledger.sell([blue()], open_amount="0")
    news = decided("CREDIT", [returned(approved="3")])
    await ledger.hear(news)
    await write(ledger, ("TRUNCATE inbox, settlement, outbox", {}))

    await ledger.hear(news)

    assert [row.net for row in await ledger.rows("SELECT net FROM credit_document")] == [300]
    [stuck] = await ledger.rows("SELECT state, reason FROM parked")
    assert tuple(stuck) == ("failed", "refused-by-database")
    await ledger.sound()


async def test_a_claim_is_used_up_by_the_credit_of_its_case(ledger, blue, returned, decided):
    await ledger.sell([blue()])
    [answer] = await ledger.ask(claim("C-1", "6"))
    assert answer.body["lines"] == [
        {
            "line": 1,
            "allocations": [{"original": {"invoice": "26312000000000000001", "line": 1}, "quantity": "6"}],
            "unmatched": "0",
        }
    ]

    await ledger.hear(decided("CREDIT", [returned(approved="6", received="5")], claim="C-1"))

    assert await left(ledger) == 5
    assert [row.reserved_quantity for row in await ledger.rows("SELECT reserved_quantity FROM blue_line")] == [0]
    await ledger.sound()


@pytest.mark.parametrize(
    "news",
    [
        CaseSettled(case_id="K-1", claim="C-1", outcome="EXPIRED", reason=WHY),
        ReturnRefused(case_id="K-1", claim="C-1", reason=WHY, explanation="too late"),
    ],
    ids=["settled", "refused"],
)
async def test_a_claim_is_given_back_when_its_case_ends_without_a_credit(ledger, blue, news):
    await ledger.sell([blue()])
    await ledger.ask(claim("C-1", "6"))
    assert await left(ledger) == 4

    await ledger.hear(news)
    await ledger.hear(news)

    assert await left(ledger) == 10


async def test_the_same_claim_again_reserves_nothing_and_another_content_is_refused(ledger, blue):
    await ledger.sell([blue()])
    [first] = await ledger.ask(claim("C-1", "6"))
    [again] = await ledger.ask(claim("C-1", "6"))
    [other] = await ledger.ask(claim("C-1", "7"))

    assert (first.body, 409, "claim-differs") == (again.body, other.status, other.body["code"])
    assert await left(ledger) == 4


@pytest.mark.req("F-54")
async def test_a_held_decision_finds_everything_it_needs_when_it_is_signed(ledger, returned, decided):
    await ledger.hear(decided("CREDIT", [returned(original=None)]))

    [answer] = await ledger.ask((handlers.APPROVE, Approve(), "K-1"), actor="carol", scopes=["level:finance-manager"])

    assert answer.body["stage"] == "ISSUED"
    assert [tuple(row) for row in await ledger.rows("SELECT type, net FROM credit_document")] == [
        ("GOODWILL_MEMO", 100)
    ]
    assert [row.balance for row in await ledger.rows("SELECT balance FROM customer_credit")] == [100]


@pytest.mark.req("F-06")
async def test_a_held_allowance_with_a_claim_is_booked_when_the_proof_is_there(ledger, blue, returned, decided):
    await ledger.sell([blue()])
    await ledger.ask(claim("C-1", "6"))
    await ledger.hear(decided("ALLOWANCE", [returned(approved="6", allowance="50")], claim="C-1"))
    proof = RecordEvidence(kind="allowance-certificate", reference="file 7")

    [answer] = await ledger.ask((handlers.RECORD_EVIDENCE, proof, "K-1"), actor="alice")

    assert answer.body["credited"] == 56.5
    assert [row.open_amount for row in await ledger.rows("SELECT open_amount FROM blue_invoice")] == [1073.5]
    assert await left(ledger) == 10
    await ledger.sound()


@pytest.mark.req("F-03")
async def test_a_refund_finds_its_balance_and_two_at_once_cannot_spend_it_twice(ledger, blue, returned, decided):
    await ledger.sell([blue()], open_amount="0")
    await ledger.hear(decided("CREDIT", [returned(approved="3")]))
    body = RequestRefund(entity="CN01", customer="C077", currency="CNY", amount="339")
    await ledger.ask((handlers.REQUEST_REFUND, body, "R-1"), (handlers.REQUEST_REFUND, body, "R-2"), actor="alice")

    answers = await asyncio.gather(
        *(ledger.ask((handlers.APPROVE_REFUND, Approve(), refund), actor="bob") for refund in ("R-1", "R-2"))
    )
    codes = sorted(answer.body.get("code", "taken") for [answer] in answers)
    paid = await asyncio.gather(
        *(ledger.ask((handlers.CONFIRM_PAYMENT, ConfirmPayment(reference="B"), r)) for r in ("R-1", "R-2"))
    )

    assert codes == ["credit-balance-too-low", "taken"]
    assert sorted(answer.status for [answer] in paid) == [200, 409]
    assert [row.balance for row in await ledger.rows("SELECT balance FROM customer_credit")] == [0]


@pytest.mark.req("F-18")
async def test_a_unit_sent_ahead_and_its_bill_may_come_in_one_batch(ledger, blue, returned, decided):
    await ledger.sell([blue()], open_amount="0")
    await ledger.hear(decided("CREDIT", [returned()], "K-0"))  # the series has a row, and a number is taken
    due = date(2026, 5, 10)
    lines = decided("CREDIT", [returned()], "K-1").lines
    about = {"customer": "C077", "entity": "CN01", "currency": "CNY", "scope": {}, "due_on": due}
    sent = ReplacementReleased(case_id="K-1", lines=lines, **about)

    await ledger.hear(sent, ObligationOverdue(case_id="K-1", due_on=due, reason=WHY))

    assert len(await ledger.rows("SELECT * FROM credit_document WHERE type = 'REPLACEMENT_INVOICE'")) == 1
    assert await ledger.rows("SELECT * FROM parked") == []
    await ledger.sound()
