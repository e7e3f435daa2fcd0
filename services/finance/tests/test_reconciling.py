"""Three books over HTTP and on PostgreSQL: what others tell in bulk, what differs, and who says why."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from finance import handlers
from finance.model.periods import Adjust

MONTH = "2026-03"


def document(number, net="300.00", tax="39.00", told_on="2026-04-02", **more):
    said = {"net": net, "tax": tax, "currency": "CNY", "issued_on": f"{MONTH}-10", "told_on": told_on}
    return {"book": "ERP", "entity": "CN01", "number": number, **said, **more}


def account(number, debit="0", credit="0", told_on="2026-04-02"):
    said = {"debit": debit, "credit": credit, "told_on": told_on}
    return {"entity": "CN01", "period": MONTH, "account": number, **said}


async def tell(http, what, *bodies, role="importer"):
    items = [{"key": f"{place}-{body['told_on']}", "body": body} for place, body in enumerate(bodies)]
    answer = await http.post("finance", f"/other-books/{what}:bulk", {"items": items}, role)
    return [(each["status"], each["body"].get("code", "")) for each in answer.json()["results"]]


async def compare(http, *complete, period=MONTH):
    body = {"entity": "CN01", "period": period, "complete": complete}
    return (await http.post("finance", "/reconciliations", body, "accountant")).json()


def told(answer):
    return {each["name"]: (each["problem"], list(each["lacking"]), each["amount"]) for each in answer["differences"]}


@pytest.fixture
async def credited(http, ledger, blue, returned, decided):
    """A credit of 339.00 that was issued today; the month it is in, and its number."""
    await ledger.policy(jurisdictions={"CN01": "CN"})
    await ledger.sell([blue()])
    await ledger.hear(decided("CREDIT", [returned(approved="3")]))
    [row] = await ledger.rows("SELECT number, to_char(issued_on, 'YYYY-MM') AS month FROM credit_document")
    return row


async def test_rows_of_a_bulk_are_taken_or_refused_one_by_one_and_the_same_again_changes_nothing(http, ledger):
    await ledger.policy(jurisdictions={"CN01": "CN"})
    rows = [document("A-1"), document("A-2"), document("A-1", net="1"), {**document("A-3"), "issued_on": "2026-03-11"}]
    first = await tell(http, "documents", *rows)
    again = await tell(http, "documents", *rows)
    older = await tell(http, "documents", document("A-1", net="7", told_on="2026-04-01"))
    newer = await tell(http, "documents", document("A-2", net="8", told_on="2026-04-03"))
    accounts = await tell(http, "accounts", account("1122", credit="5"), account("9999"))

    assert first == again == [(200, ""), (200, ""), (409, "told-otherwise"), (200, "")]
    assert (older, newer) == ([(200, "")], [(200, "")])
    assert accounts == [(200, ""), (404, "account-unknown")]
    said = await ledger.rows(
        "SELECT body->>'name' AS name, body->'said'->'amounts'->>'net' AS net, version FROM other_book"
        " WHERE body->>'what' = 'DOCUMENT' ORDER BY 1"
    )
    assert [tuple(row) for row in said] == [("A-1", "300.00", 1), ("A-2", "8", 2), ("A-3", "300.00", 1)]


async def test_what_differs_is_a_task_until_somebody_says_why(http, ledger, credited):
    issued = {"issued_on": f"{credited.month}-01", "tax": "38.99"}
    await tell(
        http, "documents", document(credited.number, **issued), document("X-9", issued_on=f"{credited.month}-02")
    )

    quiet = await compare(http, period=credited.month)
    loud = await compare(http, "ERP", period=credited.month)
    listed = (await http.get("finance", "/worklists/book-differences")).json()["items"]
    [mine] = [row for row in listed if credited.number in row["note"]]
    path = mine["action"]["path"]
    nothing_said = await http.post("finance", path, {"reason": ""}, "accountant", seen=mine["action"]["if_match"])
    clerk = await http.post("finance", path, {"reason": "x"}, "clerk", seen=1)
    closed = await http.post("finance", path, {"reason": "the ERP rounds"}, "accountant", seen=1)
    again = await http.post("finance", path, {"reason": "the ERP rounds"}, "accountant", seen=2)
    left = (await http.get("finance", "/differences?stage=OPEN")).json()["items"]
    month = (await http.get("finance", f"/reconciliations/CN01/{credited.month}")).json()

    assert told(quiet) == {credited.number: ("DIFFERS", [], "0.01"), "X-9": ("MISSING", ["OURS"], "339.00")}
    assert {name: row for name, row in told(loud).items() if name in {"6001", "1122"}} == {
        "6001": ("MISSING", ["ERP"], "300.00"), "1122": ("MISSING", ["ERP"], "339.00"),
    }  # fmt: skip
    assert (mine["action"]["method"], path.endswith(":close"), mine["amount"]) == ("POST", True, "0.01")
    assert (nothing_said.status_code, clerk.status_code, closed.status_code) == (422, 403, 200)
    assert (closed.json()["stage"], closed.json()["reason"]) == ("CLOSED", "the ERP rounds")
    assert (again.status_code, again.json()["code"]) == (409, "difference-not-open")
    assert credited.number not in {each["name"] for each in left}
    assert (month["complete"], month["open"]) == (["ERP"], len(loud["differences"]))


async def test_when_the_erp_has_it_too_the_task_is_gone(http, ledger, credited):
    await compare(http, "ERP", period=credited.month)
    await tell(http, "documents", document(credited.number, issued_on=f"{credited.month}-01"))
    after = await compare(http, period=credited.month)

    [row] = await ledger.rows("SELECT stage FROM book_difference WHERE body->>'name' = :name", name=credited.number)
    assert (row.stage, credited.number in told(after)) == ("GONE", False)


async def test_two_who_compare_at_once_make_each_task_once(http, ledger, credited):
    await asyncio.gather(*(compare(http, "ERP", period=credited.month) for _ in range(3)))

    names = [row.name for row in await ledger.rows("SELECT body->>'name' AS name FROM book_difference")]
    assert sorted(names) == sorted(set(names))
    assert credited.number in names


async def test_sub_ledgers_tie_until_somebody_writes_past_them(http, ledger, credited):
    async def ties():
        found = (await http.get("finance", "/sub-ledgers?entity=CN01")).json()["items"]
        return [(each["role"], each["currency"], each["ledger"], each["difference"]) for each in found]

    assert await ties() == [("AR", "CNY", "-339.00", "0.00")]
    lines = [{"side": "D", "account": "AR", "amount": "5"}, {"side": "C", "account": "COGS", "amount": "5"}]
    body = Adjust(entity="CN01", currency="CNY", posted_on=f"{credited.month}-01", lines=lines, reason="by hand")
    await ledger.ask((handlers.ADJUST, body, "A-1"), actor="fiona")

    assert await ties() == [("AR", "CNY", "-334.00", "5.00")]
    assert told(await compare(http, period=credited.month)) == {"AR CNY": ("DIFFERS", [], "5.00")}


@pytest.mark.parametrize(
    "change", ['{"stage": "CLOSED"}', '{"reason": "so what"}', '{"stage": "CLOSED", "reason": "so what"}']
)
async def test_nobody_closes_a_difference_without_a_reason_and_a_name(http, ledger, credited, change):
    await compare(http, "ERP", period=credited.month)

    with pytest.raises(DBAPIError, match="closed_with_a_reason"):
        async with ledger.engine.begin() as conn:
            await conn.execute(
                text("UPDATE book_difference SET body = body || CAST(:change AS jsonb)"), {"change": change}
            )


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/reconciliations", {"entity": "CN01", "period": "2026-13"}, 422),
        ("/reconciliations", {"entity": "CN01", "period": "2026-03", "complete": ["BANK"]}, 422),
        ("/differences/none:close", {"reason": "x"}, 404),
    ],
)
async def test_what_cannot_be_compared_is_refused(http, ledger, path, body, status):
    answer = await http.post("finance", path, body, "accountant", seen=1)
    assert answer.status_code == status, answer.text
