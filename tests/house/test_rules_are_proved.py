"""B2: every business rule has its sentence above it and its examples beside it."""

import ast
import re

import pytest
from tools import source


def without_a_sentence(root):
    """Name the public rules that have no docstring of one sentence."""
    for service, path, rule in source.rules(root):
        said = source.sentence(rule)
        if not said.endswith(".") or re.search(r"[.!?] +[A-Z]", said):
            yield f"{service}: {path.name}:{rule.lineno} {rule.name}: {said!r}"


def without_examples(root):
    """Name the public rules that no table of examples and no property of their service's test_rules*.py calls."""
    called = {}
    for path in root.glob("services/*/tests/test_rules*.py"):
        used = called.setdefault(path.relative_to(root).parts[1], set())
        tree = ast.parse(path.read_text("utf-8"))
        for test in (node for node in ast.walk(tree) if isinstance(node, source.Function)):
            if any("parametrize" in (d := ast.unparse(deco)) or "given(" in d for deco in test.decorator_list):
                used |= {n.attr for n in ast.walk(test) if isinstance(n, ast.Attribute)}
                used |= {n.id for n in ast.walk(test) if isinstance(n, ast.Name)}
    for service, path, rule in source.rules(root):
        if rule.name not in called.get(service, ()):
            yield f"{service}: {path.name}:{rule.lineno} {rule.name}"


def test_every_rule_says_in_one_sentence_what_it_decides():
    assert list(without_a_sentence(source.ROOT)) == []


def test_every_rule_has_a_table_of_examples_or_a_property():
    assert list(without_examples(source.ROOT)) == []


@pytest.mark.parametrize("said", ["", '"""No full stop"""', '"""One. Two."""', '"""Is it? It is."""'])
def test_a_rule_without_its_sentence_is_found(plant, said):
    root = plant("services/rma/src/rma/rules.py", f"def too_late(day):\n    {said}\n    return day > 7\n")

    [found] = without_a_sentence(root)
    assert "rules.py:1 too_late" in found


@pytest.mark.parametrize("file", ["rules.py", "rules/window.py"])
@pytest.mark.parametrize(
    "test", ["", "def test_it():\n    assert too_late(8)\n", "@parametrize('day', [8])\ndef test_it(day):\n    pass\n"]
)
def test_a_rule_without_examples_is_found(plant, file, test):
    plant(f"services/rma/src/rma/{file}", 'def too_late(day):\n    """Late."""\n    return day > 7\n')
    root = plant("services/rma/tests/test_rules.py", test)

    assert len(list(without_examples(root))) == 1


@pytest.mark.parametrize(
    "test",
    [
        "@pytest.mark.parametrize('day', [8])\ndef test_it(day):\n    assert rules.too_late(day)\n",
        "@given(day=integers())\ndef test_it(day):\n    assert too_late(day)\n",
    ],
)
def test_a_rule_with_examples_is_taken(plant, test):
    plant("services/rma/src/rma/rules.py", 'def too_late(day):\n    """Late."""\n    return day > 7\n')
    root = plant("services/rma/tests/test_rules_window.py", test)

    assert list(without_examples(root)) == []
