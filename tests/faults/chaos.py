"""Kill everything in turn while the real import runs; afterwards the books are exact (`make chaos`).

One seed fixes the plan: which process is killed when, and for how long it stays dead. The departments, the broker and
PostgreSQL are killed with -9 and started again; the importer itself is one of the victims.
"""

import argparse
import asyncio
import csv
import gzip
import json
import os
import random  # noqa: TID251  the plan is drawn from a seed that the output names
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from redletter import embedded

SERVICES = embedded.ALL
PROFILES = {"ci": (24, 400), "qualification": (60, 10**9)}
"""profile → kills at least, return documents at most"""


def retail_data() -> Path:
    """Find the retailer's books: where ONLINE_RETAIL says, or beside the project."""
    beside = sorted(Path(__file__).parents[3].glob("*/data/online-retail"))
    return Path(os.environ.get("ONLINE_RETAIL") or (beside[0] if beside else "data/online-retail"))


def plan(seed: int) -> Iterator[tuple[str, float, float]]:
    """Draw the faults: whom, how long after the last one was mended, and how long he stays dead."""
    chance = random.Random(seed)
    while True:
        round_ = [*SERVICES, "broker", "postgres", "importer"]
        chance.shuffle(round_)
        for victim in round_:
            yield victim, chance.uniform(0.2, 2.0), chance.uniform(0.0, 1.0)


def cut(source: Path, target: Path, documents: int) -> None:
    """Copy the first documents of a returns file."""
    seen: set[str] = set()
    with gzip.open(source, "rt", encoding="utf-8", newline="") as rows, target.open("w", encoding="utf-8") as out:
        writer = csv.writer(out)
        reader = csv.reader(rows)
        writer.writerow(next(reader))
        for row in reader:
            seen.add(row[0])
            if len(seen) > documents:
                return
            writer.writerow(row)


async def importer(home: Path, data: Path, out: Path) -> asyncio.subprocess.Process:
    """Start the import as a process of its own; its summary goes to a file."""
    command = [sys.executable, "-m", "redletter.main", "--home", str(home), "import", "online-retail", "--json"]
    files = ["--sales", str(data / "sales.csv"), "--returns", str(data / "returns.csv")]
    with out.open("wb") as summary, out.with_suffix(".err").open("ab") as errors:
        return await asyncio.create_subprocess_exec(
            *command, *files, "--rejects", str(data / "rejects.csv"), stdout=summary, stderr=errors
        )


async def run(seed: int, kills: int, documents: int, source: Path, broker: str, home: Path) -> dict[str, Any]:
    """Play the import under fire until it has ended and so many kills were survived."""
    data = home / "data"
    data.mkdir(parents=True)
    shutil.copy(source / "sales.csv.gz", data / "sales.csv")
    cut(source / "returns.csv.gz", data / "returns.csv", documents)
    await embedded.start(home / "state", broker)  # type: ignore[arg-type]  # argparse has checked it
    summary, killed, began = (
        data / "summary.json",
        dict.fromkeys([*SERVICES, "broker", "postgres", "importer"], 0),
        time.monotonic(),
    )
    process = await importer(home / "state", data, summary)
    runs = 1
    for victim, pause, dead_for in plan(seed):
        await asyncio.sleep(pause)
        if sum(killed.values()) >= kills:
            break
        if process.returncode is not None:
            if process.returncode != 0:
                raise RuntimeError(
                    f"import failed: {summary.read_text()[-2000:]} {summary.with_suffix('.err').read_text()[-2000:]}"
                )
            process, runs = await importer(home / "state", data, summary), runs + 1  # once more, over finished books
        if victim == "importer":
            process.kill()
            await process.wait()
            process, runs = await importer(home / "state", data, summary), runs + 1
        else:
            running = await embedded.status(home / "state")
            if victim in running.pids:
                os.kill(running.pids[victim], signal.SIGKILL)
            await asyncio.sleep(dead_for)
            await embedded.start(home / "state", broker)  # type: ignore[arg-type]  # argparse has checked it
        killed[victim] += 1
        print(f"{time.monotonic() - began:7.1f} s  killed {victim:<11} {sum(killed.values())}/{kills}", flush=True)
    await process.wait()
    if process.returncode != 0:  # the last words count: once more in peace
        process = await importer(home / "state", data, summary)
        await process.wait()
    result = json.loads(summary.read_text())
    return {
        "seed": seed,
        "kills": sum(killed.values()),
        "killed": killed,
        "imports": runs,
        "seconds": round(time.monotonic() - began),
        "exact": result["exact"],
        "credited": result["credited"],
        "expected": result["expected"],
        "differences": result["differences"],
        "stuck": result["stuck"],
        "matched": result["matched"],
    }


def main() -> None:
    """Run one plan and say how it ended; exit 1 when the books are not exact."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="qualification", choices=PROFILES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--broker", default="kafka", choices=["kafka", "embedded"])
    parser.add_argument("--data", type=Path, default=retail_data())
    parser.add_argument("--record", type=Path)
    options = parser.parse_args()
    if not (options.data / "returns.csv.gz").exists():
        print(f"SKIPPED: the retailer's books are not at {options.data} (set ONLINE_RETAIL)", file=sys.stderr)
        return
    kills, documents = PROFILES[options.profile]
    home = Path(tempfile.mkdtemp(prefix="redletter-chaos-"))
    home.chmod(0o755)
    try:
        result = asyncio.run(run(options.seed, kills, documents, options.data, options.broker, home))
    finally:
        asyncio.run(embedded.stop(home / "state"))
    shutil.rmtree(home)
    print(json.dumps(result, indent=2))
    if options.record:
        with options.record.open("a") as record:
            record.write(json.dumps(result) + "\n")
    sys.exit(0 if result["exact"] else 1)


if __name__ == "__main__":
    main()
