"""How is a scenario file read? Every value is text, no key stands twice, and every place knows its line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from redletter.scenarios.language import Scenario, Step, Within
from redletter.scenarios.spelling import suggested
from redletter.scenarios.steps import STEPS

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

    def _mapping(self, node: yaml.MappingNode, place: Place, above: tuple[int, ...]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, child in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name == "<<" and isinstance(child, yaml.MappingNode):  # what another place says, unless said here
                merged |= self._mapping(child, place, (*above, id(child)))
                continue
            if name in made:
                raise Unreadable(f"line {key.start_mark.line + 1}: {name} stands twice")
            made[name] = self.value(child, (*place, name), above)
            self.lines[*place, name] = key.start_mark.line + 1
        return merged | made

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
    steps, origins = value.get("steps"), []
    if isinstance(steps, list):
        each = [(n, step) for n, raw in enumerate(steps) for step in _each(raw, source.line(("steps", n)))]
        value["steps"], origins = [step for _, step in each], [n for n, _ in each]
    try:
        return Scenario.model_validate(value)
    except ValidationError as wrong:
        raise Unreadable("\n".join(mistakes(source, origins, wrong))) from None


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


def mistakes(source: Text, origins: Sequence[int], wrong: ValidationError) -> list[str]:
    """Say what is wrong with the file, where it stands, and what could stand there, from the top to the bottom."""
    found: list[tuple[int, str]] = []
    for error in wrong.errors():
        cause = error.get("ctx", {}).get("error")
        inside: list[Any] = cause.errors if isinstance(cause, Within) else [{**error, "loc": ()}]
        for each in inside:
            place: Place = (*error["loc"], *each["loc"])
            step = place[1] if place[:1] == ("steps",) and len(place) > 1 else None
            seen = ("steps", origins[step], *place[2:]) if isinstance(step, int) else place
            if each["type"] != "too_short" or each["input"] == []:  # it is short of what is wrong itself
                found.append((source.line(seen), _told(place, each)))
    return [text if text.startswith("line ") else f"line {line}: {text}" for line, text in sorted(dict.fromkeys(found))]


WRITTEN = {
    "date": "a day is written 2026-04-10",
    "decimal": "a number is written 1130.00, with a point and nothing between the thousands",
    "tuple": "a list, each with a dash or all in [ ]",
    "list": "a list, each with a dash or all in [ ]",
    "dict": "keys and values, in { } or each on a line",
    "bool": "true or false",
    "int": "a whole number",
}
"""How a value of each kind is written."""


def _told(place: Place, error: Mapping[str, Any]) -> str:
    where, what = counted(place), error["msg"].removeprefix("Value error, ")
    kind, _, wrong = error["type"].partition("_")
    if wrong in {"parsing", "type", "from_datetime_parsing", "from_datetime_inexact"} and kind in WRITTEN:
        what = f"{error['input']!r}: {WRITTEN[kind]}"
    if error["type"] == "extra_forbidden":
        known = keys(place[:-1])
        where = counted(place[:-1])
        what = f"there is no `{place[-1]}` here{suggested(str(place[-1]), known)}; keys: {', '.join(known)}"
        if re.fullmatch(r"[\d.,]+", str(place[-1])):
            what = f"{WRITTEN['decimal']}; `{place[-1]}` stands alone here"
    elif error["type"] == "missing":
        return f"{where} is missing"
    elif error["type"] == "model_type":
        what = f"has keys: {', '.join(keys(place))}"
    return f"{where}: {what}" if where else what


def keys(place: Sequence[int | str]) -> list[str]:
    """Give the keys that can stand at a place, by walking down the models of the language."""
    model: Any = Scenario
    for part in place:
        if model is Step and part in STEPS:
            model = STEPS[str(part)]
        elif isinstance(part, str) and (field := _fields(model).get(part)) is not None:
            model = next(models(field.annotation), model)
    return [name for name in _fields(model) if name not in {"act", "line"} or model is not Step]


def _fields(model: Any) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def models(annotation: Any) -> Iterator[Any]:
    """Give the models that stand in a type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models(part)


def counted(place: Sequence[int | str]) -> str:
    """Write a place as people count: the first line is line 1."""
    return " ".join(str(part + 1) if isinstance(part, int) else part for part in place if part != "[key]")
