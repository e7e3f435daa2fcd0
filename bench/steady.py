"""How long from receipt to red invoice at a steady pace, and how the whole grows with the number of cases.

Part of `make bench`; writes bench/results/steady.json.
"""

import argparse
import asyncio
import contextlib
import json
import statistics
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg

from redletter import embedded

sys.path.insert(0, str(Path(__file__).parent))
import load
import run as chained


class Line:
    """Connections to one department, with as little work on this side as can be: the client shares the machine.

    A case cost a client made of httpx 10 ms of CPU at 50 cases a second, a quarter of what the machine has.
    """

    def __init__(self, url: str, token: str) -> None:
        self.host, _, port = url.removeprefix("http://").partition(":")
        self.port = int(port)
        self.head = f"Host: {self.host}\r\nAuthorization: {token}\r\nContent-Type: application/json\r\n"
        self.free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def bulk(self, path: str, item: dict[str, Any]) -> None:
        """Send one command; it has to be taken."""
        body = json.dumps({"items": [item]}).encode()
        head = ""
        while not head:
            reader, writer = self.free.pop() if self.free else await asyncio.open_connection(self.host, self.port)
            writer.write(f"POST {path} HTTP/1.1\r\n{self.head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):  # idle for too long: another one
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        answer = await reader.readexactly(int(head.partition("content-length: ")[2].partition("\r\n")[0]))
        self.free.append((reader, writer))
        if not head.startswith("http/1.1 200") or json.loads(answer)["results"][0]["status"] >= 400:  # noqa: PLR2004  HTTP errors
            raise RuntimeError(f"{path}: {answer.decode()}")

    def close(self) -> None:
        """Close the connections."""
        for _, writer in self.free:
            writer.close()


async def announced(client: load.Client, cases: int) -> list[Any]:
    """Wait until so many parcels are announced to the dock, and list them."""
    while (await client.get("inspection", f"/inspections?stage=ANNOUNCED&profile={load.PROFILE}&limit=0"))[
        "total"
    ] < cases:
        await asyncio.sleep(0.2)
    found: list[Any] = []
    path = f"/inspections?stage=ANNOUNCED&profile={load.PROFILE}&limit=1000"
    found = (await client.get("inspection", path))["items"]
    return found[:cases]


async def steady(client: load.Client, running: embedded.Running, rate: int, cases: int) -> dict[str, float]:
    """Receive and inspect so many cases a second, one request each; the milliseconds until the red invoice."""
    await load.blue(client, f"s{rate}", cases)
    await load.register(client, f"s{rate}", cases)
    parcels = await announced(client, cases)
    loop = asyncio.get_running_loop()
    began = loop.time()
    tasks = []
    line = Line(running.urls["inspection"], client.http["inspection"].headers["Authorization"])

    async def one(record: Any) -> None:
        await line.bulk("/receipts:bulk", load.receipt(f"s{rate}", record))
        await line.bulk("/inspections:bulk", load.finding(f"s{rate}", record))

    for number, record in enumerate(parcels):
        await asyncio.sleep(max(0.0, began + number / rate - loop.time()))
        tasks.append(asyncio.create_task(one(record)))
    await asyncio.gather(*tasks)
    line.close()
    ids = [record["id"] for record in parcels]
    received = await times(running.dsns["inspection"], "redletter.inspection.goods_received.v1", ids)
    issued: dict[str, datetime] = {}
    while len(issued) < cases:
        issued = await times(running.dsns["finance"], "redletter.finance.credit_issued.v1", ids)
        await asyncio.sleep(0.2)
    waited = sorted((issued[i] - received[i]).total_seconds() * 1000 for i in ids)
    return {
        "cases_per_second": rate,
        "cases": cases,
        "p50_ms": round(waited[len(waited) // 2], 1),
        "p95_ms": round(waited[int(len(waited) * 0.95)], 1),
        "p99_ms": round(waited[int(len(waited) * 0.99)], 1),
    }


async def times(dsn: str, kind: str, ids: list[str]) -> dict[str, datetime]:
    """Read when each case said this."""
    conn = await asyncpg.connect(dsn.replace("+asyncpg", ""))
    try:
        rows = await conn.fetch(
            "SELECT aggregateid, time FROM outbox WHERE type = $1 AND aggregateid = ANY($2)", kind, ids
        )
        return {row["aggregateid"]: row["time"] for row in rows}
    finally:
        await conn.close()


async def main(options: argparse.Namespace) -> None:
    """Measure both on one system, and write them down."""
    async with chained.house(options.broker) as running:
        client = chained.importer(running)
        await chained.run_chain(running, client, "warm", 500)
        paced = [await steady(client, running, rate, min(1000, rate * 15)) for rate in options.rates]
        small = [await chained.run_chain(running, client, f"g{n}", 1000) for n in range(3)]
        large = await chained.run_chain(running, client, "large", options.cases)
        after = [await chained.run_chain(running, client, f"h{n}", 1000) for n in range(3)]
        await client.close()
        speed = statistics.median(x["cases_per_second"] for x in small)
        result = {
            "command": " ".join(["python", *sys.argv]),
            "steady": paced,
            "growth": {
                "cases_per_second_of_1000": speed,
                f"cases_per_second_of_{options.cases}": large["cases_per_second"],
                "cases_per_second_of_1000_afterwards": statistics.median(x["cases_per_second"] for x in after),
            },
            "ratio": large["cases_per_second"] / speed,
            "memory_peak_mb": chained.peaks(running.pids),
            "raw": {"small": small, "large": large, "after": after},
        }
    chained.keep("steady", result)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", type=int, nargs="+", default=[20, 50, 100])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--broker", default="kafka", choices=["kafka", "embedded"])
    asyncio.run(main(parser.parse_args()))
