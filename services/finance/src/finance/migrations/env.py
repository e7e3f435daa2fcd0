"""Alembic comes in here; the kit has the connection."""

from servicekit.migrate import env

env()
