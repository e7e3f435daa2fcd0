"""Invariants of the books: 2 conservation, 4 the cap of what may be credited, 6 documents and their numbers."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from contracts import intake, repair, rma
from contracts.base import total
from redletter.oracle import law
from redletter.oracle.history import Found, History, Violation, named
from redletter.oracle.rows import NOTHING, DocumentLine, EntryLine, Share

ZERO = Decimal(0)


def conservation(history: History) -> list[Violation]:
    """2: every entry balances, so does every entity, and every balance is the sum of its postings."""
    return named("conservation", _balanced(history), _entities(history), _credits(history), _cases(history))


def _signed(line: EntryLine) -> Decimal:
    return line.amount if line.side == "D" else -line.amount


def _balanced(history: History) -> Iterator[Found]:
    books = history.books
    for entry in books.entries:
        lines = books.lines_of.get(entry.id, [])
        if len(lines) < 2 or total(_signed(line) for line in lines):  # noqa: PLR2004  double entry
            yield entry.id, f"{len(lines)} lines that come to {total(_signed(line) for line in lines)}"
        if any(line.currency != entry.currency or line.amount <= 0 for line in lines):
            yield entry.id, "a line has another currency than its entry, or no amount"
    for orphan in books.lines_of.keys() - {entry.id for entry in books.entries}:
        yield orphan, "lines without their entry"


def _entities(history: History) -> Iterator[Found]:
    entity_of = {entry.id: entry.entity for entry in history.books.entries}
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in history.books.entry_lines:
        sums[entity_of.get(line.entry, ""), line.currency] += _signed(line)
    for (entity, currency), rest in sums.items():
        if rest:
            yield entity, f"its books are out of balance by {rest} {currency}"


def _credits(history: History) -> Iterator[Found]:
    """A customer's credit is what was posted to it."""
    books = history.books
    posted: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for entry in books.entries:
        for line in books.lines_of.get(entry.id, []):
            if line.account == "CUSTOMER_CREDIT":
                posted[entry.entity, entry.customer, line.currency] -= _signed(line)
    balances = {(c.entity, c.customer, c.currency): c.balance for c in books.credits}
    for who in posted.keys() | balances.keys():
        if posted.get(who, ZERO) != balances.get(who, ZERO):
            yield "/".join(who), f"the credit is {balances.get(who, ZERO)}, posted was {posted.get(who, ZERO)}"


def _cases(history: History) -> Iterator[Found]:
    """What a case has in quarantine, sent ahead, and received in cash is what was posted for it."""
    books = history.books
    posted: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry in books.entries:
        for line in books.lines_of.get(entry.id, []):
            if not entry.template.endswith("-recovered"):  # what a bad unit is still worth stays where it is
                posted[entry.case_id, line.account] += _signed(line)
            posted[entry.case_id, f"{entry.template} {line.account}"] += _signed(line)
    for key, settlement in history.settlements():
        payments, sales = (settlement["gate"] or {}).get("payments", {}), settlement.get("scrap_sales", {})
        for account, amounts in {
            "RETURNS_QUARANTINE": [goods["cost"] for goods in settlement["waiting"]],
            "ADV_REPLACEMENT": [unit["cost"] for unit in settlement["ahead"]],
            "T10-paid BANK": list(payments.values()),
            "T4-sold BANK": [part for sale in sales.values() for part in (sale["net"], sale["tax"])],
        }.items():
            shown = total(Decimal(amount) for amount in amounts)
            if shown != posted[key, account]:
                yield key, f"{account} shows {shown}, posted was {posted[key, account]}"


def refund_cap(history: History) -> list[Violation]:
    """4: of a blue line never more is reserved and credited than was sold, and the counters count what is there."""
    streams = [_caps(history), _counters(history), _never_negative(history)]
    if history.at_rest:
        streams.append(_claims(history))
    return named("refund_cap", *streams)


def _caps(history: History) -> Iterator[Found]:
    for line in history.books.blue_lines:
        for name, sold, used, lowest in zip(
            Share._fields,
            line.sold,
            line.reserved.plus(line.credited),
            map(min, line.reserved, line.credited),
            strict=True,
        ):
            if used > sold or lowest < 0:
                yield line.id, f"{name}: {used} of {sold} are reserved or credited"


def _counters(history: History) -> Iterator[Found]:
    credited: dict[str, Share] = defaultdict(lambda: NOTHING)
    for line, kind, _ in _credit_lines(history):
        if kind in law.COUNTED and line.blue_line:
            credited[line.blue_line] = credited[line.blue_line].plus(line.share)
    reserved: dict[str, Share] = defaultdict(lambda: NOTHING)
    for claim in history.kind("finance", "claim").values():
        for key, held in claim.body["reserved"].items():
            share = Share(*(Decimal(held[name]) for name in Share._fields))
            reserved[key] = reserved[key].plus(share)
    for blue in history.books.blue_lines:
        for name, counter, there in (
            ("credited", blue.credited, credited.get(blue.id, NOTHING)),
            ("reserved", blue.reserved, reserved.get(blue.id, NOTHING)),
        ):
            if counter != there:
                yield blue.id, f"{name} counts {_show(counter)}, there are {_show(there)}"


def _show(share: Share) -> str:
    return "/".join(f"{value.normalize():f}" for value in share)


def _credit_lines(history: History) -> Iterator[tuple[DocumentLine, str, str]]:
    """Give each line of a document with the document's kind and original."""
    heads = {document.id: document for document in history.books.documents}
    for line in history.books.document_lines:
        if line.document in heads:
            head = heads[line.document]
            yield line, head.type, f"{head.entity}/{head.original}" if head.original else ""


def _never_negative(history: History) -> Iterator[Found]:
    for credit in history.books.credits:
        if credit.balance < 0:
            yield f"{credit.entity}/{credit.customer}", f"more was paid out than he had: {credit.balance}"


def _claims(history: History) -> Iterator[Found]:
    """A claim whose case has ended holds nothing."""
    over = (rma.CaseSettled.TYPE, rma.ReturnRefused.TYPE)
    ended = {history.last(key, kind)["claim"] for key, told in history.told.items() for kind in over if kind in told}
    for key, claim in history.kind("finance", "claim").items():
        if key in ended and claim.body["reserved"]:
            yield key, "its case has ended, and it still reserves blue lines"


def documents(history: History) -> list[Violation]:
    """6: a document names blue lines that exist, is the sum of its lines, and numbers have no gap."""
    return named("documents", _blue(history), _sums(history), _gaps(history), _series(history))


def _blue(history: History) -> Iterator[Found]:
    blue = {line.id: line for line in history.books.blue_lines}
    for document in history.books.documents:
        known = (document.entity, document.original) in history.books.blue_invoices
        if (document.original and not known) or (not document.original and document.type in law.MUST_HAVE_BLUE):
            yield document.number, f"its original is {document.original or 'not named'}, which is not in the books"
    for line, kind, invoice in _credit_lines(history):
        sold = blue.get(line.blue_line)
        if line.blue_line and (sold is None or f"{sold.entity}/{sold.invoice}" != invoice):
            yield line.document, f"line {line.no} names {line.blue_line}, which is not of {invoice}"
        if not line.blue_line and kind in law.WITH_BLUE:
            yield line.document, f"line {line.no} of a {kind} names no blue line"


def _sums(history: History) -> Iterator[Found]:
    sums: dict[str, Share] = defaultdict(lambda: NOTHING)
    for line in history.books.document_lines:
        sums[line.document] = sums[line.document].plus(line.share)
    for document in history.books.documents:
        there = sums.pop(document.id, NOTHING)
        if (document.net, document.tax) != (there.net, there.tax):
            yield document.number, f"it says {document.net} and {document.tax}, its lines {there.net} and {there.tax}"
    for orphan in sums:
        yield orphan, "lines without their document"


def _gaps(history: History) -> Iterator[Found]:
    numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
    for document in history.books.documents:
        numbers[document.entity, document.series].append(document.no)
        if document.number != f"{document.series}{document.no:06d}":
            yield document.number, f"it is number {document.no} of {document.series}"
    following = {
        (entity, series): no
        for entity, record in history.kind("finance", "numbers").items()
        for series, no in record.body["next"].items()
    }
    for entity, series in numbers.keys() | following.keys():
        there = sorted(numbers[entity, series])
        if there != list(range(1, following.get((entity, series), 1))):
            yield (
                f"{entity} {series}",
                f"{len(there)} numbers up to {there[-1:]}, next is {following.get((entity, series))}",
            )


NUMBERED: Mapping[str, tuple[str, str, str]] = {
    "intake": ("complaint", "number", intake.ComplaintAccepted.TYPE),
    "rma": ("rma_case", "rma_number", rma.ReturnAuthorized.TYPE),
    "repair": ("repair_order", "repair_number", repair.RepairQuoted.TYPE),
}


def _series(history: History) -> Iterator[Found]:
    """Complaints, RMA numbers and repair orders: each number once, as many as their series have given out."""
    for name, (kind, field, _) in NUMBERED.items():
        given = Counter(record.body[field] for record in history.kind(name, kind).values() if record.body[field])
        for number, times in given.items():
            if times > 1:
                yield number, f"{times} records of {name} have this number"
        taken = sum(record.body["next"] - 1 for record in history.kind(name, "series").values())
        if name in history.departments and taken != given.total():
            yield name, f"{given.total()} numbers are there, {taken} were given out"
