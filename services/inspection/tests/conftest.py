"""What inspection's tests stand on: its shipped policy, goods in every stage, the department alone on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from contracts.base import Reason, Scope
from contracts.policy import InForce
from contracts.rma import AuthorizedLine, ReturnAuthorized
from inspection.decide import inspecting, receiving
from inspection.main import service
from inspection.model import CompleteInspection, Inspection, Policy, Receive
from redletter import issuer
from redletter.inprocess import House, open_house
from servicekit import migrate
from servicekit.policy import PolicyBook, shipped_rows
from servicekit.settings import Settings

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
SIGNED = {"quality": "Li", "storage": "Wang"}


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def policy() -> Callable[..., InForce[Policy]]:
    """Give the shipped policy of a profile, with some keys changed."""
    book = PolicyBook(shipped_rows(resources.files("inspection").joinpath("policy.json").read_text("utf-8")))

    def of(profile: str = "", **changes: Any) -> InForce[Policy]:
        shipped = book.resolve(Policy, Scope(profile=profile), NOW.date())
        return InForce(shipped.values.model_copy(update=changes), shipped.rows)

    return of


@pytest.fixture
def authorized() -> Callable[..., ReturnAuthorized]:
    """Give the news that two pumps and one valve, or what is asked for, may come back."""

    def of(case_id: str = "case-1", expires_on: date = date(2026, 7, 31), **quantities: str) -> ReturnAuthorized:
        goods = quantities or {"PUMP": "2", "VALVE": "1"}
        lines = [AuthorizedLine(line=n, item=item, approved=q) for n, (item, q) in enumerate(goods.items(), 1)]
        return ReturnAuthorized(
            case_id=case_id,
            rma_number=f"RMA-{case_id}",
            customer="C-1",
            scope=Scope(),
            request="RETURN",
            chargeable=False,
            expires_on=expires_on,
            lines=tuple(lines),
            instructions="Courier only.",
            reason=Reason(code="review_passed"),
        )

    return of


@pytest.fixture
def parcel() -> Callable[..., Receive]:
    """Give a signed parcel with two pumps and one valve, with some fields changed."""
    lines = [{"line": 1, "quantity": "2"}, {"item": "VALVE", "quantity": "1"}]
    plain = {"rma_number": "RMA-case-1", "lines": lines, "signatures": SIGNED}
    return lambda **changes: Receive.model_validate({**plain, **changes})


@pytest.fixture
def announced(authorized: Callable[..., ReturnAuthorized]) -> Inspection:
    return receiving.announce(authorized())


@pytest.fixture
def received(policy: Callable[..., InForce[Policy]], authorized: Callable[..., ReturnAuthorized]) -> Any:
    """Give goods that came exactly as announced."""

    def of(**quantities: str) -> Inspection:
        waiting = receiving.announce(authorized(**quantities))
        lines = [{"line": line.line, "quantity": line.announced} for line in waiting.lines]
        said = Receive.model_validate({"rma_number": waiting.rma_number, "lines": lines, "signatures": SIGNED})
        after, _, _ = receiving.receive("receipt-1", said, waiting, policy(), NOW, "dock")
        assert after is not None
        return after

    return of


@pytest.fixture
def findings() -> Callable[..., CompleteInspection]:
    """Give findings, one for each keyword set: line → what differs from a confirmed fault that is restocked."""

    def of(*lines: dict[str, Any], responsibility: str = "OWN") -> CompleteInspection:
        whole = [{"line": n, "established": True, "becomes": "RESTOCK", **line} for n, line in enumerate(lines, 1)]
        return CompleteInspection.model_validate(
            {"inspector": "Q. Li", "responsibility": responsibility, "lines": whole}
        )

    return of


@pytest.fixture
def scrap_waits(received: Any, findings: Any, policy: Any) -> Inspection:
    """Give fifty pumps that wait to be scrapped."""
    found = findings({"becomes": "SCRAP"})
    return inspecting.complete(received(PUMP="50"), found, policy(), "inspector")[0]


@pytest.fixture
def alone(home: Path, database: Callable[[str], str]) -> Settings:
    """Give inspection an empty database of its own, migrated."""
    settings = Settings(DATABASE_URL=database("inspection_alone"), issuer=issuer.ISSUER, jwks_file=issuer.key_set(home))
    asyncio.run(migrate.upgrade(service, settings.database_url))
    return settings


@pytest.fixture
async def department(home: Path, alone: Settings) -> AsyncIterator[House]:
    """Give the department alone, over HTTP."""
    at = datetime.now(UTC)  # noqa: TID251  tokens are judged by the real clock
    house = open_house([service], {"inspection": alone}, lambda role: issuer.token(home, role, at), "plain", 1)
    yield house
    await house.close()
