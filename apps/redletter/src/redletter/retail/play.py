"""Play the retailer's returns through the departments: accounting finds the originals, the clerks register, the dock
receives, quality inspects. Every command has a key made of the file's own numbers, so a run that was killed is repeated
from its beginning and nothing happens twice."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from redletter.desk import BULK, Desk, NotTaken, all_taken
from redletter.retail.files import Line

ENTITY = "online-retail"
CURRENCY = "GBP"
PROFILE = "online-retail"
LARGEST_REQUEST = 12_000  # lines of one bulk request: well below the limit of its body
PAUSE_SECONDS = 0.05
KINDS = ("one", "split", "part", "none", "anonymous", "allowance")


@dataclass(frozen=True)
class Document:
    """One return document: everything of one number and one customer."""

    key: str
    customer: str
    lines: tuple[Line, ...]


@dataclass
class Progress:
    """How far the import is, and where its time goes."""

    documents: int = 0
    claimed: int = 0
    registered: int = 0
    received: int = 0
    inspected: int = 0
    closed: int = 0
    invoices: int = 0
    invoices_total: int = 0
    lines: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    refused: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @asynccontextmanager
    async def timing(self, what: str) -> AsyncIterator[None]:
        """Count the time of a request to its department."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[what] += time.perf_counter() - began


def documents(lines: Iterable[Line]) -> list[Document]:
    """Put rows together into documents, in the order of the file; a number with two customers is two cases."""
    found: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        found.setdefault((line.document, line.customer), []).append(line)
    seen: set[str] = set()
    made = []
    for (number, customer), rows in found.items():
        key = f"{number}.{customer or 'anonymous'}" if number in seen else number
        seen.add(number)
        made.append(Document(key, customer, tuple(rows)))
    return made


async def import_sales(desk: Desk, sales: Iterable[Line], progress: Progress) -> None:
    """Load the blue invoices through finance's own import; an invoice that is there already is left as it is."""
    invoices: dict[tuple[str, str], list[Line]] = {}
    for line in sales:
        invoices.setdefault((line.document, line.customer), []).append(line)
    progress.invoices_total = len(invoices)
    for group in chunks(invoices.values()):
        items = [_invoice(rows) for rows in group]
        async with progress.timing("finance: blue invoices"):
            results = await desk.bulk("finance", "/blue-invoices:bulk", items)
        for item, result in zip(items, results, strict=True):
            if result["status"] >= 300:  # noqa: PLR2004  HTTP statuses
                progress.refused.append(f"blue invoice {item['key']}: {result['body'].get('detail')}")
        progress.invoices += len(items)


def chunks(groups: Iterable[list[Line]]) -> Iterator[list[list[Line]]]:
    """Cut invoices into requests that are small enough."""
    chunk: list[list[Line]] = []
    size = 0
    for rows in groups:
        if chunk and (size + len(rows) > LARGEST_REQUEST or len(chunk) == BULK):
            yield chunk
            chunk, size = [], 0
        chunk.append(rows)
        size += len(rows)
    if chunk:
        yield chunk


def _invoice(rows: list[Line]) -> dict[str, Any]:
    first = rows[0]
    return {
        "key": f"sale-{first.document}-{first.customer}",
        "body": {
            "entity": ENTITY,
            "invoice": first.document,
            "customer": first.customer,
            "currency": CURRENCY,
            "issued_at": min(row.at for row in rows).isoformat(),
            "lines": [
                {"line": r.position, "item": r.item, "quantity": r.quantity, "unit_price": str(r.unit_price)}
                for r in rows
            ],
        },
    }


async def play(desk: Desk, returns: list[Document], no_goods: frozenset[str], progress: Progress) -> None:
    """Send every return document through the whole chain and wait until each has its answer."""
    progress.documents = len(returns)
    registered = asyncio.create_task(_register(desk, returns, no_goods, progress))
    played = [asyncio.create_task(_receive(desk, progress)), asyncio.create_task(_inspect(desk, progress))]
    try:
        while not (registered.done() and await _open(desk, progress) == 0):
            failed = [task for task in (registered, *played) if task.done() and task.exception()]
            if failed:
                failed[0].result()
            await asyncio.sleep(PAUSE_SECONDS * 2)
    finally:
        for task in (registered, *played):
            task.cancel()
        await asyncio.gather(registered, *played, return_exceptions=True)


async def _open(desk: Desk, progress: Progress) -> int:
    """Count the complaints of this profile that have no answer yet."""
    total = (await desk.get("intake", f"/complaints?profile={PROFILE}&limit=0"))["total"]
    closed = (await desk.get("intake", f"/complaints?profile={PROFILE}&status=CLOSED&limit=0"))["total"]
    progress.closed = max(0, progress.registered - (total - closed))
    waiting: int = total - closed
    return waiting


async def _register(desk: Desk, returns: list[Document], no_goods: frozenset[str], progress: Progress) -> None:
    """Have accounting find the originals in the order of the file, then register the complaints."""
    for start in range(0, len(returns), BULK):
        group = returns[start : start + BULK]
        claims = [_claim(document, no_goods) for document in group]
        async with progress.timing("finance: finding originals"):
            found = all_taken("/claims:bulk", claims, await desk.bulk("finance", "/claims:bulk", claims))
        progress.claimed += len(group)
        for document, claim in zip(group, found, strict=True):
            _count(document, claim, no_goods, progress)
        items = [_complaint(document, claim, no_goods) for document, claim in zip(group, found, strict=True)]
        async with progress.timing("intake: complaints"):
            all_taken("/complaints:bulk", items, await desk.bulk("intake", "/complaints:bulk", items))
        progress.registered += len(group)


def _claim(document: Document, no_goods: frozenset[str]) -> dict[str, Any]:
    body = {
        "claim_id": document.key,
        "entity": ENTITY,
        "customer": document.customer,
        "currency": CURRENCY,
        "returned_at": document.lines[0].at.isoformat(),
        "lines": [
            {
                "line": line.position,
                "item": line.item,
                "quantity": line.quantity,
                "unit_price": str(line.unit_price),
                "goods": line.item not in no_goods,
                "returned_at": line.at.isoformat(),
            }
            for line in document.lines
        ],
    }
    return {"key": f"claim-{document.key}", "body": body}


def _count(document: Document, claim: Any, no_goods: frozenset[str], progress: Progress) -> None:
    """Sort each line into what the summary tells."""
    for line, found in zip(document.lines, claim["lines"], strict=True):
        if line.item in no_goods:
            kind = "allowance"
        elif not document.customer:
            kind = "anonymous"
        elif not found["allocations"]:
            kind = "none"
        elif Decimal(found["unmatched"]):
            kind = "part"
        else:
            kind = "one" if len(found["allocations"]) == 1 else "split"
        progress.lines[kind] += 1


def _complaint(document: Document, claim: Any, no_goods: frozenset[str]) -> dict[str, Any]:
    """Register one document: a line for each original it goes back to, and one for the rest that has none."""
    lines: list[dict[str, Any]] = []
    for line, found in zip(document.lines, claim["lines"], strict=True):
        if line.item in no_goods:
            parts: list[tuple[Any, Any]] = [(line.quantity, None)]
        else:
            parts = [(a["quantity"], a["original"]) for a in found["allocations"]]
            parts += [(found["unmatched"], None)] if Decimal(found["unmatched"]) else []
        for quantity, original in parts:
            said: dict[str, Any] = {
                "line": len(lines) + 1,
                "item": line.item,
                "quantity": quantity,
                "unit_price": str(line.unit_price),
            }
            if original is not None:
                said["original"] = original
            if line.item in no_goods:
                said |= {"goods": False, "allowance": str(line.value)}
            lines.append(said)
    body = {
        "customer": document.customer,
        "content": f"Return document {document.key}",
        "channel": "web",
        "reference": document.key,
        "claim": document.key,
        "entity": ENTITY,
        "currency": CURRENCY,
        "request": "RETURN" if any(said.get("goods", True) for said in lines) else "ALLOWANCE",
        "scope": {"profile": PROFILE},
        "lines": lines,
    }
    return {"key": f"complaint-{document.key}", "body": body}


async def _receive(desk: Desk, progress: Progress) -> None:
    """Play the dock: whatever is announced arrives in full."""
    async for announced in desk.worklist("inspection", f"/inspections?stage=ANNOUNCED&profile={PROFILE}"):
        if not announced:
            await asyncio.sleep(PAUSE_SECONDS)
            continue
        items = [_receipt(record) for record in announced]
        async with progress.timing("inspection: receipts"):
            progress.received += _done(await desk.bulk("inspection", "/receipts:bulk", items))


def _receipt(record: Any) -> dict[str, Any]:
    body = {
        "rma_number": record["rma_number"],
        "lines": [{"line": line["line"], "quantity": line["announced"]} for line in record["lines"]],
        "signatures": {"quality": "file", "storage": "file"},
    }
    return {"key": f"receipt-{record['id']}", "body": body}


async def _inspect(desk: Desk, progress: Progress) -> None:
    """Play the inspectors: every fault is confirmed and the goods go back to stock."""
    async for received in desk.worklist("inspection", f"/inspections?stage=RECEIVED&profile={PROFILE}"):
        if not received:
            await asyncio.sleep(PAUSE_SECONDS)
            continue
        items = [_findings(record) for record in received]
        async with progress.timing("inspection: findings"):
            progress.inspected += _done(await desk.bulk("inspection", "/inspections:bulk", items))


def _findings(record: Any) -> dict[str, Any]:
    lines = [{"line": line["line"], "established": True, "becomes": "RESTOCK"} for line in record["lines"]]
    body = {"inspector": "file", "responsibility": "OWN", "lines": lines}
    return {"key": f"findings-{record['id']}", "case_id": record["id"], "body": body}


def _done(results: list[Any]) -> int:
    """Count what was taken; a worklist that was read twice is no mistake, anything else is.

    Raises:
        NotTaken: with the reason in words.
    """
    wrong = [r for r in results if r["status"] >= 300 and r["status"] != 409]  # noqa: PLR2004  HTTP statuses
    if wrong:
        raise NotTaken(str(wrong[0]["body"]))
    return sum(1 for r in results if r["status"] < 300)  # noqa: PLR2004  HTTP statuses
