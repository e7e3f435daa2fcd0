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

PARTITIONS = 12


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


async def run_bare(running: embedded.Running, home: Path, cases: int) -> dict[str, float]:
    """Run the bare loop once, on fresh databases and topics of its own."""
    names = [name for name, hears in bare.HEARS.items() if hears]
    dsns = await embedded.postgres(home, [f"bare_{name}" for name in names])
    for dsn in dsns.values():
        conn = await asyncpg.connect(dsn.replace("+asyncpg", ""))
        await conn.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public;" + bare.SCHEMA)
        await conn.close()
    admin = AIOKafkaAdminClient(bootstrap_servers=running.bootstrap)
    await admin.start()
    await admin.delete_topics(sorted(set(bare.TOPIC.values()))) if await _have(admin) else None
    await asyncio.sleep(1)
    await admin.create_topics([NewTopic(topic, PARTITIONS, 1) for topic in sorted(set(bare.TOPIC.values()))])
    await admin.close()
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).with_name("bare.py")),
            name,
            dsns[f"bare_{name}"].replace("+asyncpg", ""),
            running.bootstrap,
            str(cases),
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


async def _have(admin: Any) -> bool:
    return "bare.intake" in await admin.list_topics()


async def run_chain(running: embedded.Running, client: load.Client, run: str, cases: int) -> dict[str, float]:
    """Run the full chain once."""
    await load.blue(client, run, cases)
    await asyncio.sleep(1)
    pids = list(running.pids.values())
    before = {pid: cpu([pid]) for pid in pids}
    wall = await load.chain(client, run, cases)
    spent = {name: (cpu([pid]) - before[pid]) / cases * 1000 for name, pid in running.pids.items()}
    return {"cases_per_second": cases / wall, "cpu_ms_per_case": sum(spent.values()), **spent}


async def main(options: argparse.Namespace) -> None:
    """Interleave both, and write down the medians and every raw run."""
    home = Path(tempfile.mkdtemp(prefix="redletter-bench-"))
    home.chmod(0o755)
    running = await embedded.start(home, options.broker)
    client = load.Client(running.urls, issuer.token(home, "importer", datetime.now(UTC), minutes=600))  # noqa: TID251  judged by the real clock
    idle = memory(running.pids)
    rounds: list[dict[str, Any]] = []
    try:
        await run_chain(running, client, "warm", 500)
        for number in range(options.rounds):
            chain = await run_chain(running, client, f"r{number}", options.cases)
            loop = await run_bare(running, home, options.cases)
            rounds.append({"chain": chain, "bare": loop})
            print(json.dumps(rounds[-1]), flush=True)
        result = {
            "command": " ".join(["python", *sys.argv]),
            "cases": options.cases,
            "rounds": len(rounds),
            "broker": options.broker,
            "ratio": _ratio(rounds, "cases_per_second"),
            "ratio_cpu": 1 / _ratio(rounds, "cpu_ms_per_case"),
            "chain": _medians(rounds, "chain"),
            "bare": _medians(rounds, "bare"),
            "memory_idle_mb": idle,
            "memory_peak_mb": peaks(running.pids),
            "machine": {"cores": psutil.cpu_count(), "python": platform.python_version()},
            "raw": rounds,
        }
        out = Path(__file__).parent / "results" / f"{options.name}.json"
        out.write_text(json.dumps(result, indent=2) + "\n")
        print(json.dumps({k: v for k, v in result.items() if k != "raw"}, indent=2))
    finally:
        await client.close()
        await embedded.stop(home)
        shutil.rmtree(home)


def _medians(rounds: list[dict[str, Any]], side: str) -> dict[str, float]:
    return {key: statistics.median(r[side][key] for r in rounds) for key in rounds[0][side]}


def _ratio(rounds: list[dict[str, Any]], key: str) -> float:
    return statistics.median(r["chain"][key] / r["bare"][key] for r in rounds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--broker", default="kafka", choices=["kafka", "embedded"])
    parser.add_argument("--name", default="chain")
    asyncio.run(main(parser.parse_args()))
