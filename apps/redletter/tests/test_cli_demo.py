"""The newcomer's first command, as the newcomer runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from redletter.process import alive
from redletter.samples import SAMPLES
from redletter.state import read

REDLETTER = Path(sys.executable).parent / "redletter"


def demo(home, **environ):
    """Run it without any setting of ours in the environment."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("REDLETTER_", "KAFKA_"))}
    env = {**plain, "REDLETTER_HOME": str(home), **environ}
    return subprocess.run([REDLETTER, "demo"], env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    for parent in (folder, folder.parent):
        parent.chmod(0o755)
    return folder / "home"


@pytest.mark.timeout(400)
def test_the_demo_plays_every_ending_and_leaves_nothing_running(home):
    done = demo(home)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"All {len(SAMPLES)} cases are closed" in done.stdout
    for sample in SAMPLES:
        assert any(
            line.startswith(sample.title) and sample.outcome in line.split() for line in done.stdout.splitlines()
        ), sample.title
    assert "RED_INVOICE" in done.stdout
    assert "why fault_confirmed" in done.stdout
    assert not [name for name, process in read(home).processes.items() if alive(process)]
    assert list(home.glob("logs/*.log"))


@pytest.mark.timeout(400)
def test_a_demo_that_fails_says_what_failed_and_where_its_logs_are(home):
    done = demo(home, KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")

    assert done.returncode == 1
    assert done.stderr.startswith("The demo failed: KafkaConnectionError")
    assert f"The logs are in {home / 'logs'}\n" in done.stderr
    assert not [name for name, process in read(home).processes.items() if alive(process)]
