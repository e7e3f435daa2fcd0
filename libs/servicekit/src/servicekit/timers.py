"""Deadlines are rows, judged by the database's clock, fired once; and what waits is tried again now and then."""

import logging

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from servicekit import ops, shell
from servicekit.failpoints import failpoint
from servicekit.relay import Wake
from servicekit.runtime import Runtime
from servicekit.work import Service

log = logging.getLogger(__name__)
LIMIT = 200
POLL_SECONDS = 1.0
# Whoever did its predecessor at the same moment did not see it parked yet: nobody else would ever try it again.
_LOOK_AGAIN = sa.text("""
UPDATE parked SET attempts = attempts + 1, last_at = now() WHERE message_id IN (
  SELECT message_id FROM parked WHERE state = 'waiting'
  AND last_at < now() - interval '2 seconds' * power(2, least(attempts, 10))
  ORDER BY last_at LIMIT 200 FOR UPDATE SKIP LOCKED) RETURNING key
""")


async def fire_once(service: Service, runtime: Runtime) -> int:
    """Do what is due by now, the oldest first, and look again at what waits: first after 4 s, then ever more rarely.

    Returns:
        How much there was to do.
    """
    async with runtime.engine.begin() as conn:
        query = sa.select(shell.deadline).where(shell.deadline.c.due_at <= runtime.due_by())
        rows = (await conn.execute(query.order_by(shell.deadline.c.due_at).limit(LIMIT))).all()
        keys = (await conn.execute(_LOOK_AGAIN)).scalars()
    works = [*(shell.deadline_work(service, row) for row in rows), *map(ops.nudge, sorted(set(keys)))]
    if works:
        failpoint("timers.before_fire")
        await shell.run(service, runtime, works)
        failpoint("timers.after_fire")
    return len(works)


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
