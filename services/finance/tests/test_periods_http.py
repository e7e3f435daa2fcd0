"""Periods, entries by hand and month ends over HTTP: who may, what a caller sees, and what stays as it was."""

import pytest

MARCH = "/periods/CN01/2026-03"
LINES = [{"side": "D", "account": "COGS", "amount": "5.00"}, {"side": "C", "account": "AP", "amount": "5.00"}]
BY_HAND = {"entity": "CN01", "currency": "CNY", "posted_on": "2026-03-31", "reason": "a late bill", "lines": LINES}


async def make(http, period="2026-03", role="finance-manager", **days):
    return await http.post("finance", "/periods", {"entity": "CN01", "period": period, **days}, role)


async def move(http, verb, path=MARCH, role="finance-manager", seen=None, **body):
    if seen is None:
        seen = (await http.get("finance", path)).json()["version"]
    return await http.post("finance", f"{path}:{verb}", body, role, seen=seen)


@pytest.mark.req("F-39")
async def test_a_period_is_made_once_and_shown_with_its_version(http, ledger):
    first, again = await make(http), await make(http)
    await make(http, "2026-Q2", starts="2026-04-01", ends="2026-06-30")
    shown = await http.get("finance", MARCH)
    listed = (await http.get("finance", "/periods?entity=CN01&status=OPEN")).json()["items"]

    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert (first.json()["starts"], first.json()["ends"], first.json()["status"]) == (
        "2026-03-01",
        "2026-03-31",
        "OPEN",
    )
    assert (shown.status_code, shown.headers["etag"], shown.json()["name"]) == (200, '"1"', "2026-03")
    assert sorted(each["name"] for each in listed) == ["2026-03", "2026-Q2"]
    assert (await http.get("finance", "/periods?entity=CN02")).json()["items"] == []
    assert (await http.get("finance", "/periods/CN01/2026-07")).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"period": "2026-Q1"}, 409, "period-days-missing"),
        ({"period": "spring", "starts": "2026-03-31", "ends": "2026-05-31"}, 409, "period-overlaps"),
        ({"period": "backwards", "starts": "2026-05-31", "ends": "2026-05-01"}, 409, "period-overlaps"),
        ({"period": "2026/03"}, 422, "invalid-request"),
        ({"period": "2026-05", "starts": "soon", "ends": "2026-05-31"}, 422, "invalid-request"),
    ],
)
async def test_a_period_that_cannot_be_is_refused_and_not_made(http, ledger, body, status, code):
    await make(http)
    answer = await http.post("finance", "/periods", {"entity": "CN01", **body}, "finance-manager")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert [row.name for row in await ledger.rows("SELECT name FROM accounting_period")] == ["2026-03"]


@pytest.mark.req("F-39")
async def test_only_who_may_closes_a_period_that_he_has_read_and_the_record_says_who(http, ledger):
    await make(http)
    clerk = await move(http, "soft-lock", role="accountant")
    unread = await http.post("finance", f"{MARCH}:soft-lock", {}, "finance-manager")
    stale = await move(http, "soft-lock", seen=7)
    unknown = await move(http, "lock", "/periods/CN01/2030-01", seen=0)
    nothing = (await http.get("finance", f"{MARCH}/changes")).json()["items"]

    soft = await move(http, "soft-lock", reason="the month is over")
    hard = await move(http, "lock", reason="all is booked")
    again = await move(http, "lock")
    record = (await http.get("finance", f"{MARCH}/changes")).json()["items"]

    assert [each.status_code for each in (clerk, unread, stale, unknown)] == [403, 428, 412, 404]
    assert nothing == []
    assert (soft.json()["status"], hard.json()["status"]) == ("SOFT_LOCKED", "LOCKED")
    assert (again.status_code, again.json()["code"]) == (409, "period-not-ready")
    assert [(each["before"], each["after"], each["reason"]) for each in record] == [
        ("OPEN", "SOFT_LOCKED", "the month is over"),
        ("SOFT_LOCKED", "LOCKED", "all is booked"),
    ]
    assert {each["by"] for each in record} == {record[0]["by"]} != {""}


async def test_periods_are_locked_in_their_order_and_the_same_request_has_one_effect(http, ledger):
    await make(http, "2026-02")
    await make(http)
    early = await move(http, "lock")
    await move(http, "lock", "/periods/CN01/2026-02")
    first = await http.post("finance", f"{MARCH}:lock", {}, "finance-manager", seen=1, key="close-march")
    repeated = await http.post("finance", f"{MARCH}:lock", {}, "finance-manager", seen=1, key="close-march")
    older = await move(http, "reopen", "/periods/CN01/2026-02", reason="a late invoice")

    assert (early.status_code, early.json()["code"]) == (409, "period-not-ready")
    assert (first.status_code, repeated.status_code, repeated.json()) == (200, 200, first.json())
    assert repeated.headers["idempotent-replayed"] == "true"
    assert (older.status_code, older.json()["code"]) == (409, "not-the-latest-period")
    assert len((await http.get("finance", f"{MARCH}/changes")).json()["items"]) == 1


async def test_two_persons_open_a_locked_period_and_each_is_named(http, ledger):
    await make(http)
    await move(http, "lock")
    mute = await move(http, "reopen", reason="")
    clerk = await move(http, "reopen", role="accountant", reason="please")
    first = await move(http, "reopen", reason="a late invoice")
    twice = await move(http, "reopen", reason="a late invoice")
    second = await move(http, "reopen", role="general-manager", reason="a late invoice")
    *_, last = (await http.get("finance", f"{MARCH}/changes")).json()["items"]

    assert (mute.status_code, clerk.status_code) == (422, 403)
    assert (first.json()["status"], len(first.json()["reopening"])) == ("LOCKED", 1)
    assert (twice.status_code, twice.json()["code"]) == (409, "four-eyes")
    assert (second.json()["status"], second.json()["reopening"]) == ("OPEN", [])
    assert (last["before"], last["after"], last["by"]) == ("LOCKED", "OPEN", first.json()["reopening"][0])
    assert last["second"] not in {"", last["by"]}


async def test_an_entry_by_hand_is_written_where_it_is_open_and_taken_back_once(http, ledger):
    await make(http)
    await move(http, "soft-lock")
    clerk = await http.post("finance", "/adjustments", BY_HAND, "accountant")
    crooked = await http.post("finance", "/adjustments", {**BY_HAND, "lines": [*LINES, LINES[0]]}, "finance-manager")
    made = await http.post("finance", "/adjustments", BY_HAND, "finance-manager")
    path = f"/adjustments/{made.json()['adjustment_id']}"
    shown = await http.get("finance", path)
    await move(http, "lock")
    late = await http.post("finance", "/adjustments", BY_HAND, "finance-manager")
    into = await http.post("finance", f"{path}:reverse", {"posted_on": "2026-03-31"}, "finance-manager", seen=1)
    back = await http.post("finance", f"{path}:reverse", {"reason": "twice"}, "finance-manager", seen=1)
    again = await http.post("finance", f"{path}:reverse", {"reason": "twice"}, "finance-manager", seen=2)
    found = (await http.get("finance", "/adjustments?stage=REVERSED&entity=CN01")).json()["items"]

    assert (clerk.status_code, crooked.json()["code"]) == (403, "unbalanced")
    assert (made.status_code, shown.json()["stage"], shown.json()["lines"][0]["account"]) == (201, "POSTED", "COGS")
    assert [(each.status_code, each.json()["code"]) for each in (late, into, again)] == [
        (409, "period-locked"), (409, "period-locked"), (409, "already-reversed"),
    ]  # fmt: skip
    assert (back.json()["stage"], [each["adjustment_id"] for each in found]) == (
        "REVERSED",
        [shown.json()["adjustment_id"]],
    )
    days = await ledger.rows("SELECT posted_on::text AS day, reverses <> '' AS back FROM journal_entry ORDER BY seq")
    assert [(row.day == "2026-03-31", row.back) for row in days] == [(True, False), (False, True)]


async def test_a_month_ends_step_by_step_and_says_what_each_came_to(http, ledger):
    body = {"entity": "CN01", "period": "2026-03"}
    clerk = await http.post("finance", "/month-ends", body, "accountant")
    said = []
    while not said or said[-1]["stage"] == "RUNNING":
        said.append((await http.post("finance", "/month-ends", body, "finance-manager")).json())
    shown = await http.get("finance", "/month-ends/CN01/2026-03")
    runs = (await http.get("finance", "/month-ends/CN01/2026-03/runs")).json()["items"]
    listed = (await http.get("finance", "/month-ends?entity=CN01&period=2026-03")).json()["items"]

    assert clerk.status_code == 403
    assert [each["done"][-1] for each in said] == said[-1]["done"]
    assert (said[0]["next"], said[-1]["next"], said[-1]["stage"]) == ("NOTHING_ISSUING", None, "DONE")
    assert (shown.json()["done"], [each["entity"] for each in listed]) == (said[-1]["done"], ["CN01"])
    assert sorted(each["kind"] for each in runs) == sorted(said[-1]["done"])
    assert (await http.get("finance", MARCH)).json()["status"] == "LOCKED"
    assert (await http.get("finance", "/month-ends/CN01/2026-04")).status_code == 404
    wrong = {**body, "rates": {"USD": "-1"}}
    assert (await http.post("finance", "/month-ends", wrong, "finance-manager")).status_code == 422


async def test_what_is_asked_for_in_one_request_goes_no_further_than_one_step_of_a_month(http, ledger):
    asked = {"items": [{"key": key, "body": {"entity": "CN01", "period": "2026-03"}} for key in ("a", "b")]}

    clerk = await http.post("finance", "/month-ends:bulk", asked, "accountant")
    said = (await http.post("finance", "/month-ends:bulk", asked, "finance-manager")).json()["results"]

    assert clerk.status_code == 403
    assert [(each["status"], each["body"]["next"]) for each in said] == [(201, "NOTHING_ISSUING")] * 2
    assert [row.kind for row in await ledger.rows("SELECT kind FROM policy_run")] == ["STOP_INTAKE"]
