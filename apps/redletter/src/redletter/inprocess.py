"""A house of departments in one process: real HTTP applications, real databases, and a courier in place of the broker.

The courier carries outbox rows to the consumers exactly as records, in the order a test asks for: as published, every
one twice, late, or after its successor.
"""

import random  # noqa: TID251  the order of delivery is drawn from a seed that the test names
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import sqlalchemy as sa
from aiokafka import ConsumerRecord
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine

from servicekit import consumer, http, relay, shell, timers
from servicekit.auth import Verifier
from servicekit.runtime import Runtime, uuid7
from servicekit.settings import Settings
from servicekit.work import Service

Order = Callable[[list[Any]], Any]
PATIENCE = 2000


@dataclass
class Department:
    """One service as the house runs it."""

    service: Service
    runtime: Runtime
    app: FastAPI
    client: httpx.AsyncClient
    undelivered: list[ConsumerRecord] = field(default_factory=list)


@dataclass
class House:
    """All departments, and the courier between them."""

    departments: Mapping[str, Department]
    tokens: Callable[[str], str]
    mode: str
    chance: random.Random

    async def post(
        self, department: str, path: str, body: Any, role: str, *, seen: int | None = None, key: str = ""
    ) -> httpx.Response:
        """Send a command as somebody with this role."""
        headers = {"Authorization": f"Bearer {self.tokens(role)}", "Idempotency-Key": key or uuid7()}
        if seen is not None:
            headers["If-Match"] = f'"{seen}"'
        return await self.departments[department].client.post(path, json=body, headers=headers)

    async def get(self, department: str, path: str, role: str = "reader") -> httpx.Response:
        """Read as somebody with this role."""
        return await self.departments[department].client.get(
            path, headers={"Authorization": f"Bearer {self.tokens(role)}"}
        )

    async def until(self, department: str, path: str, wanted: Callable[[Any], bool]) -> Any:
        """Let the courier work until the department shows what is wanted; what is still on its way stays there."""
        for _ in range(PATIENCE):
            answer = await self.get(department, path)
            if answer.status_code == 200 and wanted(answer.json()):  # noqa: PLR2004  HTTP OK
                return answer.json()
            if not await self.deliver_one():
                break
        raise AssertionError(f"{department} {path} never showed it; last answer: {answer.text[:800]}")

    async def quiet(self) -> None:
        """Deliver everything that is on its way, and what that brings about."""
        for _ in range(PATIENCE):
            if not await self.deliver_one():
                return
        raise AssertionError("the house never comes to rest")

    async def deliver_one(self) -> bool:
        """Take one record to one consumer, by the order of this house."""
        await self.collect()
        waiting = [d for d in self.departments.values() if d.undelivered]
        if not waiting:
            return any([await timers.fire_once(d.service, d.runtime) for d in self.departments.values()])
        department = waiting[0] if self.mode == "plain" else self.chance.choice(waiting)
        place = {"plain": 0, "twice": 0, "late": self.chance.randrange(len(department.undelivered)), "swapped": -1}
        record = department.undelivered.pop(place[self.mode])
        await consumer.take(department.service, department.runtime, [record])
        if self.mode != "plain":
            await consumer.take(department.service, department.runtime, [record, record])
        return True

    async def collect(self) -> None:
        """Fetch what the departments have published, and put it before every consumer."""
        taken = sa.update(shell.outbox).where(shell.outbox.c.published_at.is_(None)).values(published_at=sa.func.now())
        for publisher in self.departments.values():
            async with publisher.runtime.engine.begin() as conn:
                rows = (await conn.execute(taken.returning(shell.outbox))).mappings().all()
            for row in sorted(rows, key=lambda row: row["seq"]):
                record = as_record(publisher.service, row)
                for department in self.departments.values():
                    if row["type"] in department.service.listens_to():
                        department.undelivered.append(record)

    async def story(self, case_id: str) -> list[Any]:
        """Give every event of a case, over all departments, in the order of time."""
        rows = await self._everywhere(sa.select(shell.outbox).where(shell.outbox.c.aggregateid == case_id))
        return sorted(rows, key=lambda row: (row.time, row.id))

    async def stuck(self) -> list[Any]:
        """Give everything that is parked anywhere."""
        return await self._everywhere(sa.select(shell.parked))

    async def _everywhere(self, query: Any) -> list[Any]:
        """Ask every department's database."""
        rows: list[Any] = []
        for department in self.departments.values():
            async with department.runtime.engine.connect() as conn:
                rows.extend((await conn.execute(query)).all())
        return rows

    async def close(self) -> None:
        """Let go of the databases."""
        for department in self.departments.values():
            await department.client.aclose()
            await department.runtime.engine.dispose()


def as_record(service: Service, row: Mapping[str, Any]) -> ConsumerRecord:
    """Make the record that a consumer would get from the broker for this outbox row."""
    body = row["payload"].encode()
    return ConsumerRecord(
        topic=service.topic,
        partition=0,
        offset=row["seq"],
        timestamp=0,
        timestamp_type=0,
        key=row["aggregateid"].encode(),
        value=body,
        checksum=None,
        serialized_key_size=0,
        serialized_value_size=len(body),
        headers=tuple(relay.headers(service, row)),
    )


def open_house(
    services: Sequence[Service],
    settings: Mapping[str, Settings],
    tokens: Callable[[str], str],
    mode: str,
    seed: int,
) -> House:
    """Open the departments in this process, each on its own database.

    Args:
        services: the departments.
        settings: by name; databases are migrated already.
        tokens: gives a bearer token for a role.
        mode: `plain`, `twice`, `late` or `swapped`.
        seed: draws the order of delivery.
    """
    departments = {}
    for service in services:
        runtime = Runtime(create_async_engine(settings[service.name].database_url, pool_size=2))
        app = http.build(service, runtime, Verifier(settings[service.name]))
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url=f"http://{service.name}"
        )
        departments[service.name] = Department(service, runtime, app, client)
    return House(departments, tokens, mode, random.Random(seed))  # noqa: S311  not for secrets
