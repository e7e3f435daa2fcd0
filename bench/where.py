"""Where the departments' CPU goes: the chain in one process, without a broker, so that every run counts the same work.

`make where` prints the CPU milliseconds per case of each department's consumers and HTTP, then the functions.
"""

import argparse
import asyncio
import cProfile
import gc
import pstats
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from redletter import embedded, issuer
from redletter.house import NAMES, services
from redletter.inprocess import House, as_record, open_house
from servicekit import consumer, migrate, shell
from servicekit.settings import Settings

sys.path.insert(0, str(Path(__file__).parent))
import load

spent: dict[str, float] = defaultdict(float)


async def counted(what: str, work: Awaitable[Any]) -> Any:
    """Do it, and add its CPU seconds to what was spent on this."""
    began = time.process_time()
    try:
        return await work
    finally:
        spent[what] += time.process_time() - began


class InProcess(load.Client):
    """The benchmark's client, on departments in this process."""

    def __init__(self, house: House, token: str) -> None:
        self.http = {name: d.client for name, d in house.departments.items()}
        for client in self.http.values():
            client.headers["Authorization"] = f"Bearer {token}"

    async def bulk(self, department: str, path: str, items: list[dict[str, Any]]) -> list[Any]:
        """Count what the department spends on it."""
        return await counted(f"{department} HTTP", super().bulk(department, path, items))  # type: ignore[no-any-return]  # counted gives what it is given


async def deliver(house: House) -> int:
    """Carry everything that was published to every department, 500 records at a time, as a broker would."""
    carried = 0
    for publisher in house.departments.values():
        async with publisher.runtime.engine.begin() as conn:
            t = shell.outbox
            query = sa.update(t).where(t.c.published_at.is_(None)).values(published_at=sa.func.now()).returning(t)
            rows = sorted((await conn.execute(query)).mappings(), key=lambda row: row["seq"])
        records = [as_record(publisher.service, row) for row in rows]
        for name, department in house.departments.items():
            if publisher.service.topic in {department.service.topics[event] for event in department.service.consumes}:
                for start in range(0, len(records), load.BULK):
                    batch = records[start : start + load.BULK]
                    await counted(f"{name} hears", consumer.take(department.service, department.runtime, batch))
        carried += len(records)
    return carried


async def chain(house: House, client: InProcess, run: str, cases: int) -> None:
    """Play so many cases to their end."""
    await load.blue(client, run, cases)
    spent.clear()
    await load.register(client, run, cases)
    while await deliver(house):
        for stage, make, path in (
            ("ANNOUNCED", load.receipt, "/receipts:bulk"),
            ("RECEIVED", load.finding, "/inspections:bulk"),
        ):
            query = f"/inspections?stage={stage}&profile={load.PROFILE}&limit={load.BULK}"
            while found := (await client.get("inspection", query))["items"]:
                await client.bulk("inspection", path, [make(run, item) for item in found])


async def main(options: argparse.Namespace) -> None:
    """Count some rounds without the profiler, then look with it."""
    home = Path(tempfile.mkdtemp(prefix="redletter-profile-"))
    home.chmod(0o755)
    dsns = await embedded.postgres(home, list(NAMES))
    keys = issuer.key_set(home)
    settings = {name: Settings(DATABASE_URL=dsns[name], issuer=issuer.ISSUER, jwks_file=keys) for name in services()}
    for name, service in services().items():
        await migrate.upgrade(service, settings[name].database_url)
    token = issuer.token(home, "importer", datetime.now(UTC), minutes=600)  # noqa: TID251  judged by the real clock
    house = open_house(list(services().values()), settings, lambda _role: token, "plain", 1)
    try:
        client = InProcess(house, token)
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)  # as a department's process does
        await chain(house, client, "warm", 500)
        rounds = []
        for number in range(options.rounds):
            await chain(house, client, f"r{number}", options.cases)
            rounds.append(dict(spent))
        for what in sorted(rounds[0]):
            least = min(each[what] for each in rounds) / options.cases * 1000
            print(f"{what:20} {least:6.3f} ms per case, the least of {options.rounds} rounds")
        least = min(sum(each.values()) for each in rounds) / options.cases * 1000
        print(f"{'together':20} {least:6.3f} ms per case, the least of {options.rounds} rounds")
        if not options.lines:
            return
        profiler = cProfile.Profile()
        profiler.enable()
        await chain(house, client, "seen", options.cases)
        profiler.disable()
        pstats.Stats(profiler).sort_stats("tottime").print_stats(options.lines)
    finally:
        await house.close()
        await embedded.stop(home)
        shutil.rmtree(home)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lines", type=int, default=60)
    asyncio.run(main(parser.parse_args()))
