"""A step of a scenario acts as people and departments do, never on accounting's records: so it can be played live."""

import ast

import pytest
from tools.source import ROOT

STEPS = ROOT / "apps/redletter/src/redletter/scenarios/steps"
MAY = {"ask", "hear", "get", "all", "line", "invoice", "settlement"}  # change and read accounting
OWN = {"entity", "currency", "scope", "who", "note", "noted", "untold", "outcome"}  # the office's own
FOREIGN = ("sqlalchemy", "servicekit", "finance.decide", "finance.storage", "redletter.scenarios.memory")


def trespasses(text):
    """Name what a step does that it could not do live."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "office" and node.attr not in MAY | OWN:
            yield f"{node.lineno}: office.{node.attr}"
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
            yield from (f"{node.lineno}: import {name}" for name in names if name.startswith(FOREIGN))


def test_no_step_touches_the_records_of_accounting():
    found = {path.name: list(trespasses(path.read_text("utf-8"))) for path in STEPS.glob("*.py")}

    assert {name: places for name, places in found.items() if places} == {}
    assert len(found) >= 7


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("def play(self, office):\n    office.hear(news)\n    office.ask(handlers.PAY, body)\n", 0),
        ("def play(self, office):\n    office.accounting.put('k', state)\n", 1),
        ("def play(self, office):\n    office.held[Refund, 'R'] = entry\n", 1),
        ("from finance.decide import settlement\n", 1),
        ("import sqlalchemy as sa\n", 1),
        ("from finance import handlers, rules\n", 0),
    ],
)
def test_a_step_that_trespasses_is_found(text, wrong):
    assert len(list(trespasses(text))) == wrong
