"""What differs? Everything that is expected beside what accounting has."""

from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple, TypeVar

from contracts.base import total
from finance import rules
from finance.model import Claim, CustomerCredit, Document, EntryLine, JournalEntry, Proposal, Refund
from finance.model.keys import credit_key
from finance.model.losses import UNALLOCATED
from redletter.scenarios import owed, seen, standing
from redletter.scenarios.language import (
    Foreign,
    Standing,
    StandingClaim,
    StandingDocument,
    StandingEntry,
    StandingLeft,
)
from redletter.scenarios.office import Office
from redletter.scenarios.seen import StandingExported
from redletter.scenarios.spelling import amount, in_currency, quantity, sided
from redletter.scenarios.steps.base import original

T = TypeVar("T")
NOTHING = "nothing"


class Difference(NamedTuple):
    """One thing that is not as it should be."""

    place: str
    expected: str
    actual: str


def differences(expected: Standing, office: Office) -> Iterator[Difference]:
    """Give everything that does not stand as it must."""
    if expected.documents is not None:
        documents = [one for each in expected.documents for one in [each] * each.times]
        write = partial(document_as, office)
        yield from papers("document", documents, office.all(Document), write, lambda text: text.split()[0])
    if expected.entries is not None:
        entries = [one for each in expected.entries for one in [each] * each.times]
        yield from papers("entry", entries, office.all(JournalEntry), entry_as, _accounts)
    if expected.exported is not None:
        yield from papers("exported", expected.exported, seen.exported(office), seen.exported_as, _accounts)
    for place, told, read in (
        ("account", expected.accounts, account),
        ("credit of", {name: amount(value) for name, value in expected.credit.items()}, credit),
        ("open of", {name: amount(value) for name, value in expected.open.items()}, still_open),
        ("left of", {name: left_told(value) for name, value in expected.left.items()}, _left(expected.left)),
        ("worklist of", {name: _items(value) for name, value in expected.worklist.items()}, worklist),
        ("case", expected.cases, stage),
        ("gate of", {n: f"{g.state} {amount(g.paid)} of {amount(g.due)}" for n, g in expected.gates.items()}, gate),
        ("refund", expected.refunds, refund),
        ("advance of", expected.advances, advance),
        ("request", expected.requests, request),
        ("claim", {name: claim_told(value) for name, value in expected.claims.items()}, claim),
        ("credit document of", expected.credits, standing.credit_document),
        ("form of", expected.forms, standing.red_form),
        ("upload of", expected.uploads, standing.upload),
        ("loss of", *_asked(expected.losses, owed.loss_told, owed.loss_of)),
        ("claim on a supplier", *_asked(expected.supplier_claims, owed.claim_told, owed.claim_of)),
        *(
            (f"{what}", told, owed.state_of)
            for what, told in (
                ("write-off", expected.write_offs),
                ("penalty", expected.penalties),
                ("return", expected.supplier_returns),
            )
        ),
        ("period", expected.periods, owed.period_of),
        ("turnover of", {n: seen.turnover_told(v) for n, v in expected.turnover.items()}, seen.turnover),
        ("statement of", *_asked(expected.statements, seen.statement_told, seen.statement_of)),
        ("losses in", {m: seen.losses_told(v) for m, v in expected.loss_report.items()}, seen.losses_in),
        ("collection of", *_asked(expected.collection, seen.collection_told, seen.collection_of)),
    ):
        yield from _named(place, told, read, office)


def _asked(
    wanted: Mapping[str, T], write: Callable[[T], str], read: Callable[[Office, str, T], str]
) -> tuple[dict[str, str], Callable[[Office, str], str]]:
    """Read only as much of each as is asked for."""
    return {name: write(value) for name, value in wanted.items()}, lambda office, name: read(office, name, wanted[name])


def _named(
    place: str, told: Mapping[str, str], read: Callable[[Office, str], str], office: Office
) -> Iterator[Difference]:
    for name, expected in told.items():
        actual = read(office, name)
        if actual != expected:
            yield Difference(f"{place} {name}".strip(), expected, actual)


def papers(
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
    """Add up an entry by roles; who bears a loss is told unless only the role is said."""
    sides: dict[str, dict[str, Decimal]] = {"D": defaultdict(Decimal), "C": defaultdict(Decimal)}
    for line in entry.lines:
        role = line.account if line.account in said else borne(line)
        sides[line.side][role] += getattr(line, what)
    return sides


def borne(line: EntryLine) -> str:
    """Write a role with the department that bears it: QUALITY_LOSS[MFG]."""
    return f"{line.account}[{line.department}]" if line.department else line.account


def _entry(sides: Mapping[str, Mapping[str, Decimal]]) -> str:
    rows = ((side, role, value) for side in "DC" for role, value in sorted(sides[side].items()) if value)
    return "  ".join(f"{side} {role} {amount(value)}" for side, role, value in rows)


def _accounts(text: str) -> str:
    """Give the sides and roles of an entry that is written out."""
    return " ".join(word for word in text.split() if not word[0].isdecimal())


PLAIN: Mapping[str, Any] = {
    "document": StandingDocument(type="RED_INVOICE", net=Decimal(0), tax=Decimal(0)),
    "entry": StandingEntry(debit={}, credit={}),
    "exported": StandingExported(),
}


def account(office: Office, role: str) -> str:
    """Add up what entries left on a role, or on the part of it that a department bears."""
    signed = {"D": 1, "C": -1}
    lines = (line for entry in office.all(JournalEntry) for line in entry.lines if _belongs(line, role))
    return sided(total(signed[line.side] * line.functional for line in lines))


def whose(office: Office, name: str) -> tuple[Office, str]:
    """Read in whose books a name stands: `B1 of DE01`; in the company's where none is named."""
    plain, _, entity = name.partition(" of ")
    return (office.of(entity), plain) if entity in office.companies else (office, name)


def _belongs(line: EntryLine, role: str) -> bool:
    """Tell whether a line is of a role, of all its departments, or of one; what no department bears is unallocated."""
    account, _, department = role.partition("[")
    mine = not department or (line.department or UNALLOCATED) == department.rstrip("]")
    return line.account == account and mine


def credit(office: Office, customer: str) -> str:
    """Give a credit balance."""
    office, customer = whose(office, customer)
    known = office.get(CustomerCredit, credit_key(office.entity, *in_currency(customer, office.currency)))
    return amount(known.balance if known else Decimal(0))


def still_open(office: Office, invoice: str) -> str:
    """Give what is owed of a blue invoice."""
    office, invoice = whose(office, invoice)
    known = office.invoice(invoice)
    return amount(known.open_amount) if known else NOTHING


def _left(wanted: Mapping[str, StandingLeft]) -> Callable[[Office, str], str]:
    """Read what is left of a line, as far as it is asked for."""

    def read(office: Office, name: str) -> str:
        there, plain = whose(office, name)
        place = original(plain)
        line = there.line(place.invoice, place.line)
        if line is None:
            return NOTHING
        rest = rules.left(line)._asdict()
        return left_told(StandingLeft(**{k: v for k, v in rest.items() if getattr(wanted[name], k) is not None}))

    return read


def left_told(left: StandingLeft) -> str:
    """Write what is left of a line."""
    words = {"quantity": left.quantity, "net": left.net, "tax": left.tax}
    return " ".join(f"{name} {amount(value)}" for name, value in words.items() if value is not None)


def worklist(office: Office, case: str) -> str:
    """Write a case's items."""
    known = office.settlement(case)
    if known is None:
        return "no such case"
    return _items([f"{todo.work} {quantity(todo.quantity or todo.amount)}" for todo in known.worklist])


def _items(texts: Sequence[str]) -> str:
    words = (text.split() for text in texts)
    return ", ".join(f"{w[0].upper()} {quantity(Decimal(w[1]))}" if w[1:] else w[0] for w in words) or NOTHING


def stage(office: Office, case: str) -> str:
    """Say where a case stands."""
    known = office.settlement(case)
    return known.stage.value if known else NOTHING


def gate(office: Office, case: str) -> str:
    """Say how a payment gate stands."""
    known = office.settlement(case)
    opens = known and (known.difference or known.gate)
    if not opens:
        return NOTHING
    due, paid = opens.due, opens.paid
    return f"{'OPEN' if rules.gate_opens(due, paid) else 'CLOSED'} {amount(paid)} of {amount(due)}"


def refund(office: Office, name: str) -> str:
    """Say where a refund stands."""
    known = office.get(Refund, name)
    return known.stage.value if known else NOTHING


def advance(office: Office, case: str) -> str:
    """Say where a unit stands that was sent in advance."""
    known = office.settlement(case)
    return known.advance.value if known and known.advance else NOTHING


def request(office: Office, name: str) -> str:
    """Say where a proposal stands."""
    known = office.get(Proposal, name)
    return known.stage.value if known else NOTHING


def claim(office: Office, name: str) -> str:
    """Say what a claim found."""
    known = office.get(Claim, name)
    if known is None:
        return NOTHING
    found = total(part.quantity for line in known.lines for part in line.allocations)
    return claim_told(StandingClaim(found=found, unmatched=total(line.unmatched for line in known.lines)))


def claim_told(claim: StandingClaim) -> str:
    """Write what a claim found."""
    return f"found {quantity(claim.found)} unmatched {quantity(claim.unmatched)}"
