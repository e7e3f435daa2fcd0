"""How the work flows, live."""

import asyncio
import json
from typing import Annotated

import typer
from rich.live import Live

from redletter import stage
from redletter.console import do, out
from redletter.reach import DATABASES, house

app = typer.Typer()


@app.command()
def watch(
    *,
    once: Annotated[bool, typer.Option("--once", help="Print it once and end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object per look, one in a line.")] = False,
    every: Annotated[float, typer.Option(min=0.2, max=3600, help="Seconds between two looks.")] = 1.0,
) -> None:
    """Show how much is at which stage in each department, what is on its way and what is stuck; Ctrl-C ends it.

    Example: redletter watch --once --json
    """
    try:
        do(_watch(once=once, as_json=as_json, every=every))
    except KeyboardInterrupt:
        raise typer.Exit from None


async def _watch(*, once: bool, as_json: bool, every: float) -> None:
    async with house(*DATABASES) as departments:
        urls = {name: str(client.base_url).rstrip("/") for name, client in departments.clients.items()}
        async with stage.Measuring(departments.dsns, urls) as measuring:
            if as_json or once or not out.is_terminal:
                await _plain(measuring, once=once, as_json=as_json, every=every)
                return
            with Live(stage.table(await measuring.look()), console=out, auto_refresh=False) as live:
                while True:
                    await asyncio.sleep(every)
                    live.update(stage.table(await measuring.look()), refresh=True)


async def _plain(measuring: stage.Measuring, *, once: bool, as_json: bool, every: float) -> None:
    while True:
        measured = await measuring.look()
        if as_json:
            typer.echo(json.dumps({"departments": stage.as_json(measured)}))
        elif out.is_terminal:
            out.print(stage.table(measured))
        else:
            for each in measured:
                typer.echo(stage.line([each]))
        if once:
            return
        await asyncio.sleep(every)
