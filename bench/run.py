"""The benchmark: the full chain beside the bare loop, interleaved, on one machine in one run (`make bench`).

Writes bench/results/<name>.json with the ratios by wall time and by CPU seconds of all processes per case.
"""

import argparse
import asyncio
import json
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import psutil
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from redletter import embedded, issuer

sys.path.insert(0, str(Path(__file__).parent))
import bare
import load


def cpu(pids: list[int]) -> float:
    """Add up the CPU seconds of these processes, their children, and the children that have ended."""
    total = 0.0
    for pid in pids:
        try:
            process = psutil.Process(pid)
            for each in (process, *process.children(recursive=True)):
                times = each.cpu_times()
                total += times.user + times.system
            times = process.cpu_times()
            total += times.children_user + times.children_system
        except psutil.NoSuchProcess:
            continue
    return total


def memory(pids: dict[str, int]) -> dict[str, float]:
    """Give the resident megabytes of each process now."""
    return {name: round(psutil.Process(pid).memory_info().rss / 2**20, 1) for name, pid in pids.items()}


def peaks(pids: dict[str, int]) -> dict[str, float]:
    """Give the peak resident megabytes of each process since it started (VmHWM)."""
    found = {}
    for name, pid in pids.items():
        status = Path(f"/proc/{pid}/status").read_text()
        found[name] = round(next(int(x.split()[1]) for x in status.splitlines() if x.startswith("VmHWM")) / 1024, 1)
    return found


@asynccontextmanager
async def house(broker: Any, services: Sequence[str] = embedded.ALL) -> AsyncIterator[embedded.Running]:
    """Run the system in a folder of its own, and leave nothing behind."""
    home = Path(tempfile.mkdtemp(prefix="redletter-bench-"))
    home.chmod(0o755)
    try:
        yield await embedded.start(home, broker, services)
    finally:
        await embedded.stop(home)
        shutil.rmtree(home)


def importer(running: embedded.Running) -> load.Client:
    """Give a client that may do what an import does."""
    now = datetime.now(UTC)  # noqa: TID251  tokens are judged by the real clock
    return load.Client(running.urls, issuer.token(running.home, "importer", now, minutes=600))


def keep(name: str, result: dict[str, Any]) -> None:
    """Write a result down, and say it without the raw runs."""
    out = Path(__file__).parent / "results" / f"{name}.json"
    out.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps({key: value for key, value in result.items() if key != "raw"}, indent=2))


async def run_bare(running: embedded.Running, home: Path, cases: int, run: str) -> dict[str, float]:
    """Run the bare loop once, on fresh databases and topics of its own."""
    names = [name for name, hears in bare.HEARS.items() if hears]
    dsns = await embedded.postgres(home, [f"bare_{name}" for name in names])
    for dsn in dsns.values():
        conn = await asyncpg.connect(dsn.replace("+asyncpg", ""))
        await conn.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public;" + bare.SCHEMA)
        await conn.close()
    admin = AIOKafkaAdminClient(bootstrap_servers=running.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, bare.PARTITIONS, 1) for topic in sorted(set(bare.topics(run).values()))])
    await admin.close()
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).with_name("bare.py")),
            name,
            dsns[f"bare_{name}"].replace("+asyncpg", ""),
            running.bootstrap,
            str(cases),
            run,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for name in names
    ]
    for process in processes:
        assert process.stdout is not None
        await process.stdout.readline()
    shared = {name: running.pids[name] for name in ("postgres", "broker")}
    own = [process.pid for process in processes]
    before = {name: cpu([pid]) for name, pid in shared.items()}
    own_before, began = cpu(own), time.perf_counter()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        await process.stdin.drain()
    said = await asyncio.gather(*(process.communicate() for process in processes))
    wall = time.perf_counter() - began
    spent = {name: (cpu([pid]) - before[name]) / cases * 1000 for name, pid in shared.items()}
    spent["departments"] = (sum(json.loads(out)["cpu"] for out, _ in said) - own_before) / cases * 1000
    return {"cases_per_second": cases / wall, "cpu_ms_per_case": sum(spent.values()), **spent}


async def run_chain(
    running: embedded.Running,
    client: load.Client,
    run: str,
    cases: int,
    invoice: load.Make = load.invoice,
    complaint: load.Make = load.complaint,
) -> dict[str, float]:
    """Run the full chain once."""
    await load.blue(client, run, cases, invoice)
    await asyncio.sleep(1)
    pids = list(running.pids.values())
    before = {pid: cpu([pid]) for pid in pids}
    wall = await load.chain(client, run, cases, complaint)
    spent = {name: (cpu([pid]) - before[pid]) / cases * 1000 for name, pid in running.pids.items()}
    return {"cases_per_second": cases / wall, "cpu_ms_per_case": sum(spent.values()), **spent}


async def interleaved(broker: Any, cases: int, rounds: int) -> dict[str, Any]:
    """Run both in turn, so many times; what they took, and the memory of the departments."""
    raw: list[dict[str, Any]] = []
    async with house(broker) as running:
        client = importer(running)
        idle = memory(running.pids)
        await run_chain(running, client, "warm", 500)
        for number in range(rounds):
            chain = await run_chain(running, client, f"r{number}", cases)
            loop = await run_bare(running, running.home, cases, f"r{number}")
            raw.append({"chain": chain, "bare": loop})
            print(json.dumps(raw[-1]), flush=True)
        await client.close()
        return {
            "rounds": raw,
            "memory_idle_mb": idle,
            "memory_peak_mb": peaks(running.pids),
            "ready_after_seconds": {name: await started(running, name) for name in embedded.ALL},
        }


async def started(running: embedded.Running, name: str) -> float:
    """Ask one department to stop, start it again, and give the seconds until it said that it is ready."""
    process = psutil.Process(running.pids[name])
    process.terminate()
    await asyncio.to_thread(process.wait, 30)
    began = time.perf_counter()
    await embedded.start(running.home, running.broker)
    return round(time.perf_counter() - began, 1)


async def main(options: argparse.Namespace) -> None:
    """Interleave both, and write down the medians and every raw run."""
    measured = await interleaved(options.broker, options.cases, options.rounds)
    rounds = measured.pop("rounds")
    result = {
        "command": " ".join(["python", *sys.argv]),
        "cases": options.cases,
        "rounds": len(rounds),
        "broker": options.broker,
        "ratio": ratio(rounds, "cases_per_second"),
        "ratio_cpu": 1 / ratio(rounds, "cpu_ms_per_case"),
        "chain": _medians(rounds, "chain"),
        "bare": _medians(rounds, "bare"),
        **measured,
        "machine": {"cores": psutil.cpu_count(), "python": platform.python_version()},
        "raw": rounds,
    }
    keep(options.name, result)


def _medians(rounds: list[dict[str, Any]], side: str) -> dict[str, float]:
    return {key: statistics.median(r[side][key] for r in rounds) for key in rounds[0][side]}


def ratio(rounds: list[dict[str, Any]], key: str) -> float:
    """Give the median of chain to bare loop, round by round."""
    return statistics.median(r["chain"][key] / r["bare"][key] for r in rounds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--broker", default="kafka", choices=["kafka", "embedded"])
    parser.add_argument("--name", default="chain")
    asyncio.run(main(parser.parse_args()))
