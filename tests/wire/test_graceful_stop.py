"""A department that is asked to stop ends its work first, and says 0."""

import asyncio
import signal
import time
from typing import Any

import pytest

ENDED = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'redletter-intake'"


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


@pytest.mark.parametrize("away", ["broker", "broker and sessions"])
async def test_a_department_asked_to_stop_while_the_broker_is_away_does_not_wait_for_it(system: Any, away: str) -> None:
    child = system.child("intake")
    await system.kill("broker")
    cases = await system.register(10)
    await asyncio.sleep(1)
    if away == "broker and sessions":  # also the one in which its relay waits for the broker
        await system.rows("intake", ENDED)

    child.send_signal(signal.SIGTERM)
    began = time.monotonic()
    code = await asyncio.to_thread(child.wait, 60)
    took = time.monotonic() - began
    await system.up()

    await system.end(cases)
    assert (code, took < 20) == (0, True), took
