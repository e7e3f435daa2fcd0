"""PostgreSQL dies under the running departments: callers hear so in words, and nobody has to be restarted."""

import asyncio
import time
from typing import Any

import httpx

from redletter import embedded
from redletter.desk import Desk

FORBIDDEN = ("Traceback", "asyncpg", "sqlalchemy", "SELECT", "File ", ".py")


async def test_commands_hear_503_while_postgresql_is_away_and_are_taken_once_when_it_is_back(system: Any) -> None:
    before, cases = dict(system.running.pids), await system.register(10)
    await system.kill("postgres")
    answers: list[httpx.Response] = []
    back = asyncio.Event()

    async def ask() -> None:
        async with httpx.AsyncClient(base_url=system.running.urls["intake"], timeout=20) as client:
            reader, clerk = ({"Authorization": f"Bearer {system.token(role)}"} for role in ("reader", "importer"))
            number = 0
            while not back.is_set():
                number += 1
                body = {"items": [{"key": f"{time.monotonic_ns()}", "body": {**BODY, "reference": str(number)}}]}
                answers.append(await client.post("/complaints:bulk", json=body, headers=clerk))
                single = {**clerk, "Idempotency-Key": f"{time.monotonic_ns()}"}
                answers.append(await client.post("/complaints", json=BODY, headers=single))
                answers.append(await client.get("/complaints", headers=reader))

    asking = [asyncio.create_task(ask()) for _ in range(3)]
    await asyncio.sleep(1.5)
    away = list(answers)
    probes = [(await system.get("intake", path)).status_code for path in ("/livez", "/readyz")]
    await embedded.postgres(system.home)
    await asyncio.sleep(1)
    back.set()
    await asyncio.gather(*asking)

    assert away
    assert {a.status_code for a in away} == {503}, {a.status_code for a in away}
    assert probes == [200, 503]
    assert {a.status_code for a in answers} <= {200, 201, 503}, {(a.status_code, a.text) for a in answers}
    for answer in (a for a in answers if a.status_code == 503):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "not-there"
        assert not any(word in answer.text for word in FORBIDDEN), answer.text
    assert answers[-1].status_code == 200
    await system.end([*cases, *await system.register(10)])
    await system.up()
    names = set(before) - {"postgres"}
    assert {n: system.running.pids[n] for n in names} == {n: before[n] for n in names}, "nobody was restarted"


async def test_a_command_repeated_through_an_outage_has_one_effect(system: Any) -> None:
    desk = Desk(system.running.urls, lambda: system.token("importer"))
    reference = f"once-{time.monotonic_ns()}"
    items = [{"key": reference, "body": {**BODY, "reference": reference}}]
    await system.kill("postgres")
    sent = asyncio.create_task(desk.bulk("intake", "/complaints:bulk", items))
    await asyncio.sleep(0.7)
    await embedded.postgres(system.home)
    [first] = await sent
    [again] = await desk.bulk("intake", "/complaints:bulk", items)
    await desk.close()

    assert first["body"] == again["body"]
    rows = await system.rows("intake", "SELECT id FROM complaint WHERE reference = $1", reference)
    assert [row["id"] for row in rows] == [first["body"]["case_id"]]


BODY = {
    "customer": "outage",
    "content": "It came late.",
    "channel": "web",
    "entity": "UK01",
    "currency": "GBP",
    "request": "ALLOWANCE",
    "scope": {"profile": "online-retail"},
    "lines": [
        {"line": 1, "item": "GOODS", "quantity": "1", "unit_price": "5", "goods": False, "allowance": "5"},
    ],
}
