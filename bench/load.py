"""Cases through the whole chain by the departments' public APIs, in bulk where a department has bulk."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

BULK = 500
Make = Callable[[str, int], dict[str, Any]]
PROFILE = "online-retail"


class Client:
    """Commands and worklists of the running departments."""

    def __init__(self, urls: Mapping[str, str], token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self.http = {name: httpx.AsyncClient(base_url=url, headers=headers, timeout=120) for name, url in urls.items()}

    async def bulk(self, department: str, path: str, items: list[dict[str, Any]]) -> list[Any]:
        """Send commands together; every one has to be taken."""
        answer = await self.http[department].post(path, json={"items": items})
        answer.raise_for_status()
        results: list[Any] = answer.json()["results"]
        wrong = [r for r in results if r["status"] >= 400]  # noqa: PLR2004  HTTP errors
        if wrong:
            raise RuntimeError(f"{path}: {wrong[0]}")
        return results

    async def get(self, department: str, path: str) -> Any:
        """Ask."""
        answer = await self.http[department].get(path)
        answer.raise_for_status()
        return answer.json()

    async def close(self) -> None:
        """Close the connections."""
        for client in self.http.values():
            await client.aclose()


def complaint(run: str, number: int) -> dict[str, Any]:
    """Make a complaint of two lines about a blue invoice of this run."""
    return {
        "customer": f"{run}-{number % 1000}",
        "contact": "bench",
        "content": "does not work",
        "channel": "web",
        "reference": f"{run}-{number}",
        "entity": "BENCH",
        "currency": "GBP",
        "request": "RETURN",
        "scope": {"profile": PROFILE},
        "lines": [
            {
                "line": n,
                "item": f"ITEM-{n}",
                "quantity": "3",
                "unit_price": "10.00",
                "original": {"invoice": f"{run}-{number}", "line": n},
            }
            for n in (1, 2)
        ],
    }


def invoice(run: str, number: int) -> dict[str, Any]:
    """Make the blue invoice that the complaint is about."""
    return {
        "entity": "BENCH",
        "invoice": f"{run}-{number}",
        "customer": f"{run}-{number % 1000}",
        "currency": "GBP",
        "issued_at": "2026-01-05",
        "lines": [
            {"line": n, "item": f"ITEM-{n}", "quantity": "10", "unit_price": "10.00", "net": "100.00", "tax": "20.00"}
            for n in (1, 2)
        ],
    }


async def blue(client: Client, run: str, cases: int, make: Make = invoice) -> None:
    """Import the blue invoices, before the clock starts."""
    await _in_bulk(client, "finance", "/blue-invoices:bulk", run, cases, make)


async def register(client: Client, run: str, cases: int, make: Make = complaint) -> None:
    """Register the complaints."""
    await _in_bulk(client, "intake", "/complaints:bulk", run, cases, make)


async def _in_bulk(client: Client, department: str, path: str, run: str, cases: int, make: Make) -> None:
    for start in range(0, cases, BULK):
        numbers = range(start, min(cases, start + BULK))
        await client.bulk(department, path, [{"key": f"{run}-{n}", "body": make(run, n)} for n in numbers])


async def dock(client: Client, run: str, cases: int) -> None:
    """Receive what is announced, until everything is."""
    await _work_off(client, run, cases, "ANNOUNCED", receipt, "/receipts:bulk")


async def bench(client: Client, run: str, cases: int) -> None:
    """Inspect what was received, until everything is."""
    await _work_off(client, run, cases, "RECEIVED", finding, "/inspections:bulk")


async def _work_off(client: Client, run: str, cases: int, stage: str, make: Any, path: str) -> None:
    done = 0
    while done < cases:
        found = (await client.get("inspection", f"/inspections?stage={stage}&profile={PROFILE}&limit={BULK}"))["items"]
        if found:
            await client.bulk("inspection", path, [make(run, item) for item in found])
            done += len(found)
        if len(found) < BULK // 2:
            await asyncio.sleep(0.1)


def receipt(run: str, item: Any) -> dict[str, Any]:
    """Receive everything that was announced."""
    lines = [{"line": line["line"], "quantity": line["announced"]} for line in item["lines"]]
    signatures = {"quality": "bench-q", "storage": "bench-s"}
    body = {"rma_number": item["rma_number"], "lines": lines, "signatures": signatures}
    return {"key": f"{run}-r-{item['id']}", "body": body}


def finding(run: str, item: Any) -> dict[str, Any]:
    """Confirm every fault; the goods go back to stock."""
    lines = [{"line": line["line"], "established": True, "becomes": "RESTOCK"} for line in item["lines"]]
    body = {"inspector": "bench", "responsibility": "OWN", "lines": lines}
    return {"key": f"{run}-i-{item['id']}", "case_id": item["id"], "body": body}


async def unclosed(client: Client) -> int:
    """Count the complaints that are not closed: of those there are few, and to count the others costs what they are."""
    stages = ("REGISTERED", "AUTHORIZED", "INVESTIGATING", "ANSWERED")
    return sum([(await client.get("intake", f"/complaints?status={stage}&limit=0"))["total"] for stage in stages])


async def chain(client: Client, run: str, cases: int, make: Make = complaint) -> float:
    """Play so many cases from complaint to closing; the wall seconds it took."""
    before = await unclosed(client)
    began = time.perf_counter()
    await asyncio.gather(
        register(client, run, cases, make),
        dock(client, run, cases),
        bench(client, run, cases),
    )
    while await unclosed(client) > before:
        await asyncio.sleep(0.05)
    return time.perf_counter() - began
