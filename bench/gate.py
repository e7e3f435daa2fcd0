"""Is it as fast as it was? The chain beside the bare loop, compared with the committed baseline (`make bench-gate`).

Judged is the ratio by CPU seconds, the median of interleaved rounds. Between runs of one commit on a busy two-core
machine that median moved by up to a quarter; the bound is half of the baseline, so noise does not break it and a
statement or a poll per message does.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from redletter.broker import kafka_reason

sys.path.insert(0, str(Path(__file__).parent))
import run as chained

BOUND = 0.5
BASELINE = Path(__file__).parent / "results" / "chain.json"


def main() -> None:
    """Measure, compare, and say so.

    Exit codes: 0 as fast or not to be had here, 1 slower than the bound allows.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if why := kafka_reason():
        print(f"SKIPPED: the speed beside the bare loop ({why})")
        return
    was = json.loads(BASELINE.read_text())["ratio_cpu"]
    rounds = asyncio.run(chained.interleaved("kafka", options.cases, options.rounds))["rounds"]
    now = 1 / chained.ratio(rounds, "cpu_ms_per_case")
    print(f"by CPU {now:.2f} of the bare loop; the baseline is {was:.2f}, the bound {was * BOUND:.2f}")
    sys.exit(now < was * BOUND)


if __name__ == "__main__":
    main()
