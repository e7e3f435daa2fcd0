"""How much is open in all, by customer and by age? And how long has credit lain unused?"""

from datetime import date
from typing import Any

import sqlalchemy as sa

from finance import rules
from servicekit.http import Call

# Grouped by day first: a day has one age, so the rule is asked once for each day and not once for each invoice.
OPEN = """
SELECT customer, currency,
  greatest(CAST(:today AS date) - coalesce(due_on, issued_at::date + CAST(:terms AS integer)), 0) AS overdue,
  sum(open_amount) AS amount
FROM blue_invoice WHERE open_amount > 0 AND (CAST(:entity AS text) = '' OR entity = :entity) GROUP BY 1, 2, 3
"""
# The oldest credit of a balance: entries that added to it, the newest first, until they cover what is left.
UNUSED = """
SELECT c.customer, c.currency, c.entity, c.balance AS amount, (
  SELECT max(e.posted_on) FROM (
    SELECT e.posted_on, sum(l.amount) OVER (ORDER BY e.posted_on DESC, e.seq DESC) AS covered
    FROM journal_entry e JOIN journal_line l ON l.entry = e.id
    WHERE e.customer = c.customer AND e.entity = c.entity AND e.currency = c.currency
      AND l.account = 'CUSTOMER_CREDIT' AND l.side = 'C') e WHERE e.covered >= c.balance) AS since
FROM customer_credit c WHERE c.balance > 0 AND (CAST(:entity AS text) = '' OR c.entity = :entity)
ORDER BY c.customer, c.currency
"""


async def ageing(call: Call, entity: str, today: date, terms_days: int) -> list[dict[str, Any]]:
    """Give what each customer owes in each currency, by age."""
    values = {"today": today, "terms": terms_days, "entity": entity}
    sums: dict[tuple[str, str], dict[int, Any]] = {}
    for row in await call.read(_query(OPEN, values)):
        sums.setdefault((row["customer"], row["currency"]), {})[row["overdue"]] = row["amount"]
    return [
        {"customer": customer, "currency": currency, **rules.ageing.aged(by_age), "open": sum(by_age.values())}
        for (customer, currency), by_age in sorted(sums.items())
    ]


async def credit_by_age(call: Call, entity: str, today: date) -> list[dict[str, Any]]:
    """Give the credit balances with how long they have lain unused."""
    rows = await call.read(_query(UNUSED, {"entity": entity}))
    return [
        {
            **row,
            "age_days": (age := rules.ageing.days_overdue(row["since"], today) if row["since"] else 0),
            "bucket": rules.ageing.bucket(age),
        }
        for row in rows
    ]


def _query(text: str, values: dict[str, Any]) -> Any:
    return sa.text(text).bindparams(**values)
