"""Draw the life of a return from the AsyncAPI document: who says what, and who listens (`make contracts` writes it)."""

from collections import defaultdict
from typing import Any

HEAD = """# The life of a return

Made by `make contracts` (`tools/flow.py`) from the contracts and the services' `CONSUMES` tables; not edited by hand.
What follows what is decided in one place, `services/rma/src/rma/decide/life.py:follow`.
"""


def edges(document: dict[str, Any]) -> dict[tuple[str, str], list[str]]:
    """Give for each pair of departments the events that the first says and the second hears."""
    sender = {
        o["channel"]["$ref"]: o["tags"][0]["name"] for o in document["operations"].values() if o["action"] == "send"
    }
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for operation in document["operations"].values():
        if operation["action"] == "receive":
            names = [message["$ref"].rpartition("/")[2] for message in operation["messages"]]
            found[sender[operation["channel"]["$ref"]], operation["tags"][0]["name"]] += names
    return dict(found)


def page(document: dict[str, Any]) -> str:
    """Write the page: a picture, then every event with its sentence."""
    said = edges(document)
    lines = [HEAD, "```mermaid", "flowchart LR", "  customer((customer)) -- complaint --> intake"]
    lines += [f'  {a} -- "{"<br/>".join(names)}" --> {b}' for (a, b), names in said.items() if names]
    lines += ["```", "", "| event | said on | heard by | what happened |", "|---|---|---|---|"]
    for topic, channel in document["channels"].items():
        for name in channel["messages"]:
            heard = ", ".join(b for (_, b), names in said.items() if name in names) or "nobody inside; for integrators"
            what = document["components"]["messages"][name]["summary"].splitlines()[0]
            lines.append(f"| {name} | `{topic}` | {heard} | {what} |")
    return "\n".join(lines) + "\n"
