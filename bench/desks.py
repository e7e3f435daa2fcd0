"""One HTTP request per command, 32 clients: complaints at the intake desk beside a bare endpoint that commits the same.

Part of `make bench`; writes bench/results/desks.json. CPU is that of the server and of PostgreSQL, not of the clients.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from redletter import embedded, issuer
from redletter.process import free_port

sys.path.insert(0, str(Path(__file__).parent))
import load
import run as chained

CLIENTS = 32


async def asked(url: str, headers: Mapping[str, str], run: str, commands: int) -> float:
    """Register so many complaints, one request each, by 32 clients; the wall seconds it took."""
    numbers = iter(range(commands))

    async def client(numbers: Iterator[int]) -> None:
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as http:
            for number in numbers:
                key = {"Idempotency-Key": f"{run}-{number}"}
                answer = await http.post("/complaints", json=load.complaint(run, number), headers=key)
                answer.raise_for_status()

    began = time.perf_counter()
    await asyncio.gather(*(client(numbers) for _ in range(CLIENTS)))
    return time.perf_counter() - began


async def measured(url: str, pids: list[int], headers: Mapping[str, str], run: str, commands: int) -> dict[str, float]:
    """Say how fast it went, and what CPU it took."""
    before = chained.cpu(pids)
    wall = await asked(url, headers, run, commands)
    return {"per_second": commands / wall, "cpu_ms": (chained.cpu(pids) - before) / commands * 1000}


async def bare(dsn: str, port: int) -> asyncio.subprocess.Process:
    """Start the bare endpoint, and wait until it answers."""
    script = str(Path(__file__).with_name("bare_http.py"))
    process = await asyncio.create_subprocess_exec(sys.executable, script, dsn, str(port))
    async with httpx.AsyncClient() as http:
        while True:
            try:
                await http.get(f"http://127.0.0.1:{port}/")
            except httpx.ConnectError:
                await asyncio.sleep(0.1)
            else:
                return process


async def main(options: argparse.Namespace) -> None:
    """Interleave both, and write down the medians."""
    async with chained.house(options.broker, services=("intake",)) as running:
        dsn = (await embedded.postgres(running.home, ["bare_http"]))["bare_http"].replace("+asyncpg", "")
        port = free_port()
        endpoint = await bare(dsn, port)
        token = issuer.token(running.home, "clerk", datetime.now(UTC), minutes=600)  # noqa: TID251  judged by the real clock
        headers = {"Authorization": f"Bearer {token}"}
        postgres, ours = running.pids["postgres"], running.pids["intake"]
        rounds: list[dict[str, Any]] = []
        try:
            for number in range(options.rounds + 1):
                run = f"d{number}"
                desk = await measured(running.urls["intake"], [postgres, ours], headers, run, options.commands)
                other = await measured(f"http://127.0.0.1:{port}", [postgres, endpoint.pid], {}, run, options.commands)
                rounds.append({"desk": desk, "bare": other})
        finally:
            endpoint.terminate()
            await endpoint.wait()
    rounds = rounds[1:]  # the first one warms up
    result = {
        "command": " ".join(["python", *sys.argv]),
        "clients": CLIENTS,
        "commands": options.commands,
        "ratio": statistics.median(r["desk"]["per_second"] / r["bare"]["per_second"] for r in rounds),
        "ratio_cpu": statistics.median(r["bare"]["cpu_ms"] / r["desk"]["cpu_ms"] for r in rounds),
        "raw": rounds,
    }
    chained.keep("desks", result)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commands", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--broker", default="kafka", choices=["kafka", "embedded"])
    asyncio.run(main(parser.parse_args()))
