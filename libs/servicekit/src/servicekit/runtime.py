"""Everything that the input does not determine: the clock, ids, sleep, the database. No module reaches around it."""

import asyncio
import random  # noqa: TID251  the one source of chance
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from aiokafka.errors import KafkaError
from asyncpg import InternalClientError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

OUTAGES = (SQLAlchemyError, InternalClientError, KafkaError, OSError)  # the second one SQLAlchemy lets through
OUTAGE_SECONDS = 1.0  # between two tries while the database or the broker is away
# Ids name things and keep no secret: seeded once per process, and then without a system call for each.
_chance = random.Random(secrets.randbits(256))  # noqa: S311  see above


def wall_clock() -> datetime:
    """Read the one clock of the house."""
    return datetime.now(UTC)  # noqa: TID251  the one clock


def uuid7() -> str:
    """Make a time-ordered id (RFC 9562, version 7): rows that are written together lie together."""
    bits = _chance.getrandbits(74)
    digits = f"{(time.time_ns() // 1_000_000) << 80 | 7 << 76 | bits >> 62 << 64 | 2 << 62 | bits & (1 << 62) - 1:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def span_id() -> str:
    """Make a W3C span id."""
    return f"{_chance.getrandbits(64) or 1:016x}"


def trace_id() -> str:
    """Make a W3C trace id."""
    return f"{_chance.getrandbits(128) or 1:032x}"


@dataclass(frozen=True)
class Runtime:
    """What a process was given to work with; a simulation gives virtual ones."""

    engine: AsyncEngine
    now: Callable[[], datetime] = wall_clock
    new_id: Callable[[], str] = uuid7
    new_span: Callable[[], str] = span_id
    new_trace: Callable[[], str] = trace_id
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    due_by: Callable[[], Any] = sa.func.now
    """Up to when deadlines are due: by the database's clock, the one that all processes share."""
    partners: Mapping[str, Callable[[Any], Awaitable[Any]]] = field(default_factory=dict, hash=False)
    """What can be asked outside: one function for each operation."""
    unpublished: asyncio.Event = field(default_factory=asyncio.Event, hash=False)
    """Set when something has gone into the outbox in this process, so that it waits for no poll."""
    publishing: asyncio.Event = field(default_factory=asyncio.Event, hash=False)
    """Set while the relay of this process can publish."""
