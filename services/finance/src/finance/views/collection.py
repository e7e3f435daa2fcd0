"""How much of what was due has a salesperson collected? What open complaints dispute is left out (R-265, F-50)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa

from contracts.base import total
from finance import rules
from finance.decide.credit import allowance, blue_of
from finance.ledger.payments import payments
from finance.model import BlueInvoice, BlueLine, Settlement, Stage
from finance.model.keys import invoice_key
from finance.storage import blue_invoices, blue_lines, settlements
from servicekit.http import Call

ZERO = Decimal(0)


class Receivable(NamedTuple):
    """One invoice that was due: how much, what came in, and what of the rest is disputed."""

    entity: str
    invoice: str
    customer: str
    currency: str
    salesperson: str
    due_on: date
    due: Decimal
    collected: Decimal
    disputed: Decimal


class Collected(NamedTuple):
    """How a salesperson stands; `rate` leaves out what is disputed, `whole_rate` does not."""

    salesperson: str
    currency: str
    due: Decimal
    collected: Decimal
    disputed: Decimal
    rate: Decimal | None
    whole_rate: Decimal | None


def receivable(invoice: BlueInvoice, paid: Decimal, later: Decimal, complained: Decimal, due_on: date) -> Receivable:
    """Say how an invoice was collected: what was credited was never due, what was paid later did not count yet."""
    gross = invoice.gross
    opened = gross if invoice.opened is None else invoice.opened
    due = gross - (opened - paid - later - invoice.open_amount)
    still_open = invoice.open_amount + later
    return Receivable(
        entity=invoice.entity,
        invoice=invoice.invoice,
        customer=invoice.customer,
        currency=invoice.currency,
        salesperson=invoice.salesperson,
        due_on=due_on,
        due=due,
        collected=due - still_open,
        disputed=rules.ageing.disputed(still_open, complained),
    )


def collected(rows: Iterable[Receivable]) -> list[Collected]:
    """Add up by salesperson and currency."""
    groups: dict[tuple[str, str], list[Receivable]] = defaultdict(list)
    for row in rows:
        groups[row.salesperson, row.currency].append(row)
    found = []
    for (salesperson, currency), own in sorted(groups.items()):
        due, came, disputed = (total(getattr(row, name) for row in own) for name in ("due", "collected", "disputed"))
        rate, whole = rules.ageing.rate(came, rules.ageing.collectible(due, disputed)), rules.ageing.rate(came, due)
        found.append(Collected(salesperson, currency, due, came, disputed, rate, whole))
    return found


def complained(lines: Mapping[str, BlueLine], cases: Iterable[Settlement]) -> dict[str, Decimal]:
    """Say what open complaints dispute of each invoice: what is reserved for them, or what a held decision asks for."""
    reserved = {key: line.reserved_net + line.reserved_tax for key, line in lines.items()}
    held: dict[str, Decimal] = defaultdict(Decimal)
    for case in cases:
        news = case.decision
        for line in news.lines if news and case.stage is Stage.HELD else ():
            blue = blue_of(news, line, lines) if news else None
            if news and blue is not None:
                amount = allowance(news, line)
                share = rules.disputes.asked_of(
                    rules.disputes.unreserved(blue), line.approved, amount, blue.price_mode, blue.decimals
                )
                held[blue.id] += share.gross
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for key, sold in lines.items():
        sums[invoice_key(sold.entity, sold.invoice)] += max(reserved[key], held[key])
    return sums


async def rows_of(
    call: Call, entity: str, salesperson: str, first: date, last: date, terms_days: int
) -> list[Receivable]:
    """Read the invoices that fell due in these days, with what was paid on them and what is disputed."""
    t, p = blue_invoices.c, payments.c
    due = sa.func.coalesce(t.due_on, sa.cast(t.issued_at, sa.Date) + terms_days)
    own = [column == value for column, value in ((t.entity, entity), (t.salesperson, salesperson)) if value]
    query = sa.select(blue_invoices, due.label("day")).where(due.between(first, last), *own)
    found = {row["id"]: row for row in await call.read(query)}
    if not found:
        return []
    ids = sa.bindparam("ids", list(found), type_=sa.ARRAY(sa.Text))
    key = p.entity + "/" + p.invoice
    paid_by = sa.func.sum(p.amount).filter(p.paid_on <= last).label("paid")
    after = sa.func.sum(p.amount).filter(p.paid_on > last).label("later")
    sums = {
        row["id"]: row
        for row in await call.read(sa.select(key.label("id"), paid_by, after).where(key == sa.any_(ids)).group_by(key))
    }
    b = blue_lines.c
    names = [b[name] for name in BlueLine.__dataclass_fields__]
    lines = await call.read(sa.select(*names).where(b.entity + "/" + b.invoice == sa.any_(ids)))
    cases = await call.read(sa.select(settlements.c.body).where(settlements.c.stage == "HELD"))
    disputes = complained(
        {row["id"]: BlueLine(**row) for row in lines}, (Settlement.model_validate(row["body"]) for row in cases)
    )
    return [_row(row, sums.get(key, {}), disputes.get(key, ZERO)) for key, row in sorted(found.items())]


def _row(row: dict[str, Any], sums: Mapping[str, Any], disputed: Decimal) -> Receivable:
    due_on = row.pop("day")
    return receivable(BlueInvoice(**row), sums.get("paid") or ZERO, sums.get("later") or ZERO, disputed, due_on)
