"""How far is a month end, and what blocks it?"""

from typing import Annotated

import sqlalchemy as sa
from fastapi import Path, Query, Response

from finance import handlers
from finance.ledger.monthend import month_ends, runs
from finance.model.keys import period_key
from finance.model.monthend import Month, RunMonthEnd
from finance.model.requests import PathCode
from servicekit.http import Bulk, Calling, answered, page, router

routes = router()
Text = Annotated[str, Query(max_length=64)]


@routes.post("/month-ends", status_code=201)
async def run_month_end(body: RunMonthEnd, call: Calling) -> Response:
    """Do the next step of a month end; `next` says which follows, `blocked` what stands against it."""
    return await call.do(handlers.RUN_MONTH_END, body, status=201)


@routes.post("/month-ends:bulk")
async def run_month_ends(body: Bulk[RunMonthEnd], call: Calling) -> Response:
    """Do the next steps of several months, or split up to a thousand losses of one again, in one transaction."""
    return await call.do_many(handlers.RUN_MONTH_END, body, status=201)


@routes.get("/month-ends")
async def find_month_ends(call: Calling, entity: Text = "", period: Text = "") -> Response:
    """Find month ends."""
    return await page(call, month_ends, entity=entity, period=period)


@routes.get("/month-ends/{entity}/{period}")
async def get_month_end(
    entity: Annotated[PathCode, Path()], period: Annotated[Month, Path()], call: Calling
) -> Response:
    """Show how far a month end is."""
    return await call.read_one(month_ends, period_key(entity, period), "month end")


@routes.get("/month-ends/{entity}/{period}/runs")
async def get_runs(entity: Annotated[PathCode, Path()], period: Annotated[Month, Path()], call: Calling) -> Response:
    """Show what each step came to."""
    wanted = sa.select(runs).where(runs.c.entity == entity, runs.c.period == period)
    return answered(200, {"items": await call.read(wanted.order_by(runs.c.id))})
