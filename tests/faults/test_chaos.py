"""A short slice of `make chaos`: kills while the real import runs on Apache Kafka; afterwards the books are exact."""

import subprocess
import sys
from pathlib import Path

import pytest

from redletter import broker

CHAOS = Path(__file__).with_name("chaos.py")


@pytest.mark.kafka
@pytest.mark.timeout(400)
def test_the_books_are_exact_after_everything_was_killed_in_turn():
    if broker.kafka_reason():
        pytest.skip(f"Apache Kafka cannot be had here: {broker.kafka_reason()}")
    run = subprocess.run(
        [sys.executable, str(CHAOS), "--profile", "slice", "--seed", "11"], capture_output=True, text=True, check=False
    )
    if run.stderr.startswith("SKIPPED"):
        pytest.skip(run.stderr.strip())

    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    assert '"exact": true' in run.stdout
