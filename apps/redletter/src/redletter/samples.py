"""Sample cases for every way a complaint can end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from redletter.live import LiveHouse
from redletter.played import CURRENCY, ITEM, SIGNED, Played, days_ago

__all__ = ["CURRENCY", "SAMPLES", "Played", "Run", "Sample", "all_samples"]

ADVANCE = "sample-advance"  # the contract under which a good unit goes out first
QUOTE = {"material": "100.00", "labour": "80.00", "transport": "20.00", "tax": "26.00"}
WORK = {"parts_cost": "60.00", "labour_cost": "40.00", "complaint_points_tested": True, "report": "new board"}


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


def all_samples(house: LiveHouse) -> Run:
    """Prepare every sample with a customer of its own."""
    return Run([(sample, Played(house, sample.title, n)) for n, sample in enumerate(SAMPLES, 1)])


async def advance_contract(house: LiveHouse) -> None:
    """Put the sample contract into force, once: one proposes it, another approves it."""
    scope = f"contract:{ADVANCE}"
    rows = (await house.get("rma", "/policy")).json()["rows"]
    if any(row["scope"] == scope and row["approved_by"] for row in rows):
        return
    # The old unit is due at once, so that nobody has to wait a month to see what happens when it never comes.
    values = {"advance_replacement": True, "advance_return_days": 0, "exchange_approver": ""}
    office = Played(house, "the contract for advance replacements", 0)
    body = {"scope": scope, "valid_from": days_ago(30), "values": values}
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
    about = {"shipped_on": days_ago(800), "paid_agreement": True}
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
    about = {"received_on": days_ago(9)}
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
