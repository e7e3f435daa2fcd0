"""Shapes of load that are not spread: one hot key, one hot blue line, one hot customer, one huge case, a backlog.

Part of `make bench`; writes bench/results/shapes.json. Each is measured beside the spread case of the same run, by CPU
of all processes and by wall time: a ratio of 1 is no worse, the house asks for at least 0.2.
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from contracts.base import MOST_LINES
from redletter import embedded
from redletter.house import services
from servicekit import relay

sys.path.insert(0, str(Path(__file__).parent))
import load
import run as chained

HUGE = MOST_LINES
EVENTS = 8  # of a case of the chain


def hot_line_invoice(run: str, number: int) -> dict[str, Any]:
    """Sell so much on one line that every case of the run finds its piece there."""
    lines = [
        {"line": n, "item": f"ITEM-{n}", "quantity": "300000", "unit_price": "10.00", "tax": "600000"} for n in (1, 2)
    ]
    return {**load.invoice(run, number), "customer": f"{run}-hot", "lines": lines}


def hot_line(run: str, number: int) -> dict[str, Any]:
    """Complain about the one invoice that everybody complains about."""
    lines = [{**line, "original": {"invoice": f"{run}-0", "line": line["line"]}} for line in _lines(run, number)]
    return {**load.complaint(run, number), "customer": f"{run}-hot", "lines": lines}


def hot_customer_invoice(run: str, number: int) -> dict[str, Any]:
    """Sell to the one customer."""
    return {**load.invoice(run, number), "customer": f"{run}-hot"}


def hot_customer(run: str, number: int) -> dict[str, Any]:
    """Complain as the one customer: one credit balance, one day to be counted."""
    return {**load.complaint(run, number), "customer": f"{run}-hot"}


def _lines(run: str, number: int) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = load.complaint(run, number)["lines"]
    return lines


def huge_invoice(run: str, number: int) -> dict[str, Any]:
    """Sell two thousand different things at once."""
    lines = [
        {"line": n, "item": f"ITEM-{n}", "quantity": "10", "unit_price": "10.00", "tax": "20.00"}
        for n in range(1, HUGE + 1)
    ]
    return {**load.invoice(run, number), "lines": lines}


def huge(run: str, number: int) -> dict[str, Any]:
    """Complain about all of them."""
    line = _lines(run, number)[0]
    lines = [
        {**line, "line": n, "item": f"ITEM-{n}", "original": {"invoice": f"{run}-{number}", "line": n}}
        for n in range(1, HUGE + 1)
    ]
    return {**load.complaint(run, number), "lines": lines}


async def hot_key(running: embedded.Running, case: str, records: int) -> dict[str, float]:
    """Have the broker repeat what was said of one case, all under one key; how fast the departments know it all again.

    A case has a dozen events and no more: what can make its key hot is a broker that repeats itself.
    """
    said: list[tuple[Any, Any]] = []
    for name, service in services().items():
        conn = await asyncpg.connect(running.dsns[name].replace("+asyncpg", ""))
        rows = await conn.fetch("SELECT * FROM outbox WHERE aggregateid = $1 ORDER BY seq", case)
        said += [(service, row) for row in rows]
        await conn.close()
    admin = AIOKafkaAdminClient(bootstrap_servers=running.bootstrap)
    await admin.start()
    pids = list(running.pids.values())
    spent, began = chained.cpu(pids), time.perf_counter()
    async with AIOKafkaProducer(bootstrap_servers=running.bootstrap) as producer:
        sent = [
            await producer.send(
                service.topic,
                row["payload"].encode(),
                key=case.encode(),
                headers=relay.headers(service, row),
            )
            for _ in range(records // len(said))
            for service, row in said
        ]
        places = [await each for each in sent]
    ends = {place.topic_partition: place.offset for place in places}
    for service in services().values():
        heard = {service.topics[event] for event in service.consumes}
        await _committed(admin, service.name, {place: end for place, end in ends.items() if place.topic in heard})
    wall = time.perf_counter() - began
    await admin.close()
    return {
        "records": len(places),
        "records_per_second": len(places) / wall,
        "cpu_ms_per_record": (chained.cpu(pids) - spent) / len(places) * 1000,
    }


async def _committed(admin: Any, group: str, ends: dict[Any, int]) -> None:
    """Wait until a department has heard all this."""
    while True:
        offsets = await admin.list_consumer_group_offsets(group, partitions=list(ends))
        if all(offsets[place].offset > end for place, end in ends.items()):
            return
        await asyncio.sleep(0.1)


async def backlog(running: embedded.Running, client: load.Client, run: str, cases: int) -> dict[str, float]:
    """Let complaints pile up while nobody listens, then say how fast they are authorized."""
    home, kind = running.home, running.broker
    await embedded.start(home, kind, roles=("api", "relay"))
    await load.register(client, run, cases)
    before = (await client.get("inspection", "/inspections?stage=ANNOUNCED&limit=0"))["total"]
    shared = [running.pids["postgres"], running.pids["broker"]]
    spent, began = chained.cpu(shared), time.perf_counter()
    running = await embedded.start(home, kind)  # its seconds count too: a department that comes back has to start
    while (await client.get("inspection", "/inspections?stage=ANNOUNCED&limit=0"))["total"] < before + cases:
        await asyncio.sleep(0.2)
    wall = time.perf_counter() - began
    departments = [running.pids[name] for name in embedded.ALL]
    return {
        "cases": cases,
        "per_second": cases / wall,
        "cpu_ms_per_case": (chained.cpu(shared) - spent + chained.cpu(departments)) / cases * 1000,
        "memory_peak_mb": max(mb for name, mb in chained.peaks(running.pids).items() if name in embedded.ALL),
    }


async def main(options: argparse.Namespace) -> None:
    """Measure every shape on one system."""
    cases = options.cases
    async with chained.house(options.broker) as running:
        client = chained.importer(running)
        await chained.run_chain(running, client, "warm", 500)
        raw: dict[str, Any] = {"spread": await chained.run_chain(running, client, "spread", cases)}
        raw["hot_line"] = await chained.run_chain(running, client, "line", cases, hot_line_invoice, hot_line)
        raw["hot_customer"] = await chained.run_chain(
            running, client, "customer", cases, hot_customer_invoice, hot_customer
        )
        huge_cases = max(1, cases // (HUGE // 2))  # as many lines in all as the spread cases have
        raw["huge_case"] = await chained.run_chain(running, client, "huge", huge_cases, huge_invoice, huge)
        case = (await client.get("intake", "/complaints?status=CLOSED&limit=1"))["items"][0]["id"]
        repeated = await hot_key(running, case, cases * EVENTS)
        piled = [await backlog(running, client, f"b{size}", size) for size in options.backlogs]
        await client.close()
    ratios = {
        name: {
            "cpu": per_line(raw["spread"]["cpu_ms_per_case"], 2) / per_line(shape["cpu_ms_per_case"], lines),
            "wall": shape["cases_per_second"] * lines / (raw["spread"]["cases_per_second"] * 2),
        }
        for name, shape in raw.items()
        for lines in [HUGE if name == "huge_case" else 2]
    }
    of_spread = raw["spread"]
    ratios["hot_key"] = {
        "cpu": of_spread["cpu_ms_per_case"] / EVENTS / repeated["cpu_ms_per_record"],
        "wall": repeated["records_per_second"] / (of_spread["cases_per_second"] * EVENTS),
    }
    result = {
        "command": " ".join(["python", *sys.argv]),
        "cases": cases,
        "ratio": min(each["cpu"] for each in ratios.values()),
        "ratios_to_spread": ratios,
        "hot_key": repeated,
        "backlog": piled,
        "raw": raw,
    }
    chained.keep("shapes", result)


def per_line(of_case: float, lines: int) -> float:
    """Give what a line takes when a case has so many."""
    return of_case / lines


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--backlogs", type=int, nargs="+", default=[5000, 50_000])
    parser.add_argument("--broker", default="kafka", choices=["kafka", "embedded"])
    asyncio.run(main(parser.parse_args()))
