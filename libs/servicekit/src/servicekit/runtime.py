"""Everything that the input does not determine: the clock, ids, sleep, the database. No module reaches around it."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine


def wall_clock() -> datetime:
    """Read the one clock of the house."""
    return datetime.now(UTC)  # noqa: TID251  the one clock


def uuid7() -> str:
    """Make a time-ordered id (RFC 9562, version 7): rows that are written together lie together."""
    millis = time.time_ns() // 1_000_000
    value = (millis << 80) | (0x7 << 76) | (secrets.randbits(12) << 64) | (0b10 << 62) | secrets.randbits(62)
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def span_id() -> str:
    """Make a W3C span id."""
    return f"{secrets.randbits(64) or 1:016x}"


def trace_id() -> str:
    """Make a W3C trace id."""
    return f"{secrets.randbits(128) or 1:032x}"


@dataclass(frozen=True)
class Runtime:
    """What a process was given to work with; a simulation gives virtual ones."""

    engine: AsyncEngine
    now: Callable[[], datetime] = wall_clock
    new_id: Callable[[], str] = uuid7
    new_span: Callable[[], str] = span_id
    new_trace: Callable[[], str] = trace_id
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
