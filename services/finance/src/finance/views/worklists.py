"""What waits for whom? One table: a new worklist is one more row of it.

The rows are read when somebody asks, from the records themselves: nothing has to be kept in step with them, and what is
done is gone from its list.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from contracts.base import Unknown
from finance import rules
from finance.ledger.policy import policy as policy_of
from finance.views import sources
from servicekit.http import Call

NAMES = ("id", "case_id", "customer", "currency", "amount", "since", "version", "level", "maker", "note")
column: dict[str, sa.ColumnClause[Any]] = {name: sa.column(name) for name in NAMES}


class Worklist(NamedTuple):
    """Whose work it is, what is done with a row of it, where its rows come from, and which of them."""

    name: str
    owner: str
    action: str
    source: str
    which: str


SETTLED, REFUND, EVIDENCE = "GET /settlements/{id}", "POST /refunds/{id}", "POST /settlements/{id}:record-evidence"
APPROVE = "POST /settlements/{id}:approve"
ALL = (
    Worklist("awaiting-certificate", "accountant", EVIDENCE, sources.SETTLEMENTS, "held = 'certificate_missing'"),
    Worklist("credits-to-approve", "finance-manager", APPROVE, sources.SETTLEMENTS, "stage = 'HELD' AND level <> ''"),
    Worklist("refunds-to-approve", "finance-manager", f"{REFUND}:approve", sources.REFUNDS, "stage = 'REQUESTED'"),
    Worklist("held", "accountant", SETTLED, sources.SETTLEMENTS, "stage = 'HELD'"),
    Worklist("quantity-missing", "rma-officer", SETTLED, sources.TODOS, "work = 'QTY_MISSING'"),
    Worklist("quantity-over", "rma-officer", SETTLED, sources.TODOS, "work = 'QTY_OVER_TOLERANCE'"),
    Worklist("no-blue-left", "accountant", SETTLED, sources.TODOS, "work = 'NO_BLUE_LEFT'"),
    Worklist("decisions-too-late", "accountant", SETTLED, sources.TODOS, "work = 'DECISION_TOO_LATE'"),
    Worklist("find-blue", "accountant", "POST /blue-invoices:bulk", sources.TODOS, "work = 'FIND_BLUE'"),
    Worklist("gates-closed", "accountant", "POST /payments", sources.GATES, "paid < due AND NOT invoiced"),
    Worklist("gates-open", "technician", SETTLED, sources.GATES, "paid >= due AND NOT invoiced"),
    Worklist("advance-replacements", "customer-desk", SETTLED, sources.AHEAD, "true"),
    Worklist("refunds-to-pay", "accountant", f"{REFUND}:confirm-payment", sources.REFUNDS, "stage = 'APPROVED'"),
    Worklist("refunds-paid-today", "accountant", "GET /refunds/{id}", sources.REFUNDS,
             "stage = 'PAID' AND since >= current_date"),
    Worklist("unapplied-credit", "accountant", "POST /refunds", sources.CREDIT, "true"),
    Worklist("erp-rejections", "accountant", "POST /exports:acknowledge", sources.EXPORTED, "state = 'REJECTED'"),
    Worklist("credits-to-sign", "finance-manager", "POST /credit-documents/{id}:approve", sources.PENDING,
             "state = 'PENDING_APPROVAL'"),
    Worklist("forms-at-the-buyer", "accountant", "GET /credit-documents/{id}", sources.PENDING,
             "state = 'AWAITING_COUNTERPARTY'"),
    Worklist("forms-ended", "accountant", "POST /credit-documents/{id}:issue", sources.PENDING,
             "state IN ('REJECTED', 'EXPIRED', 'FAILED')"),
    Worklist("platform-unanswered", "accountant", "GET /credit-documents/{id}", sources.PENDING,
             "asked > 0 AND state IN ('APPROVED', 'AWAITING_COUNTERPARTY', 'ISSUING')"),
    Worklist("buyers-forms", "accountant", "POST /red-forms/{id}:confirm", sources.INBOUND,
             "state = '03' AND document = ''"),
    Worklist("uploads-near", "accountant", "POST /uploads/{id}:record", sources.UPLOADS, "state = 'NEAR'"),
    Worklist("supplier-claims", "accountant", "POST /supplier-claims/{id}:answer", sources.SUPPLIER_CLAIMS,
             "stage IN ('SENT', 'PARTLY')"),
    Worklist("supplier-claims-to-send", "accountant", "POST /supplier-claims/{id}:send", sources.SUPPLIER_CLAIMS,
             "stage = 'DRAFT'"),
    Worklist("periods-to-close", "finance-manager", "POST /periods/{id}:lock", sources.PERIODS, "status <> 'LOCKED'"),
    Worklist("book-differences", "accountant", "POST /differences/{id}:close", sources.DIFFERENCES, "stage = 'OPEN'"),
    Worklist("money-open", "finance-manager", SETTLED, sources.OPEN_CASES, "true"),
)  # fmt: skip
WORKLISTS = {worklist.name: worklist for worklist in ALL}


async def overview(call: Call) -> list[dict[str, Any]]:
    """Say of every worklist how long it is, how old its oldest row is, and how much of it is late."""
    policy, found = await policy_of(call), []
    for worklist in ALL:
        days = policy.worklist_days.get(worklist.name, 0)
        count, oldest = sa.func.count(), call.desk.runtime.now() - timedelta(days=days + 1)
        counted: Any = sa.select(
            count.label("rows"),
            count.filter(column["since"] < oldest).label("late"),
            sa.func.min(column["since"]).label("oldest"),
        )
        [row] = await call.read(counted.select_from(_rows(worklist).subquery()))
        found.append({"name": worklist.name, "owner": worklist.owner, "sla_days": days, **row})
    return found


async def one(call: Call, name: str, limit: int, levels: Sequence[str] | None) -> dict[str, Any]:
    """Give the rows of one worklist, the oldest first; with levels only what their holder may sign.

    Raises:
        Unknown: there is no such worklist.
    """
    worklist = WORKLISTS.get(name)
    if worklist is None:
        raise Unknown(f"There is no worklist {name[:64]}; there are {', '.join(WORKLISTS)}.")
    days, now = (await policy_of(call)).worklist_days.get(name, 0), call.desk.runtime.now()
    query = _rows(worklist).order_by(column["since"], column["id"]).limit(limit)
    if levels is not None:
        query = query.where(column["level"].in_(["", *levels]), column["maker"] != call.actor)
    items = [_item(worklist, row, days, rules.ageing.age_in_days(row["since"], now)) for row in await call.read(query)]
    return {"name": name, "owner": worklist.owner, "sla_days": days, "items": items}


def _item(worklist: Worklist, row: dict[str, Any], days: int, age: int) -> dict[str, Any]:
    """Write a row of a worklist with the one thing to do about it."""
    method, path = worklist.action.split(" ", 1)
    action = {"method": method, "path": path.replace("{id}", row["id"]), "if_match": row["version"] or None}
    told = {name: value for name, value in row.items() if name not in {"version", "maker"}}
    late = rules.ageing.late(age, days)
    return {**told, "owner": worklist.owner, "age_days": age, "sla_days": days, "late": late, "action": action}


def _rows(worklist: Worklist) -> sa.Select[Any]:
    """Select what a worklist wants of its source."""
    source = sa.text(worklist.source).columns(*column.values()).subquery("rows")
    query: sa.Select[Any] = sa.select(*column.values())
    return query.select_from(source).where(sa.text(worklist.which))
