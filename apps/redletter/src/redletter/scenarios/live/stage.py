"""What live scenarios stand on: one PostgreSQL and one broker for a run; a fresh database and service for each."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx

from finance.main import service
from redletter import broker as brokers
from redletter import embedded, issuer, postgres
from redletter.reach import now
from redletter.scenarios.live.accounting import Live
from redletter.scenarios.live.hosted import Hosted, Loop
from redletter.scenarios.live.wire import Wire
from redletter.state import Kind, State, read
from servicekit import migrate
from servicekit.settings import Settings

TEMPLATE, NAME, NEXT = "scenarios", "redletter_scenario", "redletter_scenario_next"
YEARS = 200 * 366 * 24 * 60  # minutes; a scenario's day may be long after today, by which tokens are judged too


@dataclass(eq=False)
class Stage:
    """One run: accounting's service stays, its database is a new one for every scenario."""

    loop: Loop
    state: State
    hosted: Hosted
    wire: Wire
    http: httpx.Client

    @contextmanager
    def opened(self, policy: Mapping[str, Any]) -> Iterator[Live]:
        """Give accounting that knows nothing, under policy figures."""
        self.loop.do(self._fresh())
        live = Live(self.loop, self.hosted, self.wire, self.http, self.sign)
        live.apply(policy)
        try:
            yield live
        finally:
            live.close()

    async def _fresh(self) -> None:
        """Let the service find another database under the same address, as after an outage."""
        await postgres.copy(self.state, TEMPLATE, NEXT)
        await self.hosted.runtime.engine.dispose()
        await postgres.replace(self.state, NEXT, NAME)
        self.hosted.forget()

    @lru_cache  # noqa: B019  a stage lives as long as its run
    def sign(self, name: str, scope: str, level: str) -> str:
        """Sign a token for somebody who may do this and sign for that."""
        scopes = [scope, *([f"level:{level}"] if level else [])]
        return issuer.signed(self.state.home, name, scopes, now(), YEARS)


@contextmanager
def staged(kind: Kind = "embedded") -> Iterator[Stage]:
    """Start PostgreSQL and a broker in a folder of their own, and leave nothing behind."""
    home = Path(tempfile.mkdtemp(prefix="redletter-scenarios-"))
    home.chmod(0o755)
    try:
        url = asyncio.run(embedded.postgres(home, [TEMPLATE]))[TEMPLATE]
        bootstrap = asyncio.run(embedded.broker(home, kind))
        asyncio.run(migrate.upgrade(service, url))
        state = read(home)
        settings = Settings(
            DATABASE_URL=asyncio.run(postgres.copy(state, TEMPLATE, NAME)),
            KAFKA_BOOTSTRAP_SERVERS=bootstrap,
            broker_profile="kafka" if brokers.outside() else kind,
            issuer=issuer.ISSUER,
            jwks_file=issuer.key_set(home),
        )
        hosted = Hosted(settings)
        with (
            Loop() as loop,
            loop.during(hosted),
            loop.during(Wire(bootstrap)) as wire,
            hosted.client() as http,
        ):
            yield Stage(loop, state, hosted, wire, http)
    finally:
        asyncio.run(embedded.stop(home))
        shutil.rmtree(home)
