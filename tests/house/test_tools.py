"""The tools answer: rules in a moment, requirements with their proofs, the flow as it is."""

import json
import re
import subprocess
import sys
import time
from datetime import UTC, datetime

import jsonschema
import pytest
from tools import flow, rules, source, trace

from repair import main as repair
from servicekit import relay


def tool(name, *arguments):
    done = subprocess.run(
        [sys.executable, f"tools/{name}.py", *arguments], cwd=source.ROOT, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_a_rule_is_found_by_a_word_of_its_sentence_with_its_place():
    code, said, _ = tool("rules", "tamper")

    assert code == 0
    service, rule = said.split("\n")[0].split()
    path, line = said.split("\n")[2].strip().split(":")
    assert (service, rule) == ("rma", "warranty_void")
    assert f"def {rule}(" in (source.ROOT / path).read_text("utf-8").splitlines()[int(line) - 1]


def test_a_word_that_no_rule_says_is_told():
    code, said, error = tool("rules", "unicorn")

    assert (code, said) == (1, "")
    assert "No rule says 'unicorn'" in error


def test_a_rule_is_found_by_several_words_in_any_order():
    assert [name for _, name, _, _ in rules.find("PIECES working")] == []
    assert "batch_return" in {name for _, name, _, _ in rules.find("customer batch")}


def test_any_rule_is_found_in_less_than_a_third_of_a_second():
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        assert list(rules.find(""))
        taken.append(time.perf_counter() - start)

    assert min(taken) < 0.3


def test_the_requirements_are_numbered_without_a_gap():
    numbers = [row["id"] for row in trace.requirements()]

    assert numbers == [f"R-{n:03}" for n in range(1, 295)] + [f"F-{n:02}" for n in range(1, 55)]
    assert all(row["statement"] and row["owner"] and row["priority"] in "ABC" for row in trace.requirements())


def test_every_number_that_a_test_is_marked_with_is_a_requirement():
    known = {row["id"] for row in trace.requirements()}

    assert {number: tests for number, tests in trace.proofs().items() if number not in known} == {}


@pytest.mark.parametrize(
    ("text", "proved"),
    [
        ('@pytest.mark.req("R-001", "F-02")\ndef test_a(): ...\n', {"R-001", "F-02"}),
        ('pytestmark = pytest.mark.req("R-001")\ndef test_a(): ...\n', {"R-001"}),
        (
            '@pytest.mark.req("R-001")\nclass TestA:\n    @pytest.mark.req("F-02")\n    async def test_a(self): ...\n',
            {"R-001", "F-02"},
        ),
        ('@pytest.mark.req("R-001")\ndef helper(): ...\n', set()),
        ("# R-001\ndef test_a(): ...\n", set()),
    ],
)
def test_a_mark_is_read_from_the_test_its_class_or_its_file(plant, text, proved):
    root = plant("services/rma/tests/test_rules.py", text)

    assert set(trace.proofs(root)) == proved


def test_the_matrix_can_be_asked_for_one_owner_and_for_what_is_missing():
    _, said, _ = tool("trace", "--json", "--owner", "repair", "--missing")
    rows = json.loads(said)

    assert {row["owner"] for row in rows} == {"repair"}
    assert all(row["tests"] == [] for row in rows)
    assert "R-222" not in {row["id"] for row in rows}
    _, said, told = tool("trace", "--owner", "repair")
    assert "test_only_chargeable_work_waits_for_the_customers_yes" in said
    assert re.search(r"priority A: \d+ of \d+ proved by a test", told)


def test_the_page_of_the_flow_is_current():
    document = json.loads((source.ROOT / "libs/contracts/asyncapi.json").read_text("utf-8"))

    assert (source.ROOT / "docs/flow.md").read_text("utf-8") == flow.page(document), "run: make contracts"
    assert ("rma", "repair") in flow.edges(document)


def test_every_tool_is_short():
    for path in (source.ROOT / "tools").glob("*.py"):
        assert len(path.read_text("utf-8").splitlines()) <= 80, path.name


def test_the_documented_headers_are_those_that_the_relay_writes():
    documented = json.loads((source.ROOT / "libs/contracts/headers.json").read_text("utf-8"))["properties"]
    event = next(iter(repair.service.topics))
    row = {
        "id": "0197f3a2-7c11-7d52-9a40-5d2f6f0c1e01",
        "type": event.TYPE,
        "aggregateid": "C-1",
        "aggregateversion": 1,
        "causationid": "work-1",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "time": datetime(2026, 7, 6, 9, tzinfo=UTC),
    }
    written = {name: value.decode() for name, value in relay.headers(repair.service, row)}

    assert list(written) == list(documented)
    schema = {"type": "object", "properties": documented}
    jsonschema.Draft202012Validator(schema).validate(written)
