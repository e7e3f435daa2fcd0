"""The story of one case: every event over all departments, what caused it, who decided it and by which rule."""

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx

from contracts.catalog import EVENTS
from redletter.house import connect
from redletter.live import LiveHouse
from redletter.reach import read
from redletter.stage import PLACES

# Every number that somebody may hold in hand, and the case it leads to.
NUMBERS: Mapping[str, Sequence[str]] = {
    "intake": ("SELECT id FROM complaint WHERE id = $1 OR number = $1 OR reference = $1",),
    "rma": ("SELECT id FROM rma_case WHERE id = $1 OR rma_number = $1",),
    "inspection": ("SELECT body->>'case_id' AS id FROM receipt WHERE id = $1 AND body->>'case_id' <> ''",),
    "repair": ("SELECT id FROM repair_order WHERE id = $1 OR repair_number = $1",),
    "finance": ("SELECT case_id AS id FROM credit_document WHERE number = $1",),
}
# Records of a case that tell their events under a key of their own.
KEYS: Mapping[str, str] = {
    "inspection": "SELECT r.id FROM receipt r JOIN inspection i ON r.rma_number = i.rma_number WHERE i.id = $1",
    "finance": "SELECT id FROM loss WHERE id = $1 || '/loss' UNION SELECT id FROM supplier_claim WHERE case_id = $1"
    " UNION SELECT id FROM penalty WHERE case_id = $1"
    " UNION SELECT jsonb_object_keys(body->'refunds') FROM settlement WHERE id = $1",
}
EVENT_ROWS = "SELECT * FROM outbox WHERE aggregateid = ANY($1) ORDER BY seq"
ACTORS = "SELECT id, actor FROM request WHERE id = ANY($1)"
DEADLINES = "SELECT name, due_at FROM deadline WHERE id = $1 ORDER BY due_at"
PARKED = "SELECT message_id, state, reason, detail, type FROM parked WHERE key = ANY($1) ORDER BY first_at"


@dataclass
class Told:
    """One event as it is told."""

    department: str
    id: str
    type: str
    time: datetime
    key: str
    version: int
    cause: str
    data: dict[str, Any]
    trace: str
    actor: str = ""
    depth: int = 0

    @property
    def name(self) -> str:
        """Give the name of its class in the contracts, or the wire name of an event that is newer than we are."""
        return EVENTS[self.type].__name__ if self.type in EVENTS else self.type

    @property
    def reason(self) -> dict[str, str]:
        """Give why it was decided so."""
        return self.data.get("reason") or {}

    @property
    def place(self) -> str:
        """Give file and line of the rule that decided."""
        return place(self.reason.get("rule", ""))

    def as_json(self) -> dict[str, Any]:
        """Give it for a program."""
        return {**asdict(self), "name": self.name, "place": self.place}


@dataclass
class Story:
    """Everything that is known of one case."""

    case_id: str
    records: dict[str, dict[str, Any]]
    events: list[Told]
    documents: list[dict[str, Any]] | None
    entries: list[dict[str, Any]] | None
    open: list[dict[str, str]]
    parked: list[dict[str, Any]]
    numbers: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Give it for a program."""
        stands = {name: record[PLACES[name].field] for name, record in self.records.items()}
        whole = {**self.__dict__, "stands": stands, "events": [event.as_json() for event in self.events]}
        return {name: value for name, value in whole.items() if name != "records"}


async def find(dsns: Mapping[str, str], number: str) -> list[str]:
    """Find the cases that a number belongs to, whoever gave it."""
    found: set[str] = set()
    for department, queries in NUMBERS.items():
        conn = await connect(dsns[department])
        try:
            for query in queries:
                found |= {row["id"] for row in await conn.fetch(query, number)}
        finally:
            await conn.close()
    return sorted(found)


async def gather(house: LiveHouse, case_id: str) -> Story:
    """Collect the whole story of a case."""
    records: dict[str, dict[str, Any]] = {}
    keys = [case_id]
    for department, kept in PLACES.items():
        conn = await connect(house.dsns[department])
        try:
            body = await conn.fetchval(f"SELECT body::text FROM {kept.table} WHERE id = $1", case_id)  # noqa: S608  our own names
            if body:
                records[department] = json.loads(body)
            if department in KEYS:
                keys += [row["id"] for row in await conn.fetch(KEYS[department], case_id)]
        finally:
            await conn.close()
    story = Story(case_id, records, [], None, None, list(_waits(records)), [])
    actors: dict[str, str] = {}
    for department, dsn in house.dsns.items():
        conn = await connect(dsn)
        try:
            events = [_told(department, row) for row in await conn.fetch(EVENT_ROWS, keys)]
            rows = await conn.fetch(ACTORS, [event.cause for event in events])
            actors.update((row["id"], row["actor"]) for row in rows)
            story.events += events
            story.open += [
                {"department": department, "what": f"{row['name']} due", "when": _minute(row["due_at"])}
                for row in await conn.fetch(DEADLINES, case_id)
            ]
            story.parked += [{"department": department, **dict(row)} for row in await conn.fetch(PARKED, keys)]
        finally:
            await conn.close()
    story.events = in_causal_order(story.events)
    for event in story.events:
        event.actor = actors.get(event.cause, "a deadline" if event.cause.startswith("deadline:") else "")
    story.numbers = _numbers(records)
    await _books(house, story)
    return story


async def _books(house: LiveHouse, story: Story) -> None:
    """Ask finance for documents and postings; a story is told without them when finance does not answer."""
    try:
        story.documents = (await read(house, "finance", f"/documents?case_id={story.case_id}"))["items"]
        story.entries = (await read(house, "finance", f"/entries?case_id={story.case_id}"))["items"]
    except httpx.TransportError:
        return
    story.documents.sort(key=lambda document: (document["issued_on"], document["number"]))
    story.entries.sort(key=lambda entry: (entry["posted_on"], entry["template"], entry["id"]))


def _told(department: str, row: Any) -> Told:
    return Told(
        department=department,
        id=row["id"],
        type=row["type"],
        time=row["time"],
        key=row["aggregateid"],
        version=row["aggregateversion"],
        cause=row["causationid"],
        data=json.loads(row["payload"]),
        trace=row["traceparent"],
    )


def in_causal_order(events: Sequence[Told]) -> list[Told]:
    """Put every event under the one that caused it; what a person or a deadline began stands at the left, by time."""
    known = {event.id for event in events}
    caused: dict[str, list[Told]] = {}
    for event in sorted(events, key=lambda event: (event.time, event.department, event.key, event.version)):
        caused.setdefault(event.cause if event.cause in known else "", []).append(event)

    def walk(cause: str, depth: int) -> Iterator[Told]:
        for event in caused.get(cause, ()):
            event.depth = depth
            yield event
            yield from walk(event.id, depth + 1)

    return list(walk("", 0))


def _waits(records: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    """Say whose hand the case waits for."""
    for department, record in records.items():
        signer = record.get("approver") or record.get("scrap_approver")
        if signer:
            yield {"department": department, "what": f"waits for the signature of the {signer}", "when": ""}
        elif (held := record.get("held")) and department == "finance":
            yield {"department": department, "what": f"held: {held['code']}", "when": ""}
    if records.get("intake", {}).get("status") == "ANSWERED":
        yield {"department": "intake", "what": "waits for the customer's word on the answer", "when": ""}


def _numbers(records: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """List the numbers under which people know this case."""
    intake, repair = records.get("intake", {}), records.get("repair", {})
    found = {
        "complaint": intake.get("number"),
        "reference": intake.get("reference"),
        "rma": records.get("rma", {}).get("rma_number"),
        "repair": repair.get("repair_number"),
        "customer": intake.get("customer"),
    }
    return {name: number for name, number in found.items() if number}


@cache
def place(rule: str) -> str:
    """Find a rule's function in the installed package: `file:line`, or nothing if it is not there (any more)."""
    module, _, name = rule.rpartition(".")
    package, *rest = module.split(".")
    spec = find_spec(package) if package else None
    if spec is None or not spec.submodule_search_locations:
        return ""
    base = Path(spec.submodule_search_locations[0]).joinpath(*rest)
    for file in (base.with_suffix(".py"), base / "__init__.py"):
        if file.is_file():
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
                    return f"{_short(file)}:{node.lineno}"
    return ""


def _short(file: Path) -> Path:
    """Give a path as it can be typed here."""
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
