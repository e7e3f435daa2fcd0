"""The five departments as the command line sees them: their databases side by side, and what is on its way between."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

import asyncpg

from servicekit.work import Service

NAMES = ("intake", "rma", "inspection", "repair", "finance")


def services() -> dict[str, Service]:
    """Give each department's service value (its tables of what it publishes and listens to)."""
    return {name: import_module(f"{name}.main").service for name in NAMES}


@dataclass(frozen=True)
class OnTheWay:
    """What one department has not heard yet: event id → publisher."""

    listener: str
    missing: Mapping[str, str]


async def connect(dsn: str) -> "asyncpg.Connection[asyncpg.Record]":
    """Open a plain connection to a service's database."""
    return await asyncpg.connect(dsn.replace("postgresql+asyncpg://", "postgresql://"))


async def on_the_way(dsns: Mapping[str, str]) -> list[OnTheWay]:
    """Compare every outbox with the inboxes of those who listen, and say what is in between."""
    published: dict[str, list[tuple[str, str]]] = {}
    heard: dict[str, set[str]] = {}
    for name, dsn in dsns.items():
        conn = await connect(dsn)
        try:
            published[name] = [(r["id"], r["type"]) for r in await conn.fetch("SELECT id, type FROM outbox")]
            heard[name] = {r["message_id"] for r in await conn.fetch("SELECT message_id FROM inbox")}
        finally:
            await conn.close()
    known = services()
    return [
        OnTheWay(
            listener,
            {
                event_id: publisher
                for publisher, rows in published.items()
                for event_id, kind in rows
                if kind in known[listener].listens_to() and event_id not in heard[listener]
            },
        )
        for listener in dsns
    ]


async def stuck(dsns: Mapping[str, str]) -> dict[str, int]:
    """Count what is parked, dead or unpublished over all departments."""
    counts = {"waiting": 0, "failed": 0, "dead": 0, "unpublished": 0}
    for dsn in dsns.values():
        conn = await connect(dsn)
        try:
            for row in await conn.fetch("SELECT state, count(*) AS n FROM parked GROUP BY state"):
                counts[row["state"]] += row["n"]
            counts["unpublished"] += await conn.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL")
        finally:
            await conn.close()
    return counts
