"""What differs? Everything that is expected beside what accounting has."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import TypeVar

from contracts.base import total
from finance import rules
from finance.model import Claim, CustomerCredit, Document, EntryLine, JournalEntry, Proposal, Refund
from finance.model.keys import credit_key
from finance.model.losses import UNALLOCATED
from redletter.scenarios import apart, owed, papers, seen, standing
from redletter.scenarios.language import (
    Standing,
    StandingClaim,
    StandingLeft,
)
from redletter.scenarios.office import Office
from redletter.scenarios.papers import NOTHING, Difference
from redletter.scenarios.spelling import amount, in_currency, quantity, sided
from redletter.scenarios.steps.base import original

T = TypeVar("T")


def differences(expected: Standing, office: Office) -> Iterator[Difference]:
    """Give everything that does not stand as it must."""
    if expected.documents is not None:
        documents = [one for each in expected.documents for one in [each] * each.times]
        write = partial(papers.document_as, office)
        there = papers.asked(documents, office.all(Document))
        yield from papers.differing("document", documents, there, write, lambda text: text.split()[0])
    if expected.entries is not None:
        entries = [one for each in expected.entries for one in [each] * each.times]
        yield from papers.differing("entry", entries, office.all(JournalEntry), papers.entry_as, papers.accounts)
    if expected.exported is not None:
        yield from papers.differing(
            "exported", expected.exported, seen.exported(office), seen.exported_as, papers.accounts
        )
    for place, told, read in (
        ("account", expected.accounts, account),
        ("credit of", {name: amount(value) for name, value in expected.credit.items()}, credit),
        ("open of", {name: amount(value) for name, value in expected.open.items()}, still_open),
        ("left of", {name: left_told(value) for name, value in expected.left.items()}, _left(expected.left)),
        ("worklist of", {name: _items(value) for name, value in expected.worklist.items()}, _work(expected.worklist)),
        ("case", expected.cases, stage),
        ("gate of", {n: f"{g.state} {amount(g.paid)} of {amount(g.due)}" for n, g in expected.gates.items()}, gate),
        ("refund", expected.refunds, refund),
        ("advance of", expected.advances, advance),
        ("request", expected.requests, request),
        ("claim", {name: claim_told(value) for name, value in expected.claims.items()}, claim),
        ("credit document of", expected.credits, standing.credit_document),
        ("form of", expected.forms, standing.red_form),
        ("upload of", *_asked(expected.uploads, str, standing.upload)),
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
        ("difference", *_asked(expected.differences, apart.difference_told, apart.difference_of)),
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


def account(office: Office, role: str) -> str:
    """Add up what entries left on a role, or on the part of it that a department bears."""
    signed = {"D": 1, "C": -1}
    lines = (line for entry in office.all(JournalEntry) for line in entry.lines if _belongs(line, role))
    return sided(total(signed[line.side] * line.functional for line in lines))


def _belongs(line: EntryLine, role: str) -> bool:
    """Tell whether a line is of a role, of all its departments, or of one; what no department bears is unallocated."""
    account, _, department = role.partition("[")
    mine = not department or (line.department or UNALLOCATED) == department.rstrip("]")
    return line.account == account and mine


def credit(office: Office, customer: str) -> str:
    """Give a credit balance."""
    office, customer = office.whose(customer)
    known = office.get(CustomerCredit, credit_key(office.entity, *in_currency(customer, office.currency)))
    return amount(known.balance if known else Decimal(0))


def sold_by(office: Office, invoice: str) -> Office:
    """Find the company whose invoice it is, where it is not that of the one that is asked."""
    every = (office, *(office.of(entity) for entity in office.companies))
    return next((each for each in every if each.invoice(invoice) is not None), office)


def still_open(office: Office, invoice: str) -> str:
    """Give what is owed of a blue invoice."""
    office, invoice = office.whose(invoice)
    known = sold_by(office, invoice).invoice(invoice)
    return amount(known.open_amount) if known else NOTHING


def _left(wanted: Mapping[str, StandingLeft]) -> Callable[[Office, str], str]:
    """Read what is left of a line, as far as it is asked for."""

    def read(office: Office, name: str) -> str:
        there, plain = office.whose(name)
        place = original(plain)
        line = sold_by(there, place.invoice).line(place.invoice, place.line)
        if line is None:
            return NOTHING
        rest = rules.left(line)._asdict()
        return left_told(StandingLeft(**{k: v for k, v in rest.items() if getattr(wanted[name], k) is not None}))

    return read


def left_told(left: StandingLeft) -> str:
    """Write what is left of a line."""
    words = {"quantity": left.quantity, "net": left.net, "tax": left.tax}
    return " ".join(f"{name} {amount(value)}" for name, value in words.items() if value is not None)


def _work(wanted: Mapping[str, Sequence[str]]) -> Callable[[Office, str], str]:
    """Read a case's items, with their figures where those are said."""

    def read(office: Office, case: str) -> str:
        known = office.settlement(case)
        if known is None:
            return "no such case"
        bare = {text.upper() for text in wanted[case] if " " not in text.strip()}
        return _items(
            [
                todo.work if todo.work in bare else f"{todo.work} {quantity(todo.quantity or todo.amount)}"
                for todo in known.worklist
            ]
        )

    return read


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
