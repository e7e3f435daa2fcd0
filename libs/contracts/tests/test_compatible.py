"""The comparer finds each kind of breaking change, and lets additions pass."""

import copy

import pytest
from tools.compatible import breaking
from tools.contracts import schema_of

from contracts.rma import DispositionDecided

OLD = schema_of(DispositionDecided)
OLD["properties"]["grade"] = {"enum": ["A", "B"], "type": "string"}
LINE = ("$defs", "DecidedLine", "properties")


def changed(*path, to=None):
    """Give the schema with one place changed, or removed."""
    new = copy.deepcopy(OLD)
    *way, last = path
    place = new
    for step in way:
        place = place[step]
    if to is None:
        del place[last]
    else:
        place[last] = to
    return new


def test_the_same_schema_breaks_nothing():
    assert breaking(OLD, copy.deepcopy(OLD)) == []


@pytest.mark.parametrize(
    "new",
    [
        changed("properties", "note", to={"type": "string", "default": ""}),
        changed(*LINE, "colour", to={"type": "string", "default": ""}),
        changed("properties", "decided_by", "maxLength", to=100),
        changed("properties", "grade", "enum", to=["A", "B", "C"]),
        changed("description", to="Said better."),
        changed(*LINE, "allowance", "anyOf", 0, "pattern", to=r"^-?\d+(\.\d{1,13})?$"),
        changed(*LINE, "deduction", "pattern", to=r"^-?\d+(\.\d{1,4})?$"),
        changed("required", to=OLD["required"][:-1]),
    ],
)
def test_an_addition_breaks_nothing(new):
    assert breaking(OLD, new) == []


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (changed("properties", "kind"), ["/kind: the field was removed"]),
        (changed(*LINE, "item"), ["/lines[]/item: the field was removed"]),
        (changed("required", to=[*OLD["required"], "claim"]), ["/claim: the field is required now"]),
        (changed("properties", "revision", "type", to="string"), ["/revision: the type was integer and is string"]),
        (changed(*LINE, "line", "type", to="number"), ["/lines[]/line: the type was integer and is number"]),
        (changed("properties", "grade", "enum", to=["A"]), ["/grade: the enum was narrowed"]),
        (changed("properties", "entity", "enum", to=["CN01"]), ["/entity: the enum was narrowed"]),
        (changed("properties", "entity", "const", to="CN01"), ["/entity: the value was fixed"]),
        (changed("properties", "currency", "pattern", to="^CNY$"), ["/currency: the pattern was changed"]),
        (
            changed(*LINE, "deduction", "pattern", to=r"^\d+(\.\d{1,3})?$"),
            ["/lines[]/deduction: the pattern was changed"],
        ),
        (
            changed(*LINE, "unit_price", "pattern", to=r"^\d+(\.\d{1,13})?$"),
            ["/lines[]/unit_price: the pattern was changed"],
        ),
        (changed("properties", "kind", "maxLength", to=10), ["/kind: maxLength was narrowed"]),
        (changed("properties", "rma_number", "minLength", to=1), ["/rma_number: minLength was narrowed"]),
        (changed("properties", "lines", "minItems", to=1), ["/lines: minItems was narrowed"]),
        (
            changed(*LINE, "original", to={"$ref": "#/$defs/Original"}),
            ["/lines[]/original: an alternative was removed or narrowed"],
        ),
        (
            changed("properties", "kind", to={"anyOf": [OLD["properties"]["kind"], {"type": "null"}]}),
            ["/kind: an alternative was added that old readers do not know"],
        ),
    ],
)
def test_a_breaking_change_is_said_in_words(new, said):
    assert breaking(OLD, new) == said
