"""Accounting live: commands go over HTTP with a token, news over the broker; records come back from PostgreSQL."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple, TypeVar

import httpx
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.base import Event
from contracts.finance import CreditHeld
from finance.main import service
from redletter.process import Failed
from redletter.scenarios.live import records
from redletter.scenarios.live.hosted import Hosted, Loop, patiently
from redletter.scenarios.live.routes import Route, routes
from redletter.scenarios.live.wire import Wire
from redletter.scenarios.office import BEGAN, HERE, NEW, Outcome, Who
from redletter.scenarios.spelling import code, reason
from servicekit import shell, timers
from servicekit.runtime import uuid7
from servicekit.work import Handle

R = TypeVar("R")
Sign = Callable[[str, str, str], str]
"""Gives a token for a name, a scope and a level."""
MOST_FIRED = 10_000
MOST_AWAY = 10  # more than there are connections in a pool
ROUTES = routes(service)
MAKER, CHECKER = Who("policy-maker", "", BEGAN), Who("policy-approver", "", BEGAN)


class Before(NamedTuple):
    """Where things stood before a step."""

    transaction: int
    published: int


class Live:
    """One scenario's accounting: its own database, its own service, and the run's broker."""

    def __init__(self, loop: Loop, hosted: Hosted, wire: Wire, http: httpx.Client, sign: Sign) -> None:
        self.loop, self.hosted, self.wire, self.http, self.sign = loop, hosted, wire, http, sign
        self.tables = loop.do(self._reading(records.names))

    def apply(self, policy: Mapping[str, Any]) -> None:
        """Put policy figures into force, with four eyes."""
        for scope in ("global", f"contract:{HERE}") if policy else ():
            body = {"scope": scope, "valid_from": BEGAN.isoformat(), "values": policy}
            proposed = self._post(MAKER, "/policy", "finance:policy.propose", body, {})
            version = proposed.raise_for_status().json()["version"]
            path = f"/policy/{version}:approve"
            self._post(CHECKER, path, "finance:policy.approve", {}, {}).raise_for_status()

    def ask(self, who: Who, handle: Handle, body: Any, record: str) -> tuple[Outcome, Any]:
        """Give a command over HTTP."""
        route = ROUTES[handle]
        before = self.loop.do(self._reading(_standing))
        status, answer = self._command(who, route, body.model_dump(mode="json"), record)
        if status >= 400:  # noqa: PLR2004  the first error status
            return Outcome("refused", answer["code"]), None
        return self.loop.do(self._came_of(before)), answer

    def _command(self, who: Who, route: Route, body: Any, record: str) -> tuple[int, Any]:
        key = uuid7()
        if route.bulk:
            response = self._post(who, route.path, route.scope, {"items": [{"key": key, "body": body}]}, {})
            [result] = response.raise_for_status().json()["results"]
            return result["status"], result["body"]
        headers = {"Idempotency-Key": key}
        if route.record:
            seen = self._sent("GET", route.of(route.record, record), headers=self._as(who, "finance:read"))
            headers["If-Match"] = seen.headers.get("etag", '"0"')
        elif record != NEW:
            self.hosted.next_id = record
        response = self._post(who, route.of(route.path, record), route.scope, body, headers)
        return response.status_code, response.json()

    def _post(self, who: Who, path: str, scope: str, body: Any, headers: dict[str, str]) -> httpx.Response:
        return self._sent("POST", path, json=body, headers={**headers, **self._as(who, scope)})

    def _sent(self, method: str, path: str, **what: Any) -> httpx.Response:
        """Send a request; again, as its answer asks for, while accounting finds connections to the database before."""
        for _ in range(MOST_AWAY):
            response = self.http.request(method, path, **what)
            if response.status_code != 503:  # noqa: PLR2004  what `Retry-After` comes with
                break
        return response

    def _as(self, who: Who, scope: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.sign(who.actor, scope, who.level)}"}

    def hear(self, news: Event, told_at: datetime) -> Outcome:
        """Put news onto its publisher's topic, twice as a broker may, and wait until accounting has taken it."""
        return self.loop.do(self._hear(news, told_at))

    async def _hear(self, news: Event, told_at: datetime) -> Outcome:
        before = await self._reading(_standing)
        parked = await self._taken(await self.wire.say(news, told_at))
        return Outcome("parked", reason(parked)) if parked else await self._came_of(before)

    async def _taken(self, message: str) -> str:
        """Wait until a message is done or parked; give why it is parked."""
        inbox, parked = shell.inbox, shell.parked
        both = inbox.outerjoin(parked, parked.c.message_id == inbox.c.message_id)
        heard = sa.select(sa.func.coalesce(parked.c.reason, "")).select_from(both)
        why: str = await patiently(
            lambda: self._scalar(heard.where(inbox.c.message_id == message)), "hears what is said"
        )
        return why

    async def _came_of(self, before: Before) -> Outcome:
        """Say what a step came to that was neither refused nor parked."""
        t = shell.outbox.c
        held = sa.select(t.payload).where(t.seq > before.published, t.type == CreditHeld.TYPE).order_by(t.seq.desc())
        said = await self._scalar(held.limit(1))
        if said is not None:
            return Outcome("held", code(CreditHeld.read(said).reason.code))
        done = await self._reading(lambda conn: records.written(conn, self.tables, before.transaction))
        return Outcome("done" if done else "ignored")

    def wait(self, until: datetime) -> None:
        """Let time pass: what is due fires at its own moment."""
        self.loop.do(self._wait(until))

    async def _wait(self, until: datetime) -> None:
        due_at = shell.deadline.c.due_at
        for _ in range(MOST_FIRED):
            due = await self._scalar(sa.select(sa.func.min(due_at)).where(due_at <= until))
            if due is None:
                self.hosted.now = until
                return
            self.hosted.now = now = max(self.hosted.now, due.astimezone(UTC))
            await timers.fire_once(service, replace(self.hosted.runtime, due_by=partial(sa.literal, now)))
        raise Failed(f"deadlines never end before {until}")

    def put(self, key: str, state: Any) -> None:
        """Have a record that is given."""

        async def put() -> None:
            async with self.hosted.runtime.engine.begin() as conn:
                await records.put(conn, key, state)

        self.loop.do(put())

    def get(self, kind: type[R], key: str) -> R | None:
        """Read a record."""
        found: R | None = self.loop.do(self._reading(lambda conn: records.one(conn, kind, key)))
        return found

    def all(self, kind: type[R]) -> list[R]:
        """Read every record of a kind."""
        found: list[R] = self.loop.do(self._reading(lambda conn: records.every(conn, kind)))
        return found

    async def _reading(self, read: Any) -> Any:
        """Read; once more when the connection was one to the database of the scenario before."""
        try:
            return await self._read(read)
        except DBAPIError as lost:
            if not lost.connection_invalidated:
                raise
            return await self._read(read)

    async def _read(self, read: Any) -> Any:
        async with self.hosted.runtime.engine.connect() as conn:
            return await read(conn)

    def close(self) -> None:
        """Wait until accounting has published everything, and has nothing more to hear."""
        self.loop.do(self._quiet())

    async def _quiet(self) -> None:
        await self.wire.heard()
        published = sa.select(sa.true()).where(~sa.exists().where(shell.outbox.c.published_at.is_(None)))
        await patiently(lambda: self._scalar(published), "publishes what it says")

    async def _scalar(self, query: sa.Select[Any]) -> Any:
        return await self._reading(lambda conn: conn.scalar(query))


async def _standing(conn: AsyncConnection) -> Before:
    seq = (await conn.execute(sa.select(sa.func.coalesce(sa.func.max(shell.outbox.c.seq), 0)))).scalar_one()
    return Before(await records.moment(conn), seq)
