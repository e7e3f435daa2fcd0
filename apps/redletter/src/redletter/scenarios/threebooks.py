"""What would be compared, for records in memory? As `finance.ledger.reconciling.Comparisons` reads it."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from contracts.base import total
from finance.model import (
    Account,
    BlueInvoice,
    BlueLine,
    CustomerCredit,
    Document,
    EntryLine,
    JournalEntry,
    Proposal,
    Refund,
    RefundStage,
    Settlement,
)
from finance.model.monthend import MonthEnd
from finance.model.payments import InvoicePayment
from finance.model.reconciliation import Paper, ThreeBooks, Tie, Told
from finance.model.suppliers import SupplierClaim
from finance.rules import month_of
from redletter.scenarios.months import R, Records

A = Account
IN_ITS_CURRENCY = (A.AR, A.CUSTOMER_CREDIT, A.REFUND_PAYABLE)
Key = tuple[Account, str]


def three_books(key: str, records: Records) -> ThreeBooks:
    """Read what is compared for a month."""
    entity, _, period = key.rpartition("/")
    starts, ends = month_of(period)
    documents = [d for d in records.all(Document) if d.entity == entity and d.gross]
    issued = {d.number for d in documents if starts <= d.issued_on <= ends}
    told = [
        t
        for t in records.all(Told)
        if t.entity == entity and (t.period == period or (t.what == "DOCUMENT" and t.name in issued))
    ]
    named = {t.name for t in told if t.what == "DOCUMENT" and t.period == period}
    moved: dict[Account, Decimal] = defaultdict(Decimal)
    for entry in records.all(JournalEntry):
        if entry.entity == entity and starts <= entry.posted_on <= ends:
            for line in entry.lines:
                moved[line.account] += _signed(line, line.functional)
    ours = [
        Paper(d.number, d.type, d.currency, d.net, d.tax, f"{d.issued_on:%Y-%m}")
        for d in documents
        if d.number in issued | named
    ]
    originals = [i for i in records.all(BlueInvoice) if i.entity == entity and i.opened is not None]
    return ThreeBooks(
        papers=(*ours, *(_original(i, records) for i in originals if i.invoice in named)),
        movements=dict(moved),
        told=tuple(told),
        ties=ties(entity, records),
    )


def _signed(line: EntryLine, amount: Decimal) -> Decimal:
    return amount if line.side == "D" else -amount


def _original(invoice: BlueInvoice, records: Records) -> Paper:
    lines = [x for x in records.all(BlueLine) if (x.entity, x.invoice) == (invoice.entity, invoice.invoice)]
    net, tax = total(x.net for x in lines), total(x.tax for x in lines)
    return Paper(invoice.invoice, "", invoice.currency, net, tax, "")


def ties(entity: str, records: Records) -> tuple[Tie, ...]:
    """Put what the journal has left on each role beside the records behind it."""
    ledger: dict[Key, Decimal] = defaultdict(Decimal)
    for entry in records.all(JournalEntry):
        for line in entry.lines if entry.entity == entity else ():
            if line.account in IN_ITS_CURRENCY:
                ledger[line.account, entry.currency] += _signed(line, line.amount)
            elif line.account in {A.SUPPLIER_CLAIM, A.ADV_REPLACEMENT} or _provided(entry, line):
                ledger[line.account, ""] += _signed(line, line.functional)
    sub_ledger: dict[Key, Decimal] = defaultdict(Decimal)
    for role, currency, amount in _open(entity, records):
        sub_ledger[role, currency] += amount
    every = sorted({*ledger, *sub_ledger})
    return tuple(Tie(*key, ledger[key], sub_ledger[key]) for key in every if ledger[key] or sub_ledger[key])


def _provided(entry: JournalEntry, line: EntryLine) -> bool:
    return line.account is A.WARRANTY_PROVISION and entry.template.startswith("T19")


def _open(entity: str, records: Records) -> Iterator[tuple[Account, str, Decimal]]:
    """Give what is open behind each role, in the currency in which it ties, signed towards debit."""
    yield from _owed(entity, records)
    for credit in _of(entity, CustomerCredit, records):
        yield A.CUSTOMER_CREDIT, credit.currency, -credit.balance
    for refund in _of(entity, Refund, records):
        if refund.stage in {RefundStage.APPROVED, RefundStage.SENT} and not refund.booked_on_payment:
            yield A.REFUND_PAYABLE, refund.currency, -refund.amount
    for claim in _of(entity, SupplierClaim, records):
        yield A.SUPPLIER_CLAIM, "", claim.open_amount
    for case in _of(entity, Settlement, records):
        yield A.ADV_REPLACEMENT, "", total(unit.cost for unit in case.ahead)
    for month in _of(entity, MonthEnd, records):
        yield A.WARRANTY_PROVISION, "", -total(month.provision.values())


def _owed(entity: str, records: Records) -> Iterator[tuple[Account, str, Decimal]]:
    for invoice in _of(entity, BlueInvoice, records):
        yield A.AR, invoice.currency, invoice.open_amount - (invoice.opened or Decimal(0))
    for payment in _of(entity, InvoicePayment, records):
        yield A.AR, payment.currency, payment.amount
    for fine in _of(entity, Proposal, records):
        if fine.owed_less:
            yield A.AR, fine.currency, -fine.amount


def _of(entity: str, kind: type[R], records: Records) -> Iterator[R]:
    return (each for each in records.all(kind) if getattr(each, "entity", "") == entity)
