"""Accounting without a database: the real handlers on records that are kept in memory, and builders for the news."""

import asyncio
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import resources
from itertools import count

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from contracts.base import Original, Reason, Scope
from contracts.rma import DecidedLine, DispositionDecided
from finance import handlers
from finance.consumers import CONSUMES
from finance.main import service
from finance.model import (
    BlueInvoice,
    BlueLine,
    CustomerCredit,
    Document,
    ImportBlueInvoice,
    IssuedPaper,
    JournalEntry,
    Settlement,
    Shelf,
)
from finance.model.keys import credit_key, invoice_key, line_key
from redletter import embedded, issuer, postgres
from redletter.inprocess import open_house
from redletter.state import read
from servicekit import migrate, shell
from servicekit.http import Asked
from servicekit.policy import PolicyBook, PolicyRow, shipped_rows
from servicekit.runtime import Runtime
from servicekit.settings import Settings
from servicekit.shell import policy_row
from servicekit.work import Entry, Unit, Work

COPIES = count(1)
NOW = datetime(2026, 4, 10, 9, tzinfo=UTC)
SHIPPED = shipped_rows(resources.files("finance").joinpath("policy.json").read_text("utf-8"))
WHY = Reason(code="complaint_established")
BLUE, CUSTOMER, ENTITY = "26312000000000000001", "C077", "CN01"


class Office:
    """Everything that accounting knows, and what it has been told."""

    def __init__(self, profile="", **policy):
        self.scope = Scope(profile=profile, contract="here" if policy else "")
        rows = [*SHIPPED, PolicyRow("contract:here", 1, date(2000, 1, 1), json.loads(json.dumps(policy)))]
        self.book = PolicyBook(rows)
        self.held = {}
        self.events = []
        self.sold = 0

    def everywhere(self, **policy):
        """Put policy figures in force for the whole house."""
        self.book = PolicyBook([*self.book.rows, PolicyRow("global", 2, date(2000, 1, 1), policy)])

    def unit(self, actor="", scopes=()):
        return Unit(self.held, NOW, actor, frozenset(scopes), self.book, "work-1")

    def apply(self, done):
        entries = [state for _, state in done.changed if isinstance(state, JournalEntry)]
        for key, state in done.changed:
            entry = self.held.setdefault((type(state), key), Entry(state))
            entry.state = state
            if isinstance(state, Document):
                mine = tuple(entry for entry in entries if entry.document == state.number)
                self.held[IssuedPaper, key] = Entry(IssuedPaper(state, mine))
            if isinstance(state, BlueLine):
                shelf = self.held.setdefault((Shelf, state.shelf), Entry(Shelf(())))
                shelf.state = Shelf(tuple(dict.fromkeys((*shelf.state.lines, key))))
        self.events += done.events
        return done

    def ask(self, handle, body, case_id="new", actor="", scopes=()):
        return self.apply(handle.handler(self.unit(actor, scopes), Asked(case_id, body))).answer

    def hear(self, news):
        before = len(self.events)
        self.apply(CONSUMES[type(news)].handler(self.unit(), news))
        return self.events[before:]

    def sell(self, lines, invoice=BLUE, **more):
        body = {"entity": ENTITY, "customer": CUSTOMER, "currency": "CNY", "issued_at": "2026-03-05", **more}
        return self.ask(handlers.IMPORT, ImportBlueInvoice(invoice=invoice, lines=lines, **body))

    def decide(self, kind, lines, case_id="K-1", revision=1, **more):
        return self.hear(decision(kind, lines, case_id, revision, **{"scope": self.scope, **more}))

    def get(self, kind, key):
        entry = self.held.get((kind, key))
        return entry.state if entry else None

    def all(self, kind) -> Iterable:
        return [entry.state for (held, _), entry in self.held.items() if held is kind]

    def settlement(self, case_id="K-1"):
        return self.get(Settlement, case_id)

    def line(self, line=1, invoice=BLUE):
        return self.get(BlueLine, line_key(ENTITY, invoice, line))

    def open_amount(self, invoice=BLUE):
        return self.get(BlueInvoice, invoice_key(ENTITY, invoice)).open_amount

    def credit(self, customer=CUSTOMER):
        known = self.get(CustomerCredit, credit_key(ENTITY, customer, "CNY"))
        return known.balance if known else Decimal(0)

    def documents(self):
        return [(d.type.value, d.net, d.tax, d.gross) for d in self.all(Document)]

    def entries(self):
        return [tuple((line.side, line.account.value, line.amount) for line in e.lines) for e in self.all(JournalEntry)]


def decided_line(line=1, approved="1", received=None, original=(BLUE, 1), **more):
    """Make a decided line; without a word on it everything came that was approved."""
    return DecidedLine(
        line=line,
        item=more.pop("item", "P-100"),
        approved=Decimal(approved),
        received=Decimal(approved if received is None else received),
        unit_price=Decimal(more.pop("unit_price", "100")),
        original=Original(invoice=original[0], line=original[1]) if original else None,
        **more,
    )


def sold(line=1, quantity="10", unit_price="100", tax="130", unit_cost="60", **more):
    """Make a line of a blue invoice."""
    return {
        "line": line,
        "item": more.pop("item", "P-100"),
        "quantity": quantity,
        "unit_price": unit_price,
        "tax": tax,
        "unit_cost": unit_cost,
        **more,
    }


@pytest.fixture
def office():
    """Open an office under a policy profile, or with policy values of its own."""
    return Office


@pytest.fixture
def returned():
    """Make a line that comes back."""
    return decided_line


@pytest.fixture
def blue():
    """Make a line of a blue invoice."""
    return sold


@pytest.fixture(scope="session")
def migrated(home):
    """Migrate a database of accounting's once: that takes a second, a copy a tenth of it."""
    asyncio.run(migrate.upgrade(service, asyncio.run(embedded.postgres(home, ["finance_ledger"]))["finance_ledger"]))
    return read(home)


@pytest.fixture
def ledger_url(migrated):
    """Give a migrated database of accounting's own; it is thrown away with the server, for dropping it takes longer."""
    return asyncio.run(postgres.copy(migrated, "finance_ledger", f"ledger_{next(COPIES)}"))


@pytest.fixture
async def ledger(ledger_url):
    """Accounting on PostgreSQL."""
    engine = create_async_engine(ledger_url, pool_size=8)
    yield Ledger(engine)
    await engine.dispose()


@pytest.fixture
async def http(home, ledger_url):
    """The application on its own database, and a token for each role."""
    settings = Settings(DATABASE_URL=ledger_url, issuer=issuer.ISSUER, jwks_file=issuer.key_set(home))
    now = datetime.now(UTC)  # noqa: TID251  tokens are judged by the real clock
    house = open_house(
        [service], {"finance": settings}, lambda role: issuer.token(home, role, now, minutes=5), "plain", 1
    )
    yield house
    await house.close()


class Ledger:
    """Runs batches as the service does, and looks into the tables."""

    def __init__(self, engine):
        self.engine = engine
        self.runtime = Runtime(engine)
        self.heard = 0

    async def ask(self, *asked, actor="", scopes=()):
        works = []
        for handle, body, case_id in asked:
            self.heard += 1
            words = {"key": case_id, "actor": actor, "scopes": frozenset(scopes), "fingerprint": str(body)}
            works.append(Work(f"ask-{self.heard}", Asked(case_id, body), handle, **words))
        return await shell.run(service, self.runtime, works)

    async def hear(self, *news, told_at=""):
        works = []
        for each in news:
            self.heard += 1
            headers = {"ce_id": f"m-{self.heard}", "ce_subject": each.case_id, "ce_aggregateversion": str(self.heard)}
            headers |= {"ce_time": told_at} if told_at else {}
            body = each.write().encode()
            works.append(shell.message(service, type(each), body, headers, ("rma.case.v1", 0, self.heard)))
        return await shell.run(service, self.runtime, works)

    async def sell(self, lines, invoice=BLUE, **more):
        body = {"entity": ENTITY, "customer": CUSTOMER, "currency": "CNY", "issued_at": "2026-03-05", **more}
        return await self.ask((handlers.IMPORT, ImportBlueInvoice(invoice=invoice, lines=lines, **body), "new"))

    async def policy(self, **values):
        """Put policy figures in force for the whole house."""
        row = {"version": 2, "scope": "global", "valid_from": date(2000, 1, 1), "values": values}
        async with self.engine.begin() as conn:
            await conn.execute(policy_row.insert().values(**row, proposed_by="p", approved_by="q"))
        self.runtime = Runtime(self.engine)

    async def rows(self, query, **values):
        async with self.engine.connect() as conn:
            return (await conn.execute(sa.text(query), values)).all()

    async def sound(self):
        """Check what must hold of the books at any time."""
        assert await self.rows("SELECT * FROM number_gap") == []
        assert await self.rows("SELECT * FROM counter_drift") == []


def decision(kind, lines, case_id="K-1", revision=1, **more):
    """Make the RMA office's decision."""
    about = {"rma_number": "RMA-1", "customer": CUSTOMER, "entity": ENTITY, "currency": "CNY", "scope": Scope()}
    return DispositionDecided(
        **{
            "case_id": case_id,
            "decision_id": f"{case_id}.{revision}",
            "revision": revision,
            "kind": kind,
            "lines": tuple(lines),
            "decided_by": "rma",
            "reason": WHY,
            **about,
            **more,
        }
    )


@pytest.fixture
def decided():
    """Make a decision."""
    return decision
