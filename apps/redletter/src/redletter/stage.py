"""Where everything stands: how much is at which stage in each department, and what does not move."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from functools import cache
from importlib import import_module
from typing import Any, Self

import httpx
from rich.table import Table

from redletter.house import connect

OUTBOX = """
SELECT count(*) AS unpublished, coalesce(extract(epoch FROM now() - min(time)), 0)::float AS age
FROM outbox WHERE published_at IS NULL
"""
PARKED = "SELECT state, count(*) AS n FROM parked GROUP BY state"
LAG = "redletter_consumer_lag{"
ENDS = {"CLOSED", "SETTLED", "REFUSED", "COMPLETED", "ISSUED", "SHIPPED", "UNREPAIRABLE"}


@dataclass(frozen=True)
class Place:
    """Where a department keeps its record of a case, and in which words it says how far it is."""

    table: str
    field: str
    path: str
    words: str

    def order(self, department: str) -> list[str]:
        """List the stages in the order of the department's own model."""
        return [str(stage.value) for stage in getattr(import_module(f"{department}.model"), self.words)]


PLACES: Mapping[str, Place] = {
    "intake": Place("complaint", "status", "/complaints", "Status"),
    "rma": Place("rma_case", "stage", "/cases", "Stage"),
    "inspection": Place("inspection", "stage", "/inspections", "Stage"),
    "repair": Place("repair_order", "stage", "/orders", "Stage"),
    "finance": Place("settlement", "stage", "/settlements", "Stage"),
}


@dataclass(frozen=True)
class Measured:
    """One department at one moment."""

    department: str
    stages: Mapping[str, int]
    unpublished: int
    outbox_age_seconds: float
    parked: Mapping[str, int]
    lag: int | None


@cache
def order(department: str) -> list[str]:
    """List a department's stages in the order in which they come."""
    return PLACES[department].order(department)


class Measuring:
    """Looks again and again over the same connections."""

    def __init__(self, dsns: Mapping[str, str], urls: Mapping[str, str]) -> None:
        self.dsns, self.urls = dsns, urls
        self.connections: dict[str, Any] = {}
        self.stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Connect."""
        self.http = await self.stack.enter_async_context(httpx.AsyncClient(timeout=2))
        for name, dsn in self.dsns.items():
            self.connections[name] = await connect(dsn)
            self.stack.push_async_callback(self.connections[name].close)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go."""
        await self.stack.aclose()

    async def look(self) -> list[Measured]:
        """Measure every department now."""
        return list(await asyncio.gather(*(self._department(name) for name in self.connections)))

    async def _department(self, name: str) -> Measured:
        conn, place = self.connections[name], PLACES[name]
        stages = {r["stage"]: r["n"] for r in await conn.fetch(_stages(place))}
        outbox = await conn.fetchrow(OUTBOX)
        return Measured(
            department=name,
            stages={stage: stages[stage] for stage in [*order(name), *sorted(stages)] if stage in stages},
            unpublished=outbox["unpublished"],
            outbox_age_seconds=round(outbox["age"], 1),
            parked={r["state"]: r["n"] for r in await conn.fetch(PARKED)},
            lag=await self._lag(name),
        )

    async def _lag(self, name: str) -> int | None:
        """Read how far behind the broker a department is; nothing when it does not answer."""
        try:
            text = (await self.http.get(f"{self.urls[name]}/metrics")).text
        except (httpx.HTTPError, KeyError):
            return None
        line = next((line for line in text.splitlines() if line.startswith(LAG)), "")
        return int(float(line.split()[-1])) if line else None


def _stages(place: Place) -> str:
    return f"SELECT {place.field} AS stage, count(*) AS n FROM {place.table} GROUP BY 1"  # noqa: S608  our own names


def table(measured: Sequence[Measured], title: str = "") -> Table:
    """Show it for a person."""
    shown = Table(title=title or None, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for column in ("department", "how many at which stage", "to publish", "to hear", "parked"):
        shown.add_column(column, no_wrap=column != "how many at which stage")
    for each in measured:
        stages = "  ".join(f"{_tone(stage)}{stage} {n}[/]" for stage, n in each.stages.items())
        waiting = f"{each.unpublished}" + (f" ({each.outbox_age_seconds:.0f} s)" if each.unpublished else "")
        parked = ", ".join(f"{n} {state}" for state, n in sorted(each.parked.items()))
        shown.add_row(
            each.department,
            stages or "[dim]nothing yet[/]",
            waiting,
            "?" if each.lag is None else str(each.lag),
            f"[red]{parked}[/]" if {"failed", "dead"} & set(each.parked) else parked or "0",
        )
    return shown


def line(measured: Sequence[Measured]) -> str:
    """Say it in one line, where nothing can be drawn."""
    parts = []
    for each in measured:
        stages = ", ".join(f"{stage} {n}" for stage, n in each.stages.items())
        parked = "".join(f", {n} parked as {state}" for state, n in sorted(each.parked.items()))
        parts.append(f"{each.department}: {stages or 'nothing yet'}{parked}")
    return " | ".join(parts)


def _tone(stage: str) -> str:
    return "[green]" if stage in ENDS else "[yellow]"


def as_json(measured: Sequence[Measured]) -> list[dict[str, Any]]:
    """Give it for a program."""
    return [asdict(each) for each in measured]
