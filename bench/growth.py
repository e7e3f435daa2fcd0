"""Is the system as fast with a million finished cases and five million sold lines in its databases as with none?

Not part of `make bench`, for it takes a quarter of an hour and 30 GB; writes bench/results/growth.json. The first cases
are played to their end by the departments themselves; then every row that they left is copied in SQL, under other ids,
until there are as many as asked for. Nothing is copied into the topics: Kafka forgets by age, the databases do not.
"""

import argparse
import asyncio
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import asyncpg

from redletter import embedded, postgres
from redletter.state import read

sys.path.insert(0, str(Path(__file__).parent))
import load
import run as chained

WARM = 500  # cases before anything is measured
STEP = 50_000  # rows in one statement
LINES = 5  # sold lines for each finished case; two of them are the case's own
RUN = "seed"
# What a copy must say otherwise because it is unique: the rest follows from the ids and the run's name.
ANEW = {
    ("request", "id"): "md5(id || ':' || k)",
    ("credit_document", "series"): "series || k || '-'",
    ("credit_document", "number"): "series || k || '-' || no",
    ("journal_entry", "document"): "document || ':' || k",
}
SOLD = ("blue_invoice", "blue_line")


async def columns(conn: Any, table: str) -> list[tuple[str, str]]:
    """Give the columns that are written, with their types."""
    query = """SELECT column_name, data_type FROM information_schema.columns WHERE table_name = $1
               AND is_generated = 'NEVER' AND is_identity = 'NO' ORDER BY ordinal_position"""
    return [(row["column_name"], row["data_type"]) for row in await conn.fetch(query, table)]


def renamed(table: str, name: str, kind: str, prefixes: list[str], letter: str) -> str:
    """Write the expression that gives a column of the k-th copy."""
    if (table, name) in ANEW:
        return ANEW[table, name]
    if kind not in {"text", "jsonb"}:
        return f'"{name}"'
    text = f'"{name}"::text'
    for number, prefix in enumerate(prefixes):
        text = f"replace({text}, '{prefix}-', lpad(to_hex(k * {len(prefixes)} + {number}), 8, '0') || '-')"
    return f"replace({text}, '{RUN}', '{letter}' || k || 'x')::{kind}"


async def multiply(dsn: str, copies: int) -> int:
    """Copy what the seed left in one department's database; give how many rows there are then."""
    conn = await asyncpg.connect(dsn)
    rows = 0
    try:
        # Copies are no decisions: the triggers that guard those are not asked.
        await conn.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        ids = "SELECT DISTINCT left(aggregateid, 8) AS prefix FROM outbox"
        other = "SELECT DISTINCT left(message_id, 8) AS prefix FROM inbox"
        prefixes = sorted({r["prefix"] for query in (ids, other) for r in await conn.fetch(query)})
        tables = [r["relname"] for r in await conn.fetch("SELECT relname FROM pg_stat_user_tables ORDER BY relname")]
        for table in tables:
            seeded = await conn.fetchval(f'SELECT count(*) FROM "{table}"')
            if seeded < WARM:
                continue
            await conn.execute(f'CREATE TEMP TABLE seed AS SELECT * FROM "{table}"')
            written = await columns(conn, table)
            names = ", ".join(f'"{name}"' for name, _ in written)
            sold = copies * (LINES - 2) // 2 if table in SOLD else 0
            for letter, many in (("c", copies), ("s", sold)):
                values = ", ".join(renamed(table, name, kind, prefixes, letter) for name, kind in written)
                step = max(1, STEP // seeded)
                for start in range(1, many + 1, step):
                    await conn.execute(
                        f'INSERT INTO "{table}" ({names}) '
                        f"SELECT {values} FROM generate_series({start}, {min(many, start + step - 1)}) k, seed"
                    )
            rows += seeded * (1 + copies + sold)
            await conn.execute("DROP TABLE seed")
        await conn.execute("VACUUM ANALYZE")
        await conn.execute("CHECKPOINT")  # what was finished long ago is on the disk long since
    finally:
        await conn.close()
    return rows


async def measured(running: embedded.Running, client: load.Client, run: str, options: Any) -> list[dict[str, float]]:
    """Play so many cases, so many times."""
    rounds = []
    for number in range(options.rounds):
        rounds.append(await chained.run_chain(running, client, f"{run}{number}", options.cases))
        print(run, rounds[-1], flush=True)
    return rounds


async def main(options: argparse.Namespace) -> None:
    """Measure before and after, on one system."""
    async with chained.house(options.broker) as running:
        client = chained.importer(running)
        await chained.run_chain(running, client, RUN, WARM)
        few = await measured(running, client, RUN, options)
        copies = options.finished // (WARM + options.rounds * options.cases)
        began = time.perf_counter()
        owner = postgres.dsn(read(running.home), "postgres").rpartition("/")[0]
        dsns = [f"{owner}/redletter_{name}" for name in embedded.ALL]
        rows = await asyncio.gather(*(multiply(dsn, copies) for dsn in dsns))
        print(f"{sum(rows):,} rows in {time.perf_counter() - began:.0f} s", flush=True)
        size = sum(each.stat().st_size for each in running.home.rglob("base/**/*") if each.is_file())
        await chained.run_chain(running, client, "again", WARM)
        many = await measured(running, client, "many", options)
        peaks = chained.peaks(running.pids)
        await client.close()
    key = "cases_per_second", "cpu_ms_per_case"
    speed, cpu = (statistics.median(x[k] for x in many) / statistics.median(x[k] for x in few) for k in key)
    chained.keep(
        "growth",
        {
            "command": " ".join(["python", *sys.argv]),
            "finished_cases": options.finished,
            "rows": sum(rows),
            "gigabytes": round(size / 2**30, 1),
            "ratio": speed,
            "ratio_cpu": 1 / cpu,
            "memory_peak_mb": peaks,
            "raw": {"few": few, "many": many},
        },
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--finished", type=int, default=1_000_000)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--broker", default="kafka", choices=["kafka", "embedded"])
    asyncio.run(main(parser.parse_args()))
