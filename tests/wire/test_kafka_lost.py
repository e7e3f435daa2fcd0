"""Apache Kafka loses everything, or its tail, under open cases: an alarm says so, and the outboxes fill it again."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from contracts.catalog import TOPICS
from contracts.rma import DispositionDecided
from redletter import embedded, oracle, topics

pytestmark = pytest.mark.timeout(400)  # consumers find a topic made anew within ten seconds, several times over
LISTENER = "finance"  # who is away when Kafka is lost, so that there is news which nobody else will tell him


@pytest.fixture(scope="module")
def started(stand: Any) -> Iterator[Any]:
    """Departments of their own: what other tests put on the topics is rightly called wrong by the oracle."""
    with stand() as system:
        yield system


@pytest.fixture
async def open_cases(system: Any, patiently: Any) -> list[str]:
    """Some cases that have ended, and more that wait for accounting, which is away."""
    if system.kind != "kafka":
        pytest.skip("a broker in memory is lost on every stop: `redletter up` and its tests see to that")
    await system.end(await system.register(24))
    await system.kill(LISTENER)
    cases = await system.register(48)
    query = "SELECT count(*) FROM outbox WHERE aggregateid = ANY($1) AND type = $2 AND published_at IS NOT NULL"

    async def decided() -> bool:
        [[count]] = await system.rows("rma", query, cases, DispositionDecided.TYPE)
        return count == len(cases)

    await patiently(decided, "every case is decided")
    return cases


def redletter(system: Any, *words: str) -> subprocess.CompletedProcess[str]:
    """Give a command as an operator does."""
    command = [sys.executable, "-m", "redletter.main", "--home", str(system.home), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


async def said_again(system: Any) -> int:
    """Republish what is missing until nothing is: a consumer that outlived its topics may skip the first time."""
    for times in range(20):
        done = await asyncio.to_thread(redletter, system, "outbox", "republish", "--missing")
        assert done.returncode == 0, done.stderr
        if done.stdout.startswith("there is nothing"):
            return times
        await asyncio.sleep(3)
    raise AssertionError(await system.says())


async def alarms(system: Any) -> int:
    """Add up how often the departments were told that a topic goes on behind where it was."""
    metrics = [(await system.get(name, "/metrics")).text for name in system.running.urls if name != LISTENER]
    counts = re.findall(r"^redletter_topic_shrunk_total\{.*\} (\S+)$", "\n".join(metrics), re.MULTILINE)
    return sum(int(float(count)) for count in counts)


async def judged(system: Any) -> list[Any]:
    """Have the oracle look; what was lost with the topics need not be in them again."""
    history = await oracle.read(system.running.dsns, system.running.bootstrap, whole=False)
    return oracle.judge(history)


async def test_all_topics_are_deleted_under_open_cases(system: Any, open_cases: list[str]) -> None:
    before = await alarms(system)
    admin = AIOKafkaAdminClient(bootstrap_servers=system.running.bootstrap)
    await admin.start()
    await admin.delete_topics(list(TOPICS))
    await admin.close()
    doctor = await asyncio.to_thread(redletter, system, "doctor", "--patience", "0")

    assert doctor.returncode == 1
    assert "missing: redletter topics apply" in doctor.stdout.replace("\n", " ")
    assert f"not heard: {LISTENER} 48" in doctor.stdout.replace("\n", " ")

    assert await topics.apply(system.running.bootstrap)
    await system.up()
    await said_again(system)
    await system.end(open_cases)
    await system.end(await system.register(24))
    assert await judged(system) == []
    assert await alarms(system) > before
    assert (await asyncio.to_thread(redletter, system, "doctor", "--patience", "0")).returncode == 0


async def test_the_tail_of_every_topic_is_cut_under_open_cases(system: Any, open_cases: list[str]) -> None:
    before = await alarms(system)
    await system.kill("broker")
    cut = [cut_in_half(log) for topic in TOPICS for log in logs(system, topic)]
    assert sum(cut) > 10
    await embedded.broker(system.home, "kafka")
    doctor = await asyncio.to_thread(redletter, system, "doctor", "--patience", "0")

    assert doctor.returncode == 1
    assert f"not heard: {LISTENER} 48" in doctor.stdout.replace("\n", " ")

    survivors = {name: pid for name, pid in system.running.pids.items() if name not in {LISTENER, "broker"}}
    await system.up()
    survived = survivors.items() <= system.running.pids.items()  # not so where the broker had to take another port
    await said_again(system)
    await system.end(open_cases)
    await system.end(await system.register(24))
    assert await judged(system) == []
    assert not survived or await alarms(system) > before


def logs(system: Any, topic: str) -> list[Path]:
    """Find the files in which Kafka keeps a topic."""
    return sorted((system.home / "kafka" / "data").glob(f"{topic}-*/*.log"))


def cut_in_half(log: Path) -> bool:
    """Cut off the second half of what a file holds, as a power cut does with what was never synced."""
    size = log.stat().st_size
    os.truncate(log, size // 2)
    return size > 0
