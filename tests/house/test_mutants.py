"""Planted bugs do not rot: each can still be planted, and the tests that find it are still there."""

import sys

import pytest
from tools import source

sys.path.append(str(source.ROOT / "tests/mutants"))
import mutants

PLANTED = mutants.planted()


def test_there_are_as_many_planted_bugs_as_were_asked_for():
    assert len(PLANTED) >= 15


@pytest.mark.parametrize("mutant", PLANTED, ids=lambda mutant: mutant.name)
def test_a_bug_can_still_be_planted_and_is_still_looked_for(mutant):
    misfit = mutants.apply(mutant, source.ROOT, "--check")
    assert misfit == "", f"plant this bug again by hand and put `git diff -U1` into {mutant.patch.name}"
    assert mutant.tests, "the patch names no test that finds it"
    for test in mutant.tests:
        path, _, name = test.partition("[")[0].partition("::")
        assert name in {found.name for found in source.functions(source.ROOT / path)}, test
