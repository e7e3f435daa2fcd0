"""What an operator must act on while the house runs: topics that are not as they should be, news that nobody heard."""

from collections import Counter
from collections.abc import Mapping

from aiokafka.errors import KafkaError

from redletter import topics
from redletter.house import connect, on_the_way

OLD = "SELECT id FROM outbox WHERE id = ANY($1) AND published_at < now() - make_interval(secs => $2)"
Alarm = tuple[str, bool, str]
"""What was looked at, whether it is well, and what was found."""


async def topics_there(bootstrap: str) -> Alarm:
    """Say whether the broker has every topic as the contracts have it."""
    try:
        wrong = topics.differences(topics.wanted(), await topics.present(bootstrap))
    except (KafkaError, OSError) as away:
        return "topics", False, f"the broker does not answer: {away}"
    named = ", ".join(f"{topic} {what}" for topic, what in wrong.items())
    return "topics", not wrong, f"{named}: redletter topics apply" if wrong else "as the contracts have them"


async def all_heard(dsns: Mapping[str, str], patience: float) -> Alarm:
    """Say whether somebody has not heard what was published long ago: he stands still, or the broker has lost it."""
    lost: Counter[str] = Counter()
    for way in await on_the_way(dsns):
        for publisher in set(way.missing.values()):
            conn = await connect(dsns[publisher])
            try:
                lost[way.listener] += len(await conn.fetch(OLD, list(way.missing), patience))
            finally:
                await conn.close()
    named = ", ".join(f"{listener} {count}" for listener, count in sorted(lost.items()) if count)
    what = f"published more than {patience:.0f} s ago and not heard: {named}"
    remedy = "look whether they run, then: redletter outbox republish --missing"
    return "news", not named, f"{what}; {remedy}" if named else "everybody has heard what was published"
