"""Bulk commands and worklists of the running departments, for programs that play a clerk: importers and benchmarks."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Any

import httpx

BULK = 500
TRIES = 120
PAUSE_SECONDS = 0.5
TAKEN = 300


class NotTaken(Exception):
    """A department refused a command, or did not answer for a long time."""


class Desk:
    """One clerk with a token: sends commands together, and repeats them under the same key while nobody answers."""

    def __init__(self, urls: Mapping[str, str], token: Callable[[], str]) -> None:
        self.token = token
        self.http = {name: httpx.AsyncClient(base_url=url, timeout=120) for name, url in urls.items()}

    async def bulk(self, department: str, path: str, items: list[dict[str, Any]]) -> list[Any]:
        """Send up to a thousand commands together.

        Returns:
            The result of each, in order: status, version, body.

        Raises:
            NotTaken: the request as a whole was refused.
        """
        answer = await self._send(department, "POST", path, {"items": items})
        results: list[Any] = answer["results"]
        return results

    async def get(self, department: str, path: str) -> Any:
        """Ask a question."""
        return await self._send(department, "GET", path, None)

    async def _send(self, department: str, method: str, path: str, body: Any) -> Any:
        for _ in range(TRIES):
            try:
                headers = {"Authorization": f"Bearer {self.token()}"}
                answer = await self.http[department].request(method, path, json=body, headers=headers)
            except httpx.TransportError as outage:
                last = str(outage) or type(outage).__name__
            else:
                if answer.is_success:
                    return answer.json()
                last = answer.text
                if answer.status_code < 500 and answer.status_code != 429:  # noqa: PLR2004  only an outage passes by itself
                    break
            await asyncio.sleep(PAUSE_SECONDS)
        raise NotTaken(f"{department} {path}: {last[:800]}")

    async def worklist(self, department: str, path: str) -> AsyncIterator[list[Any]]:
        """Give what is on a worklist again and again; an empty list when there is nothing right now."""
        while True:
            yield (await self.get(department, f"{path}&limit={BULK}"))["items"]

    async def close(self) -> None:
        """Close the connections."""
        for client in self.http.values():
            await client.aclose()


def all_taken(path: str, items: Iterable[dict[str, Any]], results: Iterable[Any]) -> list[Any]:
    """Give the bodies of results that must all have been taken.

    Raises:
        NotTaken: one was refused; with its key and the reason in words.
    """
    bodies = []
    for item, result in zip(items, results, strict=True):
        if result["status"] >= TAKEN:
            raise NotTaken(f"{path} {item['key']}: {result['body'].get('detail', result['body'])}")
        bodies.append(result["body"])
    return bodies
