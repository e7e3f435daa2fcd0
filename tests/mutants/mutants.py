"""Planted bugs: every patch beside this file is a bug that somebody could write, and the suite must find it.

Each patch is applied to a copy of the tree, and the tests that it names must fail there; before that, all of them must
be green on a copy without a bug. A patch begins with what the bug is, and with the tests that find it:

    Bug: the offset is committed before the transaction
    Found by: libs/servicekit/tests/test_consumer.py::test_a_batch_that_could_not_be_done_comes_again

It ends with 1 when a bug is not found, breaks more than it should, or cannot be planted any more.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATCHES = Path(__file__).parent
PATIENCE = 600
# A bug is wrong and does not stumble: a test that fails by one of these says that the patch is broken.
STUMBLES = re.compile(r"(NameError|ImportError|ModuleNotFoundError|SyntaxError|AttributeError|UnboundLocalError)\b")


@dataclass(frozen=True)
class Mutant:
    """A bug: its name, what it is, the tests that find it, its patch."""

    name: str
    bug: str
    tests: tuple[str, ...]
    patch: Path


@dataclass(frozen=True)
class Run:
    """How a run of some tests ended: its exit code, what failed with the reason, everything that was printed."""

    code: int
    failed: dict[str, str]
    said: str

    def failures(self, test: str) -> list[str]:
        """Give the reasons for which a test failed, in any of its variants."""
        return [why for name, why in self.failed.items() if name == test or name.startswith(f"{test}[")]


def read(patch: Path) -> Mutant:
    """Read what a patch says of itself."""
    head = patch.read_text("utf-8").partition("diff --git ")[0]
    [bug] = re.findall(r"^Bug: (.+)$", head, re.MULTILINE)
    return Mutant(patch.stem, bug, tuple(re.findall(r"^Found by: (\S+)$", head, re.MULTILINE)), patch)


def planted(*names: str) -> list[Mutant]:
    """Give the mutants whose names begin so; all of them unless told."""
    patches = sorted(PATCHES.glob("*.patch"))
    return [read(patch) for patch in patches if not names or patch.stem.startswith(names)]


def apply(mutant: Mutant, root: Path, *how: str) -> str:
    """Plant a bug, or only look whether it could be; what git has against it, nothing when it went well."""
    # A copy is no repository of its own: git must not take a folder above it for one.
    env = {**os.environ, "GIT_CEILING_DIRECTORIES": str(root.parent)}
    command = ["git", "apply", *how, str(mutant.patch)]
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else ""


def copy(root: Path, source: Path = ROOT) -> Path:
    """Copy the tree as git knows it, with what is not committed yet."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=source, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (source / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, root / name)
    return root


def sources(root: Path) -> list[str]:
    """Give the folders that stand in for the installed packages."""
    return [str(path) for top in ("libs", "services", "apps") for path in sorted((root / top).glob("*/src"))]


def strangers(root: Path) -> list[str]:
    """Name the packages that a run in this copy, or a process that it starts, would import from somewhere else."""
    ask = "import importlib.util as u, sys; print(*(u.find_spec(n).origin for n in sys.argv[1:]), sep='\\n')"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {ask!r}, *sys.argv[1:]], check=True)"
    names = [path.name for each in sources(root) for path in Path(each).iterdir() if (path / "__init__.py").exists()]
    command = [sys.executable, "-c", child, *names]
    told = subprocess.run(command, cwd=root, env=environment(root), capture_output=True, text=True, check=True)
    return [origin for origin in told.stdout.split("\n") if origin and not Path(origin).is_relative_to(root)]


def environment(root: Path) -> dict[str, str]:
    """Give an environment in which this copy's code runs, here and in every process that is started from here."""
    # COLUMNS: pytest shortens the lines in which it says what failed.
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sources(root)), "COLUMNS": "2000"}


def run(root: Path, tests: Sequence[str]) -> Run:
    """Run tests in a copy."""
    plain = ["-q", "-rfE", "--tb=short", "-p", "no:cacheprovider", "-p", "no:randomly"]
    command = [sys.executable, "-m", "pytest", *plain, *tests]
    with subprocess.Popen(
        command, cwd=root, env=environment(root), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as tried:
        try:
            said, _ = tried.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            tried.send_signal(signal.SIGINT)  # so that it stops the database that it has started
            said, _ = tried.communicate()
    failed = re.findall(r"^FAILED (.+?\.py::\w+(?:\[.*?\])?)(?: - (.*))?$", said, re.MULTILINE)
    return Run(tried.returncode, dict(failed), said)


def verdict(mutant: Mutant, ended: Run) -> str:
    """Say what is wrong with the hunt for a bug; nothing when every test that it names has found it."""
    if ended.code not in {0, 1}:
        return f"the tests could not run:\n{ended.said[-2000:]}"
    blind = [test for test in mutant.tests if not ended.failures(test)]
    if blind:
        return f"SURVIVES {', '.join(blind)}\n{ended.said[-2000:]}"
    stumbled = [why for test in mutant.tests for why in ended.failures(test) if STUMBLES.match(why)]
    return f"the patch is broken: {stumbled[0]}" if stumbled else ""


def hunt(mutant: Mutant) -> str:
    """Plant one bug in a copy of its own and let its tests look for it; what is wrong, nothing when it is found."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="redletter-mutant-") as folder:
        root = copy(Path(folder).resolve())
        wrong = apply(mutant, root)
        wrong = f"the patch does not apply: {wrong}" if wrong else ""
        ended = None if wrong else run(root, mutant.tests)
        wrong = wrong if ended is None else verdict(mutant, ended)
    print(f"{'NOT FOUND' if wrong else 'found':<10}{time.monotonic() - began:5.0f} s  {mutant.name}: {mutant.bug}")
    if wrong:
        print(wrong)
    elif ended is not None:
        whys = [next(iter(ended.failures(test))) for test in mutant.tests]
        print(
            "\n".join(
                f"{'':19}{test.rpartition('::')[2]}: {why[:150]}" for test, why in zip(mutant.tests, whys, strict=True)
            )
        )
    sys.stdout.flush()
    return wrong


def healthy(mutants: Sequence[Mutant]) -> str:
    """Run the tests of all bugs on a copy without any; what is wrong, nothing when all are green."""
    tests = sorted({test for mutant in mutants for test in mutant.tests})
    with tempfile.TemporaryDirectory(prefix="redletter-mutant-") as folder:
        root = copy(Path(folder).resolve())
        if elsewhere := strangers(root):
            return f"code of the copy would not run, but {elsewhere}"
        ended = run(root, tests)
    return f"without a bug not all tests are green:\n{ended.said[-4000:]}" if ended.code else ""


def main() -> None:
    """Hunt for every bug, a few at a time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only the bugs whose names begin so")
    parser.add_argument("--together", type=int, default=2, help="how many at a time")
    options = parser.parse_args()
    mutants = planted(*options.names)
    if wrong := healthy(mutants):
        sys.exit(wrong)
    print(f"{len({test for mutant in mutants for test in mutant.tests})} tests are green without a bug", flush=True)
    with ThreadPoolExecutor(options.together) as pool:
        missed = [m.name for m, wrong in zip(mutants, pool.map(hunt, mutants), strict=True) if wrong]
    print(f"{len(mutants) - len(missed)} of {len(mutants)} planted bugs were found")
    sys.exit(f"not found: {', '.join(missed)}" if missed or not mutants else 0)


if __name__ == "__main__":
    main()
