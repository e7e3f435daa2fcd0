"""The story of a case for a person to read: lines are never cut, so that they can be searched and clicked."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.text import Text

from redletter.stage import PLACES
from redletter.story import Story, Told

# What of an event is worth a place in its line.
FACTS = (
    "request", "number", "rma_number", "receipt", "approver", "kind", "responsibility", "repair_number", "quote", "net",
    "tax", "due", "paid", "credited", "due_on", "confirmed_by", "approved_by", "outcome", "satisfied",
)  # fmt: skip
AMOUNTS = {"net", "tax", "due", "paid", "credited"}


def lines(story: Story) -> Iterator[Text]:
    """Tell it line by line."""
    numbers = "   ".join(f"{name} {number}" for name, number in story.numbers.items())
    yield Text.assemble(("Case ", "bold"), (story.case_id, "bold"), "   ", numbers)
    stands = (f"{name} {record[PLACES[name].field]}" for name, record in story.records.items())
    yield Text(" · ".join(stands), "dim")
    day = ""
    for event in story.events:
        if day != (day := f"{event.time:%Y-%m-%d}"):
            yield Text(f"\n{day} (UTC)", "bold")
        yield from _event(event)
    yield from _section("Documents", story.documents, _document)
    yield from _section("Postings", story.entries, _entry)
    yield from _section("Open", story.open, _open)
    yield from _section("Parked", story.parked, _parked)


def _event(event: Told) -> Iterator[Text]:
    indent = "   " * event.depth
    facts = "  ".join(
        f"{name} {_plain(name, event.data[name])}" for name in FACTS if event.data.get(name) not in (None, "")
    )
    line = Text.assemble(
        (f"{event.time:%H:%M:%S}.{event.time.microsecond // 1000:03d}  ", "dim"),
        f"{event.department:<11}{indent}",
        (f"{event.name}", "bold"),
        (f" v{event.version}", "dim"),
    )
    if event.actor:
        line.append(f"  by {event.actor}", "cyan")
    if facts:
        line.append(f"  {facts}")
    yield line
    margin = f"{'':<25}{indent}"
    if event.reason:
        why = Text.assemble(margin, ("why ", "dim"), (event.reason["code"], "yellow"))
        if event.place:
            why.append(f"  {event.place}", "dim")
        if event.reason.get("policy"):
            why.append(f"  {event.reason['policy']}", "magenta")
        yield why


def _plain(name: str, value: Any) -> str:
    """Write a fact in as few signs as it takes."""
    if isinstance(value, dict):
        return f"{money(value['amount'])} {value['currency']}"
    return money(value) if name in AMOUNTS else str(value)


def _section(title: str, rows: Sequence[Mapping[str, Any]] | None, tell: Any) -> Iterator[Text]:
    if rows is None:
        yield Text(f"\n{title}: finance does not answer", "red")
    elif rows:
        yield Text(f"\n{title}", "bold")
        for row in rows:
            yield from tell(row)


def _document(row: Mapping[str, Any]) -> Iterator[Text]:
    amounts = f"net {money(row['net'])}  tax {money(row['tax'])}  {row['currency']}"
    original = f"  for {row['original']}" if row.get("original") else ""
    yield Text.assemble(f"  {row['type']} ", (row["number"], "bold"), f"  {row['issued_on']}  {amounts}{original}")


def _entry(row: Mapping[str, Any]) -> Iterator[Text]:
    yield Text(f"  {row['template']} {row['document'] or ''}".rstrip(), "dim")
    for line in row["lines"]:
        debit = line["side"] == "D"
        account = f"{'' if debit else '    '}{line['account']}"
        yield Text(f"    {'Dr' if debit else 'Cr'} {account:<28}{money(line['amount']):>12} {row['currency']}")


def _open(row: Mapping[str, Any]) -> Iterator[Text]:
    yield Text(f"  {row['department']}: {row['what']} {row['when']}".rstrip(), "yellow")


def _parked(row: Mapping[str, Any]) -> Iterator[Text]:
    yield Text(f"  {row['department']}: {row['state']} {row['type']}: {row['reason']}: {row['detail']}", "red")
    yield Text(f"    redletter dlq show {row['message_id']}", "dim")


def money(amount: object) -> str:
    """Write an amount with two decimals, or as many as it has."""
    exact = Decimal(str(amount))
    cents = exact.quantize(Decimal("0.01"))
    return f"{cents if cents == exact else exact.normalize():f}"
