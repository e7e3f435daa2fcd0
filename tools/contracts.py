"""Make the JSON Schemas, the AsyncAPI document and docs/flow.md from the event classes and the CONSUMES tables.

`make contracts` writes them; `make contracts ARGS=--check` changes nothing and says what differs.
"""

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[0] = str(ROOT)  # not tools/: this file has the name of the package

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue  # noqa: E402  the path has to be right first
from tools import asyncapi, flow  # noqa: E402  the path has to be right first

from contracts.base import PRINTABLE, Event  # noqa: E402  the path has to be right first
from contracts.catalog import EVENTS  # noqa: E402  the path has to be right first

LIB = ROOT / "libs/contracts"


class Wire(GenerateJsonSchema):
    """What a reader may count on: decimals are strings, and a field has no title beside its name."""

    def generate_inner(self, schema: Any) -> JsonSchemaValue:
        """Look at what a decimal is, not at who writes it."""
        plain = {key: value for key, value in schema.items() if key != "serialization"}
        return super().generate_inner(plain if schema["type"] == "decimal" else schema)

    def decimal_schema(self, schema: Any) -> JsonSchemaValue:
        """Say a decimal as it is written."""
        sign = "" if 0 in (schema.get("ge"), schema.get("gt")) else "-?"
        places = schema["decimal_places"]
        return {"type": "string", "format": "decimal", "pattern": rf"^{sign}\d+(\.\d{{1,{places}}})?$"}

    def str_schema(self, schema: Any) -> JsonSchemaValue:
        """Leave out that control characters are refused: the first schemas do not say it, and none is edited."""
        made = super().str_schema(schema)
        return {key: value for key, value in made.items() if (key, value) != ("pattern", PRINTABLE)}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  the generator asks so
        """Leave the titles of fields out."""
        return False


def schema_of(event: type[Event]) -> dict[str, Any]:
    """Give the JSON Schema of one event type: closed when written, open when read."""
    made = event.model_json_schema(mode="serialization", schema_generator=Wire)
    for part in (made, *made.get("$defs", {}).values()):
        part.pop("additionalProperties", None)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:redletter:schema:{event.TYPE}"}
    return head | made


def artifacts() -> dict[Path, str]:
    """Give every generated file with its text."""
    schemas = {name: schema_of(event) for name, event in EVENTS.items()}
    made = {LIB / "schemas" / f"{name}.json": schema for name, schema in schemas.items()}
    made[LIB / "asyncapi.json"] = whole = asyncapi.document(schemas, LIB, asyncapi.listeners(ROOT))
    texts = {path: json.dumps(value, indent=2, ensure_ascii=False) + "\n" for path, value in made.items()}
    return texts | {ROOT / "docs/flow.md": flow.page(whole)}


def differing() -> dict[Path, str]:
    """Give the generated files that are not on the disk as they should be, and those that nothing makes any more."""
    made = artifacts()
    orphans = {path: "" for path in (LIB / "schemas").glob("*.json") if path not in made}
    return {p: text for p, text in made.items() if not p.exists() or p.read_text("utf-8") != text} | orphans


if __name__ == "__main__":
    check = "--check" in sys.argv
    differs = differing()
    for path, text in differs.items():
        print("differs:" if check else "written:" if text else "removed:", path.relative_to(ROOT))
        if not check:
            path.write_text(text, "utf-8") if text else path.unlink()
    sys.exit(check and bool(differs))
