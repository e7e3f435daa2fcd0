"""How is a scenario file read? Every value is text, no key stands twice, and every place knows its line."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from redletter.scenarios.language import Scenario, counted

Place = tuple[str | int, ...]
MOST_VALUES = 100_000  # of one file: aliases of aliases grow without bound
MOST_TIMES = 1000


class Unreadable(Exception):
    """The file is no scenario; the message says where and why, line by line."""


@dataclass
class Text:
    """A file as plain values, with the line of each place."""

    lines: dict[Place, int] = field(default_factory=dict)

    def value(self, node: yaml.Node, place: Place, above: tuple[int, ...] = ()) -> Any:
        """Turn a node into text, list and dictionary.

        Raises:
            Unreadable: a key stands twice, or a value contains itself.
        """
        self.lines[place] = node.start_mark.line + 1
        if id(node) in above or len(self.lines) > MOST_VALUES:
            raise Unreadable(f"line {self.lines[place]}: a value that contains itself, or far too many")
        inside = (*above, id(node))
        match node:
            case yaml.MappingNode():
                return self._mapping(node, place, inside)
            case yaml.SequenceNode():
                return [self.value(child, (*place, n), inside) for n, child in enumerate(node.value)]
            case _:
                return node.value

    def _mapping(self, node: yaml.MappingNode, place: Place, inside: tuple[int, ...]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, child in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name in made:
                raise Unreadable(f"line {key.start_mark.line + 1}: {name} stands twice")
            made[name] = self.value(child, (*place, name), inside)
            self.lines[*place, name] = key.start_mark.line + 1
        return made

    def line(self, place: Place) -> int:
        """Give the line of a place, or of what is nearest around it."""
        found: Place = ()
        for part in place:
            if (*found, part) in self.lines:
                found = (*found, part)
        return self.lines.get(found, 1)


def read(path: Path) -> Scenario:
    """Read one file.

    Raises:
        Unreadable: it is no scenario.
    """
    try:
        return parse(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as wrong:
        raise Unreadable(str(wrong)) from None


def parse(text: str) -> Scenario:
    """Read the text of a scenario.

    Raises:
        Unreadable: it is none.
    """
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as wrong:
        raise Unreadable(" ".join(str(wrong).split())) from None
    if not isinstance(node, yaml.MappingNode):
        raise Unreadable("line 1: a scenario begins with its name: `scenario: …`")
    source = Text()
    value = source.value(node, ())
    steps = value.get("steps")
    if isinstance(steps, list):
        value["steps"] = [step for n, raw in enumerate(steps) for step in _each(raw, source.line(("steps", n)))]
    try:
        return Scenario.model_validate(value)
    except ValidationError as wrong:
        raise Unreadable("\n".join(_told(source, value, error) for error in wrong.errors())) from None


def _each(raw: Any, line: int) -> list[Any]:
    """Write a step out as often as it says; `{n}` in its texts is the number of the time."""
    if not isinstance(raw, dict):
        return [raw]
    times = raw.pop("times", "1")
    if not (isinstance(times, str) and times.isdecimal() and 1 <= int(times) <= MOST_TIMES):
        raise Unreadable(f"line {line}: times is a number from 1 to {MOST_TIMES}")
    return [{**_filled(raw, str(n)), "line": str(line)} for n in range(1, int(times) + 1)]


def _filled(value: Any, number: str) -> Any:
    if isinstance(value, str):
        return value.replace("{n}", number)
    if isinstance(value, list):
        return [_filled(each, number) for each in value]
    return {key: _filled(each, number) for key, each in value.items()}


def _told(source: Text, value: Any, error: Any) -> str:
    """Say what is wrong with the file where it stands."""
    place = error["loc"]
    line: Any = source.line(place)
    if len(place) > 1 and place[0] == "steps":
        step = value["steps"][place[1]]
        line = step.get("line", line) if isinstance(step, dict) else line
    return f"line {line}: {counted(place)}: {error['msg'].removeprefix('Value error, ')}"
