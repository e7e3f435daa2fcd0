"""One process of a department: its roles, its probes, its graceful stop."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI, Request, Response
from faststream.kafka import KafkaBroker
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit import consumer, http, relay, shell, sql, telemetry, timers
from servicekit.auth import Verifier
from servicekit.runtime import OUTAGE_SECONDS, OUTAGES, Runtime
from servicekit.settings import Settings
from servicekit.work import Service

log = logging.getLogger(__name__)
OUTBOX_AGE = Gauge("redletter_outbox_age_seconds", "Age of the oldest event not yet published", ["service"])
PARKED = Gauge("redletter_parked_messages", "Messages that wait, failed or are dead", ["service", "state"])
LAG = Gauge("redletter_consumer_lag", "Records on the broker not yet heard", ["service"])


@dataclass
class Process:
    """What runs in this process."""

    service: Service
    settings: Settings
    runtime: Runtime
    subscriber: Any = None
    broker: KafkaBroker | None = None
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    stopping: bool = False


def main(service: Service, runtime: Callable[[AsyncEngine], Runtime] = Runtime) -> None:
    """Run the service, or its migrations when the only argument is `migrate`."""
    settings = Settings()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
    if sys.argv[1:] == ["migrate"]:
        from servicekit import migrate  # noqa: PLC0415  Alembic takes 11 MB, which no running department needs

        asyncio.run(migrate.upgrade(service, settings.database_url))
        return
    telemetry.configure(service.name, settings)
    # What was imported never dies, and what a batch makes is hardly ever in a ring: look for rings rarely.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    config = uvicorn.Config(
        application(service, settings, runtime),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=20,
    )
    # Once it has drained, uvicorn raises the signal again, which would end us as if we had not obeyed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.Server(config).run()


def application(service: Service, settings: Settings, runtime: Callable[[AsyncEngine], Runtime] = Runtime) -> FastAPI:
    """Put a department together: its HTTP, and in the background the roles this process plays."""
    process = Process(service, settings, runtime(sql.engine(settings.database_url, settings.pool, service.name)))
    app = http.build(service, process.runtime, Verifier(settings))
    app.router.lifespan_context = lambda _app: _lifespan(process)
    probes(app, process)
    return app


@asynccontextmanager
async def _lifespan(process: Process) -> AsyncIterator[None]:
    """HTTP is up at once; broker and consumers join in the background, so an outage delays nobody's start."""
    process.tasks.append(asyncio.create_task(_background(process)))
    try:
        yield
    finally:
        process.stopping = True
        if process.broker is not None:
            await process.broker.stop()
        while running := [task for task in process.tasks if not task.done()]:
            # More than once: who finds the connection of its transaction gone takes that for an outage, and goes on.
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=1)
        await process.runtime.engine.dispose()


async def _background(process: Process) -> None:
    service, settings, runtime = process.service, process.settings, process.runtime
    if settings.role("relay"):
        idle = relay.ALONE_SECONDS if settings.roles == "relay" else relay.TOGETHER_SECONDS
        publishing = relay.run(service, runtime, lambda: relay.producer(settings.kafka), idle)
        process.tasks.append(asyncio.create_task(publishing))
    while settings.role("worker") and process.subscriber is None:
        try:
            # Topics that were lost and made anew are found by looking: every five minutes, unless told otherwise.
            broker = KafkaBroker(
                settings.kafka, apply_types=False, graceful_timeout=10, logger=None, metadata_max_age_ms=10_000
            )
            subscriber = consumer.subscribe(broker, service, runtime, settings)
            await broker.connect()
            await consumer.start(subscriber)
            process.broker, process.subscriber = broker, subscriber
            for asking in {False, bool(service.calls)}:
                process.tasks.append(asyncio.create_task(timers.run(service, runtime, asking=asking)))
        except Exception as outage:  # noqa: BLE001  whatever the clients raise while the broker is away
            log.warning("broker is not there yet: %r", outage)
            await runtime.sleep(OUTAGE_SECONDS)


def probes(app: FastAPI, process: Process) -> None:
    """Add /livez, /readyz, /startupz and /metrics: liveness never asks the database, readiness never the broker."""

    async def livez(_request: Request) -> Response:
        return Response("alive")

    async def startupz(_request: Request) -> Response:
        wanted = process.settings.role("worker") and process.subscriber is None
        return Response("starting" if wanted else "started", 503 if wanted else 200)

    async def readyz(_request: Request) -> Response:
        if process.stopping:
            return Response("stopping", 503)
        try:
            async with asyncio.timeout(1), process.runtime.engine.connect() as conn:
                await conn.execute(sa.select(sa.func.count()).select_from(shell.policy_row))
        except OUTAGES:
            return Response("no database", 503)
        works = {"worker": process.subscriber is not None, "relay": process.runtime.publishing.is_set()}
        missing = [role for role, does in works.items() if process.settings.role(role) and not does]
        return Response(f"ready, degraded: {', '.join(missing)}" if missing else "ready")

    async def metrics(_request: Request) -> Response:
        await measure(process)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    for path, endpoint in (("/livez", livez), ("/startupz", startupz), ("/readyz", readyz), ("/metrics", metrics)):
        app.add_route(path, endpoint, methods=["GET"])


async def measure(process: Process) -> None:
    """Read what is stuck right now into the gauges."""
    name, t = process.service.name, shell.outbox.c
    now = process.runtime.now()
    async with process.runtime.engine.connect() as conn:
        oldest = (await conn.execute(sa.select(sa.func.min(t.time)).where(t.published_at.is_(None)))).scalar()
    OUTBOX_AGE.labels(name).set(max(0.0, (now - (oldest or now)).total_seconds()))
    counts = await consumer.unhandled(process.runtime)
    for state in ("waiting", "failed", "dead"):
        PARKED.labels(name, state).set(counts.get(state, 0))
    if process.subscriber is not None:
        LAG.labels(name).set(await consumer.lag(process.subscriber))
