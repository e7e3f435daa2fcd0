"""Which documents and entries differ? What is expected is matched with what is there, whatever the order."""

from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from contracts.base import total
from finance.model import Document, DocumentType, EntryLine, JournalEntry
from finance.model.losses import UNALLOCATED
from redletter.scenarios import seen, standing
from redletter.scenarios.language import Foreign, StandingDocument, StandingEntry
from redletter.scenarios.office import Office
from redletter.scenarios.seen import StandingExported
from redletter.scenarios.spelling import amount, quantity

T = TypeVar("T")
NOTHING = "nothing"


class Difference(NamedTuple):
    """One thing that is not as it should be."""

    place: str
    expected: str
    actual: str


def differing(
    place: str, expected: Sequence[T], actual: Sequence[Any], write: Callable[[Any, T], str], kind: Callable[[str], str]
) -> Iterator[Difference]:
    """Match what is expected with what is there, whatever the order; pair the rest by its kind."""
    missing, there = [], list(actual)
    for want in sorted(expected, key=lambda each: -len(_said(each))):
        found = next((paper for paper in there if write(paper, want) == told(want)), None)
        if found is None:
            missing.append(want)
        else:
            there.remove(found)
    for want in missing:
        like = next((paper for paper in there if kind(write(paper, want)) == kind(told(want))), None)
        if like is not None:
            there.remove(like)
        yield Difference(place, told(want), write(like, want) if like is not None else NOTHING)
    for paper in there:
        yield Difference(place, NOTHING, write(paper, PLAIN[place]))


def asked(expected: Sequence[StandingDocument], there: Sequence[Document]) -> list[Document]:
    """Leave out delivery notes, which move no money, where none is listed (F-16)."""
    notes = any(each.type == DocumentType.DELIVERY_NOTE for each in expected)
    return [each for each in there if notes or each.type != DocumentType.DELIVERY_NOTE]


FACTS = (
    "number", "reason", "original", "customer", "entity", "document", "case", "date", "service", "quantity", "foreign",
    "state", "rates",
)  # fmt: skip


def _said(expected: Any) -> dict[str, Any]:
    """Give what is said of a paper beside its amounts."""
    return {name: getattr(expected, name) for name in FACTS if getattr(expected, name, None) is not None}


def _with(text: str, facts: Mapping[str, Any]) -> str:
    words = (f"{k} {_word(v)}" for k, v in facts.items())
    return "  ".join((text, *words))


def _word(value: Any) -> str:
    if isinstance(value, dict):
        return standing.rates_told(value)
    if isinstance(value, Foreign):
        return f"{value.currency} {_entry({'D': value.debit, 'C': value.credit})}"
    return quantity(value) if isinstance(value, Decimal) else str(value)


def told(expected: Any) -> str:
    """Write what is expected."""
    if isinstance(expected, StandingExported):
        return seen.exported_told(expected)
    if isinstance(expected, StandingDocument):
        return _with(_document(expected.type, expected.net, expected.tax, gross_of(expected)), _said(expected))
    return _with(_entry({"D": expected.debit, "C": expected.credit}), _said(expected))


def gross_of(expected: StandingDocument) -> Decimal:
    """Give net and tax together, unless it says another sum."""
    return expected.net + expected.tax if expected.gross is None else expected.gross


def document_as(office: Office, document: Document, expected: StandingDocument) -> str:
    """Write a document with the facts that the expected one tells."""
    facts = {
        "number": document.number,
        "reason": document.reason,
        "original": document.original,
        "customer": document.customer,
        "entity": document.entity,
        "case": document.case_id,
        "date": document.issued_on,
        "quantity": total(line.quantity for line in document.lines),
        "state": standing.state_of(document, office),
        "rates": standing.rates_of(document, office),
    }
    text = _document(document.type, document.net, document.tax, document.gross)
    return _with(text, {name: facts[name] for name in _said(expected)})


def _document(kind: str, net: Decimal, tax: Decimal, gross: Decimal) -> str:
    return f"{kind} net {amount(net)} tax {amount(tax)} gross {amount(gross)}"


def entry_as(entry: JournalEntry, expected: StandingEntry) -> str:
    """Write an entry with the facts that the expected one tells."""
    said = {*expected.debit, *expected.credit}
    books, document = _sides(entry, "functional", said), _sides(entry, "amount", said)
    facts = {
        "document": entry.document,
        "entity": entry.entity,
        "case": entry.case_id,
        "date": entry.posted_on,
        "service": entry.service_on,
        "foreign": Foreign(currency=entry.currency, debit=document["D"], credit=document["C"]),
    }
    return _with(_entry(books), {name: facts[name] for name in _said(expected)})


def _sides(entry: JournalEntry, what: str, said: Container[str]) -> dict[str, dict[str, Decimal]]:
    """Add up an entry by roles; who bears a loss is told, nobody in particular if that is said, or only the role."""
    sides: dict[str, dict[str, Decimal]] = {"D": defaultdict(Decimal), "C": defaultdict(Decimal)}
    for line in entry.lines:
        role = line.account if line.account in said else borne(line)
        role = nobodys if (nobodys := f"{role}[{UNALLOCATED}]") in said else role
        sides[line.side][role] += getattr(line, what)
    return sides


def borne(line: EntryLine) -> str:
    """Write a role with the department that bears it: QUALITY_LOSS[MFG]."""
    return f"{line.account}[{line.department}]" if line.department else line.account


def _entry(sides: Mapping[str, Mapping[str, Decimal]]) -> str:
    rows = ((side, role, value) for side in "DC" for role, value in sorted(sides[side].items()) if value)
    return "  ".join(f"{side} {role} {amount(value)}" for side, role, value in rows)


def accounts(text: str) -> str:
    """Give the sides and roles of an entry that is written out."""
    return " ".join(word for word in text.split() if not word[0].isdecimal())


PLAIN: Mapping[str, Any] = {
    "document": StandingDocument(type="RED_INVOICE", net=Decimal(0), tax=Decimal(0)),
    "entry": StandingEntry(debit={}, credit={}),
    "exported": StandingExported(),
}
