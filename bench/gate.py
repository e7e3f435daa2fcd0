"""Is it as fast as it was? The chain beside the bare loop, compared with the committed baseline (`make bench-gate`).

Judged is the ratio by CPU seconds, the median of interleaved rounds of few cases, which is part of `make test`. Its
baseline is the median of runs of one commit on a quiet machine (bench/results/gate.json, with the runs); on a busy one
such a median moved by up to a quarter. The bound is half of the baseline: noise does not break it, and a statement or a
poll for each message does.
"""

import argparse
import asyncio
import json
import statistics
import sys
from pathlib import Path

from redletter.broker import kafka_reason

sys.path.insert(0, str(Path(__file__).parent))
import run as chained

BOUND = 0.5
BASELINE = Path(__file__).parent / "results" / "gate.json"


def main() -> None:
    """Measure, compare, and say so.

    Exit codes: 0 as fast or not to be had here, 1 slower than the bound allows.
    """
    argparse.ArgumentParser(description=__doc__).parse_args()
    if why := kafka_reason():
        print(f"SKIPPED: the speed beside the bare loop ({why})")
        return
    kept = json.loads(BASELINE.read_text())
    was = statistics.median(kept["ratios_cpu"])
    rounds = asyncio.run(chained.interleaved("kafka", kept["cases"], kept["rounds"]))["rounds"]
    now = 1 / chained.ratio(rounds, "cpu_ms_per_case")
    print(f"by CPU {now:.2f} of the bare loop; the baseline is {was:.2f}, the bound {was * BOUND:.2f}")
    sys.exit(now < was * BOUND)


if __name__ == "__main__":
    main()
