"""Deadlines are rows, judged by the database's clock, fired once."""

import logging

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from servicekit import shell
from servicekit.failpoints import failpoint
from servicekit.relay import Wake
from servicekit.runtime import Runtime
from servicekit.work import Service

log = logging.getLogger(__name__)
LIMIT = 200
POLL_SECONDS = 1.0


async def fire_once(service: Service, runtime: Runtime) -> int:
    """Do what is due by now, the oldest first.

    Returns:
        How many deadlines were due.
    """
    async with runtime.engine.connect() as conn:
        query = sa.select(shell.deadline).where(shell.deadline.c.due_at <= runtime.due_by())
        rows = (await conn.execute(query.order_by(shell.deadline.c.due_at).limit(LIMIT))).all()
    if rows:
        failpoint("timers.before_fire")
        await shell.run(service, runtime, [shell.deadline_work(service, row) for row in rows])
        failpoint("timers.after_fire")
    return len(rows)


async def run(service: Service, runtime: Runtime, wake: Wake) -> None:
    """Fire deadlines for ever."""
    while True:
        try:
            fired = await fire_once(service, runtime)
        except (SQLAlchemyError, OSError) as outage:
            log.warning("timers wait: %s", outage)
            fired = 0
        if fired:
            wake.event.set()
        if fired < LIMIT:
            await runtime.sleep(POLL_SECONDS)
