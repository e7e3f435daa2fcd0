"""What intake's tests stand on: its shipped policy, a complaint, and the department alone on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from contracts.base import Scope
from contracts.policy import InForce
from intake.decide import register
from intake.main import service
from intake.model import Complaint, Policy, RegisterComplaint, Series
from redletter import issuer
from redletter.inprocess import House, open_house
from servicekit import migrate
from servicekit.policy import PolicyBook, shipped_rows
from servicekit.settings import Settings

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
SAID = {
    "customer": "C-1",
    "contact": "Ann, 555-0101",
    "content": "The pump hums.",
    "channel": "phone",
    "entity": "E1",
    "currency": "CNY",
    "request": "RETURN",
    "lines": [{"line": 1, "item": "PUMP", "quantity": "2", "unit_price": "10.00"}],
}


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def policy() -> Callable[..., InForce[Policy]]:
    """Give the shipped policy of a profile, with some keys changed."""
    book = PolicyBook(shipped_rows(resources.files("intake").joinpath("policy.json").read_text("utf-8")))

    def of(profile: str = "", **changes: Any) -> InForce[Policy]:
        shipped = book.resolve(Policy, Scope(profile=profile), NOW.date())
        return InForce(shipped.values.model_copy(update=changes), shipped.rows)

    return of


@pytest.fixture
def said() -> Callable[..., RegisterComplaint]:
    """Give what a customer says, with some fields changed."""
    return lambda **changes: RegisterComplaint.model_validate({**SAID, **changes})


@pytest.fixture
def complaint(policy: Callable[..., InForce[Policy]], said: Callable[..., RegisterComplaint]) -> Complaint:
    """Give a complaint as it was registered."""
    return register("case-1", said(), Series(), policy(), NOW, "clerk")[0]


@pytest.fixture
def alone(home: Path, database: Callable[[str], str]) -> Settings:
    """Give intake an empty database of its own, migrated."""
    settings = Settings(DATABASE_URL=database("intake_alone"), issuer=issuer.ISSUER, jwks_file=issuer.key_set(home))
    asyncio.run(migrate.upgrade(service, settings.database_url))
    return settings


@pytest.fixture
async def department(home: Path, alone: Settings) -> AsyncIterator[House]:
    """Give the department alone, over HTTP."""
    at = datetime.now(UTC)  # noqa: TID251  tokens are judged by the real clock
    house = open_house([service], {"intake": alone}, lambda role: issuer.token(home, role, at), "plain", 1)
    yield house
    await house.close()
