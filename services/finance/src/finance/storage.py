"""Where does accounting keep things? Money has columns of its own, with the constraints of migration 0001 on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from finance.model import (
    BlueInvoice,
    BlueLine,
    Claim,
    CustomerCredit,
    Delegations,
    Document,
    JournalEntry,
    Numbers,
    Proposal,
    Refund,
    Settlement,
    Shelf,
)
from finance.model.keys import REFERENCE
from servicekit.schema import aggregate_table, asked_for
from servicekit.shell import insert_many
from servicekit.store import Documents
from servicekit.work import Entry, Store

metadata = sa.MetaData()
AMOUNT = QUANTITY = sa.Numeric()


def _table(name: str, **columns: Any) -> sa.Table:
    return sa.Table(name, metadata, *(sa.Column(column, kind) for column, kind in columns.items()))


settlements = aggregate_table("settlement", metadata, asked_for("stage"), asked_for("customer"))
claims = aggregate_table("claim", metadata, asked_for("customer"))
refunds = aggregate_table("refund", metadata, asked_for("stage"), asked_for("customer"))
delegations = aggregate_table("delegation", metadata)
proposals = aggregate_table("proposal", metadata, asked_for("stage"), asked_for("customer"), asked_for("case"))
numbers = aggregate_table("numbers", metadata)
pending = aggregate_table(
    "pending_credit", metadata, *(asked_for(n) for n in ("state", "case_id", "entity", "invoice"))
)
inbound = aggregate_table("inbound_form", metadata, *(asked_for(n) for n in ("state", "entity", "invoice")))
uploads = aggregate_table("upload", metadata, *(asked_for(n) for n in ("state", "case_id", "entity")))
reversals = aggregate_table("reversal", metadata, asked_for("case_id"))
blue_invoices = _table(
    "blue_invoice",
    id=sa.Text, entity=sa.Text, invoice=sa.Text, customer=sa.Text, currency=sa.Text,
    issued_at=sa.TIMESTAMP(timezone=False), content=sa.Text, open_amount=AMOUNT,
    rate=AMOUNT, open_functional=AMOUNT, gross=AMOUNT, buyer=sa.Text, form=sa.Text,
    due_on=sa.Date, salesperson=sa.Text, opened=AMOUNT,
)  # fmt: skip
blue_lines = _table(
    "blue_line",
    id=sa.Text, entity=sa.Text, invoice=sa.Text, line=sa.Integer, customer=sa.Text, currency=sa.Text,
    issued_at=sa.TIMESTAMP(timezone=False), shelf=sa.Text, item=sa.Text, kind=sa.Text, price_mode=sa.Text,
    decimals=sa.Integer, unit_price=AMOUNT, unit_cost=AMOUNT, quantity=QUANTITY, net=AMOUNT, tax=AMOUNT,
    tax_code=sa.Text,
    reserved_quantity=QUANTITY, reserved_net=AMOUNT, reserved_tax=AMOUNT,
    credited_quantity=QUANTITY, credited_net=AMOUNT, credited_tax=AMOUNT,
)  # fmt: skip
credit_balances = _table(
    "customer_credit",
    id=sa.Text, entity=sa.Text, customer=sa.Text, currency=sa.Text, balance=AMOUNT, functional=AMOUNT,
    reserved=AMOUNT, overdraft=AMOUNT, tolerance_percent=AMOUNT, bank_account=sa.Text,
)  # fmt: skip
documents = _table(
    "credit_document",
    id=sa.Text, entity=sa.Text, type=sa.Text, series=sa.Text, no=sa.Integer, number=sa.Text, case_id=sa.Text,
    decision_id=sa.Text, customer=sa.Text, currency=sa.Text, reason=sa.Text, original=sa.Text, issued_on=sa.Date,
    net=AMOUNT, tax=AMOUNT, seq=sa.BigInteger,
)  # fmt: skip
document_lines = _table(
    "credit_document_line",
    document=sa.Text, no=sa.Integer, item=sa.Text, blue_line=sa.Text, quantity=QUANTITY, net=AMOUNT, tax=AMOUNT,
)  # fmt: skip
entries = _table(
    "journal_entry",
    id=sa.Text, entity=sa.Text, case_id=sa.Text, template=sa.Text, document=sa.Text, customer=sa.Text,
    currency=sa.Text, books_currency=sa.Text, posted_on=sa.Date, service_on=sa.Date, adjusting=sa.Boolean, run=sa.Text,
    reverses=sa.Text, seq=sa.BigInteger,
)  # fmt: skip
entry_lines = _table(
    "journal_line",
    entry=sa.Text, no=sa.Integer, side=sa.Text, account=sa.Text, currency=sa.Text, amount=AMOUNT, functional=AMOUNT,
    department=sa.Text,
)  # fmt: skip


@dataclass(frozen=True)
class Columns:
    """Keeps frozen dataclasses in a table with one column per field; only the `changing` ones are ever updated."""

    table: sa.Table
    model: type[Any]
    changing: tuple[str, ...]

    async def load(self, conn: AsyncConnection, ids: Sequence[str]) -> dict[str, Entry]:
        """Lock and read the rows that exist, in id order."""
        states = [self.model(*row) for row in await conn.execute(self._select, {"ids": list(ids)})]
        return {state.id: Entry(state, version=1, read=1, before=state) for state in states}

    async def save(self, conn: AsyncConnection, entries: Mapping[str, Entry]) -> None:
        """Insert the new rows and update the changed ones, each in one statement; the rows are locked since `load`."""
        names = [field.name for field in fields(self.model)]
        new = [entry.state for entry in entries.values() if entry.before is None]
        old = [entry.state for entry in entries.values() if entry.before is not None]
        await insert_many(conn, self.table, [{name: getattr(state, name) for name in names} for state in new])
        if old:
            await conn.execute(
                self._update, {f"p_{name}": [getattr(s, name) for s in old] for name in ("id", *self.changing)}
            )

    @cached_property
    def _select(self) -> Any:
        t = self.table.c
        return (
            sa.select(*(t[field.name] for field in fields(self.model)))
            .where(t.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Text))))
            .order_by(t.id)
            .with_for_update()
        )

    @cached_property
    def _update(self) -> sa.Update:
        columns = [self.table.c[name] for name in ("id", *self.changing)]
        rows = sa.func.unnest(*(sa.bindparam(f"p_{c.name}", type_=ARRAY(c.type)) for c in columns)).table_valued(
            *(sa.column(c.name, c.type) for c in columns)
        )
        new = rows.render_derived(name="new")
        changes = {name: new.c[name] for name in self.changing}
        return sa.update(self.table).values(changes).where(self.table.c.id == new.c.id)


@dataclass(frozen=True)
class Papers:
    """Appends documents or entries with their lines; nobody loads, changes or deletes one."""

    head: sa.Table
    lines: sa.Table
    parent: str

    async def load(self, _conn: AsyncConnection, _ids: Sequence[str]) -> dict[str, Entry]:
        """Load nothing: what is written is written once, the unique key says so."""
        return {}

    async def save(self, conn: AsyncConnection, entries: Mapping[str, Entry]) -> None:
        """Append heads and lines, each in one statement."""
        states = [entry.state for entry in entries.values()]
        names = [column.name for column in self.head.c if column.name != "seq"]  # the database counts
        await insert_many(conn, self.head, [{name: getattr(state, name) for name in names} for state in states])
        own = [name for name in (column.name for column in self.lines.c) if name not in {self.parent, "no", "currency"}]
        lines = [
            {self.parent: state.id, "no": no, **{name: getattr(line, name) for name in own}, **self._money(state)}
            for state in states
            for no, line in enumerate(state.lines, 1)
        ]
        await insert_many(conn, self.lines, lines)

    def _money(self, state: Any) -> dict[str, str]:
        return {"currency": state.currency} if "currency" in self.lines.c else {}


@dataclass(frozen=True)
class Shelves:
    """Reads which blue lines stand on a shelf; the lines themselves are locked as `BlueLine`, and only there."""

    async def load(self, conn: AsyncConnection, ids: Sequence[str]) -> dict[str, Entry]:
        """Read the index: lines are only ever added to it."""
        t = blue_lines.c
        query = sa.select(t.shelf, sa.func.array_agg(t.id)).group_by(t.shelf)
        rows = await conn.execute(query.where(t.shelf == sa.any_(sa.bindparam("ids", list(ids), type_=ARRAY(sa.Text)))))
        return {shelf: Entry(Shelf(tuple(lines)), version=1, read=1) for shelf, lines in rows}

    async def save(self, _conn: AsyncConnection, _entries: Mapping[str, Entry]) -> None:
        """Save nothing: the index follows from the lines."""


@dataclass(frozen=True)
class Referred:
    """Resolves references (`model/keys.py`) to plain keys, then lets the store lock them all together, in id order."""

    store: Store
    references: Mapping[str, str]

    async def load(self, conn: AsyncConnection, ids: Sequence[str]) -> dict[str, Entry]:
        """Load what is named plainly and what is named by another record; that record is locked before."""
        wanted = {key for key in ids if REFERENCE not in key}
        for name, query in self.references.items():
            prefix = name + REFERENCE
            by = [key.removeprefix(prefix) for key in ids if key.startswith(prefix)]
            if by:
                wanted.update((await conn.execute(sa.text(query), {"by": by})).scalars())
        return await self.store.load(conn, sorted(wanted - {None, ""})) if wanted else {}

    async def save(self, conn: AsyncConnection, entries: Mapping[str, Entry]) -> None:
        """Save as the store does."""
        await self.store.save(conn, entries)


OF_CASE = "FROM settlement WHERE id = ANY(CAST(:by AS text[]))"
TERMS = ("balance", "functional", "reserved", "overdraft", "tolerance_percent", "bank_account")
COUNTERS = (
    "reserved_quantity", "reserved_net", "reserved_tax", "credited_quantity", "credited_net", "credited_tax",
)  # fmt: skip

# The order in which they are locked: what names others comes before them, what everybody waits for comes last.
STORES: dict[type[Any], Store] = {
    Refund: Documents(refunds, Refund),
    Proposal: Documents(proposals, Proposal),
    Settlement: Referred(
        Documents(settlements, Settlement),
        {
            "refund": "SELECT body->>'case' FROM refund WHERE id = ANY(CAST(:by AS text[]))",
            "proposal": "SELECT body->>'case' FROM proposal WHERE id = ANY(CAST(:by AS text[]))",
        },
    ),
    Delegations: Documents(delegations, Delegations),
    Claim: Referred(Documents(claims, Claim), {"case": f"SELECT body->'decision'->>'claim' {OF_CASE}"}),
    Shelf: Shelves(),
    BlueInvoice: Referred(
        Columns(blue_invoices, BlueInvoice, ("open_amount", "open_functional")),
        {
            "case": f"SELECT jsonb_array_elements_text(body->'blue_invoices') {OF_CASE}",
            "proposal": "SELECT (body->>'entity') || '/' || (body->>'invoice') FROM proposal"
            " WHERE id = ANY(CAST(:by AS text[]))",
        },
    ),
    BlueLine: Referred(
        Columns(blue_lines, BlueLine, COUNTERS),
        {
            "shelf": "SELECT id FROM blue_line WHERE shelf = ANY(CAST(:by AS text[]))",
            "claim": "SELECT jsonb_object_keys(body->'reserved') FROM claim WHERE id = ANY(CAST(:by AS text[]))",
            "case": f"SELECT jsonb_array_elements_text(body->'blue_lines') {OF_CASE}",
        },
    ),
    CustomerCredit: Referred(
        Columns(credit_balances, CustomerCredit, TERMS),
        {
            "case": f"SELECT body->>'credit' {OF_CASE}",
            "refund": "SELECT body->>'credit' FROM refund WHERE id = ANY(CAST(:by AS text[]))",
            "proposal": "SELECT body->>'credit' FROM proposal WHERE id = ANY(CAST(:by AS text[]))",
        },
    ),
    Document: Papers(documents, document_lines, "document"),
    JournalEntry: Papers(entries, entry_lines, "entry"),
    Numbers: Referred(
        Documents(numbers, Numbers),
        {
            "case": f"SELECT body->>'entity' {OF_CASE}",
            "proposal": "SELECT body->>'entity' FROM proposal WHERE id = ANY(CAST(:by AS text[]))",
        },
    ),
}
