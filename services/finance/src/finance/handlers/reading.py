"""What does a decision read? The books, filled from what the unit of work has locked."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from contracts.base import Original, Scope
from contracts.rma import DispositionDecided
from finance import decide
from finance.decide import Books, Rates
from finance.decide.about import ALWAYS_OPEN, Dates
from finance.decide.approvals import Signer
from finance.model import (
    BlueInvoice,
    BlueLine,
    Calendar,
    Claim,
    CustomerCredit,
    Delegations,
    IssuedPaper,
    Numbers,
    Policy,
    Reversal,
    Settlement,
)
from finance.model.keys import credit_key, line_key
from servicekit.work import Unit


def open_books(unit: Unit, claim: str = "", entity: str = "", originals: Iterable[Original | None] = ()) -> Books:
    """Give the books what the unit of work has locked: a claim's lines, and the lines and invoices that are named."""
    held = unit.get(Claim, claim) if claim else None
    keys = [line_key(entity, original.invoice, original.line) for original in originals if original is not None]
    values = unit.policy(Policy, Scope()).values
    return Books(
        today=unit.now.date(),
        now=unit.now,
        prefixes=values.number_prefixes,
        rates=rates_of(values),
        numbers=unit.get(Numbers, entity) or Numbers(),
        dates=dates(unit),
        lines=unit.all(BlueLine, [*keys, *(held.reserved if held else ())]),
        invoices=unit.all(BlueInvoice, (key.rpartition("/")[0] for key in keys)),
        claim=held,
    )


def still_out(unit: Unit, case_id: str, books: Books) -> None:
    """Let the books know which documents of a case are out, and which are taken back."""
    found = [entry.state for (kind, _), entry in unit.held.items() if kind in {IssuedPaper, Reversal}]
    reversals = [each for each in found if isinstance(each, Reversal) and each.case_id == case_id]
    books.taken_back = frozenset(number for each in reversals for number in (each.number, each.by) if number)
    papers = [each for each in found if isinstance(each, IssuedPaper) and each.document.case_id == case_id]
    books.papers = [paper for paper in papers if paper.document.number not in books.taken_back]


def lines_of(unit: Unit, entity: str, invoice: str) -> dict[str, BlueLine]:
    """Give all the lines of a blue invoice that are locked."""
    lines = [entry.state for (kind, _), entry in unit.held.items() if kind is BlueLine]
    return {line.id: line for line in lines if (line.entity, line.invoice) == (entity, invoice)}


def rates_of(values: Policy) -> Rates:
    """Give what the policy says about currencies."""
    return Rates(
        values.functional_currencies, values.default_functional_currency, values.booking_rates, values.decimals
    )


def dates(unit: Unit) -> Dates:
    """Say when what is booked came about, and which periods are open."""
    return Dates(happened(unit), calendar_of=lambda entity: unit.get(Calendar, entity) or ALWAYS_OPEN)


def happened(unit: Unit) -> date:
    """Say on which day the fact that a message tells of came about; a command, and what is not told, happens today."""
    try:
        told = datetime.fromisoformat(unit.told_at).astimezone(UTC)
    except (ValueError, OverflowError):
        return unit.now.date()
    return min(told, unit.now).date()


def books_of(unit: Unit, news: DispositionDecided) -> Books:
    """Give the books what a decision needs."""
    books = open_books(unit, news.claim, news.entity, [line.original for line in news.lines])
    books.credit = credit_of(unit, news.entity, news.customer, news.currency)
    return books


def credit_of(unit: Unit, entity: str, customer: str, currency: str) -> CustomerCredit:
    """Give a customer's credit balance; nothing where there never was one."""
    key = credit_key(entity, customer, currency)
    return unit.get(CustomerCredit, key) or CustomerCredit(key, entity, customer, currency, decide.ZERO)


def signer(unit: Unit, on_behalf_of: str = "") -> Signer:
    """Say who signs: with his own levels, or with those that another has lent to him."""
    levels = frozenset(scope.removeprefix("level:") for scope in unit.scopes if scope.startswith("level:"))
    lender = unit.get(Delegations, on_behalf_of) or Delegations(person=on_behalf_of) if on_behalf_of else None
    return Signer(unit.actor, levels, lender, unit.now.date())


def held_books(unit: Unit, settlement: Settlement) -> Books:
    """Give the books what a held decision needs."""
    return books_of(unit, settlement.decision) if settlement.decision is not None else open_books(unit)
