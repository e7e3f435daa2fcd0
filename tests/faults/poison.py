"""Broken records of every kind among good ones on Apache Kafka: each is set aside with its reason, nobody waits for it.

Good cases run all the while, under keys that also stand on broken records. Some broken records are news of real cases,
cut off on the way: when their bytes have been put right, `redletter dlq redrive` brings each of them through once.
"""

import argparse
import asyncio
import json
import random  # noqa: TID251  which record comes where is drawn from a seed that the output names
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

sys.path.insert(0, str(Path(__file__).parents[1] / "wire"))
from bad_records import PLAIN, RECORDS, Bad
from client import body

from contracts import intake
from contracts.catalog import PARTITIONS
from redletter import embedded, issuer, oracle
from redletter.broker import kafka_reason
from redletter.desk import Desk
from redletter.house import connect

PROFILES = {"slice": (260, 60, 10), "ci": (520, 200, 20), "qualification": (10_000, 2000, 100)}
"""profile → broken records, good cases among them, broken news of real cases"""
LARGE = {name for name, bad in RECORDS.items() if bad.partitions < PARTITIONS}
LARGE_SHARE = 0.003  # megabytes each
LISTENER = "rma"
STANDSTILL_SECONDS = 30
RELAY_LOCK = 0x7265_6C61  # whoever holds it is the only one who publishes (servicekit.relay)


class Poison:
    """One run over the running departments."""

    def __init__(self, running: embedded.Running, seed: int, profile: str) -> None:
        self.running, self.chance = running, random.Random(seed)
        self.records, self.cases, self.broken = PROFILES[profile]
        self.sent: dict[tuple[str, int, int], str] = {}
        self.kinds: Counter[str] = Counter()
        self.standstill = 0.0
        self.wrong: list[str] = []

    def token(self, role: str = "importer") -> str:
        """Sign a token."""
        return issuer.token(self.running.home, role, datetime.now(UTC))  # noqa: TID251  judged by the real clock

    async def rows(self, department: str, query: str, *values: Any) -> Sequence[Any]:
        """Ask a department's database."""
        conn = await connect(self.running.dsns[department])
        try:
            return list(await conn.fetch(query, *values))
        finally:
            await conn.close()

    async def send_all(self, keys: Sequence[str]) -> None:
        """Publish broken records of every kind in a random order, anywhere, under keys of good cases too."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.running.bootstrap, compression_type="gzip", max_request_size=2**23
        )
        await producer.start()
        small = [name for name in RECORDS if name not in LARGE]
        names = [*RECORDS]
        while len(names) < self.records:
            names.append(self.chance.choice(sorted(LARGE) if self.chance.random() < LARGE_SHARE else small))
        self.chance.shuffle(names)
        try:
            for name in names:
                await self.send(producer, name, self.chance.choice(keys))
        finally:
            await producer.stop()

    async def send(self, producer: AIOKafkaProducer, name: str, key: str) -> None:
        """Publish one, and remember where it stands."""
        bad = RECORDS[name]
        headers = [(n, secrets.token_hex(16).encode() if n == "ce_id" and v == b"" else v) for n, v in bad.headers]
        partition = self.chance.randrange(PARTITIONS)
        place = await producer.send_and_wait(bad.topic, bad.value, key.encode(), partition, headers=headers)
        self.sent[place.topic, place.partition, place.offset] = name
        self.kinds[name] += 1

    async def register(self, references: Sequence[str]) -> list[str]:
        """Register good cases, a few at a time."""
        desk, made = Desk(self.running.urls, self.token), []
        for start in range(0, len(references), 10):
            items = [{"key": r, "body": body(r)} for r in references[start : start + 10]]
            made += [result["body"]["case_id"] for result in await desk.bulk("intake", "/complaints:bulk", items)]
        await desk.close()
        return made

    async def watch(self) -> None:
        """Measure the longest time in which a partition had something to read and was not read."""
        places = [TopicPartition(topic, n) for topic in (intake.TOPIC,) for n in range(PARTITIONS)]
        moved = dict.fromkeys(places, (0, time.monotonic()))
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.running.bootstrap, group_id=LISTENER, enable_auto_commit=False
        )
        await consumer.start()
        consumer.assign(places)
        try:
            while True:
                ends = await consumer.end_offsets(places)
                for place in places:
                    at, since = await consumer.committed(place) or 0, moved[place][1]
                    if at > moved[place][0] or at >= ends[place]:
                        moved[place] = (at, time.monotonic())
                    else:
                        self.standstill = max(self.standstill, time.monotonic() - since)
                await asyncio.sleep(0.25)
        finally:
            await consumer.stop()

    async def cut_off(self) -> tuple[list[str], list[tuple[int, int, bytes]]]:
        """Have news of real cases arrive cut off, and never whole; give the cases, and the news as it should be."""
        async with self.relay_held("intake") as books:
            cases = await self.register([f"cut-{secrets.token_hex(4)}-{n}" for n in range(self.broken)])
            rows = await books.fetch("SELECT * FROM outbox WHERE aggregateid = ANY($1) ORDER BY seq", cases)
            producer = AIOKafkaProducer(bootstrap_servers=self.running.bootstrap)
            await producer.start()
            places = [await producer.send_and_wait(intake.TOPIC, **record_of(row)) for row in rows]
            await producer.stop()
            await books.execute("UPDATE outbox SET published_at = now() WHERE aggregateid = ANY($1)", cases)
        self.sent |= {(p.topic, p.partition, p.offset): "cut off" for p in places}
        whole = [(p.partition, p.offset, row["payload"].encode()) for p, row in zip(places, rows, strict=True)]
        return cases, whole

    @asynccontextmanager
    async def relay_held(self, department: str) -> AsyncIterator[Any]:
        """Keep a department from publishing for the length of a block."""
        conn = await connect(self.running.dsns[department])
        await conn.execute("SELECT pg_advisory_lock($1)", RELAY_LOCK)
        try:
            yield conn
        finally:
            await conn.close()

    async def set_aside(self) -> None:
        """Compare what is parked with what was sent: each where it should be, with its reason, and nothing else."""
        wanted = {place: name for place, name in self.sent.items() if name == "cut off" or RECORDS[name].state}
        for _ in range(600):
            rows = await self.rows(LISTENER, "SELECT topic, partition, position, state, reason, detail FROM parked")
            if len(rows) >= len(wanted):
                break
            await asyncio.sleep(0.2)
        found = {(row["topic"], row["partition"], row["position"]): row for row in rows}
        for place in wanted.keys() ^ found.keys():
            self.wrong.append(f"{place}: {self.sent.get(place, 'a good record')} is {'not ' * (place in wanted)}parked")
        for place in wanted.keys() & found.keys():
            bad = RECORDS.get(wanted[place], Bad(state="dead", reason="ValidationError", detail="Invalid JSON"))
            row = found[place]
            if (row["state"], row["reason"]) != (bad.state, bad.reason) or bad.detail not in row["detail"]:
                self.wrong.append(f"{place}: {wanted[place]} is {row['state']} because of {row['reason']}")

    async def redrive(self, whole: Sequence[Any]) -> float:
        """Put the bytes right, as a fixed version would read them, and redrive every one of them twice."""
        for partition, offset, payload in whole:
            await self.rows(
                LISTENER,
                "UPDATE parked SET body = $1 WHERE topic = $2 AND partition = $3 AND position = $4",
                *(payload, intake.TOPIC, partition, offset),
            )
        places = {f"{intake.TOPIC}@{partition}@{offset}" for partition, offset, _ in whole}
        rows = await self.rows(LISTENER, "SELECT message_id FROM parked ORDER BY first_at")
        ids = [row["message_id"] for row in rows if row["message_id"].rpartition("@")[0] in places]
        began = time.monotonic()
        done = await asyncio.to_thread(redletter, self.running.home, "dlq", "redrive", ids[0])
        if done.returncode:
            self.wrong.append(f"{ids[0]} cannot be redriven: {done.stdout}{done.stderr}")
        headers = {"Authorization": f"Bearer {self.token('operator')}"}
        async with httpx.AsyncClient(base_url=self.running.urls[LISTENER], headers=headers, timeout=30) as http:
            paths = [f"/parked/{quote(message_id, safe='')}:redrive" for message_id in ids[1:]]
            answers = [(await http.post(path)).status_code for path in paths for _ in range(2)]
        if set(answers[::2]) - {200} or set(answers[1::2]) - {404}:
            self.wrong.append(f"redriven twice, the answers were {Counter(answers)}")
        return time.monotonic() - began

    async def ended(self, cases: Sequence[str], what: str) -> None:
        """See that every one of these cases ends."""
        query = "SELECT count(*) FROM complaint WHERE id = ANY($1) AND status = 'CLOSED'"
        for _ in range(600):
            [[closed]] = await self.rows("intake", query, list(cases))
            if closed == len(cases):
                return
            await asyncio.sleep(0.2)
        self.wrong.append(f"of {len(cases)} {what} only {closed} have ended")

    async def run(self) -> dict[str, Any]:
        """Send, watch, compare, redrive, judge."""
        watching = asyncio.create_task(self.watch())
        first = await self.register([f"first-{n}" for n in range(20)])
        began = time.monotonic()
        good, _ = await asyncio.gather(
            self.register([f"good-{n}" for n in range(self.cases)]), self.send_all([*first, "x", "nobody"])
        )
        await self.ended([*first, *good], "good cases")
        took = time.monotonic() - began
        cases, whole = await self.cut_off()
        await self.set_aside()
        watching.cancel()
        redriving = await self.redrive(whole)
        await self.ended(cases, "redriven cases")
        history = await oracle.read(self.running.dsns, self.running.bootstrap, whole=False)
        planted = frozenset("@".join(map(str, place)) for place in self.sent)
        judged = oracle.judge(replace(history, planted=planted))
        if self.standstill > STANDSTILL_SECONDS:
            self.wrong.append(f"a partition stood still for {self.standstill:.0f} s")
        return {
            "broken records": len(self.sent),
            "kinds": len(self.kinds),
            "good cases among them": self.cases,
            "seconds under poison": round(took, 1),
            "longest standstill of a partition": round(self.standstill, 1),
            "redriven": len(whole),
            "seconds of redriving": round(redriving, 1),
            "violations": [*self.wrong, *(f"{v.invariant}: {v.subject}: {v.words}" for v in judged)][:100],
        }


def record_of(row: Any) -> dict[str, Any]:
    """Make the arguments for a producer that sends this row of an outbox, cut off after two thirds."""
    key = row["aggregateid"].encode()
    heads = {"ce_id": row["id"], "ce_subject": row["aggregateid"], "traceparent": row["traceparent"]}
    headers = dict(PLAIN.but(**{name: value.encode() for name, value in heads.items()})).items()
    payload = row["payload"].encode()
    return {"value": payload[: len(payload) * 2 // 3], "key": key, "headers": list(headers)}


def redletter(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Give a command as an operator does."""
    command = [sys.executable, "-m", "redletter.main", "--home", str(home), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


async def poison(seed: int, profile: str, home: Path) -> dict[str, Any]:
    """Run it on a system of its own."""
    began = time.monotonic()
    async with embedded.running(home, "kafka") as running:
        result = await Poison(running, seed, profile).run()
    return {"run": "poison", "seed": seed, "profile": profile, "seconds": round(time.monotonic() - began), **result}


def main() -> None:
    """Run it and say how it ended; exit 1 when a record is not where it should be or the oracle finds a violation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="qualification", choices=PROFILES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record", type=Path)
    options = parser.parse_args()
    if reason := kafka_reason():
        print(f"SKIPPED: poison on Apache Kafka: {reason}", file=sys.stderr)
        sys.exit(options.profile == "qualification")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everything that was started is ended
    home = Path(tempfile.mkdtemp(prefix="redletter-poison-"))
    home.chmod(0o755)
    result = asyncio.run(poison(options.seed, options.profile, home))
    shutil.rmtree(home)
    print(json.dumps(result, indent=2))
    if options.record:
        with options.record.open("a") as record:
            record.write(json.dumps(result) + "\n")
    sys.exit(1 if result["violations"] else 0)


if __name__ == "__main__":
    main()
