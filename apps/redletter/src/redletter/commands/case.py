"""One case, over all departments."""

import json
from typing import Annotated

import typer

from redletter import story, telling
from redletter.console import do, fail, out
from redletter.reach import DATABASES, house

app = typer.Typer()
case = typer.Typer(no_args_is_help=True, help="Look at one case over all departments.")
app.add_typer(case, name="case")


@case.command()
def show(
    number: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Any number of it: case id, RMA, complaint, repair, document, parcel, the customer's own.",
        ),
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tell the story of a case: every event and what caused it, who decided by which rule, documents, what is open.

    Example: redletter case show RMA-2611-0001
    """
    told = do(_story(number))
    if as_json:
        typer.echo(json.dumps(told.as_json(), default=str, ensure_ascii=False, indent=2))
        return
    for line in telling.lines(told):
        out.print(line)


async def _story(number: str) -> story.Story:
    async with house(*DATABASES) as departments:
        found = await story.find(departments.dsns, number)
        if not found:
            fail(f"No case has the number {number}.")
        if len(found) > 1:
            fail(f"{len(found)} cases have the number {number}; name one: {', '.join(found[:20])}")
        return await story.gather(departments, found[0])
