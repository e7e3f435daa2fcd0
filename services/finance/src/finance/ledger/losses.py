"""Where are losses, claims on suppliers, write-offs and notices kept, and what has a case cost?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from finance.model import Account
from finance.model.losses import CaseCost
from finance.rules.losses import costs
from finance.storage import entries, entry_lines, metadata
from servicekit.schema import aggregate_table, asked_for
from servicekit.work import Entry

losses = aggregate_table("loss", metadata, asked_for("stage"), asked_for("entity"))
supplier_claims = aggregate_table(
    "supplier_claim", metadata, asked_for("stage"), asked_for("supplier"), asked_for("case_id")
)
supplier_returns = aggregate_table("supplier_return", metadata, asked_for("stage"), asked_for("supplier"))
write_offs = aggregate_table("write_off", metadata, asked_for("stage"), asked_for("entity"))
penalties = aggregate_table("penalty", metadata, asked_for("stage"), asked_for("case_id"))


@dataclass(frozen=True)
class CaseCosts:
    """Adds up what the entries of cases have left on accounts; whoever may add to them holds the case."""

    async def load(self, conn: AsyncConnection, ids: Sequence[str]) -> dict[str, Entry]:
        """Read the journal."""
        e, line = entries.c, entry_lines.c
        amount = sa.case((line.side == "D", line.functional), else_=-line.functional)
        query = (
            sa.select(e.case_id, e.template, line.account, sa.func.sum(amount))
            .join_from(entries, entry_lines, line.entry == e.id)
            .where(e.case_id == sa.any_(sa.bindparam("ids", list(ids), type_=ARRAY(sa.Text))))
            .group_by(e.case_id, e.template, line.account)
        )
        found: dict[str, dict[Account, Decimal]] = {}
        for case_id, template, account, left in await conn.execute(query):
            if costs(template):
                accounts = found.setdefault(case_id, {})
                accounts[Account(account)] = accounts.get(Account(account), Decimal(0)) + left
        return {case_id: Entry(CaseCost(accounts), version=1, read=1) for case_id, accounts in found.items()}

    async def save(self, _conn: AsyncConnection, _entries: Mapping[str, Entry]) -> None:
        """Save nothing: it follows from the journal."""
