"""The bare loop: the messages and commits of one case with asyncpg and aiokafka and nothing else.

It is the limit that the system is measured against, so it keeps no promise beyond its own: batches of up to 500, an
inbox row for each message, the state, the outbox, a blue line and three postings in one transaction, then the offsets.
Run by `run.py`, one process per department: `python bench/bare.py NAME DSN BOOTSTRAP CASES`.
"""

import asyncio
import json
import os
import sys
import time
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

BATCH = 500
# department → (the facts it hears → the facts that it says then)
HEARS: dict[str, dict[str, tuple[str, ...]]] = {
    "intake": {"authorized": (), "settled": ("closed",)},
    "rma": {"accepted": ("authorized",), "received": (), "inspected": ("decided",), "issued": ("settled",)},
    "inspection": {"authorized": ("received", "inspected"), "settled": ()},
    "repair": {},
    "finance": {"decided": ("issued",)},
}
SAYS = {
    "intake": ("accepted", "closed"),
    "rma": ("authorized", "decided", "settled"),
    "inspection": ("received", "inspected"),
    "repair": (),
    "finance": ("issued",),
}
TOPIC = {fact: f"bare.{name}" for name, facts in SAYS.items() for fact in facts}
SCHEMA = """
CREATE TABLE inbox (id text PRIMARY KEY);
CREATE TABLE state (id text PRIMARY KEY, version int NOT NULL, body jsonb NOT NULL);
CREATE TABLE outbox (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text, key text, type text, payload text);
CREATE TABLE blue (id int PRIMARY KEY, credited numeric NOT NULL DEFAULT 0, CHECK (credited <= 1000000000));
CREATE TABLE posting (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id text, account text, amount numeric);
INSERT INTO blue SELECT n FROM generate_series(0, 9999) n;
"""
BODY = {
    "lines": [{"line": n, "item": f"ITEM-{n}", "quantity": "3", "unit_price": "100.00"} for n in range(2)],
    "customer": "C077",
}


def fact(kind: str, case: str) -> tuple[str, str, str, str]:
    """Make an outbox row."""
    return (os.urandom(16).hex(), case, kind, json.dumps({"case_id": case, "type": kind, **BODY}))


async def save(conn: Any, name: str, ids: list[str], cases: list[str], facts: list[tuple[str, str, str, str]]) -> None:
    """Write a batch: inbox, states, money, outbox, each in one statement."""
    async with conn.transaction():
        if ids:
            await conn.fetch("INSERT INTO inbox SELECT unnest($1::text[]) ON CONFLICT DO NOTHING RETURNING id", ids)
        keys = sorted(set(cases))
        await conn.fetch("SELECT id, version, body FROM state WHERE id = ANY($1) ORDER BY id FOR UPDATE", keys)
        await conn.execute(
            "INSERT INTO state SELECT c, 1, $2::jsonb FROM unnest($1::text[]) c "
            "ON CONFLICT (id) DO UPDATE SET version = state.version + 1, body = excluded.body",
            keys,
            json.dumps(BODY),
        )
        if name == "finance":
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


async def relay(conn: Any, producer: AIOKafkaProducer) -> None:
    """Publish and delete, for ever."""
    while True:
        async with conn.transaction():
            rows = await conn.fetch("SELECT seq, id, key, type, payload FROM outbox ORDER BY seq LIMIT 1000")
            if rows:
                sent = [
                    await producer.send(
                        TOPIC[r["type"]],
                        r["payload"].encode(),
                        key=r["key"].encode(),
                        headers=[("id", r["id"].encode()), ("type", r["type"].encode())],
                    )
                    for r in rows
                ]
                await asyncio.gather(*sent)
                await conn.execute("DELETE FROM outbox WHERE seq = ANY($1)", [r["seq"] for r in rows])
        if not rows:
            await asyncio.sleep(0.01)


async def main(name: str, dsn: str, bootstrap: str, cases: int) -> None:
    """Play one department until every case is closed."""
    conn, relay_conn = await asyncpg.connect(dsn), await asyncpg.connect(dsn)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    publishing = asyncio.create_task(relay(relay_conn, producer))
    hears = HEARS[name]
    consumer = AIOKafkaConsumer(
        *sorted({TOPIC[kind] for kind in hears}),
        bootstrap_servers=bootstrap,
        group_id=f"bare.{name}",
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
            await save(conn, name, [], keys, [fact("accepted", key) for key in keys])
    last = {"intake": "settled", "rma": "issued", "inspection": "settled", "finance": "decided"}[name]
    closed = 0
    wire = {kind.encode() for kind in hears}
    while closed < cases:
        polled = await consumer.getmany(timeout_ms=200, max_records=BATCH)
        records = [r for rs in polled.values() for r in rs if dict(r.headers)["type"] in wire]
        if records:
            heard = [json.loads(r.value) for r in records]
            facts = [fact(kind, h["case_id"]) for h in heard for kind in hears[h["type"]]]
            await save(
                conn, name, [dict(r.headers)["id"].decode() for r in records], [h["case_id"] for h in heard], facts
            )
            closed += sum(1 for h in heard if h["type"] == last)
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

    uvloop.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
