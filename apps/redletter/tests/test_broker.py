import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from redletter import embedded, topics
from redletter.broker import kafka_reason, outside
from redletter.state import read

TOPIC = next(iter(topics.wanted()))
KAFKA = [
    pytest.mark.kafka,
    pytest.mark.skipif(bool(kafka_reason()), reason=kafka_reason() or "Apache Kafka can be started"),
    pytest.mark.timeout(300),
]


async def send(bootstrap, *values):
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        for value in values:
            await producer.send_and_wait(TOPIC, value, key=b"C-1")


async def receive(bootstrap, count):
    consumer = AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=bootstrap,
        group_id="reader",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        session_timeout_ms=6000,
        heartbeat_interval_ms=200,
    )
    async with consumer:
        return [(await consumer.getone()).value for _ in range(count)]


async def test_the_memory_broker_has_every_topic_and_carries_events_in_order(home):
    bootstrap = await embedded.broker(home)
    await send(bootstrap, b"first", b"second")

    assert await topics.present(bootstrap) == topics.wanted()
    assert await receive(bootstrap, 2) == [b"first", b"second"]


async def test_starting_a_broker_that_runs_changes_nothing(home):
    bootstrap = await embedded.broker(home)
    first = read(home).processes["broker"]

    assert await embedded.broker(home) == bootstrap
    assert read(home).processes["broker"] == first


async def test_the_environment_names_the_broker(home, monkeypatch):
    bootstrap = await embedded.broker(home)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", bootstrap)

    assert outside() == bootstrap
    assert await embedded.broker(home / "other") == bootstrap
    assert "broker" not in read(home / "other").processes


def test_topics_are_compared_and_those_of_others_left_alone():
    want, have = {"a.v1": 12, "b.v1": 12, "c.v1": 12}, {"a.v1": 12, "b.v1": 4, "other": 1}

    assert topics.differences(want, have) == {"b.v1": "has 4 partitions, should have 12", "c.v1": "missing"}


@pytest.mark.parametrize("broker", [pytest.param("kafka", marks=KAFKA)])
async def test_partitions_are_added_where_there_are_too_few(home, broker, monkeypatch):
    wanted = topics.wanted()
    monkeypatch.setattr(topics, "wanted", lambda: dict.fromkeys(wanted, 4))
    bootstrap = await embedded.broker(home, broker)
    monkeypatch.setattr(topics, "wanted", lambda: wanted)

    await topics.apply(bootstrap)

    assert await topics.present(bootstrap) == wanted


@pytest.mark.parametrize("broker", [pytest.param("kafka", marks=KAFKA)])
async def test_apache_kafka_keeps_its_events_when_it_is_killed(home, kill, broker):
    bootstrap = await embedded.broker(home, broker)
    await send(bootstrap, b"first", b"second")
    await kill(read(home).processes["broker"].pid)

    bootstrap = await embedded.broker(home, broker)

    assert not read(home).lost or read(home).broker == "kafka"
    assert await receive(bootstrap, 2) == [b"first", b"second"]
