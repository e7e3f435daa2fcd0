"""Where are the periods kept, with the record of who opened and closed them?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from finance.model import Calendar, Period
from finance.storage import metadata
from servicekit.schema import aggregate_table, asked_for
from servicekit.work import Entry

periods = aggregate_table(
    "accounting_period", metadata, asked_for("entity"), asked_for("name"), asked_for("status"),
    sa.Column("starts", sa.Date), sa.Column("ends", sa.Date),
)  # fmt: skip
adjustments = aggregate_table("adjustment", metadata, asked_for("stage"), asked_for("entity"))
period_changes = sa.Table(
    "period_change",
    metadata,
    *(sa.Column(name, sa.Text) for name in ("id", "entity", "period", "before", "after", "by", "second", "reason")),
    sa.Column("on_day", sa.Date),
)


@dataclass(frozen=True)
class Calendars:
    """Reads the periods of entities without a lock: who posts into one that closes meanwhile is made to read again."""

    async def load(self, conn: AsyncConnection, ids: Sequence[str]) -> dict[str, Entry]:
        """Read the index; entities without periods have none."""
        t = periods.c
        query = sa.select(t.entity, sa.cast(t.body, sa.Text)).order_by(t.starts)
        rows = await conn.execute(
            query.where(t.entity == sa.any_(sa.bindparam("ids", list(ids), type_=ARRAY(sa.Text))))
        )
        found: dict[str, tuple[Period, ...]] = {}
        for entity, body in rows:
            found[entity] = (*found.get(entity, ()), Period.model_validate_json(body))
        return {entity: Entry(Calendar(days), version=1, read=1) for entity, days in found.items()}

    async def save(self, _conn: AsyncConnection, _entries: Mapping[str, Entry]) -> None:
        """Save nothing: the index follows from the periods."""
