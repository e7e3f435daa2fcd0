"""The topics on the broker, against those in the contracts."""

from typing import Annotated

import typer

from redletter import topics
from redletter.broker import outside
from redletter.console import FAILED, NOT_RUNNING, do, fail, out
from redletter.state import default_home, read

app = typer.Typer(name="topics", help="Compare and make the topics that the contracts name.", no_args_is_help=True)

Bootstrap = Annotated[
    str, typer.Option(help="Broker address; KAFKA_BOOTSTRAP_SERVERS or the embedded broker if left out.")
]


@app.command()
def apply(
    bootstrap: Bootstrap = "",
    replicas: Annotated[int, typer.Option(help="Copies of each partition; -1 is the broker's default.")] = 1,
) -> None:
    """Make missing topics and add missing partitions; nothing is ever removed.

    Example: redletter topics apply --bootstrap kafka:9092 --replicas 3
    """
    changes = do(topics.apply(_address(bootstrap), replicas=replicas))
    for topic, change in changes.items():
        out.print(f"{topic}: {change}; done")
    if not changes:
        out.print("every topic is as it should be")


@app.command()
def diff(bootstrap: Bootstrap = "") -> None:
    """Say which topics are not as they should be; exit code 1 if there are any.

    Example: redletter topics diff
    """
    changes = topics.differences(topics.wanted(), do(topics.present(_address(bootstrap))))
    for topic, change in changes.items():
        out.print(f"{topic}: {change}")
    if changes:
        raise typer.Exit(FAILED)
    out.print("every topic is as it should be")


def _address(bootstrap: str) -> str:
    found = bootstrap or outside() or read(default_home()).bootstrap
    return found or fail("no broker is known; start one with `redletter up` or name one with --bootstrap", NOT_RUNNING)
