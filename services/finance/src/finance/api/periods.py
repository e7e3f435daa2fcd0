"""Which periods are there, and who opens and closes them?"""

from typing import Annotated

import sqlalchemy as sa
from fastapi import Path, Query, Response

from contracts.base import CaseId
from finance import handlers
from finance.ledger.periods import adjustments, period_changes, periods
from finance.model import ClosePeriod, MakePeriod, ReopenPeriod
from finance.model.keys import period_key
from finance.model.periods import Adjust, PeriodName, ReverseAdjustment
from finance.model.requests import PathCode
from servicekit.http import Calling, answered, page, router

routes = router()
Entity = Annotated[PathCode, Path()]
Name = Annotated[PeriodName, Path()]
Text = Annotated[str, Query(max_length=64)]


@routes.post("/periods", status_code=201)
async def make_period(body: MakePeriod, call: Calling) -> Response:
    """Make a period; the same again changes nothing."""
    return await call.do(handlers.MAKE_PERIOD, body, status=201)


@routes.get("/periods")
async def find_periods(call: Calling, entity: Text = "", status: Text = "") -> Response:
    """Find periods by entity or state."""
    return await page(call, periods, entity=entity, status=status)


@routes.get("/periods/{entity}/{period}")
async def get_period(entity: Entity, period: Name, call: Calling) -> Response:
    """Show one period."""
    return await call.read_one(periods, period_key(entity, period), "period")


@routes.get("/periods/{entity}/{period}/changes")
async def get_period_changes(entity: Entity, period: Name, call: Calling) -> Response:
    """Show who opened and closed a period, and why."""
    t = period_changes.c
    wanted = sa.select(period_changes).where(t.entity == entity, t.period == period)
    return answered(200, {"items": await call.read(wanted.order_by(sa.func.length(t.id), t.id))})


@routes.post("/periods/{entity}/{period}:soft-lock")
async def soft_lock_period(entity: Entity, period: Name, body: ClosePeriod, call: Calling) -> Response:
    """Close a period for everybody but adjusters."""
    return await call.do(handlers.SOFT_LOCK, body, period_key(entity, period))


@routes.post("/periods/{entity}/{period}:lock")
async def lock_period(entity: Entity, period: Name, body: ClosePeriod, call: Calling) -> Response:
    """Close a period for good."""
    return await call.do(handlers.LOCK, body, period_key(entity, period))


@routes.post("/periods/{entity}/{period}:reopen")
async def reopen_period(entity: Entity, period: Name, body: ReopenPeriod, call: Calling) -> Response:
    """Sign for opening the latest locked period again; with the last signature it is open."""
    return await call.do(handlers.REOPEN, body, period_key(entity, period))


@routes.post("/adjustments", status_code=201)
async def adjust(body: Adjust, call: Calling) -> Response:
    """Write an entry by hand, on a day that is open for adjusters."""
    return await call.do(handlers.ADJUST, body, status=201)


@routes.get("/adjustments")
async def find_adjustments(call: Calling, stage: Text = "", entity: Text = "") -> Response:
    """Find entries that were written by hand."""
    return await page(call, adjustments, stage=stage, entity=entity)


@routes.get("/adjustments/{adjustment_id}")
async def get_adjustment(adjustment_id: CaseId, call: Calling) -> Response:
    """Show one of them."""
    return await call.read_one(adjustments, adjustment_id, "adjustment")


@routes.post("/adjustments/{adjustment_id}:reverse")
async def reverse_adjustment(adjustment_id: CaseId, body: ReverseAdjustment, call: Calling) -> Response:
    """Take an entry back that was written by hand."""
    return await call.do(handlers.REVERSE_ADJUSTMENT, body, adjustment_id)
