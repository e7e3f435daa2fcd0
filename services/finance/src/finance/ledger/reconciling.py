"""What do the books say that are compared? Ours are read from documents and journal, the others' from their words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finance.model import Account
from finance.model.reconciliation import Paper, ThreeBooks, Tie, Told
from finance.rules import month_of
from finance.storage import metadata
from servicekit.schema import aggregate_table, asked_for
from servicekit.work import Entry

words = aggregate_table("other_book", metadata, asked_for("book"), asked_for("entity"), asked_for("period"))
differences = aggregate_table("book_difference", metadata, *(asked_for(n) for n in ("stage", "entity", "period")))
reconciliations = aggregate_table("reconciliation", metadata, asked_for("entity"), asked_for("period"))
OF_MONTH = """
SELECT d.id FROM book_difference d JOIN unnest(CAST(:by AS text[])) month
  ON d.entity || '/' || d.period = month OR (d.period = '' AND starts_with(month, d.entity || '/'))
"""
ISSUED = "entity = :entity AND issued_on BETWEEN :starts AND :ends"
SAID = "SELECT body->>'name' FROM other_book WHERE entity = :entity AND period = :period AND body->>'what' = 'DOCUMENT'"
PAPERS = f"""
SELECT number, type, currency, net, tax, to_char(issued_on, 'YYYY-MM') AS month FROM credit_document
  WHERE net + tax > 0 AND entity = :entity AND (issued_on BETWEEN :starts AND :ends OR number IN ({SAID}))
UNION ALL
SELECT i.invoice, '', i.currency, sum(l.net), sum(l.tax), '' FROM blue_invoice i
  JOIN blue_line l ON l.entity = i.entity AND l.invoice = i.invoice
  WHERE i.entity = :entity AND i.opened IS NOT NULL AND i.invoice IN ({SAID}) GROUP BY i.invoice, i.currency
"""  # noqa: S608  no input of anybody
TOLD = f"""
SELECT body::text FROM other_book WHERE entity = :entity AND (period = :period OR
  (body->>'what' = 'DOCUMENT' AND body->>'name' IN (SELECT number FROM credit_document WHERE {ISSUED}))) ORDER BY id
"""  # noqa: S608  no input of anybody
MOVED = """
SELECT l.account, sum(CASE l.side WHEN 'D' THEN l.functional ELSE -l.functional END) AS moved
FROM journal_entry e JOIN journal_line l ON l.entry = e.id
WHERE e.entity = :entity AND e.posted_on BETWEEN :starts AND :ends GROUP BY 1
"""
# What the journal has left on a role, beside the records of what is open there; both signed towards debit (I18).
# What is owed in a document's currency ties in that currency, what is a cost of ours in that of the books.
TIES = """
WITH posted AS (
  SELECT e.entity, l.account, e.template, l.currency,
    sum(CASE l.side WHEN 'D' THEN l.amount ELSE -l.amount END) AS amount,
    sum(CASE l.side WHEN 'D' THEN l.functional ELSE -l.functional END) AS functional
  FROM journal_entry e JOIN journal_line l ON l.entry = e.id
  WHERE CAST(:entity AS text) IN ('', e.entity) AND l.account IN ('AR', 'CUSTOMER_CREDIT', 'REFUND_PAYABLE',
    'SUPPLIER_CLAIM', 'ADV_REPLACEMENT', 'WARRANTY_PROVISION') GROUP BY 1, 2, 3, 4),
ledger AS (
  SELECT entity, account, currency, sum(amount) AS ledger, 0 AS sub_ledger FROM posted
    WHERE account IN ('AR', 'CUSTOMER_CREDIT', 'REFUND_PAYABLE') GROUP BY 1, 2, 3
  UNION ALL
  SELECT entity, account, '', sum(functional), 0 FROM posted WHERE account IN ('SUPPLIER_CLAIM', 'ADV_REPLACEMENT')
    OR account = 'WARRANTY_PROVISION' AND template LIKE 'T19%' GROUP BY 1, 2),
sub_ledger AS (
  -- What is open, less what the ERP had booked when it was taken over, and with what was paid there since.
  SELECT entity, 'AR' AS account, currency, open_amount - coalesce(opened, 0) AS amount FROM blue_invoice
  UNION ALL SELECT entity, 'AR', currency, amount FROM invoice_payment
  -- What a customer has taken off what he owes without saying of which invoice.
  UNION ALL SELECT body->>'entity', 'AR', body->>'currency', -(body->>'amount')::numeric FROM proposal
    WHERE body->>'kind' = 'FINE' AND stage = 'IN_FORCE' AND body->>'invoice' = ''
  UNION ALL SELECT entity, 'CUSTOMER_CREDIT', currency, -balance FROM customer_credit
  UNION ALL SELECT body->>'entity', 'REFUND_PAYABLE', body->>'currency', -(body->>'amount')::numeric FROM refund
    WHERE stage IN ('APPROVED', 'SENT') AND NOT (body->>'booked_on_payment')::boolean
  UNION ALL SELECT body->>'entity', 'SUPPLIER_CLAIM', '',
    (body->>'amount')::numeric - (body->>'accepted')::numeric - (body->>'withdrawn')::numeric FROM supplier_claim
    WHERE stage <> 'DRAFT'
  UNION ALL SELECT body->>'entity', 'ADV_REPLACEMENT', '', (unit->>'cost')::numeric
    FROM settlement CROSS JOIN LATERAL jsonb_array_elements(body->'ahead') unit WHERE body->'ahead' <> '[]'
  UNION ALL SELECT entity, 'WARRANTY_PROVISION', '', -made.value::numeric
    FROM month_end CROSS JOIN LATERAL jsonb_each_text(body->'provision') made)
SELECT entity, account AS role, currency, sum(ledger) AS ledger, sum(sub_ledger) AS sub_ledger FROM (
  SELECT * FROM ledger
  UNION ALL SELECT entity, account, currency, 0, amount FROM sub_ledger) both_sides
WHERE CAST(:entity AS text) IN ('', entity) GROUP BY 1, 2, 3 HAVING sum(ledger) <> 0 OR sum(sub_ledger) <> 0
ORDER BY 1, 2, 3
"""


@dataclass(frozen=True)
class Comparisons:
    """Reads what is compared for months; nobody writes it."""

    async def load(self, conn: AsyncConnection, ids: Sequence[str]) -> dict[str, Entry]:
        """Ask for each month."""
        return {key: Entry(await self._books(conn, key), version=1, read=1) for key in ids}

    async def save(self, _conn: AsyncConnection, _entries: Mapping[str, Entry]) -> None:
        """Save nothing: it follows from the books."""

    async def _books(self, conn: AsyncConnection, key: str) -> ThreeBooks:
        entity, _, period = key.rpartition("/")
        starts, ends = month_of(period)
        asked: dict[str, Any] = {"entity": entity, "period": period, "starts": starts, "ends": ends}

        async def rows(query: str) -> Sequence[Any]:
            named = {name: value for name, value in asked.items() if f":{name}" in query}
            return (await conn.execute(sa.text(query), named)).all()

        return ThreeBooks(
            papers=tuple(Paper(*row) for row in await rows(PAPERS)),
            movements={Account(row.account): row.moved for row in await rows(MOVED)},
            told=tuple(Told.model_validate_json(row.body) for row in await rows(TOLD)),
            ties=tuple(Tie(Account(r.role), r.currency, r.ledger, r.sub_ledger) for r in await rows(TIES)),
        )
