"""The oracle over the departments as processes, with a real broker between them: its topics are judged too."""

from redletter import embedded, samples
from redletter.live import LiveHouse
from redletter.oracle import grown, judge, read


async def test_nothing_is_wrong_with_the_running_departments_and_their_topics(live) -> None:
    house = LiveHouse(live.urls, live.dsns, live.tokens.__getitem__)
    bootstrap = (await embedded.status(live.home)).bootstrap
    before = await read(live.dsns, bootstrap, at_rest=False)
    try:
        await samples.all_samples(house).play()
    finally:
        await house.close()
    after = await read(live.dsns, bootstrap)

    assert judge(before) == []
    assert judge(after) == []
    assert grown(before, after) == []
    assert {record.id for record in after.records or ()} == {event.id for event in after.events}
    assert after.lag == dict.fromkeys(live.dsns, 0)
