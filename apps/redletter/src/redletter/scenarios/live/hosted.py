"""Accounting's service as it runs in production, in a thread of its own; only the clock is the scenario's."""

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

import httpx
import uvicorn
from sqlalchemy.ext.asyncio import AsyncEngine

from finance.main import service
from redletter.process import HOST, Failed
from redletter.scenarios.office import BEGAN, NINE
from servicekit import process
from servicekit.runtime import Runtime, uuid7
from servicekit.settings import Settings

T = TypeVar("T")
PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.02
ASLEEP = datetime(1, 1, 1, tzinfo=UTC)
"""By the clock of the service's own timers nothing is ever due: between two steps of a scenario no time passes."""


class Loop:
    """A thread that runs what is asynchronous, for callers that are not."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for something asynchronous."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    @contextmanager
    def during(self, thing: AbstractAsyncContextManager[T]) -> Iterator[T]:
        """Have something for the length of a block."""
        begun = self.do(thing.__aenter__())
        try:
            yield begun
        finally:
            self.do(thing.__aexit__(None, None, None))


class Hosted:
    """The service on one database: uvicorn on a loopback port, consumers, relay and timers."""

    def __init__(self, settings: Settings) -> None:
        self.forget()
        self.socket = socket.create_server((HOST, 0))
        self.url = f"http://{HOST}:{self.socket.getsockname()[1]}"
        self.runtime: Runtime
        app = process.application(service, settings, self._runtime)
        self.server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="on"))
        self.serving: asyncio.Task[None]

    def forget(self) -> None:
        """Go back to the time before every scenario."""
        self.now = datetime.combine(BEGAN, NINE)
        self.next_id = ""

    def client(self) -> httpx.Client:
        """Give a client of its API."""
        return httpx.Client(base_url=self.url, timeout=PATIENCE_SECONDS)

    def _runtime(self, engine: AsyncEngine) -> Runtime:
        self.runtime = Runtime(engine, now=lambda: self.now, new_id=self._new_id, due_by=lambda: ASLEEP)
        return self.runtime

    def _new_id(self) -> str:
        """Give the name that a scenario has for what is made next, or an id."""
        named, self.next_id = self.next_id, ""
        return named or uuid7()

    async def __aenter__(self) -> Self:
        """Serve, and wait until it takes commands and news.

        Raises:
            Failed: it did not come up.
        """
        self.serving = asyncio.create_task(self.server.serve(sockets=[self.socket]))
        async with httpx.AsyncClient(base_url=self.url) as client:
            await patiently(lambda: self._started(client), "starts")
        return self

    async def _started(self, client: httpx.AsyncClient) -> bool | None:
        if self.serving.done():
            raise Failed("accounting's service ended while it started")
        return (self.server.started and (await client.get("/startupz")).is_success) or None

    async def __aexit__(self, *_: object) -> None:
        """Drain and end, as a process does that was asked to."""
        self.server.should_exit = True
        await self.serving


async def patiently(look: Callable[[], Awaitable[T | None]], what: str) -> T:
    """Look again and again until there is something.

    Raises:
        Failed: there never was.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    while (found := await look()) is None:
        if time.monotonic() > end:
            raise Failed(f"accounting never {what}")
        await asyncio.sleep(LOOK_SECONDS)
    return found
