"""The newcomer's first command."""

import asyncio
import contextlib
import logging
import signal
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.live import Live
from rich.text import Text

from redletter import embedded, samples, stage, story, telling
from redletter.columns import lines
from redletter.console import do, err, out
from redletter.house import NAMES
from redletter.live import LiveHouse
from redletter.process import Failed
from redletter.reach import house, read
from redletter.state import default_home

app = typer.Typer()
LOOK_SECONDS = 0.5
LINE_SECONDS = 2.0


@app.command()
def demo(
    *, keep: Annotated[bool, typer.Option("--keep", help="Leave everything running and say where it is.")] = False
) -> None:
    """Run the whole system on this machine, play a case for every way a complaint can end, and show what came of it.

    What is stored stays in the state folder; what ran before goes on running.

    Example: redletter demo --keep
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whatever ends it, it cleans up
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())  # what fails is told below, in words
    began = time.monotonic()
    do(_demo(keep=keep))
    out.print(f"\n{time.monotonic() - began:.0f} seconds in all.")


async def _demo(*, keep: bool) -> None:
    home = default_home()
    before = await embedded.status(home)
    ran = bool(before.pids)
    try:
        out.print(f"Starting PostgreSQL, a broker and {len(NAMES)} services in {home} ...", markup=False)
        running = await embedded.start(home, before.broker)
        async with house(*NAMES) as departments:
            await _play(departments)
        if keep or ran:
            _keep(running)
    except BaseException as broken:
        if isinstance(broken, Exception):
            for why in _reasons(broken):
                err.print(f"The demo failed: {why}", style="red", markup=False)
            err.print(f"The logs are in {home / 'logs'}", markup=False)
            raise typer.Exit(1) from None
        raise
    finally:
        if not keep and not ran:
            await embedded.stop(home)
            out.print("Everything is stopped; what was stored stays. Again: redletter demo, or redletter up")


def _reasons(broken: BaseException) -> Iterator[str]:
    """Give what failed in words; several cases may fail at once."""
    if isinstance(broken, BaseExceptionGroup):
        for each in broken.exceptions:
            yield from _reasons(each)
    else:
        yield str(broken) if isinstance(broken, Failed) else f"{type(broken).__name__}: {broken}"


async def _play(departments: LiveHouse) -> None:
    run = samples.all_samples(departments)
    out.print(
        f"Playing {len(run.samples)} cases at once; every step is a command of one department's clerk over HTTP.\n"
    )
    began = time.monotonic()
    async with _shown(departments, run):
        await run.play()
    out.print(f"All {len(run.done)} cases are closed, after {time.monotonic() - began:.0f} s.\n")
    told = await story.gather(departments, run.samples[0][1].case_id)
    out.print(f'The story of "{run.samples[0][0].title}" (redletter case show {told.case_id}):\n', markup=False)
    for line in telling.lines(told):
        out.print(line)
    out.print()
    for line in _cases(run):
        out.print(line)
    out.print()
    for line in await _money(departments, run):
        out.print(line)
    outcomes = Counter(sample.outcome for sample, _ in run.samples)
    out.print("\nHow they ended: " + ", ".join(f"{outcome} {n}" for outcome, n in outcomes.most_common()))


@contextlib.asynccontextmanager
async def _shown(departments: LiveHouse, run: samples.Run) -> AsyncIterator[None]:
    """Show the flow while it moves: a live table on a terminal, plain lines elsewhere."""
    urls = {name: str(client.base_url).rstrip("/") for name, client in departments.clients.items()}
    async with stage.Measuring(departments.dsns, urls) as measuring:
        showing = asyncio.create_task(_draw(measuring, run) if out.is_terminal else _write(measuring, run))
        try:
            yield
        finally:
            showing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await showing


async def _draw(measuring: stage.Measuring, run: samples.Run) -> None:
    with Live(console=out, auto_refresh=False) as live:
        while True:
            measured = await measuring.look()
            live.update(Group(stage.table(measured), Text(_progress(run), "bold")), refresh=True)
            await asyncio.sleep(LOOK_SECONDS)


async def _write(measuring: stage.Measuring, run: samples.Run) -> None:
    while True:
        for each in await measuring.look():
            out.print(f"  {stage.line([each])}", markup=False)
        out.print(f"  {_progress(run)}")
        await asyncio.sleep(LINE_SECONDS)


def _progress(run: samples.Run) -> str:
    return f"closed: {len(run.done)} of {len(run.samples)}"


def _cases(run: samples.Run) -> Iterator[Text]:
    """List the cases with their numbers and how they ended."""
    rows = []
    for sample, played in run.samples:
        answer: dict[str, Any] = played.complaint["answer"]
        credited = answer["credited"]
        amount = f"{telling.money(credited['amount'])} {credited['currency']}" if credited else ""
        rows.append({"title": sample.title, **played.complaint, **answer, "credited": amount})
    titles = {"number": "complaint", "rma_number": "RMA number", "outcome": "outcome", "credited": "credited"}
    return lines(rows, title="case", **titles)


async def _money(departments: LiveHouse, run: samples.Run) -> Iterator[Text]:
    """Count what accounting made of these cases."""
    made: Counter[str] = Counter()
    gross: dict[str, Decimal] = defaultdict(Decimal)
    postings = 0
    for _, played in run.samples:
        about = f"case_id={played.case_id}"
        for document in (await read(departments, "finance", f"/documents?{about}"))["items"]:
            made[document["type"]] += 1
            gross[document["type"]] += Decimal(document["net"]) + Decimal(document["tax"])
        postings += len((await read(departments, "finance", f"/entries?{about}"))["items"])
    rows = [
        {"kind": kind, "n": n, "gross": f"{telling.money(gross[kind])} {samples.CURRENCY}"}
        for kind, n in made.most_common()
    ]
    rows.append({"kind": "balanced postings", "n": postings, "gross": ""})
    return lines(rows, kind="what finance made of it", n="how many", gross="gross")


def _keep(running: embedded.Running) -> None:
    out.print("\nIt goes on running:")
    for name, url in running.urls.items():
        out.print(f"  {name:<11}{url}  (what can be asked: {url}/docs)")
    out.print("Watch it: redletter watch. Ask it: redletter token --help. Stop it: redletter down")
