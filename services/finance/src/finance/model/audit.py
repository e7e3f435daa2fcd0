"""Who did what, and how can it be proved? One record for each thing done, chained to the one before it."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

LONGEST = 400
ROUTINE = "routine"
BEGINNING = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One thing that was done: who, when, from where, what it changed and why; and which papers it wrote, by hash."""

    id: str
    entity: str
    at: datetime
    actor: str
    source: str
    action: str
    object: str
    changes: str
    papers: str
    reason: str
    correlation: str
    routine: bool = False
    """Whether it may share a record with others of its batch: what departments say, and what is taken over in bulk."""


RECORDED = tuple(field.name for field in fields(AuditRecord) if field.name != "routine")


def together(records: Iterable[AuditRecord]) -> list[AuditRecord]:
    """Let the routine of a batch share one record for each entity: whose doing each case was, and every paper."""
    alone: list[AuditRecord] = []
    shared: dict[tuple[str, str], list[AuditRecord]] = defaultdict(list)
    for record in records:
        (shared[record.entity, record.action] if record.routine else alone).append(record)
    return [*(_one(group) for group in shared.values()), *alone]


def _one(group: list[AuditRecord]) -> AuditRecord:
    first, *others = group
    if not others:
        return first
    actors = {record.actor for record in group}
    papers = {name: digest for record in group for name, digest in json.loads(record.papers).items()}
    doings = written({record.object: record.actor for record in group})
    actor = first.actor if len(actors) == 1 else ROUTINE
    return replace(first, actor=actor, object="", changes=doings, papers=written(papers), reason="", correlation="")


def chained(previous: str, number: int, record: AuditRecord) -> str:
    """Hash a record together with the one before it: nothing before it can change unseen."""
    return _hash(written([previous, number, *(plain(getattr(record, name)) for name in RECORDED)]))


def fingerprint(paper: Mapping[str, Any]) -> str:
    """Hash a document or an entry with its lines; what is empty does not count: a new column changes no old paper."""
    return _hash(written(_said(paper)))


def changed(before: Any, after: Any) -> dict[str, list[Any]]:
    """Give the fields that differ, before beside after; of what is new, all that it says."""
    names = type(after).model_fields if isinstance(after, BaseModel) else after.__dataclass_fields__
    if before is None:
        return {name: [None, _short(value)] for name in names if (value := getattr(after, name))}
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in names)
    return {name: [_short(was), _short(now)] for name, was, now in pairs if was != now}


def plain(value: Any) -> Any:
    """Write a value so that it reads the same from memory and from the database; a nested record as its JSON text."""
    write = PLAIN.get(type(value))
    if write is not None:
        return write(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, BaseModel):
        return value.model_dump_json()
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, tuple | list | frozenset) else str(value)


def _same(value: Any) -> Any:
    return value


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"


PLAIN: dict[type[Any], Callable[[Any], Any]] = {
    str: _same, int: _same, bool: _same, type(None): _same, Decimal: _number, date: date.isoformat,
    datetime: datetime.isoformat,
}  # fmt: skip
written: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
"""Write a plain value in one way only."""


def _said(paper: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what says nothing, in the lines too."""
    said = {name: plain(value) for name, value in paper.items() if value and name != "lines"}
    lines = (line if isinstance(line, Mapping) else line._asdict() for line in paper.get("lines", ()))
    return {
        **said,
        "lines": [{name: plain(value) for name, value in line.items() if value} for line in lines],
    }


def _short(value: Any) -> Any:
    """Write a value as people read it; what is long is told by its hash."""
    told = plain(value)
    if isinstance(told, str):
        return told if len(told) <= LONGEST else f"sha256:{_hash(told)}"
    if isinstance(told, list | dict) and len(text := written(told)) > LONGEST:
        return f"sha256:{_hash(text)}"
    return told


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
