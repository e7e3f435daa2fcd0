"""Bad records among good ones: each is skipped or set aside with its reason, and nobody else waits for it."""

import asyncio
import json
import secrets
from dataclasses import replace
from typing import Any

import pytest
from bad_records import PLAIN, RECORDS, Bad, body, send

from contracts.catalog import PARTITIONS


@pytest.fixture(scope="module")
def aftermath(started: Any) -> dict[str, tuple[int, list[Any]]]:
    """Send every bad record to every partition, good cases after them, and read what was set aside."""
    return asyncio.run(everything_bad(started))


async def everything_bad(system: Any) -> dict[str, tuple[int, list[Any]]]:
    """Give for each record how often it was sent, and what is listed about it."""
    places = {
        name: [await send(system.running.bootstrap, bad, partition) for partition in range(bad.partitions)]
        for name, bad in RECORDS.items()
    }
    await system.end(await system.register(3 * PARTITIONS))
    await system.caught_up()
    answer = await system.get("rma", "/parked?state=dead", "operator")
    assert answer.status_code == 200, answer.text
    listed = {(m["topic"], m["partition"], m["position"]): m for m in answer.json()["messages"]}
    conn = await system.database("rma")
    await conn.execute("DELETE FROM parked WHERE state = 'dead'")
    await conn.close()
    spots = {name: [(p.topic, p.partition, p.offset) for p in sent] for name, sent in places.items()}
    return {name: (len(sent), [listed[p] for p in sent if p in listed]) for name, sent in spots.items()}


@pytest.mark.parametrize("name", RECORDS)
def test_of_a_bad_record_among_good_ones_it_is_true_that(aftermath: Any, name: str) -> None:
    bad, (sent, found) = RECORDS[name], aftermath[name]
    assert [m["reason"] for m in found] == ([bad.reason] * sent if bad.state else [])
    assert all(bad.detail in m["detail"] for m in found), found[0]["detail"]


async def test_news_of_a_case_that_nobody_opened_waits_for_its_predecessor(system: Any, patiently: Any) -> None:
    subject = f"early-{secrets.token_hex(6)}"
    value = json.dumps({"case_id": subject, "reason": {"code": "x"}, "explanation": "y", "approved_by": "z"}).encode()
    kind = b"redletter.intake.complaint_not_established.v1"
    early = Bad(value=value, headers=PLAIN.but(ce_type=kind, ce_subject=subject.encode()))

    await send(system.running.bootstrap, early, 0)

    async def waits() -> bool:
        rows = (await system.get("rma", "/parked?state=waiting", "operator")).json()["messages"]
        return [(m["reason"], m["type"]) for m in rows if m["key"] == subject] == [("not-yet", kind.decode())]

    await patiently(waits, "the early news waits", 10)
    await system.end(await system.register(5))
    conn = await system.database("rma")
    await conn.execute("DELETE FROM parked WHERE key = $1", subject)
    await conn.close()


async def test_a_trace_that_is_none_is_as_good_as_no_trace(system: Any, patiently: Any) -> None:
    subject = f"trace-{secrets.token_hex(6)}"
    odd = Bad(value=body(case_id=subject), headers=PLAIN.but(ce_subject=subject.encode(), traceparent=b"00_x"))

    await send(system.running.bootstrap, odd, 0)

    async def opened() -> bool:
        return (await system.get("rma", f"/cases/{subject}")).status_code == 200

    await patiently(opened, "the case is open", 10)


async def test_a_field_that_nobody_knows_yet_is_read_over(system: Any, patiently: Any) -> None:
    subject = f"newer-{secrets.token_hex(6)}"
    newer = replace(
        PLAIN, value=body(case_id=subject, invented={"a": 1}), headers=PLAIN.but(ce_subject=subject.encode())
    )

    await send(system.running.bootstrap, newer, 0)

    async def opened() -> bool:
        return (await system.get("rma", f"/cases/{subject}")).status_code == 200

    await patiently(opened, "the case is open", 10)


async def test_a_record_that_was_repaired_is_redriven_and_has_its_effect_once(system: Any, patiently: Any) -> None:
    async with system.relay_held("intake") as books:
        [case] = await system.register(1)
        [row] = await books.fetch("SELECT * FROM outbox WHERE aggregateid = $1", case)
        headers = PLAIN.but(ce_id=row["id"].encode(), ce_subject=case.encode(), traceparent=row["traceparent"].encode())
        broken = Bad(value=row["payload"][:-9].encode(), headers=headers)
        place = await send(system.running.bootstrap, broken, 3)
        await books.execute("UPDATE outbox SET published_at = now() WHERE aggregateid = $1", case)
    found: list[Any] = []

    async def buried() -> bool:
        rows = (await system.get("rma", "/parked?state=dead", "operator")).json()["messages"]
        found[:] = [m for m in rows if (m["partition"], m["position"]) == (place.partition, place.offset)]
        return bool(found)

    await patiently(buried, "the broken record is listed", 10)
    path = f"/parked/{found[0]['message_id']}:redrive"
    refused = await system.post("rma", path, None, "operator")
    assert (refused.status_code, refused.json()["code"]) == (409, "still-unreadable")
    conn = await system.database("rma")
    await conn.execute(
        "UPDATE parked SET body = $1 WHERE message_id = $2", row["payload"].encode(), found[0]["message_id"]
    )
    await conn.close()

    answers = [await system.post("rma", path, None, "operator") for _ in range(2)]

    assert [a.status_code for a in answers] == [200, 404]
    await send(system.running.bootstrap, replace(broken, value=row["payload"].encode()), 3)  # and once more as it was
    await system.end([case])
