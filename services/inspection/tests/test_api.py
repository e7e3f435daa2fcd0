"""The receiving dock and quality over HTTP, on PostgreSQL."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from contracts.base import MOST_LINES
from contracts.rma import ReturnAuthorized
from redletter.inprocess import House
from servicekit import shell

SIGNED = {"quality": "Li", "storage": "Wang"}
BOTH = [{"line": 1, "quantity": "2"}, {"item": "VALVE", "quantity": "1"}]
FOUND = {
    "inspector": "Q. Li",
    "responsibility": "OWN",
    "lines": [{"line": n, "established": True, "becomes": "SCRAP"} for n in (1, 2)],
}


@pytest.fixture
def hear(department: House, authorized: Callable[..., ReturnAuthorized]) -> Callable[..., Any]:
    """Let the department hear, twice, that the RMA office has authorized returns."""

    async def of(*case_ids: str) -> None:
        dock = department.departments["inspection"]
        messages = []
        for case_id in case_ids:
            event = authorized(case_id, date(2999, 1, 1))
            headers = {"ce_id": f"m-{case_id}", "ce_subject": case_id, "ce_aggregateversion": "1"}
            body = event.write().encode()
            messages.append(shell.message(dock.service, type(event), body, headers, ("rma.case.v1", 0, 1)))
        await shell.run(dock.service, dock.runtime, messages)
        await shell.run(dock.service, dock.runtime, messages)

    return of


def parcel(case_id: str, **changes: Any) -> dict[str, Any]:
    return {"rma_number": f"RMA-{case_id}", "lines": BOTH, "signatures": SIGNED, **changes}


async def types_of(department: House, key: str) -> list[str]:
    return [row.type.split(".")[2] for row in await department.story(key)]


async def test_goods_are_received_and_inspected_under_the_key_of_their_case(
    department: House, hear: Callable[..., Any]
) -> None:
    await hear("api-1")
    found = (await department.get("inspection", "/inspections?rma_number=RMA-api-1")).json()["items"]
    assert [item["case_id"] for item in found] == ["api-1"]
    taken = await department.post("inspection", "/receipts", parcel("api-1"), "dock")
    assert (taken.status_code, taken.json()["status"], taken.json()["case_id"]) == (201, "ACCEPTED", "api-1")
    receipt = (await department.get("inspection", f"/receipts/{taken.json()['receipt_id']}")).json()
    assert receipt["rma_number"] == "RMA-api-1"
    seen = (await department.get("inspection", "/inspections/api-1")).json()["version"]
    done = await department.post("inspection", "/inspections/api-1:complete", FOUND, "inspector", seen=seen)
    assert done.json()["becomes"] == {"1": "SCRAP", "2": "SCRAP"}
    again = await department.post("inspection", "/inspections/api-1:complete", FOUND, "inspector", seen=seen + 1)
    assert (again.status_code, again.json()["code"]) == (409, "inspection-already-completed")
    assert await types_of(department, "api-1") == ["goods_received", "completed"]


@pytest.mark.req("R-117")
async def test_a_parcel_without_a_known_number_waits_until_it_is_identified(
    department: House, hear: Callable[..., Any]
) -> None:
    waits = await department.post("inspection", "/receipts", parcel("api-2"), "dock", key="parcel-2")
    assert (waits.status_code, waits.json()["status"]) == (201, "UNIDENTIFIED")
    receipt_id = waits.json()["receipt_id"]
    queue = (await department.get("inspection", "/receipts?status=UNIDENTIFIED")).json()["items"]
    assert receipt_id in {item["receipt_id"] for item in queue}
    path, said = f"/receipts/{receipt_id}:identify", {"rma_number": "RMA-api-2"}
    assert (await department.post("inspection", path, said, "dock", seen=1)).status_code == 409
    await hear("api-2")
    replayed = await department.post("inspection", "/receipts", parcel("api-2"), "dock", key="parcel-2")
    assert replayed.json() == waits.json()
    assert replayed.headers["idempotent-replayed"] == "true"
    known = await department.post("inspection", path, said, "dock", seen=1)
    assert (known.status_code, known.json()["status"]) == (200, "ACCEPTED")
    assert await types_of(department, receipt_id) == ["goods_unidentified"]
    assert await types_of(department, "api-2") == ["goods_received"]


async def test_each_of_many_is_taken_queued_or_refused_by_itself(department: House, hear: Callable[..., Any]) -> None:
    await hear("api-3", "api-4")
    parcels = [parcel("api-3"), parcel("api-nobody"), parcel("api-4", signatures={}), parcel("api-3"), parcel("api-4")]
    items = [{"key": f"many-{n}", "body": body} for n, body in enumerate(parcels)]
    many = (await department.post("inspection", "/receipts:bulk", {"items": items}, "importer")).json()["results"]
    assert [(r["status"], r["body"].get("code", r["body"]["status"])) for r in many] == [
        (201, "ACCEPTED"),
        (201, "UNIDENTIFIED"),
        (409, "signatures-missing"),
        (409, "already-received"),
        (201, "ACCEPTED"),
    ]
    items = [{"key": f"found-{case}", "case_id": case, "body": FOUND} for case in ("api-3", "api-nobody", "api-4")]
    many = (await department.post("inspection", "/inspections:bulk", {"items": items}, "importer")).json()["results"]
    assert [result["status"] for result in many] == [200, 404, 200]


async def test_a_case_of_as_many_lines_as_there_can_be_is_received_and_inspected(
    department: House, authorized: Callable[..., ReturnAuthorized]
) -> None:
    dock, event = department.departments["inspection"], authorized("api-big", date(2999, 1, 1))
    numbers = range(1, MOST_LINES + 1)
    lines = tuple(event.lines[0].model_copy(update={"line": number}) for number in numbers)
    headers = {"ce_id": "m-big", "ce_subject": "api-big", "ce_aggregateversion": "1"}
    body = event.model_copy(update={"lines": lines}).write().encode()
    heard = shell.message(dock.service, ReturnAuthorized, body, headers, ("rma.case.v1", 0, 1))
    await shell.run(dock.service, dock.runtime, [heard])

    came = [{"line": n, "quantity": str(event.lines[0].approved)} for n in numbers]
    taken = await department.post("inspection", "/receipts", parcel("api-big", lines=came), "dock")
    found = {**FOUND, "lines": [{"line": n, "established": True, "becomes": "SCRAP"} for n in numbers]}
    done = await department.post("inspection", "/inspections/api-big:complete", found, "inspector", seen=2)

    assert (taken.status_code, done.status_code) == (201, 200), (taken.text[:300], done.text[:300])
    assert len(done.json()["becomes"]) == MOST_LINES
