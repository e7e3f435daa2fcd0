"""What of `make chaos` every change must pass, on Apache Kafka: the books are exact, and the oracle finds nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from redletter import broker

HERE = Path(__file__).parent


def run(script: str, profile: str, seed: int) -> subprocess.CompletedProcess[str]:
    """Run a plan; skip, by name, where Apache Kafka or the data is not."""
    if broker.kafka_reason():
        pytest.skip(f"Apache Kafka cannot be had here: {broker.kafka_reason()}")
    command = [sys.executable, str(HERE / script), "--profile", profile, "--seed", str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.stderr.startswith("SKIPPED"):
        pytest.skip(done.stderr.strip())
    return done


@pytest.mark.kafka
@pytest.mark.timeout(400)
def test_the_books_are_exact_after_everything_was_killed_in_turn():
    done = run("chaos.py", "slice", 11)

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert '"exact": true' in done.stdout


@pytest.mark.kafka
@pytest.mark.timeout(600)
def test_forty_faults_strike_cases_of_every_kind_and_nothing_is_lost():
    done = run("storm.py", "ci", 42)

    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-3000:]
    result = json.loads(done.stdout[done.stdout.index("\n{") :])
    assert result["faults"] >= 40, result
