"""Show which tests prove which requirement: `make trace`, with `--owner finance`, `--missing`, `--json`.

A test says what it proves with `@pytest.mark.req("R-139", "F-02")`; the numbers and statements are in
docs/requirements.csv (R: the procedures' requirements, F: the worked scenarios of the money).
"""

import argparse
import csv
import json
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[0] = str(ROOT)  # not tools/: its files have names of packages

from tools import source  # noqa: E402  the path has to be right first


def requirements(root: Path = ROOT) -> list[dict[str, str]]:
    """Read the numbers with owner, priority and statement."""
    with (root / "docs/requirements.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def proofs(root: Path = ROOT) -> dict[str, list[str]]:
    """Give for each number the tests that are marked with it."""
    found = defaultdict(list)
    for path, name, numbers in source.marked(root):
        for number in numbers:
            found[number].append(f"{path.relative_to(root)}::{name}")
    return dict(found)


def matrix(owner: str = "", *, missing: bool = False, root: Path = ROOT) -> list[dict[str, object]]:
    """Give every requirement with its tests; of one owner, or only those that no test proves."""
    proved = proofs(root)
    return [
        {**row, "tests": proved.get(row["id"], [])}
        for row in requirements(root)
        if owner in ("", row["owner"]) and not (missing and row["id"] in proved)
    ]


def main() -> None:
    """Print the matrix, and what part of it is proved."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--owner", default="", help="intake, rma, inspection, repair, finance or contracts")
    options.add_argument("--missing", action="store_true", help="only those that no test proves")
    options.add_argument("--json", action="store_true", help="for other programs")
    asked = options.parse_args()
    rows = matrix(asked.owner, missing=asked.missing)
    if asked.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        tests = [f"      {test}" for test in row["tests"]]  # type: ignore[attr-defined]  # a list, among texts
        print(f"{row['id']}  {row['owner']:<10} {row['priority']}  {row['statement']}", *tests, sep="\n")
    proved = set(proofs())
    for priority in "ABC":
        numbers = {r["id"] for r in requirements() if r["priority"] == priority and asked.owner in ("", r["owner"])}
        print(f"priority {priority}: {len(numbers & proved)} of {len(numbers)} proved by a test", file=sys.stderr)


if __name__ == "__main__":
    main()
