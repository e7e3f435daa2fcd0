"""Many credit documents issued at once, each with the next number of one series: gapless, and nobody waits long.

Drafts are signed one request each by many clients; the desk issues what came together in one transaction. CPU is that
of finance and of PostgreSQL, beside what finance takes for a case of the chain. Writes bench/results/issuing.json.
"""

import argparse
import asyncio
import itertools
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from redletter import embedded, issuer

sys.path.insert(0, str(Path(__file__).parent))
import load
import run as chained

CHAIN = Path(__file__).parent / "results" / "chain.json"


async def spread(things: Iterable[Any], clients: int, work: Callable[[Any], Awaitable[None]]) -> float:
    """Let so many clients share the work; the wall seconds it took."""
    queue = iter(things)

    async def client() -> None:
        for thing in queue:
            await work(thing)

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return time.perf_counter() - began


class Desk:
    """What two people of accounting do over HTTP: one drafts, another signs."""

    def __init__(self, running: embedded.Running) -> None:
        now, self.keys = datetime.now(UTC), itertools.count()  # noqa: TID251  tokens are judged by the real clock
        self.http = httpx.AsyncClient(base_url=running.urls["finance"], timeout=120)
        self.tokens = {role: issuer.token(running.home, role, now, minutes=600) for role in issuer.ROLES}

    async def post(self, path: str, role: str, body: Any, seen: int | None = None) -> Any:
        """Give a command that has to be taken."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}", "Idempotency-Key": f"issuing-{next(self.keys)}"}
        headers |= {"If-Match": f'"{seen}"'} if seen is not None else {}
        answer = await self.http.post(path, json=body, headers=headers)
        answer.raise_for_status()
        return answer.json()

    async def drafted(self, run: str, number: int, drafts: list[str]) -> None:
        """Draft a credit of three pieces, and ask for its signature."""
        body = {"entity": "BENCH", "invoice": f"{run}-{number}", "reason": "02", "scope": {"profile": load.PROFILE}}
        lines = [{"line": line, "quantity": "3"} for line in (1, 2)]
        document = (await self.post("/credit-documents", "accountant", {**body, "lines": lines}))["document_id"]
        await self.post(f"/credit-documents/{document}:submit", "accountant", {}, 1)
        drafts.append(document)

    async def issued(self, document: str) -> None:
        """Sign, which issues."""
        said = await self.post(f"/credit-documents/{document}:approve", "general-manager", {}, 2)
        if said["state"] != "ISSUED":
            raise RuntimeError(f"{document} is {said}")

    async def numbers(self) -> int:
        """Count the numbers that are out, all of one series.

        Raises:
            RuntimeError: there is a gap among them.
        """
        headers = {"Authorization": f"Bearer {self.tokens['reader']}"}
        answer = await self.http.get("/reports/numbers?by=series,void", headers=headers)
        [row] = answer.raise_for_status().json()["items"]
        if row["void"]:
            raise RuntimeError(f"the series has a gap: {row}")
        return int(row["numbers"])


async def transactions(running: embedded.Running) -> int:
    """Count the transactions that have issued something."""
    conn = await asyncpg.connect(running.dsns["finance"].replace("+asyncpg", ""))
    try:
        return int(await conn.fetchval("SELECT count(DISTINCT xact) FROM credit_document"))
    finally:
        await conn.close()


async def measured(running: embedded.Running, desk: Desk, run: str, documents: int, clients: int) -> dict[str, float]:
    """Draft so many, then let all of them be issued at once."""
    importer = chained.importer(running)
    await load.blue(importer, run, documents)
    await importer.close()
    drafts: list[str] = []
    await spread(range(documents), clients, lambda number: desk.drafted(run, number, drafts))
    pids = {name: running.pids[name] for name in ("finance", "postgres")}
    before, began = {name: chained.cpu([pid]) for name, pid in pids.items()}, await transactions(running)
    wall = await spread(drafts, clients, desk.issued)
    spent = {f"{name}_ms": (chained.cpu([pid]) - before[name]) / documents * 1000 for name, pid in pids.items()}
    batches = await transactions(running) - began
    return {"documents_per_second": documents / wall, "documents_per_transaction": documents / batches, **spent}


async def main(options: argparse.Namespace) -> None:
    """Measure so many rounds, one client beside many, and write down the medians."""
    rounds: list[dict[str, dict[str, float]]] = []
    async with chained.house(options.broker, services=("finance",)) as running:
        desk = Desk(running)
        await measured(running, desk, "warm", 200, options.clients)
        for number in range(options.rounds):
            one = await measured(running, desk, f"a{number}", options.documents // 5, 1)
            many = await measured(running, desk, f"r{number}", options.documents, options.clients)
            rounds.append({"one_client": one, "many_clients": many})
        numbers = await desk.numbers()
        await desk.http.aclose()
    medians = {
        side: {name: statistics.median(each[side][name] for each in rounds) for name in rounds[0][side]}
        for side in rounds[0]
    }
    finance_of_a_case = json.loads(CHAIN.read_text())["chain"]["finance"]
    result = {
        "command": " ".join(["python", *sys.argv]),
        "broker": options.broker,
        "clients": options.clients,
        "documents": options.documents,
        **medians,
        "numbers_without_a_gap": numbers,
        "chain_finance_ms": finance_of_a_case,
        "ratio_cpu": finance_of_a_case / medians["many_clients"]["finance_ms"],
        "raw": rounds,
    }
    chained.keep("issuing", result)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--broker", default="kafka", choices=["kafka", "embedded"])
    asyncio.run(main(parser.parse_args()))
