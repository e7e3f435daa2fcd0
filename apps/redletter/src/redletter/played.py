"""One sample case as it is played: each step is what one department's clerk does over HTTP."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from redletter.live import LiveHouse
from redletter.process import Failed
from redletter.reach import now, words
from redletter.stage import PLACES

PATIENCE_SECONDS = 60.0
STALE = 412
ITEM = "GOODS"
ENTITY = "CN01"
CURRENCY = "CNY"
SIGNED = {"signatures": {"quality": "Q. Li", "storage": "S. Wang"}, "differences_signed": True}
RUN = f"C{secrets.token_hex(3).upper()}"  # customers and invoices differ from run to run


class Played:
    """One sample case, and everybody it meets from the customer's first call to the bank."""

    def __init__(self, house: LiveHouse, title: str, number: int) -> None:
        self.house, self.title = house, title
        self.customer = f"{RUN}-{number:02d}"
        self.invoices = count(1)
        self.case_id = ""
        self.rma_number = ""
        self.complaint: dict[str, Any] = {}

    async def told(self, department: str, path: str, body: Any, role: str, seen: int | None = None) -> Any:
        """Give a command that has to be taken.

        Raises:
            Failed: it was refused; with the reason in words.
        """
        answer = await self.house.post(department, path, body, role, seen=seen)
        if answer.status_code == STALE:
            raise Stale
        if not answer.is_success:
            raise Failed(f"{self.title}: {role} at {department} {path}: {words(answer)}")
        return answer.json()

    async def see(self, department: str, wanted: Callable[[Any], Any], path: str = "") -> Any:
        """Wait until a department's record of the case shows what is wanted.

        Raises:
            Failed: it did not in time; with what it shows instead.
        """
        path = path or f"{PLACES[department].path}/{self.case_id}"
        pause, waited, last = 0.1, 0.0, "nothing"
        while waited < PATIENCE_SECONDS:
            answer = await self.house.get(department, path)
            last = answer.text
            if answer.is_success and wanted(answer.json()):
                return answer.json()
            await asyncio.sleep(pause)
            waited, pause = waited + pause, min(0.5, pause * 1.3)
        raise Failed(f"{self.title}: {department} {path} does not get there; it shows {last[:500]}")

    async def do(self, department: str, verb: str, role: str, body: Any = None, *, when: Any = None) -> Any:
        """Give a command on the case once its record is ready for it, with the version that was read."""
        path = f"{PLACES[department].path}/{self.case_id}:{verb}"
        while True:
            seen = await self.see(department, when or (lambda _: True))
            try:
                return await self.told(department, path, body or {}, role, seen["version"])
            except Stale:
                continue  # news came in between: read it again

    async def bought(self, quantity: int = 10, price: str = "100.00", *, paid: bool = False) -> str:
        """Have a blue invoice of one line with 13 % tax in the books."""
        number = f"{self.customer}-B{next(self.invoices)}"
        net = Decimal(price) * quantity
        tax = (net * 13 / 100).quantize(Decimal("0.01"))
        line = {"line": 1, "item": ITEM, "quantity": str(quantity), "unit_price": price, "net": str(net)}
        body = {
            "entity": ENTITY,
            "invoice": number,
            "customer": self.customer,
            "currency": CURRENCY,
            "issued_at": f"{days_ago(20)}T09:00:00",
            "open_amount": "0" if paid else str(net + tax),
            "lines": [{**line, "tax": str(tax), "unit_cost": "60.00"}],
        }
        items = {"items": [{"key": number, "body": body}]}
        result = (await self.told("finance", "/blue-invoices:bulk", items, "accountant"))["results"][0]
        if result["status"] >= 300:  # noqa: PLR2004  taken or not
            raise Failed(f"{self.title}: blue invoice {number}: {result['body']}")
        return number

    async def complains(
        self, request: str, invoice: str = "", quantity: int = 1, price: str = "100.00", **more: Any
    ) -> None:
        """Register a complaint about one line; its case goes on by itself."""
        line = {"line": 1, "item": ITEM, "quantity": str(quantity), "unit_price": price, **more.pop("line", {})}
        if invoice:
            line["original"] = {"invoice": invoice, "line": 1}
        body = {
            "customer": self.customer,
            "reference": f"PO-{self.customer}",
            "contact": "+86 21 5555 0100",
            "content": self.title,
            "channel": "phone",
            "category": "product-quality",
            "entity": ENTITY,
            "currency": CURRENCY,
            "request": request,
            "scope": {"profile": "manufacturing"},
            "lines": [line],
            "circumstances": {"shipped_on": days_ago(20)},
            **more,
        }
        self.case_id = (await self.told("intake", "/complaints", body, "clerk"))["case_id"]

    async def signs(self, role: str, stage: str = "PENDING_APPROVAL") -> None:
        """Have the case signed by whom it waits for."""
        await self.do("rma", "approve", role, when=lambda case: case["stage"] == stage)

    async def arrives(self, quantity: int = 1) -> None:
        """Bring the parcel to the dock, once the dock knows of it."""
        announced = await self.see("inspection", lambda record: record["rma_number"])
        self.rma_number = announced["rma_number"]
        lines = [{"line": 1, "quantity": str(quantity)}]
        await self.told("inspection", "/receipts", {"rma_number": self.rma_number, "lines": lines, **SIGNED}, "dock")

    async def inspected(self, **finding: Any) -> None:
        """Have quality look at the goods: the fault is confirmed unless told."""
        line = {"line": 1, "established": True, "becomes": "RESTOCK", **finding}
        body = {"inspector": "I. Chen", "responsibility": "OWN", "lines": [line]}
        await self.do("inspection", "complete", "inspector", body)

    async def repairable(self) -> None:
        """Bring one unit to the repair shop."""
        await self.arrives()
        await self.inspected(repairable=True, becomes="REPAIR")

    async def ends(self, outcome: str) -> None:
        """See the complaint answered, have the customer's word, and see it closed."""
        answered = await self.see("intake", lambda c: c["answer"] and c["status"] in {"ANSWERED", "CLOSED"})
        if answered["status"] == "ANSWERED":
            await self.do("intake", "confirm", "customer-desk", {"satisfied": True})
        self.complaint = await self.see("intake", lambda c: c["status"] == "CLOSED")
        ended = self.complaint["answer"]["outcome"]
        if ended != outcome:
            raise Failed(f"{self.title}: ended as {ended}, not as {outcome}: redletter case show {self.case_id}")


class Stale(Exception):
    """The record has moved since it was read."""


def days_ago(days: int) -> str:
    """Name a day in the past."""
    return str(now().date() - timedelta(days=days))
