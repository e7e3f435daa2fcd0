"""What has gone to the general ledger? Batches, and their files as they left."""

from typing import Any

import sqlalchemy as sa

from contracts.base import Refused, Unknown
from finance.decide.exports import read
from finance.exports import csv_file, excel, idoc
from finance.ledger.exports import batches, exported
from servicekit.http import Call

FORMATS = {
    "csv": (csv_file.written, "text/csv; charset=utf-8"),
    "xlsx": (excel.written, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "idoc": (idoc.written, "application/json"),
}


class NoSuchFormat(Refused):
    """A batch is given as csv, xlsx or idoc."""

    status = 422


async def find(call: Call, entity: str, limit: int) -> list[dict[str, Any]]:
    """List batches, the latest first."""
    b = batches.c
    query = (
        sa.select(*(column for column in b if column.name != "content")).order_by(b.made_at.desc(), b.id).limit(limit)
    )
    return await call.read(query.where(b.entity == entity) if entity else query)


async def one(call: Call, export_id: str) -> dict[str, Any]:
    """Give a batch with what the ERP has said of each of its entries.

    Raises:
        Unknown: there is none.
    """
    b, x = batches.c, exported.c
    found = await call.read(sa.select(*(c for c in b if c.name != "content")).where(b.id == export_id))
    if not found:
        raise Unknown("There is no such export.")
    entries = sa.select(*(c for c in x if c.name != "batch")).where(x.batch == export_id).order_by(x.id)
    return {**found[0], "answers": await call.read(entries)}


async def file(call: Call, export_id: str, name: str) -> tuple[bytes, str, str]:
    """Give a batch as a file, always the same bytes; with its media type and its hash.

    Raises:
        NoSuchFormat: it is not written that way.
        Unknown: there is no such batch.
    """
    if name not in FORMATS:
        raise NoSuchFormat
    found = await call.read(sa.select(batches).where(batches.c.id == export_id))
    if not found:
        raise Unknown("There is no such export.")
    write, kind = FORMATS[name]
    batch = found[0]
    return write(batch, read(batch["content"])), kind, batch["hash"]
