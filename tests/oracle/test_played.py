"""The oracle over every sample case, in every order in which news can come."""

import pytest

from redletter.oracle import judge


@pytest.mark.parametrize("mode", ["plain", "twice", "late", "swapped"])
async def test_nothing_is_wrong_after_every_way_a_case_can_end(history_of, mode) -> None:
    assert judge(await history_of(mode)) == []
