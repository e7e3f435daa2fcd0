"""What do the books say of a month, for records in memory? As `finance.ledger.monthend.Facts` reads it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from contracts.base import total
from finance.ledger.monthend import digest, on_the_way
from finance.model import (
    Account,
    BlueInvoice,
    BlueLine,
    CreditDocument,
    CustomerCredit,
    Document,
    DocumentState,
    DocumentType,
    FormState,
    JournalEntry,
    Period,
    Refund,
    RefundStage,
    Settlement,
)
from finance.model.keys import credit_key, invoice_key
from finance.model.losses import CaseCost, Loss
from finance.model.monthend import ExpectedReturn, MonthEnd, MonthFacts
from finance.rules import month_of
from finance.rules.losses import costs
from redletter.scenarios.indexes import case_cost

R = TypeVar("R")
T = DocumentType
CREDITS = frozenset({T.RED_INVOICE, T.CREDIT_NOTE, T.ALLOWANCE, T.CREDIT_MEMO})
LOSSES = (Account.QUALITY_LOSS, Account.SALES_ALLOWANCE, Account.WARRANTY_PROVISION)


class Records(Protocol):
    """Where records are."""

    def get(self, kind: type[R], key: str) -> R | None: ...

    def all(self, kind: type[R]) -> list[R]: ...


def month_facts(key: str, records: Records) -> MonthFacts:
    """Read a month."""
    entity, _, name = key.rpartition("/")
    period = records.get(Period, key)
    starts, ends = (period.starts, period.ends) if period else month_of(name)
    entries = [e for e in records.all(JournalEntry) if e.entity == entity and starts <= e.posted_on <= ends]
    posted = [(e.id, _side(e, "D"), _side(e, "C")) for e in sorted(entries, key=lambda e: e.id)]
    documents = [d for d in records.all(Document) if d.entity == entity and d.issued_on <= ends]
    credited = {d.case_id for d in documents}
    expected = [
        x
        for x in sorted(records.all(ExpectedReturn), key=lambda x: x.case_id)
        if x.entity == entity and x.authorized_on <= ends and (x.ended_on is None or x.ended_on > ends)
    ]
    blue = {line.id: line for line in records.all(BlueLine)}
    rates = {invoice.id: invoice.rate for invoice in records.all(BlueInvoice)}
    pending = [d for d in records.all(CreditDocument) if d.entity == entity and is_out(d, ends)]
    cases = [s for s in records.all(Settlement) if s.entity == entity and (s.worklist or s.waiting)]
    end = records.get(MonthEnd, key) or MonthEnd(entity=entity, period=name)
    return MonthFacts(
        step=end.following,
        issuing=len(pending),
        differences=len(cases),
        costs=_costs(entity, starts, ends, records),
        unsplit=_unsplit(entries, {loss.case_id for loss in records.all(Loss) if loss.stage == "SPLIT"}),
        revenue=_revenue(
            [x for x in blue.values() if x.entity == entity and starts <= x.issued_at.date() <= ends],
            [d for d in documents if d.issued_on >= starts and d.type in CREDITS],
            blue,
            rates,
        ),
        on_the_way=on_the_way([x for x in expected if x.case_id not in credited], blue, rates),
        open_in=_open_in(entity, ends, records),
        credited_since=_credited_since(entity, ends, records),
        approved_since=frozenset(e.id.partition("/")[0] for e in _after(entity, ends, records) if e.template == "T15"),
        losses=_losses(entries),
        entries=len(posted),
        debit=total(debit for _, debit, _ in posted),
        credit=total(credit for _, _, credit in posted),
        digest=digest(posted),
    )


def is_out(document: CreditDocument, last: date) -> bool:
    """Tell whether the tax platform was asked for a document by a day, and has not said what came of it."""
    form, state = document.form, document.state
    asked = form is not None and form.sent_at.date() <= last
    unknown = form is not None and form.state is FormState.UNKNOWN and state is DocumentState.APPROVED
    return asked and (unknown or state is DocumentState.ISSUING)


def _side(entry: JournalEntry, side: str) -> Decimal:
    return total(line.functional for line in entry.lines if line.side == side)


def _unsplit(entries: Iterable[JournalEntry], split: set[str]) -> tuple[str, ...]:
    lost = {
        e.case_id
        for e in entries
        if not e.template.startswith(("T12", "T17")) and any(x.account is Account.QUALITY_LOSS for x in e.lines)
    }
    return tuple(sorted(lost - split))


def _costs(entity: str, starts: date, ends: date, records: Records) -> dict[str, CaseCost]:
    split = {x.case_id for x in records.all(Loss) if x.entity == entity and x.split_on and x.split_on <= ends}
    by_then = [e for e in records.all(JournalEntry) if e.case_id in split and e.posted_on <= ends]
    moved = {e.case_id for e in by_then if starts <= e.posted_on and costs(e.template)}
    return {case: case_cost(case, by_then) for case in moved}


def _open_in(entity: str, last: date, records: Records) -> tuple[str, ...]:
    payable = {RefundStage.APPROVED, RefundStage.SENT}
    refunds = [r for r in records.all(Refund) if r.stage in payable and not r.booked_on_payment]
    invoices = [i for i in records.all(BlueInvoice) if i.open_amount and i.issued_at.date() <= last]
    credits_ = [c for c in records.all(CustomerCredit) if c.balance > 0]
    every: list[BlueInvoice | CustomerCredit | Refund] = [*invoices, *credits_, *refunds]
    return tuple(sorted({each.currency for each in every if each.entity == entity}))


def _after(entity: str, last: date, records: Records) -> list[JournalEntry]:
    return [e for e in records.all(JournalEntry) if e.entity == entity and e.posted_on > last]


def _credited_since(entity: str, last: date, records: Records) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for entry in _after(entity, last, records):
        for line in entry.lines:
            if line.account is Account.CUSTOMER_CREDIT:
                key = credit_key(entity, entry.customer, entry.currency)
                sums[key] += line.amount if line.side == "C" else -line.amount
    return sums


def _revenue(
    sold: Iterable[BlueLine], taken_back: Iterable[Document], blue: dict[str, Any], rates: dict[str, Decimal]
) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in sold:
        if line.kind == "GOODS":
            sums[line.currency] += line.net * rates[invoice_key(line.entity, line.invoice)]
    for document in taken_back:
        for each in document.lines:
            if each.blue_line in blue and blue[each.blue_line].kind == "GOODS":
                sums[document.currency] -= each.net * rates[each.blue_line.rpartition("/")[0]]
    return dict(sorted(sums.items()))


def _losses(entries: Iterable[JournalEntry]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        for line in entry.lines:
            if line.account in LOSSES:
                sums[line.account.value] += line.functional if line.side == "D" else -line.functional
    return dict(sorted(sums.items()))
