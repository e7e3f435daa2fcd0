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
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from redletter import embedded, oracle
from redletter.broker import kafka_reason
from redletter.oracle.history import Effect, Said
from redletter.process import Failed
from redletter.retail import files, play

SERVICES = embedded.ALL
PROFILES = {"slice": (8, 60), "ci": (40, 600), "qualification": (64, 3000)}
"""profile → kills at least, return documents at most"""
LOOK_AFTER = 8
"""After so many kills the oracle looks at what runs."""


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


def sold_to(returns: Path, source: Path, target: Path) -> None:
    """Copy the sales to those customers who send something back."""
    with returns.open(encoding="utf-8", newline="") as rows:
        customers = {row["CustomerID"] for row in csv.DictReader(rows)}
    with gzip.open(source, "rt", encoding="utf-8", newline="") as rows, target.open("w", encoding="utf-8") as out:
        reader = csv.DictReader(rows)
        writer = csv.DictWriter(out, reader.fieldnames or [])
        writer.writeheader()
        writer.writerows(row for row in reader if row["CustomerID"] in customers)


async def importer(home: Path, data: Path, out: Path) -> asyncio.subprocess.Process:
    """Start the import as a process of its own; its summary goes to a file."""
    command = [sys.executable, "-m", "redletter.main", "--home", str(home), "import", "online-retail", "--json"]
    files = ["--sales", str(data / "sales.csv"), "--returns", str(data / "returns.csv")]
    with out.open("wb") as summary, out.with_suffix(".err").open("ab") as errors:
        return await asyncio.create_subprocess_exec(
            *command, *files, "--rejects", str(data / "rejects.csv"), stdout=summary, stderr=errors
        )


class Under:
    """The import under fire: started again whenever it has ended, with more of the returns each time."""

    def __init__(self, home: Path, books: Path, documents: int) -> None:
        self.home, self.data, self.books, self.documents = home / "state", home / "data", books, documents
        self.data.mkdir(parents=True)
        cut(books / "returns.csv.gz", self.data / "returns.csv", documents)
        sold_to(self.data / "returns.csv", books / "sales.csv.gz", self.data / "sales.csv")
        self.process: asyncio.subprocess.Process | None = None
        self.runs = 0

    async def going(self, share: float) -> None:
        """See that it runs, over this share of the documents at least."""
        if self.process is None or self.process.returncode is not None:
            cut(self.books / "returns.csv.gz", self.data / "returns.csv", max(50, round(self.documents * share)))
            self.process, self.runs = await importer(self.home, self.data, self.data / "summary.json"), self.runs + 1

    async def die(self) -> None:
        """Be killed."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def ends(self) -> Any:
        """Run once more in peace, over everything; the summary."""
        await self.die()
        self.process = None
        await self.going(1.0)
        assert self.process is not None
        await self.process.wait()
        said = (self.data / "summary.json").read_text()
        if not said:
            raise RuntimeError((self.data / "summary.err").read_text()[-2000:])
        return json.loads(said)


def client(documents: list[play.Document]) -> tuple[Said, ...]:
    """Say what the importer was told to have done: it repeats every command until it is taken."""
    said = []
    for document in documents:
        claim = Effect("claim", (("claim_id", document.key),))
        complaint = Effect("complaint", (("reference", document.key),))
        said.append(Said(f"claim-{document.key}", "finance", "/claims", "acked", claim))
        said.append(Said(f"complaint-{document.key}", "intake", "/complaints", "acked", complaint))
    return tuple(said)


def sold(documents: list[play.Document]) -> dict[tuple[str, str], Decimal]:
    """Add up by customer what the retailer's own books have credited."""
    books: dict[tuple[str, str], Decimal] = {}
    for document in documents:
        who = (document.customer, play.CURRENCY)
        value = sum((line.quantity * line.unit_price for line in document.lines), start=Decimal(0))
        books[who] = books.get(who, Decimal(0)) + value
    return books


class Judged:
    """What the oracle finds: looks while everything runs, each compared with the last one, and the last at rest."""

    def __init__(self, under: Under, *, whole: bool) -> None:
        self.under, self.whole = under, whole
        self.before: oracle.History | None = None
        self.violations: list[str] = []

    async def look(self, *, at_rest: bool = False) -> None:
        """Take a history and judge it."""
        running = await embedded.status(self.under.home)
        history = await oracle.read(running.dsns, running.bootstrap, at_rest=at_rest, whole=self.whole)
        if at_rest:
            documents = play.documents(files.read(self.under.data / "returns.csv", returns=True).lines)
            history = replace(history, journal=client(documents), expected=sold(documents))
        found = oracle.judge(history) + (oracle.grown(self.before, history) if self.before else [])
        self.violations += [f"{v.invariant}: {v.subject}: {v.words}" for v in found]
        self.before = history


async def started(home: Path, broker: str) -> None:
    """Have everything run again; on a busy machine that may take more than one try."""
    for _ in range(4):
        with suppress(Failed):
            await embedded.start(home, broker)  # type: ignore[arg-type]  # argparse has checked it
            return
    await embedded.start(home, broker)  # type: ignore[arg-type]  # argparse has checked it


async def strike(victim: str, dead_for: float, under: Under, broker: str) -> None:
    """Kill one process; whatever it was, it is started again."""
    if victim == "importer":
        await under.die()
        return
    running = await embedded.status(under.home)
    if victim in running.pids:
        os.kill(running.pids[victim], signal.SIGKILL)
    await asyncio.sleep(dead_for)
    await started(under.home, broker)


async def run(seed: int, kills: int, documents: int, source: Path, broker: str, home: Path) -> dict[str, Any]:
    """Play the import under fire until so many kills were survived, then let it end in peace and judge the books."""
    victim_of = plan(seed)
    killed, began = dict.fromkeys([*SERVICES, "broker", "postgres", "importer"], 0), time.monotonic()
    under = Under(home, source, documents)
    judged = Judged(under, whole=broker == "kafka")
    await embedded.start(under.home, broker)  # type: ignore[arg-type]  # argparse has checked it
    while sum(killed.values()) < kills:
        victim, pause, dead_for = next(victim_of)
        await under.going((sum(killed.values()) + 1) / kills)
        await asyncio.sleep(pause)
        await strike(victim, dead_for, under, broker)
        killed[victim] += 1
        print(f"{time.monotonic() - began:7.1f} s  killed {victim:<11} {sum(killed.values())}/{kills}", flush=True)
        if sum(killed.values()) % LOOK_AFTER == 0:
            await judged.look()
    result = await under.ends()
    await judged.look(at_rest=True)
    told = ("exact", "documents", "credited", "expected", "differences", "stuck", "matched")
    return {
        "run": "import",
        "seed": seed,
        "kills": sum(killed.values()),
        "killed": killed,
        "imports": under.runs,
        "seconds": round(time.monotonic() - began),
        **{name: result[name] for name in told},
        "violations": judged.violations[:100],
    }


def main() -> None:
    """Run one plan and say how it ended; exit 1 when the books are not exact or the oracle finds a violation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="qualification", choices=PROFILES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--broker", default="kafka", choices=["kafka", "embedded"])
    parser.add_argument("--data", type=Path, default=retail_data())
    parser.add_argument("--record", type=Path)
    options = parser.parse_args()
    if options.broker == "kafka" and (reason := kafka_reason()):
        print(f"SKIPPED: the import under fire on Apache Kafka: {reason}", file=sys.stderr)
        sys.exit(options.profile == "qualification")
    if not (options.data / "returns.csv.gz").exists():
        print(f"SKIPPED: the retailer's books are not at {options.data} (set ONLINE_RETAIL)", file=sys.stderr)
        return
    kills, documents = PROFILES[options.profile]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everything that was started is ended
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
    sys.exit(0 if result["exact"] and not result["violations"] else 1)


if __name__ == "__main__":
    main()
