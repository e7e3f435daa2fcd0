"""Start, stop and look at the whole system on this machine."""

import os
import shutil
import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table

from redletter import alarms, embedded, postgres
from redletter import broker as brokers
from redletter.console import FAILED, NOT_RUNNING, do, out
from redletter.process import Failed, alive, free
from redletter.state import default_home, read

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs. It holds passwords.")]


class Broker(StrEnum):
    """Which broker to run."""

    EMBEDDED = "embedded"
    KAFKA = "kafka"


@app.command()
def up(
    broker: Annotated[Broker, typer.Option(help="A small one in memory, or Apache Kafka (Java, Maven).")] = (
        Broker.EMBEDDED
    ),
    *,
    tax_platform: Annotated[bool, typer.Option("--tax-platform", help="A tax platform to try things on, too.")] = False,
    json: Json = False,
) -> None:
    """Start what is not running: PostgreSQL, a broker, the five services. Calling it twice is fine.

    KAFKA_BOOTSTRAP_SERVERS, when set, is used instead of starting a broker.

    Example: redletter up --broker kafka
    """
    _show(do(embedded.start(default_home(), broker.value, tax_platform=tax_platform)), json=json)


@app.command()
def down() -> None:
    """Stop everything that `up` started; what is stored stays.

    Example: redletter down
    """
    stopped = do(embedded.stop(default_home()))
    out.print(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")


@app.command()
def status(*, json: Json = False) -> None:
    """Say what runs, where, and whether it is ready; exit code 3 if anything is missing.

    Example: redletter status --json
    """
    running = do(embedded.status(default_home()))
    _show(running, json=json)
    if not running.complete:
        raise typer.Exit(NOT_RUNNING)


@app.command()
def doctor(
    patience: Annotated[float, typer.Option(help="Seconds in which published news must have been heard.")] = 60,
) -> None:
    """Look for what could keep Redletter from running on this machine, and what it has lost; exit code 1 if anything.

    Example: redletter doctor
    """
    healthy = True
    for name, fine, finding in (*_findings(), *do(_lost(patience))):
        healthy = healthy and fine
        out.print(f"[{'green' if fine else 'red'}]{'ok  ' if fine else 'fail'}[/] {name}: {finding}")
    if not healthy:
        raise typer.Exit(FAILED)


def _findings() -> Iterator[tuple[str, bool, str]]:
    """Give what was looked at, whether it lets Redletter run, and what was found."""
    state = read(default_home())
    yield "python", sys.version_info >= (3, 11), f"{sys.version.split()[0]} ({sys.executable})"
    for wheel, find in (("PostgreSQL", postgres.programs), ("memory broker", brokers.tansu)):
        try:
            program = find()
        except Failed as missing:
            yield wheel, False, str(missing)
        else:
            yield wheel, os.access(program, os.X_OK), str(program)
    if os.geteuid() == 0:
        yield "setpriv", shutil.which("setpriv") is not None, "PostgreSQL refuses to run as root and needs it then"
    yield "Apache Kafka", True, brokers.kafka_reason() or "can be started (--broker kafka)"
    disk = shutil.disk_usage(next(p for p in (state.home, *state.home.parents) if p.exists()))
    yield "disk", disk.free > 500_000_000, f"{disk.free / 1e9:.1f} GB free for {state.home}"  # noqa: PLR2004  half a gigabyte
    for offset, service in enumerate(embedded.ALL):
        port = state.ports.get(service, embedded.FIRST_PORT + offset)
        owner = "in use by us" if alive(state.processes.get(service)) else "free" if free(port) else "taken by others"
        yield f"port {port}", True, f"{owner}; {service} would take any other" if owner.startswith("taken") else owner
    for name, process in state.processes.items():
        yield name, True, f"pid {process.pid} {'runs' if alive(process) else 'is gone; `redletter up` starts it again'}"


async def _lost(patience: float) -> list[alarms.Alarm]:
    """Look whether what was said is there and was heard, as far as there is anything to ask."""
    running = await embedded.status(default_home())
    found = [await alarms.topics_there(running.bootstrap)] if running.ready.get("broker") else []
    return [*found, await alarms.all_heard(running.dsns, patience)] if running.ready.get("postgres") else found


def _show(running: embedded.Running, *, json: bool) -> None:
    if json:
        typer.echo(running.json())
        return
    table = Table("what", "state", "pid", "where", box=None, header_style="bold")
    places = {**running.urls, "broker": running.bootstrap}
    for name, ready in running.ready.items():
        state = "[green]ready" if ready else "[red]not ready" if name in running.pids else "[red]not running"
        table.add_row(name, state, str(running.pids.get(name, "")), places.get(name, f"{running.home}/{name}"))
    out.print(table if running.ready else "nothing was started here yet: redletter up")
