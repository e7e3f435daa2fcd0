"""A department that is asked to stop ends its work first, and says 0."""

import asyncio
import signal
import time
from typing import Any

import pytest


@pytest.mark.parametrize("department", ["intake", "rma", "finance"])
async def test_a_department_asked_to_stop_while_messages_flow_drains_and_loses_nothing(
    system: Any, department: str
) -> None:
    child = system.child(department)
    registered = asyncio.create_task(system.register(60))
    await asyncio.sleep(0.3)

    child.send_signal(signal.SIGTERM)
    began = time.monotonic()
    code = await asyncio.to_thread(child.wait, 25)

    assert code == 0
    assert time.monotonic() - began < 20
    await system.up()
    await system.end(await registered)


async def test_a_department_asked_to_stop_while_the_broker_is_away_does_not_wait_for_it(system: Any) -> None:
    child = system.child("intake")
    await system.kill("broker")
    cases = await system.register(10)
    await asyncio.sleep(1)

    child.send_signal(signal.SIGTERM)
    began = time.monotonic()
    code = await asyncio.to_thread(child.wait, 60)
    took = time.monotonic() - began
    await system.up()

    await system.end(cases)
    assert (code, took < 20) == (0, True), took
