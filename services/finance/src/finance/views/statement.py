"""What does a customer owe, and how old is it? Open invoices by days overdue; unapplied credit apart."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa

from contracts.base import total
from finance import rules
from finance.ledger.payments import payments
from finance.model import BlueInvoice
from finance.storage import blue_invoices
from servicekit.http import Call

ZERO = Decimal(0)
# What a customer can take off what he owes: his credit, and his fines that are of no invoice in particular (F-29, I18).
UNAPPLIED = """
SELECT currency, sum(amount) AS amount FROM (
  SELECT entity, customer, currency, balance AS amount FROM customer_credit
  UNION ALL SELECT body->>'entity', customer, body->>'currency', (body->>'amount')::numeric FROM proposal
    WHERE body->>'kind' = 'FINE' AND stage = 'IN_FORCE' AND body->>'invoice' = '') taken_off
WHERE customer = :customer AND CAST(:entity AS text) IN ('', entity) GROUP BY 1 HAVING sum(amount) <> 0
"""


class Item(NamedTuple):
    """One invoice on a statement: what it was, what was paid and credited, what is open."""

    entity: str
    invoice: str
    issued_on: date
    due_on: date
    days_overdue: int
    gross: Decimal
    paid: Decimal
    credited: Decimal
    open: Decimal


class Statement(NamedTuple):
    """What one customer owes in one currency on a day."""

    currency: str
    items: Sequence[Item]
    ageing: dict[str, Decimal]
    open: Decimal
    unapplied: Decimal
    total: Decimal


def item(invoice: BlueInvoice, paid: Decimal, today: date, terms_days: int) -> Item:
    """Write an invoice as it stands; what was paid before we knew of it counts as paid."""
    gross = invoice.gross
    opened = gross if invoice.opened is None else invoice.opened
    due = rules.ageing.due_on(invoice.due_on, invoice.issued_at.date(), terms_days)
    return Item(
        entity=invoice.entity,
        invoice=invoice.invoice,
        issued_on=invoice.issued_at.date(),
        due_on=due,
        days_overdue=rules.ageing.days_overdue(due, today),
        gross=gross,
        paid=gross - opened + paid,
        credited=opened - paid - invoice.open_amount,
        open=invoice.open_amount,
    )


def statement(currency: str, items: Iterable[Item], unapplied: Decimal) -> Statement:
    """Add up the invoices of a customer in one currency."""
    rows = sorted(items, key=lambda each: (each.due_on, each.invoice))
    by_age: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        by_age[row.days_overdue] += row.open
    opened = total(row.open for row in rows)
    return Statement(
        currency, rows, rules.ageing.aged(by_age), opened, -unapplied, rules.ageing.balance_due(opened, unapplied)
    )


async def of_customer(call: Call, customer: str, entity: str, on: date, terms_days: int) -> list[Statement]:
    """Give a statement for each currency in which a customer owes or has credit."""
    t, p = blue_invoices.c, payments.c
    paid = sa.select(p.entity, p.invoice, sa.func.sum(p.amount).label("paid")).group_by(p.entity, p.invoice)
    sums = paid.where(p.customer == customer).subquery()
    own = [t.entity == entity] if entity else []
    query = sa.select(blue_invoices, sa.func.coalesce(sums.c.paid, 0).label("paid")).select_from(
        blue_invoices.outerjoin(sums, sa.and_(sums.c.entity == t.entity, sums.c.invoice == t.invoice))
    )
    rows = await call.read(
        query.where(t.customer == customer, t.open_amount > 0, t.issued_at < on + timedelta(days=1), *own)
    )
    unapplied: Any = sa.text(UNAPPLIED).bindparams(customer=customer, entity=entity)
    balances = {row["currency"]: row["amount"] for row in await call.read(unapplied)}
    items: dict[str, list[Item]] = defaultdict(list, {currency: [] for currency in balances})
    for row in rows:
        one = row.pop("paid")
        items[row["currency"]].append(item(BlueInvoice(**row), one, on, terms_days))
    return [statement(currency, items[currency], balances.get(currency, ZERO)) for currency in sorted(items)]


def told(one: Statement) -> dict[str, Any]:
    """Write a statement as its reader sees it."""
    return {**one._asdict(), "items": [row._asdict() for row in one.items]}
