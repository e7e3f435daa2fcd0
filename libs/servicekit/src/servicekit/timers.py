"""Deadlines are rows, judged by the database's clock, fired once; some ask a partner. What waits is tried again."""

import asyncio
import logging
from typing import Any

import sqlalchemy as sa

from servicekit import ops, shell
from servicekit.failpoints import failpoint
from servicekit.runtime import OUTAGES, Runtime
from servicekit.work import Service

log = logging.getLogger(__name__)
LIMIT = 200
POLL_SECONDS = 1.0
PATIENCE = 10.0  # seconds that a partner outside has to answer
# Whoever did its predecessor at the same moment did not see it parked yet: nobody else would ever try it again.
_LOOK_AGAIN = sa.text("""
UPDATE parked SET attempts = attempts + 1, last_at = now() WHERE message_id IN (
  SELECT message_id FROM parked WHERE state = 'waiting'
  AND last_at < now() - interval '2 seconds' * power(2, least(attempts, 10))
  ORDER BY last_at LIMIT 200 FOR UPDATE SKIP LOCKED) RETURNING key
""")


async def fire_once(service: Service, runtime: Runtime, *, asking: bool | None = None) -> int:
    """Do what is due by now, the oldest first, and look again at what waits: first after 4 s, then ever more rarely.

    Args:
        service: the department.
        runtime: what it works with.
        asking: only the deadlines that ask a partner outside, who may be slow; or only the others; or all.

    Returns:
        How much there was to do.
    """
    async with runtime.engine.begin() as conn:
        query = sa.select(shell.deadline).where(shell.deadline.c.due_at <= runtime.due_by())
        if asking is not None:
            query = query.where(shell.deadline.c.name.in_(service.calls).is_(asking))
        rows = (await conn.execute(query.order_by(shell.deadline.c.due_at).limit(LIMIT))).all()
        keys = (await conn.execute(_LOOK_AGAIN)).scalars()
    answers = await asyncio.gather(*(_asked(service, runtime, row) for row in rows))
    due = [shell.deadline_work(service, row, answer) for row, answer in zip(rows, answers, strict=True)]
    works = [*due, *map(ops.nudge, sorted(set(keys)))]
    if works:
        failpoint("timers.before_fire")
        await shell.run(service, runtime, works)
        failpoint("timers.after_fire")
    return len(works)


async def _asked(service: Service, runtime: Runtime, row: Any) -> Any:
    """Ask the partner that a deadline is for, outside of any transaction: after a crash it is simply asked again."""
    if row.name not in service.calls:
        return None
    [store] = [store for kind, store in service.stores.items() if kind.__name__ == row.kind]
    async with runtime.engine.begin() as conn:
        found = await store.load(conn, [row.id])
    question = service.calls[row.name](found[row.id].state) if row.id in found else None
    if question is None or question[0] not in runtime.partners:
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            return await runtime.partners[question[0]](question[1])
    except Exception as silence:  # noqa: BLE001  whatever a partner does: it has not answered
        log.warning("%s did not answer about %s: %r", question[0], row.id, silence)
        return None


async def run(service: Service, runtime: Runtime, *, asking: bool = False) -> None:
    """Fire deadlines for ever."""
    while True:
        try:
            fired = await fire_once(service, runtime, asking=asking)
        except Exception as outage:  # timers that end are missed by nobody until something is overdue
            log.warning("timers wait: %r", outage, exc_info=not isinstance(outage, OUTAGES))
            fired = 0
        if fired < LIMIT:
            await runtime.sleep(POLL_SECONDS)
