"""The hunt itself: it tells a bug that is found from one that survives. `make mutants` hunts for all of them."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))
import mutants

PRODUCT = "libs/x/src/x/sums.py"


@pytest.fixture
def tree(tmp_path):
    """Write a small product with a test, and a patch that makes it wrong; give the bug and its tree."""

    def plant(path, text):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")

    def write(change, found_by="tests/test_sums.py::test_sum"):
        plant("libs/x/src/x/__init__.py", "")
        plant(PRODUCT, "def plus(one, other):\n    return one + other\n")
        plant("tests/test_sums.py", "from x.sums import plus\n\n\ndef test_sum():\n    assert plus(2, 2) == 4\n")
        patch = (
            f"Bug: it does not add\nFound by: {found_by}\n\ndiff --git a/{PRODUCT} b/{PRODUCT}\n--- a/{PRODUCT}\n"
            f"+++ b/{PRODUCT}\n@@ -1,2 +1,2 @@\n def plus(one, other):\n-    return one + other\n+    return {change}\n"
        )
        plant("bug.patch", patch)
        return mutants.read(tmp_path / "bug.patch"), tmp_path

    return write


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("one - other", ""),
        ("one * other", "SURVIVES tests/test_sums.py::test_sum"),
        ("one + nothing", "the patch is broken: NameError"),
        ("one +", "the tests could not run"),
    ],
)
def test_a_bug_is_found_survives_or_is_none(tree, change, told):
    mutant, root = tree(change)
    assert mutants.apply(mutant, root) == ""

    wrong = mutants.verdict(mutant, mutants.run(root, mutant.tests))

    assert wrong.startswith(told) if told else wrong == ""


def test_every_test_that_is_named_has_to_find_it(tree):
    mutant, root = tree("one - other", "tests/test_sums.py::test_sum\nFound by: tests/test_sums.py::test_nothing")
    with (root / "tests/test_sums.py").open("a") as file:
        file.write("\n\ndef test_nothing():\n    assert plus(0, 0) == 0\n")
    mutants.apply(mutant, root)

    wrong = mutants.verdict(mutant, mutants.run(root, mutant.tests))

    assert wrong.startswith("SURVIVES tests/test_sums.py::test_nothing")


def test_a_patch_that_fits_no_more_is_told(tree):
    mutant, root = tree("one - other")
    (root / PRODUCT).write_text("def plus(one, other):\n    return sum((one, other))\n", "utf-8")

    assert "patch does not apply" in mutants.apply(mutant, root, "--check")


def test_code_that_does_not_come_from_the_copy_is_told(tree):
    _, root = tree("one - other")
    assert mutants.strangers(root) == []

    (root / "libs/x/src/sys").mkdir()
    (root / "libs/x/src/sys/__init__.py").touch()

    assert mutants.strangers(root) == ["built-in"]


def test_the_departments_run_from_the_copy(tmp_path):
    root = mutants.copy(tmp_path)

    assert len(mutants.sources(root)) == 8
    assert mutants.strangers(root) == []


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["inbox-apart", "marked-first"])
def test_a_few_of_the_planted_bugs_are_found(name):
    [mutant] = mutants.planted(name)

    assert mutants.hunt(mutant) == ""
