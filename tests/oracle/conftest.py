"""Good histories: every way a case can end, played in one process, in the order of delivery that a test asks for."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from redletter import embedded, issuer, played, samples
from redletter.house import NAMES, services
from redletter.inprocess import open_house
from redletter.oracle import History, read
from redletter.oracle.rows import Record
from redletter.reach import now
from servicekit import migrate, relay
from servicekit.settings import Settings

sys.path.insert(0, str(Path(__file__).parent))  # the bad histories stand in modules of their own
SEED = 20261122


class Courier:
    """The departments in one process, for players who wait by asking again: each question delivers some records."""

    def __init__(self, house: Any) -> None:
        self.house, self.lock = house, asyncio.Lock()
        self.post = house.post

    async def get(self, department: str, path: str, role: str = "reader") -> Any:
        """Let the courier work a little, then ask."""
        async with self.lock:
            for _ in range(20):
                if not await self.house.deliver_one():
                    break
        return await self.house.get(department, path, role)

    async def quiet(self) -> None:
        """Deliver everything."""
        async with self.lock:
            await self.house.quiet()


async def play_all(house: Any, settings: Any) -> History:
    """Play every sample to its end and read what came of it, with the topics as a broker would have them."""
    try:
        run = samples.all_samples(Courier(house))
        await run.play()
        for number, play in enumerate(MORE, 1):
            case = played.Played(Courier(house), play.__name__, 100 + number)
            await play(case)
        await house.quiet()
    finally:
        await house.close()
    history = await read({name: str(settings[name].database_url) for name in NAMES})
    return replace(history, records=published(history))


def published(history: History) -> tuple[Record, ...]:
    """Make the records that the relays would have sent for the outboxes of a history, each key in one partition."""
    made, known = [], services()
    for name, department in history.departments.items():
        for event in department.outbox:
            row = {
                "id": event.id, "type": event.type, "aggregateid": event.key, "aggregateversion": event.version,
                "time": event.time, "causationid": event.cause, "traceparent": event.trace,
            }  # fmt: skip
            headers = {key: value.decode() for key, value in relay.headers(known[name], row)}
            partition = sum(event.key.encode()) % 12
            made.append(Record(event.topic, partition, event.seq, event.key, headers, event.body.encode()))
    return tuple(made)


async def claim(case: played.Played, name: str, invoices: int = 1) -> str:
    """Reserve three pieces of what the customer bought."""
    bought = [await case.bought(paid=True) for _ in range(invoices)]
    line = {"line": 1, "item": played.ITEM, "quantity": "3", "unit_price": "100.00"}
    body = {"claim_id": name, "entity": played.ENTITY, "customer": case.customer, "currency": played.CURRENCY}
    await case.told("finance", "/claims", {**body, "returned_at": "2030-01-01T00:00:00", "lines": [line]}, "accountant")
    return bought[0]


async def claimed(case: played.Played) -> None:
    """A claim is used up by its credit."""
    invoice = await claim(case, f"CL-{case.customer}")
    await case.complains("RETURN", invoice, 3, claim=f"CL-{case.customer}")
    await case.arrives(3)
    await case.inspected()
    await case.ends("CREDITED")


async def claimed_in_vain(case: played.Played) -> None:
    """A claim is given back when its case is refused; the customer is not satisfied with that."""
    await claim(case, f"CL-{case.customer}")
    about = {"received_on": "2020-01-01"}
    scope = {"profile": "ecommerce"}
    await case.complains("RETURN", claim=f"CL-{case.customer}", scope=scope, circumstances=about)
    await case.ends("REFUSED")


async def still_claimed(case: played.Played) -> None:
    """A claim waits for its complaint."""
    await claim(case, f"CL-{case.customer}")


async def paid_out(case: played.Played) -> None:
    """A credit is paid out by the bank."""
    await samples.credit(case)
    await case.ends("CREDITED")
    body = {"entity": played.ENTITY, "customer": case.customer, "currency": played.CURRENCY, "amount": "100.00"}
    refund = (await case.told("finance", "/refunds", body, "accountant"))["refund_id"]
    for verb, role, said in (
        ("approve", "finance-manager", {}),
        ("confirm-payment", "accountant", {"reference": "B-1"}),
    ):
        seen = await case.see("finance", lambda _: True, f"/refunds/{refund}")
        await case.told("finance", f"/refunds/{refund}:{verb}", said, role, seen["version"])


async def goods_on_their_way(case: played.Played) -> None:
    """A case waits for its goods, and a timer with it."""
    await case.complains("RETURN", await case.bought())
    await case.see("inspection", lambda record: record["rma_number"])


async def on_the_bench(case: played.Played) -> None:
    """A unit is in repair."""
    await case.complains("REPAIR", await case.bought())
    await case.repairable()
    await case.see("repair", lambda order: order["stage"] == "IN_REPAIR")


async def waits_for_a_signature(case: played.Played) -> None:
    """A credit without an original waits in accounting."""
    await case.complains("RETURN")
    await case.arrives()
    await case.inspected()
    await case.see("finance", lambda money: money["stage"] == "HELD")


async def difference_due(case: played.Played) -> None:
    """What is given costs more than what came back, and nobody has paid that yet."""
    await case.complains("EXCHANGE", await case.bought(paid=True))
    other = {"item": "GOODS-PLUS", "unit_price": "150.00", "tax": "19.50", "unit_cost": "90.00"}
    offer = {"lines": [{"line": 1, "replacement": other}]}
    await case.do(
        "rma", "offer-replacement", "rma-officer", offer, when=lambda record: record["stage"] == "PENDING_APPROVAL"
    )
    await case.signs("regional-sales-manager")
    await case.arrives()
    await case.inspected()
    await case.see("rma", lambda record: record["stage"] == "AWAITING_PAYMENT")


async def difference_paid(case: played.Played) -> None:
    """What is given costs more, and goes out when that is paid."""
    await difference_due(case)
    payment = {"case_id": case.case_id, "amount": "56.50", "reference": f"bank-{case.customer}"}
    await case.told("finance", "/payments", payment, "accountant")
    released = {"parcel": f"SF-{case.customer}"}
    await case.do(
        "rma", "ship-replacement", "rma-officer", released, when=lambda record: record["stage"] == "REPLACING"
    )
    await case.ends("EXCHANGED")


async def came_after_its_bill(case: played.Played) -> None:
    """The old unit of a swap comes when the one sent in advance is billed."""
    await samples.advance(case)
    await case.ends("BILLED")
    await case.arrives()
    await case.inspected()
    await case.see("intake", lambda record: record["answer"]["outcome"] == "LATE_RETURNED")


MORE = (
    claimed, claimed_in_vain, difference_due, difference_paid, came_after_its_bill, still_claimed, paid_out,
    goods_on_their_way, on_the_bench, waits_for_a_signature,
)  # fmt: skip


@pytest.fixture(scope="session")
def history_of(home: Any) -> Callable[[str], Awaitable[History]]:
    """Give the history of all samples in this order of delivery, played once."""
    known: dict[str, History] = {}

    async def give(mode: str) -> History:
        if mode not in known:
            settings = await empty_databases(home, mode)
            signed = {role: issuer.token(home, role, now(), minutes=600) for role in issuer.ROLES}
            house = open_house(list(services().values()), settings, signed.__getitem__, mode, SEED)
            known[mode] = await play_all(house, settings)
        return known[mode]

    return give


async def empty_databases(home: Any, mode: str) -> dict[str, Settings]:
    """Give each department a database of its own, so that no other test has written there."""
    named = await embedded.postgres(home, [f"oracle_{mode}_{name}" for name in NAMES])
    made = {}
    for name, service in services().items():
        url = named[f"oracle_{mode}_{name}"]
        made[name] = Settings(DATABASE_URL=url, issuer=issuer.ISSUER, jwks_file=issuer.key_set(home))
        await migrate.upgrade(service, made[name].database_url)
    return made
