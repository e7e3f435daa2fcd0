"""The running departments as a client sees them: commands and questions over HTTP, patience for what travels."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from redletter.house import connect, on_the_way

PATIENCE_SECONDS = 30
POLL_SECONDS = 0.05


class LiveHouse:
    """The departments that run as processes; the same verbs as the in-process house of the tests."""

    mode = "live"

    def __init__(self, urls: Mapping[str, str], dsns: Mapping[str, str], tokens: Callable[[str], str]) -> None:
        self.clients = {name: httpx.AsyncClient(base_url=url, timeout=60) for name, url in urls.items()}
        self.dsns = dsns
        self.tokens = tokens

    async def post(
        self, department: str, path: str, body: Any, role: str, *, seen: int | None = None, key: str = ""
    ) -> httpx.Response:
        """Send a command as somebody with this role."""
        headers = {
            "Authorization": f"Bearer {self.tokens(role)}",
            "Idempotency-Key": key or secrets.token_hex(16),
        }
        if seen is not None:
            headers["If-Match"] = f'"{seen}"'
        return await self.clients[department].post(path, json=body, headers=headers)

    async def get(self, department: str, path: str, role: str = "reader") -> httpx.Response:
        """Read as somebody with this role."""
        return await self.clients[department].get(path, headers={"Authorization": f"Bearer {self.tokens(role)}"})

    async def until(self, department: str, path: str, wanted: Callable[[Any], bool]) -> Any:
        """Wait until the department shows what is wanted.

        Raises:
            AssertionError: it did not in time; with the last answer.
        """
        last = "nothing"
        for _ in range(int(PATIENCE_SECONDS / POLL_SECONDS)):
            answer = await self.get(department, path)
            last = answer.text
            if answer.is_success and wanted(answer.json()):
                return answer.json()
            await asyncio.sleep(POLL_SECONDS)
        raise AssertionError(f"{department} {path} never showed it; last answer: {last[:800]}")

    async def quiet(self) -> None:
        """Wait until everybody has heard everything that was said to them."""
        for _ in range(int(PATIENCE_SECONDS / POLL_SECONDS)):
            if not any(way.missing for way in await on_the_way(self.dsns)):
                return
            await asyncio.sleep(POLL_SECONDS)
        raise AssertionError("the house never comes to rest")

    async def story(self, case_id: str) -> list[Any]:
        """Give every event of a case, over all departments, in the order of time."""
        return await self._rows(
            "SELECT type, payload, traceparent, time, id, causationid FROM outbox WHERE aggregateid = $1", case_id
        )

    async def stuck(self) -> list[Any]:
        """Give everything that is parked anywhere."""
        return await self._rows("SELECT message_id AS id, first_at AS time, * FROM parked")

    async def _rows(self, query: str, *values: Any) -> list[Any]:
        rows: list[Any] = []
        for dsn in self.dsns.values():
            conn = await connect(dsn)
            try:
                rows.extend(_Row(row) for row in await conn.fetch(query, *values))
            finally:
                await conn.close()
        return sorted(rows, key=lambda row: (row.time, row.id))

    async def close(self) -> None:
        """Close the connections."""
        for client in self.clients.values():
            await client.aclose()


class _Row:
    """A row whose columns read as attributes."""

    def __init__(self, row: Any) -> None:
        self.__dict__.update(dict(row))
