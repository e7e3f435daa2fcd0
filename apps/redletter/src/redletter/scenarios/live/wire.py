"""What do the other departments say? Records on their topics, as their relays write them, each one twice."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Self

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from contracts.base import Event
from finance.main import service
from redletter.scenarios.live.hosted import patiently
from redletter.scenarios.memory import key_of
from servicekit import relay
from servicekit.runtime import span_id, trace_id, uuid7


class Wire:
    """The broker, seen from the other departments."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.told: Counter[tuple[str, str]] = Counter()
        self.last: dict[TopicPartition, int] = {}

    async def __aenter__(self) -> Self:
        """Connect."""
        self.producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap, acks="all", linger_ms=0)
        self.admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await self.producer.start()
        await self.admin.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go."""
        await self.producer.stop()
        await self.admin.close()

    async def say(self, news: Event, told_at: datetime) -> str:
        """Put news onto its publisher's topic, twice, as a broker may; give its id."""
        topic, key = service.topics[type(news)], key_of(news)
        self.told[topic, key] += 1
        message = uuid7()
        row = {
            "id": message,
            "type": news.TYPE,
            "aggregateid": key,
            "aggregateversion": self.told[topic, key],
            "causationid": "scenario",
            "traceparent": f"00-{trace_id()}-{span_id()}-01",
            "time": told_at,
        }
        headers = relay.headers(replace(service, name=topic.partition(".")[0]), row)
        record = {"timestamp": None, "key": key.encode(), "value": news.write().encode(), "headers": headers}
        batch = self.producer.create_batch()
        for _ in range(2):
            batch.append(**record)
        places = sorted(await self.producer.partitions_for(topic))
        place = relay.choose_partition(key.encode(), places, places)
        sent = await (await self.producer.send_batch(batch, topic, partition=place))
        self.last[TopicPartition(topic, place)] = sent.offset + 1
        return message

    async def heard(self) -> None:
        """Wait until accounting has committed everything that was said: the next scenario shall not hear it."""
        if self.last:
            await patiently(self._committed, "commits what it has heard")
        self.last.clear()
        self.told.clear()

    async def _committed(self) -> bool | None:
        offsets = await self.admin.list_consumer_group_offsets(service.name, partitions=list(self.last))
        return all(offsets[place].offset > said for place, said in self.last.items()) or None
