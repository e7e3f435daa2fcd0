"""A department is killed at each point where a crash could lose or double something (kill -9 leaves no last words)."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

import servicekit

POINTS = {
    "shell.after_inbox": "rma",
    "shell.after_load": "repair",
    "shell.after_decide": "finance",
    "shell.after_save": "finance",
    "shell.before_commit": "intake",
    "shell.after_commit": "rma",
    "relay.after_send": "finance",
    "relay.after_ack": "rma",
    "relay.after_mark": "intake",
}
GOODS = {"line": 1, "item": "GOODS", "quantity": "1", "unit_price": "50.00"}
TIMERS = ("timers.before_fire", "timers.after_fire")


def test_every_point_where_a_crash_can_be_asked_for_is_tried_here() -> None:
    source = Path(servicekit.__file__).parent.glob("*.py")
    named = {name for file in source for name in re.findall(r'failpoint\("([\w.]+)"\)', file.read_text())}
    assert named == {*POINTS, *TIMERS}


@pytest.mark.parametrize(("point", "department"), POINTS.items(), ids=list(POINTS))
async def test_a_case_ends_exactly_once_although_its_department_dies(
    system: Any, patiently: Any, point: str, department: str
) -> None:
    environment = system.environment(department)
    await system.kill(department)
    doomed = system.spawn(department, environment, REDLETTER_FAILPOINT=f"{point}:2")
    cases: list[str] = []

    async def work_goes_on() -> None:
        while doomed.poll() is None:
            cases.extend(await system.register(5))

    working = asyncio.create_task(work_goes_on())
    await patiently(lambda: doomed.poll() is not None, "the department dies")
    assert doomed.returncode == 137
    await system.up()
    await working

    await system.end(cases)


@pytest.mark.parametrize("point", TIMERS)
async def test_a_deadline_fires_exactly_once_although_its_department_dies(
    system: Any, patiently: Any, point: str
) -> None:
    [case] = await system.register(1, request="RETURN", lines=[GOODS])
    query = "SELECT count(*) FROM deadline WHERE id = $1"

    async def waits() -> bool:
        return bool((await system.rows("rma", query, case))[0][0])

    await patiently(waits, "the case waits for its goods")
    environment = system.environment("rma")
    await system.kill("rma")
    await system.rows("rma", "UPDATE deadline SET due_at = now() WHERE id = $1", case)
    doomed = system.spawn("rma", environment, REDLETTER_FAILPOINT=f"{point}:1")
    await patiently(lambda: doomed.poll() is not None, "the department dies")
    assert doomed.returncode == 137
    await system.up()

    async def fired() -> bool:
        return not (await system.rows("rma", query, case))[0][0]

    await patiently(fired, "the deadline has fired")
    told = "SELECT causationid FROM outbox WHERE aggregateid = $1 AND causationid LIKE 'deadline:%'"
    assert len(await system.rows("rma", told, case)) == 1
