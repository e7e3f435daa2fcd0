"""The topics that the contracts name, as they should be and as they are."""

import asyncio
from collections.abc import Mapping

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from redletter.process import Failed

EXISTS = TopicAlreadyExistsError.errno  # somebody made it at the same time


def wanted() -> dict[str, int]:
    """Give every topic with its number of partitions."""
    from contracts.catalog import PARTITIONS, TOPICS  # noqa: PLC0415  the command line also works for other commands

    return dict.fromkeys(TOPICS, PARTITIONS)


async def present(bootstrap: str) -> dict[str, int]:
    """Give the topics that the broker has, with their partitions."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        described = await admin.describe_topics(await admin.list_topics())
        return {str(topic["topic"]): len(topic["partitions"]) for topic in described}
    finally:
        await admin.close()


def differences(want: Mapping[str, int], have: Mapping[str, int]) -> dict[str, str]:
    """Say for each topic that is not as it should be what is wrong with it; topics of others are left alone."""
    missing = {topic: "missing" for topic in want if topic not in have}
    wrong = {
        topic: f"has {have[topic]} partitions, should have {partitions}"
        for topic, partitions in want.items()
        if topic in have and have[topic] != partitions
    }
    return missing | wrong


async def apply(bootstrap: str, *, replicas: int = 1) -> dict[str, str]:
    """Make what is missing and add partitions where there are too few; give what was changed.

    Nothing is ever removed: fewer partitions would send a case's next event to another partition than its first.
    """
    want, have = wanted(), await present(bootstrap)
    changes = differences(want, have)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        fresh = [NewTopic(topic, want[topic], replicas) for topic in changes if topic not in have]
        if fresh:
            answer = await admin.create_topics(fresh)
            _refused({topic: error for topic, error, *_ in answer.topic_errors if error not in (0, EXISTS)})
        grown = {topic: NewPartitions(want[topic]) for topic in changes if have.get(topic, want[topic]) < want[topic]}
        if grown:
            await admin.create_partitions(grown)
    finally:
        await admin.close()
    for _ in range(100):  # a broker says yes before it shows them
        if not differences(want, await present(bootstrap)):
            break
        await asyncio.sleep(0.05)
    return changes


def _refused(errors: Mapping[str, int]) -> None:
    """Say what the broker refused; aiokafka leaves that to the caller."""
    if errors:
        reasons = (f"{topic}: {for_code(error).__name__}" for topic, error in errors.items())
        raise Failed(f"the broker refused topics: {', '.join(reasons)}")
