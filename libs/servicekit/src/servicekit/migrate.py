"""Bring a service's database to the code's version: Alembic, then the policy profiles that come with the package."""

from importlib import resources
from typing import Any

import sqlalchemy as sa
from alembic import command, context
from alembic.config import Config
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import create_async_engine

from servicekit.policy import shipped_rows
from servicekit.schema import aggregate_table, asked_for
from servicekit.shell import policy_row, tables
from servicekit.work import Service


def create_kit_tables(op: Any) -> None:
    """Create the kit's tables in a service's first migration."""
    tables.create_all(op.get_bind())


async def upgrade(service: Service, url: str) -> None:
    """Run the migrations under a lock, then ship the policy rows that the database does not have yet."""
    engine = create_async_engine(url)
    async with engine.begin() as conn:
        await conn.execute(sa.select(sa.func.pg_advisory_xact_lock(0x6D69_6772)))
        await conn.execute(sa.text("SET LOCAL lock_timeout = '4s'"))
        await conn.run_sync(_alembic, service.package)
        text = resources.files(service.package).joinpath("policy.json").read_text("utf-8")
        rows = [
            {
                "version": row.version,
                "scope": row.scope,
                "valid_from": row.valid_from,
                "values": row.values,
                "proposed_by": "shipped",
                "approved_by": "redletter",
            }
            for row in shipped_rows(text)
        ]
        await conn.execute(insert(policy_row).on_conflict_do_nothing(), rows)
    await engine.dispose()


def _alembic(connection: sa.Connection, package: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(resources.files(package).joinpath("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def env() -> None:
    """Run inside Alembic's env.py."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=None)
    context.run_migrations()


def frozen_aggregate(op: Any, name: str, *asked: str) -> None:
    """Create an aggregate's table as it was in the first version; `profile=scope,profile` names a deeper path."""
    metadata = sa.MetaData()
    aggregate_table(name, metadata, *(asked_for(*column.split("=")) for column in asked)).create(op.get_bind())
