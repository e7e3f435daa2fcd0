"""Good histories: every way a case can end, played in one process, in the order of delivery that a test asks for."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from redletter import embedded, issuer, samples
from redletter.house import NAMES, services
from redletter.oracle import History, read
from redletter.oracle.rows import Record
from redletter.reach import now
from servicekit import migrate, relay
from servicekit.settings import Settings
from servicekit.testing import open_house

MODES = ("plain", "twice", "late", "swapped")
SEED = 20261122


class Courier:
    """The departments in one process, for players who wait by asking again: each question delivers some records."""

    def __init__(self, house: Any) -> None:
        self.house, self.lock = house, asyncio.Lock()
        self.post = house.post

    async def get(self, department: str, path: str, role: str = "reader") -> Any:
        """Let the courier work a little, then ask."""
        async with self.lock:
            for _ in range(20):
                if not await self.house.deliver_one():
                    break
        return await self.house.get(department, path, role)

    async def quiet(self) -> None:
        """Deliver everything."""
        async with self.lock:
            await self.house.quiet()


async def played(house: Any, settings: Any) -> History:
    """Play every sample to its end and read what came of it, with the topics as a broker would have them."""
    try:
        await samples.all_samples(Courier(house)).play()
    finally:
        await house.close()
    history = await read({name: str(settings[name].database_url) for name in NAMES})
    return replace(history, records=published(history))


def published(history: History) -> tuple[Record, ...]:
    """Make the records that the relays would have sent for the outboxes of a history, each key in one partition."""
    made, known = [], services()
    for name, department in history.departments.items():
        for event in department.outbox:
            row = type("Row", (), {
                "id": event.id, "type": event.type, "aggregateid": event.key, "aggregateversion": event.version,
                "time": event.time, "causationid": event.cause, "traceparent": event.trace,
            })  # fmt: skip
            headers = {key: value.decode() for key, value in relay.headers(known[name], row)}
            partition = sum(event.key.encode()) % 12
            made.append(Record(event.topic, partition, event.seq, event.key, headers, event.body.encode()))
    return tuple(made)


@pytest.fixture(scope="session")
def history_of(home: Any) -> Callable[[str], Awaitable[History]]:
    """Give the history of all samples in this order of delivery, played once."""
    known: dict[str, History] = {}

    async def give(mode: str) -> History:
        if mode not in known:
            settings = await empty_databases(home, mode)
            signed = {role: issuer.token(home, role, now(), minutes=600) for role in issuer.ROLES}
            house = open_house(list(services().values()), settings, signed.__getitem__, mode, SEED)
            known[mode] = await played(house, settings)
        return known[mode]

    return give


async def empty_databases(home: Any, mode: str) -> dict[str, Settings]:
    """Give each department a database of its own, so that no other test has written there."""
    named = await embedded.postgres(home, [f"oracle_{mode}_{name}" for name in NAMES])
    made = {}
    for name, service in services().items():
        url = named[f"oracle_{mode}_{name}"]
        made[name] = Settings(DATABASE_URL=url, issuer=issuer.ISSUER, jwks_file=issuer.key_set(home))
        await migrate.upgrade(service, made[name].database_url)
    return made
