"""What do people of finance see? Statements, collection rates and exported lines, expected beside actual."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from contracts.base import Amount, Code, Day, Magnitude, Part, Scope, total
from finance import rules
from finance.decide.exports import read
from finance.model import BlueInvoice, BlueLine, CustomerCredit, Policy, Proposal, Settlement
from finance.model.exports import ExportBatch, GLLine
from finance.model.losses import Loss
from finance.model.payments import InvoicePayment
from finance.model.suppliers import SupplierClaim
from finance.views import collection, losses, statement
from redletter.scenarios.memory import SHIPPED
from redletter.scenarios.office import BEGAN, Office
from redletter.scenarios.spelling import amount, upper
from servicekit.policy import PolicyBook, PolicyRow

Role = Annotated[str, AfterValidator(upper)]
ZERO = Decimal(0)


class StandingExported(Part):
    """An entry as the general ledger sees it: amounts of red lines have a minus."""

    debit: dict[Role, Amount] = Field({}, description="roles and amounts on the debit side")
    credit: dict[Role, Amount] = Field({}, description="roles and amounts on the credit side")
    red: tuple[Role, ...] | None = Field(None, description="the roles whose lines carry the red flag (XNEGP)")
    numbers: dict[Role, Code] | None = Field(None, description="under which account number each role left")


class StandingTurnover(Part):
    """What moved on each side of an account: what is exported, and what the blue invoices posted before."""

    debit: Amount = Field(description="on the debit side")
    credit: Amount = Field(description="on the credit side")


class StandingStatement(Part):
    """What a customer owes; what is not said is not compared."""

    on: Day | None = Field(None, description="on which day; otherwise the day of the step")
    not_due: Amount | None = Field(None, description="open and not due")
    days_1_30: Amount | None = Field(None, description="open and 1 to 30 days overdue")
    days_31_60: Amount | None = Field(None, description="31 to 60 days")
    days_61_90: Amount | None = Field(None, description="61 to 90 days")
    over_90: Amount | None = Field(None, description="more than 90 days")
    unapplied: Amount | None = Field(
        None, description="credit that is not applied, and fines that are of no invoice, with a minus"
    )
    total: Amount | None = Field(None, description="what is owed in all")
    overdue: dict[Code, int] | None = Field(None, description="days overdue of each invoice that is")


class StandingCollection(Part):
    """How much of what fell due a salesperson has collected; what is not said is not compared."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    first: Day = Field(alias="from", description="the first day on which invoices fell due")
    last: Day = Field(alias="to", description="the last one")
    due: Magnitude | None = Field(None, description="what was due")
    collected: Magnitude | None = Field(None, description="what was paid")
    disputed: Magnitude | None = Field(None, description="what open complaints dispute")
    rate: Decimal | None = Field(None, description="percent collected, what is disputed left out")
    whole_rate: Decimal | None = Field(None, description="percent collected of everything")


class StandingLossReport(Part):
    """What complaints have cost in a month, and who bears it."""

    parties: dict[Code, Amount] = Field(description="departments and suppliers with what they bear")
    gross: Amount = Field(description="all of it")
    recovered: Amount = Field(description="what suppliers have accepted")
    net: Amount = Field(description="what is left")


def losses_told(one: StandingLossReport) -> str:
    """Write a loss report."""
    parties = (f"{party} {amount(value)}" for party, value in sorted(one.parties.items()) if value)
    return "  ".join((*parties, f"gross {amount(one.gross)} recovered {amount(one.recovered)} net {amount(one.net)}"))


def losses_in(office: Office, month: str) -> str:
    """Add up what was split in a month."""
    found = losses.report(month, office.all(Loss), office.all(SupplierClaim))
    return losses_told(StandingLossReport(**found._asdict()))


def exported_told(one: StandingExported) -> str:
    """Write an expected exported entry."""
    text = _sides({"D": one.debit, "C": one.credit})
    red = "" if one.red is None else f"  red {' '.join(sorted(one.red)) or 'nothing'}"
    numbers = (f"{role} {number}" for role, number in sorted((one.numbers or {}).items()))
    return "  ".join((f"{text}{red}", *numbers))


def exported_as(lines: tuple[GLLine, ...], expected: StandingExported) -> str:
    """Write an exported entry with the facts that the expected one tells."""
    sides: dict[str, dict[str, Decimal]] = {"D": defaultdict(Decimal), "C": defaultdict(Decimal)}
    for line in lines:
        sides["D" if line.debit else "C"][line.role] += line.debit or line.credit
    amounts = {"debit": dict(sides["D"]), "credit": dict(sides["C"])}
    red = None if expected.red is None else tuple({line.role for line in lines if line.red})
    numbers = None if expected.numbers is None else {line.role: line.account for line in lines}
    return exported_told(StandingExported(**amounts, red=red, numbers=numbers))


def _sides(sides: Mapping[str, Mapping[str, Decimal]]) -> str:
    return "  ".join(f"{side} {role} {amount(value)}" for side in "DC" for role, value in sorted(sides[side].items()))


def exported(office: Office) -> list[tuple[GLLine, ...]]:
    """Give every exported entry as the lines that the general ledger got."""
    entries: dict[str, list[GLLine]] = defaultdict(list)
    for batch in office.all(ExportBatch):
        for line in read(batch.content):
            entries[line.entry].append(line)
    return [tuple(lines) for lines in entries.values()]


def turnover(office: Office, role: str) -> str:
    """Add up what moved on an account: the blue invoices that the ERP booked, then what it got from us."""
    net, tax = (total(getattr(line, name) for line in office.all(BlueLine)) for name in ("net", "tax"))
    debit, credit = {"AR": (net + tax, ZERO), "REVENUE": (ZERO, net), "OUTPUT_VAT": (ZERO, tax)}.get(role, (ZERO, ZERO))
    lines = [line for lines in exported(office) for line in lines if line.role == role]
    debit += total(line.debit for line in lines)
    return turnover_told(StandingTurnover(debit=debit, credit=credit + total(line.credit for line in lines)))


def turnover_told(one: StandingTurnover) -> str:
    """Write a turnover."""
    return f"debit {amount(one.debit)} credit {amount(one.credit)}"


def statement_of(office: Office, customer: str, expected: StandingStatement) -> str:
    """Write a customer's statement as far as it is asked for."""
    on, terms = expected.on or office.who.on, figures(office).payment_terms_days
    items = [
        statement.item(invoice, _paid(office, invoice), on, terms)
        for invoice in office.all(BlueInvoice)
        if invoice.customer == customer and invoice.open_amount and invoice.currency == office.currency
    ]
    credits_ = [c for c in office.all(CustomerCredit) if (c.customer, c.currency) == (customer, office.currency)]
    fines = [f for f in office.all(Proposal) if (f.customer, f.currency) == (customer, office.currency) and f.owed_less]
    unapplied = total(c.balance for c in credits_) + total(f.amount for f in fines)
    found = statement.statement(office.currency, items, unapplied)
    named = expected.overdue or {}
    overdue = {
        item.invoice: item.days_overdue for item in found.items if item.days_overdue > 0 or item.invoice in named
    }
    whole = StandingStatement(**found.ageing, unapplied=found.unapplied, total=found.total, overdue=overdue)
    said = {name for name in type(whole).model_fields if getattr(expected, name) is not None}
    return statement_told(whole.but(**{name: None for name in type(whole).model_fields if name not in said}))


def statement_told(one: StandingStatement) -> str:
    """Write what is said of a statement."""
    names = [name for name in type(one).model_fields if name not in {"on", "overdue"}]
    words = [f"{name} {amount(value)}" for name in names if (value := getattr(one, name)) is not None]
    days = [f"{invoice} {days} days" for invoice, days in sorted((one.overdue or {}).items())]
    return ", ".join([*words, *days])


def collection_of(office: Office, salesperson: str, expected: StandingCollection) -> str:
    """Write how a salesperson has collected, as far as it is asked for."""
    terms = figures(office).payment_terms_days
    lines = {line.id: line for line in office.all(BlueLine)}
    disputes = collection.complained(lines, office.all(Settlement))
    rows = []
    for invoice in office.all(BlueInvoice):
        due = rules.ageing.due_on(invoice.due_on, invoice.issued_at.date(), terms)
        if invoice.salesperson == salesperson and expected.first <= due <= expected.last:
            paid = total(p.amount for p in _payments(office, invoice) if p.paid_on <= expected.last)
            later = _paid(office, invoice) - paid
            rows.append(collection.receivable(invoice, paid, later, disputes.get(invoice.id, ZERO), due))
    found = collection.collected(rows)
    if not found:
        return "nothing"
    facts = {name: getattr(found[0], name) for name in FACTS if getattr(expected, name) is not None}
    return collection_told(expected.but(**facts))


FACTS = ("due", "collected", "disputed", "rate", "whole_rate")


def collection_told(one: StandingCollection) -> str:
    """Write what is said of a collection."""
    return ", ".join(f"{name} {amount(value)}" for name in FACTS if (value := getattr(one, name)) is not None)


def _payments(office: Office, invoice: BlueInvoice) -> list[InvoicePayment]:
    return [p for p in office.all(InvoicePayment) if (p.entity, p.invoice) == (invoice.entity, invoice.invoice)]


def _paid(office: Office, invoice: BlueInvoice) -> Decimal:
    return total(payment.amount for payment in _payments(office, invoice))


def figures(office: Office) -> Policy:
    """Give the figures that are in force for questions about no case."""
    book = PolicyBook([*SHIPPED, PolicyRow("global", 2, BEGAN, office.policy)])
    values: Policy = book.resolve(Policy, Scope(), office.who.on).values
    return values
