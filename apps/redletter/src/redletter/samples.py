"""Sample cases for every way a complaint can end; each step is what one department's clerk does over HTTP."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
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
ADVANCE = "sample-advance"  # the contract under which a good unit goes out first
SIGNED = {"signatures": {"quality": "Q. Li", "storage": "S. Wang"}, "differences_signed": True}
QUOTE = {"material": "100.00", "labour": "80.00", "transport": "20.00", "tax": "26.00"}
WORK = {"parts_cost": "60.00", "labour_cost": "40.00", "complaint_points_tested": True, "report": "new board"}


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
            "issued_at": f"{_days_ago(20)}T09:00:00",
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
            "circumstances": {"shipped_on": _days_ago(20)},
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


@dataclass(frozen=True)
class Sample:
    """What happens, and how it must end."""

    title: str
    outcome: str
    play: Callable[[Played], Awaitable[None]]


@dataclass
class Run:
    """All samples of one run, as far as they are."""

    samples: list[tuple[Sample, Played]]
    done: list[Played] = field(default_factory=list)

    async def play(self) -> None:
        """Play all of them at once; the first that fails ends the run."""
        house = self.samples[0][1].house
        await advance_contract(house)
        async with asyncio.TaskGroup() as group:
            for sample, played in self.samples:
                group.create_task(self._one(sample, played))
        await house.quiet()  # an answer to the customer does not wait for the last posting

    async def _one(self, sample: Sample, played: Played) -> None:
        await sample.play(played)
        await played.ends(sample.outcome)
        self.done.append(played)


RUN = f"C{secrets.token_hex(3).upper()}"  # customers and invoices differ from run to run


def all_samples(house: LiveHouse) -> Run:
    """Prepare every sample with a customer of its own."""
    return Run([(sample, Played(house, sample.title, n)) for n, sample in enumerate(SAMPLES, 1)])


def _days_ago(days: int) -> str:
    return str(now().date() - timedelta(days=days))


async def advance_contract(house: LiveHouse) -> None:
    """Put the sample contract into force, once: one proposes it, another approves it."""
    scope = f"contract:{ADVANCE}"
    rows = (await house.get("rma", "/policy")).json()["rows"]
    if any(row["scope"] == scope and row["approved_by"] for row in rows):
        return
    # The old unit is due at once, so that nobody has to wait a month to see what happens when it never comes.
    values = {"advance_replacement": True, "advance_return_days": 0, "exchange_approver": ""}
    office = Played(house, "the contract for advance replacements", 0)
    body = {"scope": scope, "valid_from": _days_ago(30), "values": values}
    proposed = await office.told("rma", "/policy", body, "policy-maker")
    await office.told("rma", f"/policy/{proposed['version']}:approve", {}, "policy-approver")


async def credit(case: Played) -> None:
    """Three of ten paid pieces come back."""
    await case.complains("RETURN", await case.bought(paid=True), 3)
    await case.arrives(3)
    await case.inspected()


async def unpaid(case: Played) -> None:
    """All of an unpaid invoice comes back."""
    await case.complains("RETURN", await case.bought(), 10)
    await case.arrives(10)
    await case.inspected()


async def exchange(case: Played) -> None:
    """A good unit goes out when the bad one is back."""
    await case.complains("EXCHANGE", await case.bought())
    await case.signs("regional-sales-manager")
    await case.arrives()
    await case.inspected()
    released = {"parcel": f"SF-{case.customer}"}
    await case.do("rma", "ship-replacement", "rma-officer", released, when=lambda c: c["stage"] == "REPLACING")


async def advance(case: Played) -> None:
    """A good unit goes out first, and the old one never comes."""
    scope = {"profile": "manufacturing", "contract": ADVANCE}
    await case.complains("EXCHANGE", await case.bought(), scope=scope, circumstances={"wants_advance": True})


async def free_repair(case: Played) -> None:
    """The warranty bears the repair."""
    await case.complains("REPAIR", await case.bought())
    await case.repairable()
    await case.do("repair", "complete", "technician", WORK, when=lambda order: order["stage"] == "IN_REPAIR")
    await case.do("repair", "ship", "technician", {"parcel": f"SF-{case.customer}"})


async def quoted(case: Played) -> None:
    """Have a repair quoted whose warranty ran out long ago."""
    about = {"shipped_on": _days_ago(800), "paid_agreement": True}
    await case.complains("REPAIR", circumstances=about)
    await case.repairable()
    await case.do("repair", "quote", "technician", QUOTE, when=lambda order: order["chargeable"])


async def paid_repair(case: Played) -> None:
    """The customer confirms the quote, and the unit leaves when it is paid."""
    await quoted(case)
    await case.do("repair", "confirm-quote", "customer-desk", {"quote": 1, "confirmed_by": "Ms Zhao"})
    await case.do("repair", "complete", "technician", WORK)
    await case.see("finance", lambda settlement: settlement["gate"])
    payment = {"case_id": case.case_id, "amount": "226.00", "reference": f"bank-{case.customer}"}
    await case.told("finance", "/payments", payment, "accountant")
    leaves = {"parcel": f"SF-{case.customer}"}
    await case.do("repair", "ship", "technician", leaves, when=lambda order: order["gate"] == "OPEN")


async def declined(case: Played) -> None:
    """The customer does not want to pay, and has the unit back as it is."""
    await quoted(case)
    await case.do("repair", "decline-quote", "customer-desk", {"quote": 1})
    await case.do("repair", "ship", "technician", {"parcel": f"SF-{case.customer}"})


async def beyond_repair(case: Played) -> None:
    """The shop gives up, and the unit is credited instead."""
    await case.complains("REPAIR", await case.bought(paid=True))
    await case.repairable()
    why = {"explanation": "the housing is broken"}
    await case.do("repair", "give-up", "technician", why, when=lambda order: order["stage"] == "IN_REPAIR")


async def allowance(case: Played) -> None:
    """The customer keeps the goods and pays less; the sealed certificate comes first."""
    await case.complains("ALLOWANCE", await case.bought(), 10, line={"goods": False, "allowance": "100.00"})
    await case.signs("general-manager")
    proof = {"kind": "sealed-copy", "reference": f"Z-{case.customer}"}
    await case.do("finance", "record-evidence", "accountant", proof, when=lambda money: money["stage"] == "HELD")


async def not_established(case: Played) -> None:
    """The service manager finds that it is no complaint of ours."""
    await case.complains("RETURN")
    await case.see("inspection", lambda record: record["rma_number"])
    why = {"explanation": "The device was used under water."}
    await case.do("intake", "not-establish", "service-manager", why)


async def no_fault(case: Played) -> None:
    """Quality finds nothing wrong, and the goods go back."""
    await case.complains("RETURN", await case.bought(), 2)
    await case.arrives(2)
    await case.inspected(established=False, becomes="RETURN_TO_CUSTOMER")


async def refused(case: Played) -> None:
    """The window of seven days has passed."""
    about = {"received_on": _days_ago(9)}
    await case.complains("RETURN", scope={"profile": "ecommerce"}, circumstances=about)


async def batch(case: Played) -> None:
    """Fifty of one model are a batch, which the deputy head signs for."""
    await case.complains("RETURN", await case.bought(60, "10.00"), 50, "10.00")
    await case.signs("deputy-head")
    await case.arrives(50)
    await case.inspected()


async def _forty(case: Played, received: int) -> None:
    await case.complains("RETURN", await case.bought(200, "10.00"), 40, "10.00")
    await case.arrives(received)
    await case.inspected()


async def fewer(case: Played) -> None:
    """38 of 40 arrive and are booked as they came."""
    await _forty(case, 38)


async def more(case: Played) -> None:
    """42 of 40 are within the tolerance."""
    await _forty(case, 42)


async def far_more(case: Played) -> None:
    """43 of 40 are not: accounting holds the credit until it is approved anew."""
    await _forty(case, 43)
    await case.signs("deputy-head", "HELD")


async def unknown_parcel(case: Played) -> None:
    """The parcel shows no number, and waits among the unidentified until somebody finds out."""
    await case.complains("RETURN", await case.bought(paid=True))
    announced = await case.see("inspection", lambda record: record["rma_number"])
    stray = {"lines": [{"item": ITEM, "quantity": "1"}]}
    receipt = (await case.told("inspection", "/receipts", stray, "dock"))["receipt_id"]
    parcel = await case.see("inspection", lambda _: True, f"/receipts/{receipt}")
    found = {"rma_number": announced["rma_number"], **SIGNED}
    await case.told("inspection", f"/receipts/{receipt}:identify", found, "dock", parcel["version"])
    await case.inspected()


async def missing_accessory(case: Played) -> None:
    """The charger is not in the parcel and is deducted."""
    await case.complains("RETURN", await case.bought(paid=True))
    await case.arrives()
    await case.inspected(missing_parts=["charger"])


async def scrap(case: Played) -> None:
    """Fifty pieces are scrapped, which takes the general manager and a co-signer."""
    await case.complains("RETURN", await case.bought(60, "10.00"), 50, "10.00")
    await case.signs("deputy-head")
    await case.arrives(50)
    await case.inspected(becomes="SCRAP")
    signed = {"cosigned_by": "P. Head", "decision": "APPROVE"}
    await case.do("inspection", "approve-scrap", "general-manager", signed)


async def no_original(case: Played) -> None:
    """Nobody finds the invoice: a memo without tax, which the finance manager signs for."""
    await case.complains("RETURN")
    await case.arrives()
    await case.inspected()
    await case.do("finance", "approve", "finance-manager", when=lambda money: money["stage"] == "HELD")


SAMPLES = (
    Sample("return for credit, invoice paid", "CREDITED", credit),
    Sample("return of a whole unpaid invoice", "CREDITED", unpaid),
    Sample("exchange", "EXCHANGED", exchange),
    Sample("advance replacement, old unit never returned", "BILLED", advance),
    Sample("repair in warranty", "REPAIRED", free_repair),
    Sample("repair quoted, paid and shipped", "REPAIRED", paid_repair),
    Sample("repair quoted and declined", "SENT_BACK", declined),
    Sample("not repairable, credited instead", "CREDITED", beyond_repair),
    Sample("allowance, goods stay", "ALLOWED", allowance),
    Sample("complaint not established", "NOT_ESTABLISHED", not_established),
    Sample("no fault found", "NOT_ESTABLISHED", no_fault),
    Sample("return outside the window", "REFUSED", refused),
    Sample("batch of 50, needs approval", "CREDITED", batch),
    Sample("fewer received than approved", "CREDITED", fewer),
    Sample("a little more received", "CREDITED", more),
    Sample("far more received, held and approved", "CREDITED", far_more),
    Sample("parcel without RMA number", "CREDITED", unknown_parcel),
    Sample("missing accessory deducted", "CREDITED", missing_accessory),
    Sample("50 pieces scrapped", "CREDITED", scrap),
    Sample("goods without a known original", "CREDITED", no_original),
)
