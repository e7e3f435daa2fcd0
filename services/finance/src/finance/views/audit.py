"""Is the audit trail whole? Every record is hashed again, and every paper that it names is read again."""

import json
from collections.abc import AsyncIterator, Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finance.ledger.audit import heads, trail
from finance.model import DocumentLine, EntryLine
from finance.model.audit import BEGINNING, RECORDED, AuditRecord, chained, fingerprint
from finance.storage import document_lines, documents, entries, entry_lines
from servicekit.http import Call

TOGETHER = 1000


class Kind(NamedTuple):
    """A kind of paper: its tables, and what a line of it says."""

    head: sa.Table
    lines: sa.Table
    parent: str
    says: tuple[str, ...]


KINDS = {
    "document": Kind(documents, document_lines, "document", DocumentLine._fields),
    "entry": Kind(entries, entry_lines, "entry", EntryLine._fields),
}


class Finding(NamedTuple):
    """One thing that is not as it was written: where, and what is wrong."""

    entity: str
    row: str
    wrong: str


class Verified(NamedTuple):
    """What a verification saw: how many records and papers, and where each chain ends now."""

    records: int
    papers: int
    heads: dict[str, str]
    findings: list[Finding]


async def find(call: Call, wanted: dict[str, str], after: int, limit: int) -> list[dict[str, Any]]:
    """Read the trail in its order, by entity, object, actor or correlation."""
    query = sa.select(trail).where(*(_is(name, value) for name, value in wanted.items() if value))
    rows = await call.read(query.where(trail.c.n > after).order_by(trail.c.entity, trail.c.n).limit(limit))
    return [{**row, "changes": json.loads(row["changes"]), "papers": json.loads(row["papers"])} for row in rows]


def _is(name: str, value: str) -> sa.ColumnElement[bool]:
    """Choose by a column; an object may also stand in the shared record of a batch."""
    shared = sa.and_(
        trail.c.object == "", trail.c.changes.contains(json.dumps(value, ensure_ascii=False), autoescape=True)
    )
    return sa.or_(trail.c.object == value, shared) if name == "object" else trail.c[name] == value


async def verify(conn: AsyncConnection, entity: str = "") -> Verified:
    """Go through the chains from their beginning; what does not fit is named."""
    await conn.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
    query = sa.select(heads).order_by(heads.c.entity)
    ends = (await conn.execute(query.where(heads.c.entity == entity) if entity else query)).all()
    findings: list[Finding] = []
    records, papers, known = 0, 0, {}
    for end in ends:
        n, last, named = 0, BEGINNING, dict.fromkeys(KINDS, 0)
        async for rows in _chunks(conn, end.entity):
            for row in rows:
                findings += _broken(row, n, last)
                n, last = row["n"], row["hash"]
            found = [(key, digest, row) for row in rows for key, digest in json.loads(row["papers"]).items()]
            for kind in KINDS:
                named[kind] += sum(key.startswith(f"{kind}:") for key, _, _ in found)
            findings += await _papers(conn, end.entity, found)
            records, papers = records + len(rows), papers + len(found)
        if (n, last) != (end.n, end.hash):
            findings.append(Finding(end.entity, f"record {end.n}", "the trail ends elsewhere than its head says"))
        known[end.entity] = last
        for kind, count in named.items():
            findings += await _unnamed(conn, end.entity, kind, count)
    return Verified(records, papers, known, findings)


async def _chunks(conn: AsyncConnection, entity: str) -> AsyncIterator[list[dict[str, Any]]]:
    after = 0
    while True:
        query = sa.select(trail).where(trail.c.entity == entity, trail.c.n > after).order_by(trail.c.n).limit(TOGETHER)
        rows = [dict(row) for row in (await conn.execute(query)).mappings()]
        if not rows:
            return
        yield rows
        after = rows[-1]["n"]


def _broken(row: dict[str, Any], before: int, previous: str) -> Iterable[Finding]:
    """Say whether a record follows the one before it, and says what it said."""
    name = f"record {row['n']}: {row['action']} of {row['object']} by {row['actor']}"
    if row["n"] != before + 1:
        yield Finding(row["entity"], f"record {before + 1}", "it is gone")
        return
    if chained(previous, row["n"], AuditRecord(**{each: row[each] for each in RECORDED})) != row["hash"]:
        yield Finding(row["entity"], name, "it was changed")


async def _papers(conn: AsyncConnection, entity: str, found: list[tuple[str, str, dict[str, Any]]]) -> list[Finding]:
    """Compare the papers of some records with what the records say of them."""
    wrong = []
    for kind, tables in KINDS.items():
        said = {key.partition(":")[2]: digest for key, digest, _ in found if key.startswith(f"{kind}:")}
        there = await _read(conn, tables, list(said))
        for paper, digest in said.items():
            if paper not in there:
                wrong.append(Finding(entity, f"{kind} {paper}", "it is gone"))
            elif fingerprint(there[paper]) != digest:
                wrong.append(Finding(entity, f"{kind} {paper}", "it was changed"))
    return wrong


async def _read(conn: AsyncConnection, kind: Kind, ids: list[str]) -> dict[str, dict[str, Any]]:
    """Read papers with their lines as they were fingerprinted."""
    wanted = sa.bindparam("ids", ids, type_=sa.ARRAY(sa.Text))
    columns = [column for column in kind.head.c if column.name != "seq"]
    heads_ = (await conn.execute(sa.select(*columns).where(kind.head.c.id == sa.any_(wanted)))).mappings()
    found: dict[str, dict[str, Any]] = {row["id"]: {**row, "lines": []} for row in heads_}
    parent = kind.lines.c[kind.parent]
    lines = sa.select(parent, *(kind.lines.c[name] for name in kind.says)).where(parent == sa.any_(wanted))
    for paper, *values in await conn.execute(lines.order_by(parent, kind.lines.c.no)):
        if paper in found:
            found[paper]["lines"].append(dict(zip(kind.says, values, strict=True)))
    return found


async def _unnamed(conn: AsyncConnection, entity: str, kind: str, named: int) -> list[Finding]:
    """Find papers that no record names; looked for only where there are more papers than are named."""
    table = KINDS[kind].head.c
    since = sa.text("seq > (SELECT coalesce(max(seq), 0) FROM audit_start WHERE kind = :kind)").bindparams(kind=kind)
    own = sa.select(table.id).where(table.entity == entity, since)
    if (await conn.execute(sa.select(sa.func.count()).select_from(own.subquery()))).scalar_one() <= named:
        return []
    keys = sa.text(
        "SELECT substr(key, length(:kind) + 2) AS id FROM audit_record, jsonb_object_keys(papers::jsonb) AS key"
        " WHERE entity = :entity AND key LIKE :kind || ':%'"
    ).bindparams(kind=kind, entity=entity)
    strangers = own.where(table.id.not_in(sa.select(keys.columns(sa.column("id")).subquery().c.id)))
    return [
        Finding(entity, f"{kind} {key}", "no record tells of it") for key in (await conn.execute(strangers)).scalars()
    ]
