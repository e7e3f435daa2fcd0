"""What the clients wrote down for themselves: the outer truth of what was asked and answered."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from redletter.oracle.history import Effect, Said


def read_journal(path: Path) -> tuple[Said, ...]:
    """Read a journal of JSON lines; the last one may be torn, because its writer may have been killed.

    A line says end (intent, acked, refused, unknown), key, department, path, and effect: its kind (a table or an
    event's type) and where (the fields it must show).
    """
    lines = path.read_text("utf-8").split("\n")
    return tuple(said(line) for line in lines[:-1] if line)


def said(line: str) -> Said:
    """Read one line."""
    told = json.loads(line)
    where = tuple(sorted((name, str(value)) for name, value in told["effect"]["where"].items()))
    return Said(told["key"], told["department"], told["path"], told["end"], Effect(told["effect"]["kind"], where))


def ends(journal: Iterable[Said]) -> Iterator[tuple[Said, set[str]]]:
    """Give each command once, with how it ended: the words acked and refused, none when nobody knows."""
    commands: dict[tuple[str, str, str], tuple[Said, set[str]]] = {}
    for line in journal:
        _, told = commands.setdefault((line.department, line.path, line.key), (line, set()))
        told |= {line.end} & {"acked", "refused"}
    return iter(commands.values())
