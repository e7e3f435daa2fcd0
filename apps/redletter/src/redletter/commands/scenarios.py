"""Scenarios of the money: an accountant writes what must come of it, the code says what does."""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from redletter.broker import outside
from redletter.columns import lines
from redletter.console import FAILED, USAGE, fail, out
from redletter.state import Kind

app = typer.Typer()
log = logging.getLogger(__name__)
scenarios = typer.Typer(no_args_is_help=True, help="Play scenarios of the money that an accountant has written.")
app.add_typer(scenarios, name="scenarios")

Files = Annotated[list[Path], typer.Argument(exists=True, help="Scenario files, or folders of them.")]
Live = Annotated[bool, typer.Option("--live", help="Through the API, a broker and PostgreSQL.")]
Broker = Annotated[Kind, typer.Option(help="With --live: the small broker, or Apache Kafka.")]
Json = Annotated[bool, typer.Option("--json", help="Print a JSON list.")]


@scenarios.command()
def run(files: Files, *, live: Live = False, broker: Broker = "embedded", as_json: Json = False) -> None:
    """Play scenarios through accounting's own decisions, in memory: nothing has to run.

    With --live they go the whole way: commands over HTTP, news over a broker, everything in PostgreSQL; all of it is
    started for the run and thrown away. Every document, entry and balance is compared; what differs is shown expected
    beside actual. Exit code 1 says that something differs or cannot be read.

    Example: redletter scenarios run tests/scenarios --live --json
    """
    paths = list(_files(files))
    if not paths:
        fail("There is no scenario: no file ends in .yaml or .yml.", USAGE)
    if live and broker == "embedded" and outside():
        fail(
            "KAFKA_BOOTSTRAP_SERVERS names a broker, and scenarios would speak on it: unset it, or --broker kafka.",
            USAGE,
        )
    with _way(live=live, broker=broker) as way:
        results = [_played(path, way) for path in paths]
    if as_json:
        typer.echo(json.dumps(results, ensure_ascii=False))
    else:
        _show(results)
    if not all(result["passed"] for result in results):
        raise typer.Exit(FAILED)


@contextmanager
def _way(*, live: bool, broker: Kind) -> Iterator[Any]:
    """Say how accounting is opened; it is loaded when a scenario is played."""
    from redletter.scenarios import running  # noqa: PLC0415  see above
    from redletter.scenarios.live import staged  # noqa: PLC0415  see above

    if not live:
        yield running.in_memory
        return
    with _quiet(), staged(broker) as stage:
        yield stage.opened


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the service from telling what the outcomes of the steps tell: faults, and a database that was exchanged."""
    loggers = [logging.getLogger(name) for name in ("servicekit", "aiokafka", "faststream")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@scenarios.command()
def manual() -> None:
    """Print how scenarios are written, made from the code: docs/scenarios.md is this page.

    Example: redletter scenarios manual > docs/scenarios.md
    """
    from redletter.scenarios.manual import page  # noqa: PLC0415  accounting is loaded when somebody asks for it

    typer.echo(page(), nl=False)


def _files(given: Sequence[Path]) -> Iterator[Path]:
    for path in given:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.suffix in {".yaml", ".yml"})
        else:
            yield path


def _played(path: Path, way: Any) -> dict[str, Any]:
    from redletter.scenarios import reading, running  # noqa: PLC0415  accounting is loaded when a scenario is played

    try:
        result = running.run(reading.read(path), way)
    except reading.Unreadable as wrong:
        error = str(wrong)
    except Exception as fault:
        log.info("%s cannot be played", path, exc_info=True)
        error = f"a fault of ours: {type(fault).__name__}: {fault}"
    else:
        return {
            "file": str(path),
            "scenario": result.scenario,
            "passed": result.passed,
            "milliseconds": result.milliseconds,
            "differences": [difference._asdict() for difference in result.differences],
        }
    return {"file": str(path), "scenario": path.stem, "passed": False, "differences": [], "error": error}


def _show(results: Sequence[dict[str, Any]]) -> None:
    for result in results:
        if result["passed"]:
            continue
        out.print(f"{result['scenario']}  {result['file']}", style="bold red", markup=False)
        for line in str(result.get("error", "")).splitlines():
            out.print(f"  {line}", markup=False)
        if result["differences"]:
            for row in lines(result["differences"], place="where", expected="expected", actual="actual"):
                out.print("  ", row, sep="")
    passed = sum(result["passed"] for result in results)
    taken = sum(result.get("milliseconds", 0) for result in results)
    out.print(f"{passed} of {len(results)} scenarios as expected, in {taken:.0f} ms")
