"""The oracle over the departments as processes, with a real broker between them: its topics are judged too."""

from collections.abc import Iterator
from typing import Any

import pytest

from redletter import embedded, samples
from redletter.live import LiveHouse
from redletter.oracle import grown, judge, read


@pytest.fixture
def alone(start_alone: Any) -> Iterator[Any]:
    with start_alone() as running:
        yield running


async def test_nothing_is_wrong_with_the_running_departments_and_their_topics(alone: Any) -> None:
    house = LiveHouse(alone.urls, alone.dsns, alone.tokens.__getitem__)
    bootstrap = (await embedded.status(alone.home)).bootstrap
    before = await read(alone.dsns, bootstrap, at_rest=False)
    try:
        await samples.all_samples(house).play()
    finally:
        await house.close()
    after = await read(alone.dsns, bootstrap)

    assert judge(before) == []
    assert judge(after) == []
    assert grown(before, after) == []
    assert {record.id for record in after.records or ()} == {event.id for event in after.events}
    assert after.lag == dict.fromkeys(alone.dsns, 0)
