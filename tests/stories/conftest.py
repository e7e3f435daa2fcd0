"""The people of the stories: each step is what one department's clerk does over HTTP."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

RUN = datetime.now(UTC).strftime("%H%M%S%f")  # noqa: TID251  names of customers and invoices differ from run to run
NUMBERS = count(1)
TODAY = datetime.now(UTC).date()  # noqa: TID251  the departments judge by the real clock here


class People:
    """Everybody a case meets, from the customer's first call to the bank."""

    def __init__(self, house: Any) -> None:
        self.house = house
        self.customer = f"C{RUN}-{next(NUMBERS)}"
        self.case_id = ""
        self.rma_number = ""

    async def told(self, answer: Any, status: int = 200) -> Any:
        """Take an answer that has to be this one."""
        assert answer.status_code == status, answer.text
        return answer.json()

    async def blue_invoice(self, quantity: int = 10, price: str = "100.00", **more: Any) -> str:
        """Have a blue invoice of one line with 13 % tax in the books, unpaid unless told."""
        number = f"B{RUN}-{next(NUMBERS)}"
        net = Decimal(price) * quantity
        tax = (net * 13 / 100).quantize(Decimal("0.01"))
        body = {
            "entity": "CN01",
            "invoice": number,
            "customer": self.customer,
            "currency": "CNY",
            "issued_at": str(TODAY - timedelta(days=20)),
            "open_amount": str(net + tax),
            "lines": [
                {
                    "line": 1,
                    "item": "GOODS",
                    "quantity": str(quantity),
                    "unit_price": price,
                    "net": str(net),
                    "tax": str(tax),
                    "unit_cost": "60.00",
                }
            ],
            **more,
        }
        answer = await self.house.post(
            "finance", "/blue-invoices:bulk", {"items": [{"key": number, "body": body}]}, "accountant"
        )
        result = (await self.told(answer))["results"][0]
        assert result["status"] < 300, result
        return number

    async def complains(self, request: str, invoice: str = "", quantity: int = 3, **more: Any) -> str:
        """Register a complaint about one line; its case goes on by itself."""
        line = {"line": 1, "item": "GOODS", "quantity": str(quantity), "unit_price": "100.00", **more.pop("line", {})}
        if invoice:
            line["original"] = {"invoice": invoice, "line": 1}
        body = {
            "customer": self.customer,
            "contact": "+86 21 5555 0100",
            "content": "It does not work.",
            "channel": "phone",
            "category": "product-quality",
            "entity": "CN01",
            "currency": "CNY",
            "request": request,
            "scope": {"profile": "manufacturing"},
            "lines": [line],
            "circumstances": {"shipped_on": str(TODAY - timedelta(days=20))},
            **more,
        }
        answer = await self.told(await self.house.post("intake", "/complaints", body, "clerk"), 201)
        self.case_id = answer["case_id"]
        return self.case_id

    async def see(self, department: str, wanted: Callable[[Any], bool], path: str = "") -> Any:
        """Wait until the department's record of the case shows it."""
        places = {
            "intake": "/complaints",
            "rma": "/cases",
            "inspection": "/inspections",
            "repair": "/orders",
            "finance": "/settlements",
        }
        return await self.house.until(department, path or f"{places[department]}/{self.case_id}", wanted)

    async def do(self, department: str, verb: str, role: str, body: Any = None, status: int = 200, **more: Any) -> Any:
        """Give a command on the case, with the version that was just read."""
        places = {
            "intake": "/complaints",
            "rma": "/cases",
            "inspection": "/inspections",
            "repair": "/orders",
            "finance": "/settlements",
        }
        seen = (await self.see(department, lambda _: True))["version"]
        path = f"{places[department]}/{self.case_id}:{verb}"
        return await self.told(await self.house.post(department, path, body or {}, role, seen=seen, **more), status)

    async def stage(self, stage: str) -> Any:
        """Wait until the RMA office has the case at this stage."""
        return await self.see("rma", lambda case: case["stage"] == stage)

    async def announced(self) -> str:
        """Wait until the dock knows that the goods may come."""
        inspection = await self.see("inspection", lambda record: record["rma_number"])
        self.rma_number = inspection["rma_number"]
        return self.rma_number

    async def arrives(self, quantity: int = 3, *, status: int = 201, **more: Any) -> Any:
        """Bring the parcel to the dock."""
        if not self.rma_number and "rma_number" not in more:
            await self.announced()
        body = {
            "rma_number": self.rma_number,
            "lines": [{"line": 1, "quantity": str(quantity)}],
            "signatures": {"quality": "Q. Li", "storage": "S. Wang"},
            "differences_signed": True,
            **more,
        }
        return await self.told(await self.house.post("inspection", "/receipts", body, "dock"), status)

    async def inspected(self, **finding: Any) -> Any:
        """Have quality look at the goods: the fault is confirmed unless told."""
        line = {"line": 1, "established": True, "becomes": "RESTOCK", **finding}
        body = {"inspector": "I. Chen", "responsibility": "OWN", "lines": [line]}
        return await self.do("inspection", "complete", "inspector", body)

    async def evidence(self) -> None:
        """Record the buyer's certificate where accounting waits for one."""
        await self.house.quiet()
        settlement = await self.see("finance", lambda _: True)
        if settlement["stage"] == "HELD" and "certificate" in json.dumps(settlement.get("held")):
            await self.do(
                "finance", "record-evidence", "accountant", {"kind": "allowance-certificate", "reference": "Z-1"}
            )

    async def documents(self) -> list[Any]:
        """Read the documents of the case."""
        answer = await self.house.get("finance", f"/documents?case_id={self.case_id}")
        found: list[Any] = (await self.told(answer))["items"]
        amounts = [(money(d["net"]), money(d["tax"]), money(Decimal(d["net"]) + Decimal(d["tax"]))) for d in found]
        return [{**d, "net": n, "tax": t, "gross": g} for d, (n, t, g) in zip(found, amounts, strict=True)]

    async def entries(self) -> list[list[list[str]]]:
        """Read the entries of the case as [[side, account role, amount], …] in the order of posting."""
        answer = await self.house.get("finance", f"/entries?case_id={self.case_id}")
        found = (await self.told(answer))["items"]
        return [[[x["side"], x["account"], money(x["amount"])] for x in entry["lines"]] for entry in found]

    async def credit_balance(self) -> str:
        """Read what we owe the customer."""
        rows = (await self.told(await self.house.get("finance", "/balances?by=customer")))["items"]
        return money(sum(Decimal(row["credited"]) for row in rows if row["customer"] == self.customer))

    async def heard(self) -> list[str]:
        """Name every event of the case once, in the order of time."""
        return [row.type.removeprefix("redletter.").removesuffix(".v1") for row in await self.house.story(self.case_id)]

    async def ends(self, outcome: str) -> Any:
        """See the case through: everything delivered, the complaint answered and closed, nothing stuck, one trace."""
        await self.house.quiet()
        complaint = await self.see("intake", lambda c: c["status"] in {"ANSWERED", "CLOSED"})
        assert complaint["answer"]["outcome"] == outcome, complaint["answer"]
        if complaint["status"] == "ANSWERED":
            await self.do("intake", "confirm", "customer-desk", {"satisfied": True})
            await self.house.quiet()
        complaint = await self.see("intake", lambda c: c["status"] == "CLOSED")
        story = await self.house.story(self.case_id)
        assert len({row.traceparent.split("-")[1] for row in story}) == 1, "one case is one trace"
        stuck = [row for row in await self.house.stuck() if getattr(row, "key", "") == self.case_id]
        assert stuck == []
        return complaint


def money(text: Any) -> str:
    """Show an amount with two decimals."""
    return str(Decimal(str(text)).quantize(Decimal("0.01")))


@pytest.fixture
def people(house: Any) -> People:
    """Somebody new, with a case of their own."""
    return People(house)
