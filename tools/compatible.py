"""Compare two versions of a JSON Schema: what would break somebody who still has, or already has, the other one?"""

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
DECIMAL = re.compile(r"\^(?P<sign>(-\?)?)\\d\+\(\\\.\\d\{1,(?P<places>\d+)\}\)\?\$")
SMALLER = ("maxLength", "maximum", "exclusiveMaximum", "maxItems")  # a smaller one refuses what was allowed
LARGER = ("minLength", "minimum", "exclusiveMinimum", "minItems")  # a larger one does


def breaking(old: Json, new: Json) -> list[str]:
    """List what is not compatible, one sentence each; nothing when messages of both versions can be read by both."""
    return list(_compare("", old, new, old, new))


def _compare(path: str, old: Json, new: Json, olds: Json, news: Json) -> Iterator[str]:
    """Walk both schemas together; `olds` and `news` are the documents that references point into."""
    old, new = _resolve(old, olds), _resolve(new, news)
    where = path or "the event"
    if "anyOf" in old or "anyOf" in new:
        yield from _alternatives(path, old, new, olds, news)
        return
    if old.get("type") != new.get("type"):
        yield f"{where}: the type was {old.get('type')} and is {new.get('type')}"
        return
    yield from _values(where, old, new)
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before.keys() - after.keys():
        yield f"{path}/{name}: the field was removed"
    for name in set(new.get("required", ())) - set(old.get("required", ())):
        yield f"{path}/{name}: the field is required now"
    for name in before.keys() & after.keys():
        yield from _compare(f"{path}/{name}", before[name], after[name], olds, news)
    if "items" in old and "items" in new:
        yield from _compare(f"{path}[]", old["items"], new["items"], olds, news)


def _alternatives(path: str, old: Json, new: Json, olds: Json, news: Json) -> Iterator[str]:
    """Every alternative needs one on the other side: fewer refuse old messages, more surprise old readers."""
    before, after = old.get("anyOf", [old]), new.get("anyOf", [new])
    for each in before:
        if not any(not list(_compare(path, each, other, olds, news)) for other in after):
            yield f"{path}: an alternative was removed or narrowed"
    for each in after:
        if not any(_resolve(other, olds).get("type") == _resolve(each, news).get("type") for other in before):
            yield f"{path}: an alternative was added that old readers do not know"


def _values(where: str, old: Json, new: Json) -> Iterator[str]:
    """Compare which values of one type are allowed."""
    if "enum" in new and not set(old.get("enum", [None])) <= set(new["enum"]):
        yield f"{where}: the enum was narrowed"
    if "const" in new and old.get("const") != new["const"]:
        yield f"{where}: the value was fixed"
    for key in ("pattern", "format"):
        if key in new and old.get(key) != new[key] and not _wider(old.get(key, ""), new[key]):
            yield f"{where}: the {key} was changed"
    for key in SMALLER:
        if key in new and (key not in old or new[key] < old[key]):
            yield f"{where}: {key} was narrowed"
    for key in LARGER:
        if key in new and (key not in old or new[key] > old[key]):
            yield f"{where}: {key} was narrowed"


def _wider(old: str, new: str) -> bool:
    """Tell whether both are patterns of a decimal, and the newer one takes whatever the older one takes."""
    before, after = DECIMAL.fullmatch(old), DECIMAL.fullmatch(new)
    if before is None or after is None:
        return False
    return int(after["places"]) >= int(before["places"]) and after["sign"] in {before["sign"], "-?"}


def _resolve(schema: Json, document: Json) -> Json:
    """Follow a reference into its document."""
    while "$ref" in schema:
        schema = document["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return schema
