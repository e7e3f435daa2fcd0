"""The broker dies under open cases."""

import asyncio
from typing import Any

import pytest

from redletter import embedded


async def test_cases_end_once_after_the_broker_was_killed(system: Any) -> None:
    cases = await system.register(30)
    await system.kill("broker")

    await system.up()

    await system.end(cases)


async def test_departments_outlive_apache_kafka_and_go_on_by_themselves(system: Any, patiently: Any) -> None:
    if system.kind != "kafka":
        pytest.skip("a broker in memory takes its offsets along when it dies, so the departments start with it")
    await system.kill("broker")
    cases = await system.register(30)  # commands are taken meanwhile
    await asyncio.sleep(1)
    before = dict(system.running.pids)

    await embedded.broker(system.home, "kafka")

    await system.end(cases)
    await system.up()
    assert {name: pid for name, pid in system.running.pids.items() if name != "broker"} == {
        name: pid for name, pid in before.items() if name != "broker"
    }
