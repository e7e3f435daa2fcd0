"""Every event comes once more: the inboxes know them all, and nothing happens twice."""

import signal
from typing import Any

import pytest

from redletter import republish

LOOK = (
    ("intake", "SELECT id, version, body::text FROM complaint ORDER BY id"),
    ("rma", "SELECT id, version, body::text FROM rma_case ORDER BY id"),
    ("finance", "SELECT id, case_id, net::text FROM credit_document ORDER BY id"),
    ("finance", "SELECT count(*) FROM journal_entry"),
)


async def books(system: Any) -> list[Any]:
    """Read everything that a second effect would change."""
    events = [await system.rows(name, "SELECT count(*), max(seq) FROM outbox") for name in system.running.dsns]
    return [*events, *[await system.rows(name, query) for name, query in LOOK]]


async def test_topics_played_again_have_no_second_effect(system: Any) -> None:
    await system.end(await system.register(20))
    before = await books(system)

    assert await republish.everything(system.running.dsns) >= 100
    await system.caught_up()

    assert await books(system) == before


async def test_offsets_set_back_to_the_beginning_have_no_second_effect(system: Any) -> None:
    if system.kind != "kafka":
        pytest.skip("offsets outlive the departments on Apache Kafka only")
    await system.end(await system.register(20))
    before = await books(system)
    for name in system.running.dsns:
        system.child(name).send_signal(signal.SIGTERM)
    for name in system.running.dsns:
        system.child(name).wait(25)
        async with system.group(name) as (consumer, places):
            await consumer.commit(dict.fromkeys(places, 0))

    await system.up()
    await system.caught_up()

    assert await books(system) == before
