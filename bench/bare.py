"""The bare loop: the messages and commits of one case with asyncpg and aiokafka and nothing else.

It is the limit that the system is measured against, so it keeps no promise beyond its own: batches of up to 500, an
inbox row for each message, the state, the outbox, a blue line and three postings in one transaction, then the offsets.
The messages are the house's: every department hears what it hears there, with the bodies of the golden examples and the
headers of CloudEvents. What they say is not looked at: a state is the body of the last message.
Run by `run.py`, one process per department: `python bench/bare.py NAME DSN BOOTSTRAP CASES RUN`.
"""

import asyncio
import json
import os
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

BATCH = 500
PARTITIONS = 12
LARGEST = 1_000_000  # bytes of a batch: a thousand rows are always less
# department → (the facts it hears → the facts that it says then)
HEARS: dict[str, dict[str, tuple[str, ...]]] = {
    "intake": {"authorized": (), "settled": ("closed",)},
    "rma": {"accepted": ("authorized",), "received": (), "inspected": ("decided",), "issued": ("settled",)},
    "inspection": {"authorized": ("received", "inspected")},
    "repair": {"authorized": ()},
    "finance": {"authorized": (), "decided": ("issued",), "settled": ()},
}
LAST = {"intake": "settled", "rma": "issued", "inspection": "authorized", "repair": "authorized", "finance": "settled"}
SAYS = {
    "intake": ("accepted", "closed"),
    "rma": ("authorized", "decided", "settled"),
    "inspection": ("received", "inspected"),
    "repair": (),
    "finance": ("issued",),
}
SAYER = {fact: name for name, facts in SAYS.items() for fact in facts}
SCHEMA = """
CREATE TABLE inbox (id text PRIMARY KEY);
CREATE TABLE state (id text PRIMARY KEY, version int NOT NULL, body jsonb NOT NULL);
CREATE TABLE outbox (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text, key text, type text, payload text);
CREATE TABLE blue (id int PRIMARY KEY, credited numeric NOT NULL DEFAULT 0, CHECK (credited <= 1000000000));
CREATE TABLE posting (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id text, account text, amount numeric);
INSERT INTO blue SELECT n FROM generate_series(0, 9999) n;
"""
EXAMPLES = Path(__file__).parents[1] / "libs/contracts/examples"
BODY = {
    kind: json.loads((EXAMPLES / f"redletter.{example}.json").read_text())
    for kind, example in {
        "accepted": "intake.complaint_accepted.v1/return-b2b",
        "authorized": "rma.return_authorized.v1/return",
        "received": "inspection.goods_received.v1/as-announced",
        "inspected": "inspection.completed.v1/established",
        "decided": "rma.disposition_decided.v1/credit",
        "issued": "finance.credit_issued.v1/return-partly-paid",
        "settled": "rma.case_settled.v1/credited",
        "closed": "intake.complaint_closed.v1/satisfied",
    }.items()
}
ALWAYS = [
    ("ce_specversion", b"1.0"),
    ("ce_source", b"/redletter/bare"),
    ("ce_time", b"2026-01-05T09:00:00.000000Z"),
    ("ce_dataschema", b"urn:redletter:schema:redletter.bare.bare.v1"),
    ("ce_tenantid", b"default"),
    ("ce_aggregateversion", b"1"),
    ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ("content-type", b"application/json"),
]


def fact(kind: str, case: str) -> tuple[str, str, str, str]:
    """Make an outbox row."""
    return (os.urandom(16).hex(), case, kind, json.dumps(BODY[kind] | {"case_id": case}, separators=(",", ":")))


async def save(
    conn: Any, name: str, ids: list[str], states: dict[str, str], facts: list[tuple[str, str, str, str]]
) -> None:
    """Write a batch: inbox, states, money, outbox, each in one statement."""
    async with conn.transaction():
        if ids:
            await conn.fetch("INSERT INTO inbox SELECT unnest($1::text[]) ON CONFLICT DO NOTHING RETURNING id", ids)
        keys = sorted(states)
        await conn.fetch("SELECT id, version, body FROM state WHERE id = ANY($1) ORDER BY id FOR UPDATE", keys)
        await conn.execute(
            "INSERT INTO state SELECT c, 1, b::jsonb FROM unnest($1::text[], $2::text[]) AS new (c, b) "
            "ON CONFLICT (id) DO UPDATE SET version = state.version + 1, body = excluded.body",
            keys,
            [states[key] for key in keys],
        )
        cases = [case for _, case, _, _ in facts]
        if name == "finance" and cases:
            blues = sorted({hash(case) % 10_000 for case in cases})
            await conn.execute("UPDATE blue SET credited = credited + 3 WHERE id = ANY($1)", blues)
            await conn.execute(
                "INSERT INTO posting (case_id, account, amount) "
                "SELECT c, a, v FROM unnest($1::text[]) c, (VALUES ('REVENUE', 3), ('VAT', 1), ('AR', -4)) p(a, v)",
                cases,
            )
        if facts:
            await conn.execute(
                "INSERT INTO outbox (id, key, type, payload) "
                "SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])",
                *(list(column) for column in zip(*facts, strict=True)),
            )


def topics(run: str) -> dict[str, str]:
    """Give the topic of every fact: fresh ones for every run, so that none pays for what another left."""
    return {fact: f"bare.{name}.{run}" for fact, name in SAYER.items()}


async def relay(conn: Any, producer: AIOKafkaProducer, topic_of: dict[str, str]) -> None:
    """Publish and delete, for ever: what belongs to one partition as one batch."""
    while True:
        async with conn.transaction():
            rows = await conn.fetch("SELECT seq, id, key, type, payload FROM outbox ORDER BY seq LIMIT 1000")
            if rows:
                batches: dict[tuple[str, int], Any] = {}
                for row in rows:
                    topic, key = topic_of[row["type"]], row["key"].encode()
                    place = topic, zlib.crc32(key) % PARTITIONS
                    batch = batches.get(place) or batches.setdefault(place, producer.create_batch())
                    batch.append(timestamp=None, key=key, value=row["payload"].encode(), headers=headers(row))
                sent = [
                    await producer.send_batch(batch, topic, partition=place)
                    for (topic, place), batch in batches.items()
                ]
                await asyncio.gather(*sent)
                await conn.execute("DELETE FROM outbox WHERE seq = ANY($1)", [r["seq"] for r in rows])
        if not rows:
            await asyncio.sleep(0.01)


def headers(row: Any) -> list[tuple[str, bytes]]:
    """Write what changes from record to record before what does not."""
    return [
        ("ce_type", row["type"].encode()),
        ("ce_id", row["id"].encode()),
        ("ce_subject", row["key"].encode()),
        ("ce_correlationid", row["key"].encode()),
        ("ce_causationid", row["id"].encode()),
        *ALWAYS,
    ]


async def main(name: str, dsn: str, bootstrap: str, cases: int, run: str) -> None:
    """Play one department until every case is closed."""
    topic_of = topics(run)
    conn, relay_conn = await asyncpg.connect(dsn), await asyncpg.connect(dsn)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_batch_size=LARGEST)
    await producer.start()
    publishing = asyncio.create_task(relay(relay_conn, producer, topic_of))
    hears = HEARS[name]
    consumer = AIOKafkaConsumer(
        *sorted({topic_of[kind] for kind in hears}),
        bootstrap_servers=bootstrap,
        group_id=f"bare.{name}.{run}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    while not consumer.assignment():
        await asyncio.sleep(0.05)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    if name == "intake":
        for start in range(0, cases, BATCH):
            keys = [os.urandom(16).hex() for _ in range(start, min(cases, start + BATCH))]
            facts = [fact("accepted", key) for key in keys]
            await save(conn, name, [], {key: body for _, key, _, body in facts}, facts)
    closed = 0
    wire = {kind.encode() for kind in hears}
    while closed < cases:
        polled = await consumer.getmany(timeout_ms=200, max_records=BATCH)
        said = [(r, dict(r.headers)) for rs in polled.values() for r in rs]
        records = [(r, headers["ce_type"].decode(), headers) for r, headers in said if headers["ce_type"] in wire]
        if records:
            heard = [(kind, json.loads(r.value)["case_id"], r.value.decode()) for r, kind, _ in records]
            facts = [fact(says, case) for kind, case, _ in heard for says in hears[kind]]
            ids = [headers["ce_id"].decode() for _, _, headers in records]
            await save(conn, name, ids, {case: body for _, case, body in heard}, facts)
            closed += sum(1 for kind, _, _ in heard if kind == LAST[name])
        if polled:
            await consumer.commit()
    while await relay_conn_empty(dsn):
        await asyncio.sleep(0.01)
    print(json.dumps({"name": name, "done": time.time(), "cpu": sum(os.times()[:2])}), flush=True)  # noqa: TID251  a benchmark
    publishing.cancel()
    await asyncio.gather(publishing, return_exceptions=True)
    await consumer.stop()
    await producer.stop()


async def relay_conn_empty(dsn: str) -> bool:
    """Say whether something is still to be published."""
    conn = await asyncpg.connect(dsn)
    try:
        return bool(await conn.fetchval("SELECT EXISTS (SELECT FROM outbox)"))
    finally:
        await conn.close()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5]))
