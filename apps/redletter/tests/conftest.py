import asyncio
import os
import signal

import psutil
import pytest

from redletter import embedded


@pytest.fixture
async def home(tmp_path, monkeypatch):
    """Give an empty state folder, and leave nothing running that was started from it."""
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
    yield tmp_path / "home"
    await embedded.stop(tmp_path / "home")


@pytest.fixture
def kill():
    """Give a way to kill processes as a crash would: at once, and seen to be gone."""

    async def kill_and_see(*pids):
        victims = [psutil.Process(pid) for pid in pids]
        for victim in victims:
            os.kill(victim.pid, signal.SIGKILL)
        await asyncio.to_thread(psutil.wait_procs, victims, 10)

    return kill_and_see
