"""Kafka can be lost whole: every event is still in its outbox, and goes out again under its own id."""

from collections import defaultdict
from collections.abc import Mapping

from redletter.house import connect, on_the_way

CLEAR = "UPDATE outbox SET published_at = NULL WHERE published_at IS NOT NULL"


async def missing(dsns: Mapping[str, str]) -> int:
    """Publish again what some department that listens to it has not heard.

    Returns:
        How many events go out again.
    """
    wanted: dict[str, set[str]] = defaultdict(set)
    for way in await on_the_way(dsns):
        for event_id, publisher in way.missing.items():
            wanted[publisher].add(event_id)
    for publisher, ids in wanted.items():
        conn = await connect(dsns[publisher])
        try:
            await conn.execute(f"{CLEAR} AND id = ANY($1)", list(ids))
        finally:
            await conn.close()
    return sum(len(ids) for ids in wanted.values())


async def everything(dsns: Mapping[str, str], since: str | None = None) -> int:
    """Publish every event again, or those since a moment; inboxes keep it from doing anything twice.

    Returns:
        How many events go out again.
    """
    count = 0
    for dsn in dsns.values():
        conn = await connect(dsn)
        try:
            done = await (
                conn.execute(f"{CLEAR} AND time >= $1::text::timestamptz", since) if since else conn.execute(CLEAR)
            )
            count += int(done.split()[-1])
        finally:
            await conn.close()
    return count
