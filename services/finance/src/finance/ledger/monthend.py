"""What do the books say of a month, and where is kept how far it is?"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.base import total
from finance.ledger.periods import periods
from finance.model import Account, BlueLine
from finance.model.keys import credit_key, invoice_key, line_key
from finance.model.losses import CaseCost
from finance.model.monthend import ExpectedReturn, MonthFacts, OnTheWay, Step
from finance.rules import month_of
from finance.rules.closing import expected_cost, expected_refund
from finance.storage import blue_invoices, blue_lines, metadata
from servicekit.schema import aggregate_table, asked_for
from servicekit.work import Entry

month_ends = aggregate_table("month_end", metadata, asked_for("entity"), asked_for("period"))
expected_returns = aggregate_table("expected_return", metadata, asked_for("entity"))
runs = sa.Table(
    "policy_run",
    metadata,
    *(sa.Column(name, sa.Text) for name in ("id", "kind", "entity", "period", "result", "by")),
    sa.Column("on_day", sa.Date),
)
CREDITS = "('RED_INVOICE', 'CREDIT_NOTE', 'ALLOWANCE', 'CREDIT_MEMO')"
COUNTS = """
SELECT
  (SELECT count(*) FROM pending_credit WHERE entity = :entity
    AND (state = 'ISSUING' OR state = 'APPROVED' AND body->'form'->>'state' = 'UNKNOWN')
    AND (body->'form'->>'sent_at')::timestamptz < CAST(:after AS date)) AS issuing,
  (SELECT count(*) FROM counter_drift d JOIN blue_line b ON b.id = d.id WHERE b.entity = :entity) AS drifting,
  (SELECT count(*) FROM number_gap WHERE entity = :entity) AS gaps,
  (SELECT count(*) FROM settlement WHERE body->>'entity' = :entity
    AND (body->'worklist' <> '[]'::jsonb OR body->'waiting' <> '[]'::jsonb)) AS differences
"""
REVENUE = f"""
SELECT currency, sum(net) AS net FROM (
  SELECT b.currency, b.net * i.rate AS net FROM blue_line b
    JOIN blue_invoice i ON i.entity = b.entity AND i.invoice = b.invoice
    WHERE b.entity = :entity AND b.kind = 'GOODS' AND b.issued_at >= :starts AND b.issued_at < :after
  UNION ALL
  SELECT c.currency, -l.net * i.rate FROM credit_document c JOIN credit_document_line l ON l.document = c.id
    JOIN blue_line b ON b.id = l.blue_line AND b.kind = 'GOODS'
    JOIN blue_invoice i ON i.entity = b.entity AND i.invoice = b.invoice
    WHERE c.entity = :entity AND c.type IN {CREDITS} AND c.issued_on BETWEEN :starts AND :ends) AS sold
GROUP BY currency ORDER BY currency
"""  # noqa: S608  no input of anybody
ON_THE_WAY = """
SELECT body::text FROM expected_return e WHERE entity = :entity AND body->>'authorized_on' <= :last
  AND coalesce(body->>'ended_on', '9999-12-31') > :last
  AND NOT EXISTS (SELECT FROM credit_document c WHERE c.case_id = e.id AND c.issued_on <= :ends)
ORDER BY id
"""
UNSPLIT = """
SELECT DISTINCT e.case_id FROM journal_entry e JOIN journal_line l ON l.entry = e.id
WHERE e.entity = :entity AND e.posted_on BETWEEN :starts AND :ends AND l.account = 'QUALITY_LOSS'
  AND e.template NOT LIKE 'T12%' AND e.template NOT LIKE 'T17%'
  AND NOT EXISTS (SELECT FROM loss WHERE loss.id = e.case_id || '/loss' AND loss.stage = 'SPLIT')
ORDER BY e.case_id
"""
OPEN_IN = """
SELECT currency FROM blue_invoice WHERE entity = :entity AND open_amount > 0 AND issued_at < :after
UNION SELECT currency FROM customer_credit WHERE entity = :entity AND balance > 0
UNION SELECT body->>'currency' FROM refund WHERE body->>'entity' = :entity AND stage IN ('APPROVED', 'SENT')
  AND NOT (body->>'booked_on_payment')::boolean
ORDER BY 1
"""
CREDITED_SINCE = """
SELECT e.customer, l.currency, sum(CASE l.side WHEN 'C' THEN l.amount ELSE -l.amount END) AS amount
FROM journal_entry e JOIN journal_line l ON l.entry = e.id
WHERE e.entity = :entity AND e.posted_on > :ends AND l.account = 'CUSTOMER_CREDIT' GROUP BY 1, 2
"""
APPROVED_SINCE = """
SELECT split_part(id, '/', 1) AS refund FROM journal_entry
WHERE entity = :entity AND posted_on > :ends AND template = 'T15'
"""
# Cases whose loss was split by the month's last day, and that cost more or less in the month.
MOVED = """
SELECT x.case_id FROM loss l CROSS JOIN LATERAL (SELECT l.body->>'case_id' AS case_id) x
WHERE l.entity = :entity AND l.stage = 'SPLIT' AND l.body->>'split_on' <= :last AND EXISTS (
  SELECT FROM journal_entry e WHERE e.case_id = x.case_id AND e.posted_on BETWEEN :starts AND :ends
    AND e.template NOT LIKE 'T12%' AND e.template NOT LIKE 'T17%')
"""
COSTS = f"""
SELECT e.case_id, l.account, sum(CASE l.side WHEN 'D' THEN l.functional ELSE -l.functional END) AS amount
FROM journal_entry e JOIN journal_line l ON l.entry = e.id
WHERE e.posted_on <= :ends AND e.template NOT LIKE 'T12%' AND e.template NOT LIKE 'T17%' AND e.case_id IN ({MOVED})
GROUP BY 1, 2
"""  # noqa: S608  no input of anybody
LOSSES = """
SELECT l.account, sum(CASE l.side WHEN 'D' THEN l.functional ELSE -l.functional END) AS amount
FROM journal_entry e JOIN journal_line l ON l.entry = e.id
WHERE e.entity = :entity AND e.posted_on BETWEEN :starts AND :ends
  AND l.account IN ('QUALITY_LOSS', 'WARRANTY_PROVISION', 'SALES_ALLOWANCE') GROUP BY 1 ORDER BY 1
"""
POSTED = """
SELECT e.id, coalesce(sum(l.functional) FILTER (WHERE l.side = 'D'), 0) AS debit,
  coalesce(sum(l.functional) FILTER (WHERE l.side = 'C'), 0) AS credit
FROM journal_entry e JOIN journal_line l ON l.entry = e.id
WHERE e.entity = :entity AND e.posted_on BETWEEN :starts AND :ends GROUP BY e.id ORDER BY e.id
"""


@dataclass(frozen=True)
class Facts:
    """Reads what the books say of months, as far as the step looks at it that follows.

    Month ends and periods are locked before, so nothing comes in between.
    """

    async def load(self, conn: AsyncConnection, ids: Sequence[str]) -> dict[str, Entry]:
        """Ask for each month."""
        return {key: Entry(await self._of(conn, key), version=1, read=1) for key in ids}

    async def save(self, _conn: AsyncConnection, _entries: Mapping[str, Entry]) -> None:
        """Save nothing: it follows from the books."""

    async def _of(self, conn: AsyncConnection, key: str) -> MonthFacts:
        step = await self._following(conn, key)
        return replace(await self._facts(conn, key, step), step=step)

    async def _facts(  # noqa: PLR0911  one line for each step
        self, conn: AsyncConnection, key: str, step: Step | None
    ) -> MonthFacts:
        entity, _, name = key.rpartition("/")
        starts, ends = await self._days(conn, key, name)
        asked = {"entity": entity, "starts": starts, "ends": ends, "last": ends.isoformat()}
        asked["after"] = date.fromordinal(ends.toordinal() + 1)

        async def rows(query: str) -> Sequence[Any]:
            return (await conn.execute(sa.text(query), asked)).all()

        match step:
            case Step.NOTHING_ISSUING | Step.COUNTERS | Step.QUANTITIES | None:
                [counts] = await rows(COUNTS)
                return MonthFacts(**counts._asdict())
            case Step.PROVISION:
                return MonthFacts(revenue={row.currency: row.net for row in await rows(REVENUE)})
            case Step.CUT_OFF:
                return MonthFacts(on_the_way=await self._on_the_way(conn, [row.body for row in await rows(ON_THE_WAY)]))
            case Step.REVALUATION:
                return MonthFacts(
                    open_in=tuple(row.currency for row in await rows(OPEN_IN)),
                    credited_since={credit_key(entity, *row[:2]): row.amount for row in await rows(CREDITED_SINCE)},
                    approved_since=frozenset(row.refund for row in await rows(APPROVED_SINCE)),
                )
            case Step.RESPONSIBILITY:
                unsplit = tuple(row.case_id for row in await rows(UNSPLIT))
                return MonthFacts(unsplit=unsplit, costs=costs(await rows(COSTS)))
            case Step.REPORTS:
                return MonthFacts(losses={row.account: row.amount for row in await rows(LOSSES)})
            case Step.CONTROL_TOTALS:
                return totals(await rows(POSTED))
        return MonthFacts()

    async def _following(self, conn: AsyncConnection, key: str) -> Step | None:
        query = sa.select(month_ends.c.body["done"]).where(month_ends.c.id == key)
        done = (await conn.execute(query)).scalar() or ()
        return next((step for step in Step if step not in done), None)

    async def _days(self, conn: AsyncConnection, key: str, name: str) -> tuple[date, date]:
        t = periods.c
        row = (await conn.execute(sa.select(t.starts, t.ends).where(t.id == key))).first()
        return (row.starts, row.ends) if row else month_of(name)

    async def _on_the_way(self, conn: AsyncConnection, bodies: Sequence[str]) -> tuple[OnTheWay, ...]:
        expected = [ExpectedReturn.model_validate_json(body) for body in bodies]
        keys = [line_key(x.entity, line.original.invoice, line.original.line) for x in expected for line in x.lines]
        columns = [blue_lines.c[field] for field in BlueLine.__dataclass_fields__]
        found = await conn.execute(sa.select(*columns).where(blue_lines.c.id.in_(keys)))
        head = blue_invoices.c
        rates = sa.select(head.id, head.rate).where(head.id.in_({key.rpartition("/")[0] for key in keys}))
        priced = {row.id: row.rate for row in await conn.execute(rates)}
        return on_the_way(expected, {row.id: BlueLine(*row) for row in found}, priced)


def totals(posted: Sequence[Any]) -> MonthFacts:
    """Add up what was posted."""
    return MonthFacts(
        entries=len(posted),
        debit=total(row.debit for row in posted),
        credit=total(row.credit for row in posted),
        digest=digest((row.id, row.debit, row.credit) for row in posted),
    )


def costs(rows: Sequence[Any]) -> dict[str, CaseCost]:
    """Give what each case has left on each account."""
    found: dict[str, dict[Account, Decimal]] = {}
    for case_id, account, amount in rows:
        found.setdefault(case_id, {})[Account(account)] = amount
    return {case_id: CaseCost(accounts) for case_id, accounts in found.items()}


def on_the_way(
    expected: Sequence[ExpectedReturn], lines: Mapping[str, BlueLine], rates: Mapping[str, Decimal]
) -> tuple[OnTheWay, ...]:
    """Value the returns that are on their way, each line at the rate of its invoice."""
    made = []
    for each in expected:
        keys = [(line_key(each.entity, x.original.invoice, x.original.line), x.quantity) for x in each.lines]
        known = [(lines[key], quantity) for key, quantity in keys if key in lines]
        refund = total(
            expected_refund(line, quantity) * rates[invoice_key(line.entity, line.invoice)] for line, quantity in known
        )
        cost = total(expected_cost(line, quantity) for line, quantity in known)
        if refund or cost:
            made.append(OnTheWay(each.case_id, each.currency, refund, cost))
    return tuple(made)


def digest(entries: Any) -> str:
    """Give one text for what was posted: the same for the same entries, whoever counts."""
    lines = (f"{entry} {debit.normalize():f} {credit.normalize():f}" for entry, debit, credit in entries)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
