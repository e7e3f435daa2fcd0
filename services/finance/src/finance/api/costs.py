"""What did a case cost us, and which receivables are disputed?"""

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Query, Response

from contracts.base import CaseId
from finance.model import Account
from finance.storage import blue_invoices, blue_lines, entries, entry_lines, proposals
from servicekit.http import Calling, answered, router

routes = router()
Text = Annotated[str, Query(max_length=64)]
COSTS = (Account.QUALITY_LOSS, Account.WARRANTY_PROVISION, Account.REPAIR_COST, Account.SALES_ALLOWANCE)


@routes.get("/settlements/{case_id}/cost")
async def case_cost(case_id: CaseId, call: Calling) -> Response:
    """Say what a case cost by role of account, in the currency of the books, with its fines (R-276, R-278)."""
    e, t, p = entries.c, entry_lines.c, proposals.c
    signed = sa.case((t.side == "D", t.functional), else_=-t.functional)
    query: sa.Select[Any] = (
        sa.select(t.account, e.books_currency.label("currency"), sa.cast(sa.func.sum(signed), sa.Text).label("amount"))
        .join_from(entries, entry_lines, e.id == t.entry)
        .where(e.case_id == case_id, t.account.in_(COSTS))
        .group_by(t.account, e.books_currency)
        .order_by(t.account, e.books_currency)
    )
    fines = sa.select(p.id.label("proposal_id"), p.body["amount"].astext.label("amount"), p.stage).where(
        p.case == case_id, p.body["kind"].astext == "FINE"
    )
    return answered(
        200, {"case_id": case_id, "cost": await call.read(query), "fines": await call.read(fines.order_by(p.id))}
    )


@routes.get("/receivables/disputed")
async def disputed(call: Calling, entity: Text = "", customer: Text = "") -> Response:
    """List what is open of invoices whose goods are complained of; a collection rate leaves it out (R-265, F-50)."""
    i, b = blue_invoices.c, blue_lines.c
    held = sa.func.sum(b.reserved_net + b.reserved_tax)
    claimed = (
        sa.select(b.entity, b.invoice, held.label("held"), sa.func.array_agg(sa.distinct(b.item)).label("items"))
        .where(b.reserved_quantity + b.reserved_net > 0)
        .where(*([b.entity == entity] if entity else []), *([b.customer == customer] if customer else []))
        .group_by(b.entity, b.invoice)
        .subquery()
    )
    amount = sa.func.least(i.open_amount, claimed.c.held)
    query: sa.Select[Any] = (
        sa.select(i.entity, i.customer, i.invoice, i.currency, i.open_amount, amount.label("disputed"))
        .add_columns(claimed.c["items"])
        .join_from(blue_invoices, claimed, (i.entity == claimed.c.entity) & (i.invoice == claimed.c.invoice))
        .where(amount > 0)
        .order_by(i.entity, i.customer, i.invoice)
    )
    return answered(200, {"items": await call.read(query)})
