"""Accounting and a tax platform that lies: one form for each serial, one red invoice, one set of entries."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from contracts.base import Original, Reason, Scope
from contracts.rma import DecidedLine, DispositionDecided
from finance import handlers
from finance.jurisdictions.platform import over_http
from finance.main import service
from finance.model import BuyerEnteredForm, ConfirmForm, ImportBlueInvoice, Issue, PlatformSays, Proceed
from redletter.taxplatform import Bureau, Form, application
from servicekit import migrate, shell, timers
from servicekit.http import Asked
from servicekit.runtime import Runtime
from servicekit.work import Work

NINE = datetime(2026, 4, 10, 9, tzinfo=UTC)
BLUE = "26312000000000000001"
DOCUMENT = "K-1.1-1"


class Platform:
    """Accounting on PostgreSQL, a bureau of its own over HTTP, and a clock that a test turns."""

    def __init__(self, engine, bureau):
        self.bureau, self.now, self.count = bureau, NINE, 0
        transport = httpx.ASGITransport(app=application(bureau))
        partners = over_http(httpx.AsyncClient(transport=transport, base_url="http://bureau"))
        self.runtime = Runtime(engine, now=lambda: self.now, due_by=lambda: self.now, partners=partners)

    async def ask(self, handle, body, key="new"):
        self.count += 1
        words = {"key": key, "actor": "alice", "fingerprint": str(body)}
        [answer] = await shell.run(
            service, self.runtime, [Work(f"ask-{self.count}", Asked(key, body), handle, **words)]
        )
        return answer

    async def sell(self):
        line = {"line": 1, "item": "P-100", "quantity": "10", "unit_price": "100", "tax": "130"}
        body = ImportBlueInvoice(
            entity="CN01", invoice=BLUE, customer="C077", currency="CNY", issued_at="2026-03-05", lines=[line]
        )
        await self.ask(handlers.IMPORT, body)

    async def decide(self, case="K-1", revision=1, quantity="3"):
        self.count += 1
        line = DecidedLine(
            line=1, item="P-100", approved=Decimal(quantity), received=Decimal(quantity), unit_price=Decimal(100),
            original=Original(invoice=BLUE, line=1),
        )  # fmt: skip
        news = DispositionDecided(
            case_id=case, decision_id=f"{case}.{revision}", revision=revision, kind="CREDIT", rma_number="RMA-1",
            customer="C077", entity="CN01", currency="CNY", scope=Scope(profile="cn-e-invoice"), lines=(line,),
            decided_by="rma", reason=Reason(code="complaint_established"),
        )  # fmt: skip
        headers = {"ce_id": f"m-{self.count}", "ce_subject": case, "ce_aggregateversion": str(self.count)}
        work = shell.message(service, type(news), news.write().encode(), headers, ("rma.case.v1", 0, self.count))
        await shell.run(service, self.runtime, [work])

    async def wait(self, **time):
        """Let time pass, and ask the platform about whatever is due then."""
        self.now += timedelta(**time)
        while await timers.fire_once(service, self.runtime):
            pass

    async def rows(self, query):
        async with self.runtime.engine.connect() as conn:
            return [tuple(row) for row in (await conn.execute(sa.text(query))).all()]

    async def state(self, document=DOCUMENT):
        [row] = await self.rows(f"SELECT state, body->'form'->>'state' FROM pending_credit WHERE id = '{document}'")
        return row

    async def left(self):
        [row] = await self.rows("SELECT quantity - reserved_quantity - credited_quantity FROM blue_line")
        return row[0]

    async def papers(self):
        """Give the documents, and how many entries there are."""
        [[entries]] = await self.rows("SELECT count(*) FROM journal_entry")
        return [row[0] for row in await self.rows("SELECT number FROM credit_document ORDER BY seq")], entries


@pytest.fixture
def bureau():
    """A tax bureau with no form."""
    return Bureau()


@pytest.fixture
async def platform(database, bureau):
    """Accounting that has sold ten, under the law of Chinese e-invoices."""
    url = await asyncio.to_thread(database, "finance_platform")
    await asyncio.to_thread(lambda: asyncio.run(migrate.upgrade(service, url)))
    engine = create_async_engine(url, pool_size=6)
    opened = Platform(engine, bureau)
    await opened.sell()
    yield opened
    await engine.dispose()


async def test_a_form_that_needs_no_confirmation_is_a_red_invoice_at_once(platform, bureau):
    await platform.decide()
    assert await platform.papers() == ([], 0)
    assert await platform.left() == 7

    await platform.wait()

    assert await platform.papers() == (["26312000000000000001"], 1)
    assert await platform.state() == ("ISSUED", "01")
    assert await platform.left() == 7
    assert bureau.requests == [("submit", f"{DOCUMENT}-1")]
    await platform.wait(hours=100)
    assert len(bureau.requests) == 1


@pytest.mark.parametrize("lies", [["silent"], ["silent", "silent", "silent"], ["busy"], ["silent", "busy", "silent"]])
async def test_whoever_does_not_answer_is_asked_again_with_the_same_serial(platform, bureau, lies):
    bureau.lies = list(lies)
    await platform.decide()
    await platform.wait()
    assert (await platform.state())[1] in {"UNKNOWN", "10"}
    assert await platform.papers() == ([], 0)
    assert await platform.left() == 7

    for _ in lies:
        await platform.wait(hours=1)

    assert {serial for _, serial in bureau.requests} == {f"{DOCUMENT}-1"}
    assert len(bureau.forms) == bureau.issued == 1
    assert await platform.papers() == (["26312000000000000001"], 1)


async def test_a_definite_refusal_needs_a_person_and_a_new_serial(platform, bureau):
    bureau.lies = ["refuse"]
    await platform.decide()
    await platform.wait()
    assert (await platform.state())[0] == "FAILED"
    assert await platform.left() == 7
    await platform.wait(hours=100)
    assert len(bureau.requests) == 1

    answer = await platform.ask(handlers.ISSUE_CREDIT, Issue(), DOCUMENT)
    assert answer.status == 200
    await platform.wait()

    assert bureau.requests[-1] == ("submit", f"{DOCUMENT}-2")
    assert await platform.papers() == (["26312000000000000001"], 1)


async def test_what_the_platform_says_twice_or_late_has_no_second_effect(platform, bureau):
    bureau.used = {BLUE}
    await platform.decide()
    await platform.wait()
    assert await platform.state() == ("AWAITING_COUNTERPARTY", "02")
    bureau.move(bureau.forms[f"{DOCUMENT}-1"], "04")
    bureau.lies = ["twice"]
    await platform.wait(hours=1)
    assert await platform.state() == ("AWAITING_COUNTERPARTY", "02")

    await platform.wait(hours=1)
    number = bureau.forms[f"{DOCUMENT}-1"].number
    for state in ("04", "02", "07"):
        await platform.ask(handlers.PLATFORM_SAYS, PlatformSays(state=state, number=number), DOCUMENT)

    assert await platform.state() == ("ISSUED", "04")
    assert await platform.papers() == ([number], 1)


async def test_after_72_hours_the_bureau_is_asked_and_only_its_word_ends_the_form(platform, bureau):
    bureau.used = {BLUE}
    await platform.decide()
    await platform.wait()
    await platform.wait(hours=73)
    assert await platform.state() == ("AWAITING_COUNTERPARTY", "02")
    assert await platform.left() == 7

    bureau.move(bureau.forms[f"{DOCUMENT}-1"], "07")
    await platform.wait(hours=1)
    assert await platform.state() == ("EXPIRED", "07")
    assert await platform.left() == 10

    await platform.ask(handlers.ISSUE_CREDIT, Issue(), DOCUMENT)
    await platform.wait()
    assert await platform.left() == 7
    bureau.move(bureau.forms[f"{DOCUMENT}-2"], "04")
    await platform.wait(hours=1)
    assert await platform.state() == ("ISSUED", "04")
    assert len((await platform.papers())[0]) == 1


async def test_two_workers_that_ask_at_once_book_once(platform, bureau):
    await platform.decide()

    await asyncio.gather(*(timers.fire_once(service, platform.runtime) for _ in range(4)))

    assert len(bureau.forms) == 1
    assert await platform.papers() == (["26312000000000000001"], 1)


class Death(Exception):
    """The process ends here."""


async def test_a_crash_between_the_answer_and_the_commit_asks_again_about_the_same_form(platform, bureau, monkeypatch):
    def die(place):
        if place == "shell.before_commit":
            raise Death

    await platform.decide()
    monkeypatch.setattr(shell, "failpoint", die)
    with pytest.raises(Death):
        await timers.fire_once(service, platform.runtime)
    assert bureau.issued == 1
    assert await platform.papers() == ([], 0)
    monkeypatch.undo()

    await platform.wait()

    assert bureau.issued == 1
    assert await platform.papers() == (["26312000000000000001"], 1)


async def test_a_second_credit_waits_until_the_first_form_has_ended(platform, bureau):
    bureau.used = {BLUE}
    await platform.decide()
    await platform.wait()
    await platform.decide("K-2")
    [held] = await platform.rows("SELECT stage, body->'held'->>'code' FROM settlement WHERE id = 'K-2'")
    assert held == ("HELD", "live_red_form")
    assert await platform.left() == 7


async def test_the_database_keeps_one_live_form_for_each_blue_invoice(platform, bureau):
    bureau.used = {BLUE}
    await platform.decide()
    again = (
        "INSERT INTO pending_credit (id, version, emitted, trace, body) SELECT 'x', 1, 0, '', body FROM pending_credit"
    )
    with pytest.raises(sa.exc.IntegrityError, match="one_live_form_per_blue"):
        async with platform.runtime.engine.begin() as conn:
            await conn.execute(sa.text(again))


async def test_a_form_that_is_given_up_is_withdrawn_and_ends_with_the_platforms_word(platform, bureau):
    bureau.used = {BLUE}
    await platform.decide()
    await platform.wait()

    await platform.ask(handlers.CANCEL_CREDIT, Proceed(), DOCUMENT)
    assert (await platform.state())[0] == "AWAITING_COUNTERPARTY"
    bureau.lies = ["silent"]
    await platform.wait()
    await platform.wait(hours=1)

    assert await platform.state() == ("CANCELLED", "08")
    assert await platform.left() == 10
    assert await platform.papers() == ([], 0)


async def test_a_newer_decision_waits_for_the_older_ones_form_and_then_counts(platform, bureau):
    bureau.used = {BLUE}
    await platform.decide()
    await platform.wait()
    await platform.decide(revision=2, quantity="5")
    assert await platform.left() == 7

    await platform.ask(handlers.CANCEL_CREDIT, Proceed(), DOCUMENT)
    await platform.wait()
    assert await platform.state() == ("CANCELLED", "08")
    assert await platform.left() == 5
    await platform.wait()
    bureau.move(bureau.forms["K-1.2-1-1"], "04")
    await platform.wait(hours=1)

    assert await platform.state("K-1.2-1") == ("ISSUED", "04")
    assert await platform.rows("SELECT net FROM credit_document") == [(500,)]


async def test_a_buyers_form_of_another_amount_is_not_confirmed(platform, bureau):
    entered = {"form_no": "F-1", "entity": "CN01", "invoice": BLUE, "reason": "02"}
    bureau.forms["F-1"] = Form("F-1", BLUE, "300.00", "39.00", "03", "F-1")
    await platform.ask(handlers.ENTER_FORM, BuyerEnteredForm(**entered, net="300.01", tax="39.00"))
    await platform.decide()
    await platform.wait()
    assert bureau.requests == []

    answer = await platform.ask(handlers.CONFIRM_FORM, ConfirmForm(document_id=DOCUMENT), "F-1")

    assert (answer.status, answer.body["code"]) == (409, "red-form-mismatch")
    assert await platform.papers() == ([], 0)


async def test_a_buyers_form_that_matches_is_confirmed(platform, bureau):
    bureau.forms["F-1"] = Form("F-1", BLUE, "300.00", "39.00", "03", "F-1")
    entered = {"form_no": "F-1", "entity": "CN01", "invoice": BLUE, "reason": "02", "net": "300.00", "tax": "39.00"}
    await platform.ask(handlers.ENTER_FORM, BuyerEnteredForm(**entered))
    await platform.decide()

    await platform.ask(handlers.CONFIRM_FORM, ConfirmForm(document_id=DOCUMENT), "F-1")
    await platform.wait()

    assert bureau.requests == [("confirm", "F-1")]
    assert await platform.papers() == ([bureau.forms["F-1"].number], 1)


async def test_a_buyers_form_that_is_refused_ends_with_the_platforms_word(platform, bureau):
    bureau.forms["F-1"] = Form("F-1", BLUE, "300.00", "39.00", "03", "F-1")
    entered = {"form_no": "F-1", "entity": "CN01", "invoice": BLUE, "reason": "02", "net": "300.00", "tax": "39.00"}
    await platform.ask(handlers.ENTER_FORM, BuyerEnteredForm(**entered))
    await platform.ask(handlers.REFUSE_FORM, Proceed(), "F-1")
    bureau.lies = ["silent"]
    await platform.wait()
    await platform.wait(hours=1)

    assert await platform.rows("SELECT state FROM inbound_form") == [("06",)]
    await platform.decide()
    await platform.wait()
    assert (await platform.state())[0] == "ISSUED"
