"""Put the contracts into one AsyncAPI 3.0 document: channels are topics, every department sends and receives."""

import importlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from contracts.base import Event
from contracts.catalog import EVENTS, PARTITIONS, PUBLISHERS, TOPIC_OF

Json = dict[str, Any]
INFO = {
    "title": "Redletter",
    "version": "1.0.0",
    "description": "What five departments say to each other about complaints, returns, repairs and money.",
}


def listeners(root: Path) -> dict[str, list[type[Event]]]:
    """Read what each department listens to from its CONSUMES table."""
    names = [path.parent.name for path in sorted(root.glob("services/*/src/*/consumers.py"))]
    return {name: list(importlib.import_module(f"{name}.consumers").CONSUMES) for name in names}


def document(schemas: Mapping[str, Json], lib: Path, heard: Mapping[str, Iterable[type[Event]]]) -> Json:
    """Give the whole document."""
    headers = json.loads((lib / "headers.json").read_text("utf-8"))
    parts = {"Headers": bare(headers)}
    messages, channels, operations = {}, {}, {}
    for name, event in EVENTS.items():
        payload = bare(json.loads(json.dumps(schemas[name]).replace("#/$defs/", "#/components/schemas/")))
        parts |= payload.pop("$defs", {})
        messages[event.__name__] = message(event, payload, sorted((lib / "examples" / name).glob("*.json")))
    for department, module in PUBLISHERS.items():
        channels[module.TOPIC] = {
            "address": module.TOPIC,
            "description": (module.__doc__ or "").strip(),
            "messages": {e.__name__: {"$ref": f"#/components/messages/{e.__name__}"} for e in module.EVENTS},
            "bindings": {"kafka": {"topic": module.TOPIC, "partitions": PARTITIONS}},
        }
        operations[f"{department}.send"] = operation("send", department, module.TOPIC, module.EVENTS)
        for listener, events in heard.items():
            if mine := [event for event in events if TOPIC_OF[event] == module.TOPIC]:
                operations[f"{listener}.receive.{module.TOPIC}"] = operation("receive", listener, module.TOPIC, mine)
    components = {"messages": messages, "schemas": dict(sorted(parts.items()))}
    return {"asyncapi": "3.0.0", "info": INFO, "channels": channels, "operations": operations, "components": components}


def bare(schema: Json) -> Json:
    """Leave out what would change the base of the document's references."""
    return {key: value for key, value in schema.items() if key not in {"$id", "$schema"}}


def message(event: type[Event], payload: Json, examples: Iterable[Path]) -> Json:
    """Describe one event type: CloudEvents headers, JSON body, the case as key."""
    return {
        "name": event.TYPE,
        "title": event.__name__,
        "summary": (event.__doc__ or "").strip(),
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": payload,
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "bindings": {"kafka": {"key": {"type": "string", "description": "The case: its events stay in order."}}},
        "examples": [{"name": path.stem, "payload": json.loads(path.read_text("utf-8"))} for path in examples],
    }


def operation(action: str, department: str, topic: str, events: Iterable[type[Event]]) -> Json:
    """Say which messages of a channel a department sends or receives."""
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic}"},
        "tags": [{"name": department}],
        "messages": [{"$ref": f"#/channels/{topic}/messages/{name}"} for name in sorted(e.__name__ for e in events)],
    }
