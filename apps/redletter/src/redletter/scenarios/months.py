"""What do the books say of a month, for records in memory? As `finance.ledger.monthend.Facts` reads it."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from contracts.base import total
from finance.ledger.monthend import accrued, digest
from finance.model import (
    Account,
    BlueLine,
    CreditDocument,
    Document,
    DocumentState,
    DocumentType,
    JournalEntry,
    Period,
    Settlement,
)
from finance.model.losses import Loss
from finance.model.monthend import ExpectedReturn, MonthFacts
from finance.rules import month_of

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
    pending = [d for d in records.all(CreditDocument) if d.entity == entity and d.state is DocumentState.ISSUING]
    cases = [s for s in records.all(Settlement) if s.entity == entity and (s.worklist or s.waiting)]
    return MonthFacts(
        issuing=len(pending),
        differences=len(cases),
        unsplit=_unsplit(entries, {loss.case_id for loss in records.all(Loss) if loss.stage == "SPLIT"}),
        revenue=_revenue(
            [x for x in blue.values() if x.entity == entity and starts <= x.issued_at.date() <= ends],
            [d for d in documents if d.issued_on >= starts and d.type in CREDITS],
            blue,
        ),
        on_the_way=accrued([x for x in expected if x.case_id not in credited], blue),
        losses=_losses(entries),
        entries=len(posted),
        debit=total(debit for _, debit, _ in posted),
        credit=total(credit for _, _, credit in posted),
        digest=digest(posted),
    )


def _side(entry: JournalEntry, side: str) -> Decimal:
    return total(line.functional for line in entry.lines if line.side == side)


def _unsplit(entries: Iterable[JournalEntry], split: set[str]) -> tuple[str, ...]:
    lost = {
        e.case_id
        for e in entries
        if not e.template.startswith(("T12", "T17")) and any(x.account is Account.QUALITY_LOSS for x in e.lines)
    }
    return tuple(sorted(lost - split))


def _revenue(sold: Iterable[BlueLine], taken_back: Iterable[Document], blue: dict[str, Any]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in sold:
        if line.kind == "GOODS":
            sums[line.currency] += line.net
    for document in taken_back:
        for each in document.lines:
            if each.blue_line in blue and blue[each.blue_line].kind == "GOODS":
                sums[document.currency] -= each.net
    return dict(sorted(sums.items()))


def _losses(entries: Iterable[JournalEntry]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        for line in entry.lines:
            if line.account in LOSSES:
                sums[line.account.value] += line.functional if line.side == "D" else -line.functional
    return dict(sorted(sums.items()))
