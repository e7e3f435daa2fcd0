"""Apache Kafka for the embedded mode."""

import typer

from redletter.broker import kafka_jars
from redletter.console import do, out
from redletter.state import default_home

app = typer.Typer()


@app.command()
def kafka() -> None:
    """Fetch Apache Kafka's jars with Maven into the user's cache, once; `up --broker kafka` does it too.

    Example: redletter kafka && redletter up --broker kafka
    """
    jars = do(kafka_jars(default_home() / "logs" / "maven.log"))
    out.print(f"Apache Kafka is in {jars}", markup=False)
