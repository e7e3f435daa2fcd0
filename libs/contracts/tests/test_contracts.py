"""The contracts are a promise: typed, owned, versioned, exemplified, and never changed for those who rely on them."""

import importlib
import json
import re
import subprocess
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError
from tools import contracts as generator
from tools.compatible import breaking

from contracts.access import KIT_OPERATIONS, OPERATIONS, ROLES, operations
from contracts.base import Event, Original, Refused
from contracts.catalog import EVENTS, PARTITIONS, PUBLISHERS, TOPICS

LIB = Path(__file__).parents[1]
GOLDEN = sorted((LIB / "examples").glob("*/*.json"))
ids = [f"{path.parent.name}/{path.stem}" for path in GOLDEN]


def git(*command):
    done = subprocess.run(["git", *command], cwd=LIB, capture_output=True, check=False)
    return done.stdout.decode() if done.returncode == 0 else ""


# What was promised: the last commit, and the last release where its tag is known.
PROMISED = [base for base in ("HEAD", git("describe", "--tags", "--abbrev=0").strip()) if base]


def promised(folder):
    """Give the path and the text of every file that was committed in a folder."""
    for base in PROMISED:
        for line in git("ls-tree", "-r", "--name-only", base, folder).splitlines():
            yield line, git("show", f"{base}:./{line}")


# Names ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVENTS)
def test_a_wire_name_tells_owner_fact_and_version(name):
    found = re.fullmatch(r"redletter\.([a-z]+)\.([a-z]+(?:_[a-z]+)*)\.v([1-9]\d*)", name)

    assert found
    assert EVENTS[name].__module__ == f"contracts.{found[1]}"
    assert EVENTS[name] in PUBLISHERS[found[1]].EVENTS


def test_every_event_class_is_listed_once_under_its_own_name():
    classes = [
        kind
        for module in PUBLISHERS.values()
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Event) and "TYPE" in vars(kind)
    ]
    listed = [event for module in PUBLISHERS.values() for event in module.EVENTS]

    assert sorted(map(str, classes)) == sorted(map(str, listed))
    assert len({event.TYPE for event in listed}) == len({event.__name__ for event in listed}) == len(listed)


@pytest.mark.parametrize("event", EVENTS.values())
def test_every_event_says_in_a_sentence_what_happened(event):
    assert (event.__doc__ or "").strip().endswith(".")


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_is_a_legal_kubernetes_name_of_its_owner(topic):
    owner = next(name for name, module in PUBLISHERS.items() if topic == module.TOPIC)

    assert len(topic) <= 253
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*", topic)
    assert re.fullmatch(rf"{owner}\.[a-z-]+\.v\d+", topic)


def test_no_two_departments_share_a_topic():
    assert len(set(TOPICS)) == len(PUBLISHERS)


# Schemas and examples -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_type_has_a_schema_and_a_golden_example(name):
    assert (LIB / "schemas" / f"{name}.json").exists()
    assert list((LIB / "examples" / name).glob("*.json"))


def test_the_committed_artifacts_are_what_the_code_says():
    assert sorted(path.name for path in generator.differing()) == [], "run: make contracts"


def test_no_example_is_of_an_unknown_type():
    assert {path.parent.name for path in GOLDEN} <= set(EVENTS)


@pytest.mark.parametrize("path", GOLDEN, ids=ids)
def test_a_golden_example_is_read_and_written_again_as_it_is(path):
    event = EVENTS[path.parent.name].read(path.read_bytes())

    # An example stays as it is when its event gains a field with a default: what it says is what must come back.
    assert json.loads(event.model_dump_json(exclude_unset=True)) == json.loads(path.read_text("utf-8"))
    assert type(event).read(event.write()) == event


@pytest.mark.parametrize("path", GOLDEN, ids=ids)
def test_a_golden_example_is_what_its_schema_says(path):
    schema = json.loads((LIB / "schemas" / f"{path.parent.name}.json").read_text("utf-8"))

    jsonschema.Draft202012Validator(schema).validate(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("path", GOLDEN, ids=ids)
def test_unknown_fields_are_skipped_when_read_and_refused_when_written(path):
    kind, known = EVENTS[path.parent.name], json.loads(path.read_text("utf-8"))
    newer = {**known, "said_by_a_newer_publisher": True}

    assert kind.read(json.dumps(newer)) == kind.read(json.dumps(known))
    with pytest.raises(ValidationError, match="said_by_a_newer_publisher"):
        kind.model_validate(newer)


def test_the_smallest_price_is_written_as_its_schema_says():
    path = next(path for path in GOLDEN if path.stem == "price-of-a-third")
    kind, said = EVENTS[path.parent.name], json.loads(path.read_text("utf-8"))
    said["lines"][0]["unit_price"] = "1E-13"

    written = json.loads(kind.read(json.dumps(said)).write())

    assert written["lines"][0]["unit_price"] == "0.0000000000001"
    schema = json.loads((LIB / "schemas" / f"{path.parent.name}.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(written)


def test_unknown_fields_are_skipped_at_every_depth():
    path = LIB / "examples/redletter.rma.disposition_decided.v1/credit.json"
    newer = json.loads(path.read_text("utf-8"))
    newer["lines"][0]["original"]["new"] = newer["lines"][0]["new"] = newer["reason"]["new"] = 1

    assert EVENTS[path.parent.name].read(json.dumps(newer)) == EVENTS[path.parent.name].read(path.read_bytes())


# What was promised ----------------------------------------------------------------------------------------------------


def test_no_schema_that_was_committed_is_broken():
    now = {path.name: json.loads(path.read_text("utf-8")) for path in (LIB / "schemas").glob("*.json")}
    gone = ["the event type was removed"]
    broken = {
        line: breaking(json.loads(text), now[name]) if (name := Path(line).name) in now else gone
        for line, text in promised("schemas")
    }

    assert {line: why for line, why in broken.items() if why} == {}


def test_no_golden_example_that_was_committed_is_edited_or_removed():
    now = {path.relative_to(LIB).as_posix(): path.read_text("utf-8") for path in GOLDEN}

    assert [line for line, text in promised("examples") if now.get(line) != text] == []


# The AsyncAPI document ------------------------------------------------------------------------------------------------


def document():
    return json.loads((LIB / "asyncapi.json").read_text("utf-8"))


def references(node):
    if isinstance(node, dict):
        yield from [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def test_the_asyncapi_document_is_of_version_3_and_all_its_references_resolve():
    whole = document()
    assert whole["asyncapi"] == "3.0.0"

    for reference in set(references(whole)):
        place = whole
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_every_topic_is_a_channel_with_its_partitions_and_every_message_has_headers_key_and_example():
    whole = document()

    assert {c["address"]: c["bindings"]["kafka"]["partitions"] for c in whole["channels"].values()} == dict.fromkeys(
        TOPICS, PARTITIONS
    )
    for message in whole["components"]["messages"].values():
        assert message["headers"] == {"$ref": "#/components/schemas/Headers"}
        assert message["bindings"]["kafka"]["key"]["type"] == "string"
        assert message["examples"]


def test_every_department_sends_on_its_topic_and_every_event_it_hears_is_received():
    operations = document()["operations"]

    for name, module in PUBLISHERS.items():
        assert operations[f"{name}.send"]["action"] == "send"
        heard = {event.__name__ for event in importlib.import_module(f"{name}.consumers").CONSUMES}
        told = {
            reference["$ref"].rpartition("/")[2]
            for operation in operations.values()
            if operation["action"] == "receive" and operation["tags"] == [{"name": name}]
            for reference in operation["messages"]
        }
        assert told == heard, name
        assert operations[f"{name}.send"]["channel"]["$ref"] == f"#/channels/{module.TOPIC}"


def test_the_headers_are_cloudevents_in_binary_mode_with_a_trace():
    headers = json.loads((LIB / "headers.json").read_text("utf-8"))

    assert {"ce_specversion", "ce_id", "ce_source", "ce_type", "traceparent"} <= set(headers["required"])
    assert set(headers["required"]) == set(headers["properties"])
    assert all(re.fullmatch(r"ce_[a-z0-9]{1,20}|traceparent|content-type", name) for name in headers["properties"])


# Access ---------------------------------------------------------------------------------------------------------------


def test_every_scope_is_department_and_verb():
    for department in OPERATIONS:
        for scope in operations(department).values():
            assert re.fullmatch(rf"{department}:[a-z-]+(\.[a-z]+)?", scope), scope


def test_every_scope_of_a_role_exists_and_every_scope_has_a_role():
    known = {scope for department in OPERATIONS for scope in operations(department).values()}
    held = {scope for scopes in ROLES.values() for scope in scopes if not scope.startswith("level:")}

    assert held == known


def test_every_operation_is_a_method_and_a_path():
    for operation in [*KIT_OPERATIONS, *(o for table in OPERATIONS.values() for o in table)]:
        assert re.fullmatch(r"(GET|POST) (/[a-z-]+|/\{[a-z_]+\})+(:[a-z-]+)?", operation), operation


def test_a_refusal_is_a_code_and_a_sentence():
    class TooManyPieces(Refused):
        """So many cannot be sent back."""

    assert (TooManyPieces.code(), TooManyPieces.title()) == ("too-many-pieces", "So many cannot be sent back.")
    assert TooManyPieces("51 of 50").detail == "51 of 50"


def test_a_changed_value_is_what_pydantic_would_copy_and_leaves_the_first_alone():
    first = Original(invoice="INV-1", line=1)

    changed = first.but(line=2)

    same = first.model_copy(update={"line": 2})
    assert (changed, changed.model_fields_set, hash(changed)) == (same, same.model_fields_set, hash(same))
    assert changed.model_dump_json() == '{"invoice":"INV-1","line":2}'
    assert first == Original(invoice="INV-1", line=1)
    with pytest.raises(ValidationError, match="frozen"):
        changed.line = 3
