"""What is handed to the general ledger, and what does it answer?"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from contracts.base import Unknown, half_up, total
from finance import rules
from finance.model import JournalEntry, Policy
from finance.model.exports import (
    AcknowledgeExport,
    Answer,
    ExportBatch,
    ExportedEntry,
    ExportGL,
    GLLine,
    Known,
    ToExport,
)
from finance.model.refusals import AcknowledgedOtherwise, NothingToExport, RoleWithoutNumber
from finance.rules.charts import Chart

ZERO = Decimal(0)


class Made(NamedTuple):
    """A batch and the entries in it."""

    batch: ExportBatch
    entries: tuple[ExportedEntry, ...]


def make(batch_id: str, asked: ExportGL, waiting: ToExport, values: Policy, actor: str, now: datetime) -> Made:
    """Put what waits into a batch, presented as the jurisdiction wants it (F-43).

    Raises:
        NothingToExport: everything is exported.
        RoleWithoutNumber: the entity's chart does not number a role that is posted on.
    """
    if not waiting.entries:
        raise NothingToExport
    style = asked.style or style_of(asked.entity, values)
    chart = chart_of(asked.entity, values)
    if missing := rules.charts.without_number((x.account for e in waiting.entries for x in e.lines), chart):
        raise RoleWithoutNumber(f"In the chart of {asked.entity} there is no number for {', '.join(missing)}.")
    lines = [
        line
        for entry in waiting.entries
        for line in presented(batch_id, entry, waiting.known.get(entry.id, Known()), style, chart)
    ]
    content = written(lines)
    batch = ExportBatch(
        id=batch_id,
        entity=asked.entity,
        style=style,
        made_by=actor,
        made_at=now,
        entries=len(waiting.entries),
        lines=len(lines),
        debit=total(line.debit for line in lines),
        credit=total(line.credit for line in lines),
        hash=hashlib.sha256(content.encode()).hexdigest(),
        content=content,
    )
    entries = (ExportedEntry(entry.id, batch_id, Answer.PENDING, "", "", None) for entry in waiting.entries)
    return Made(batch, tuple(entries))


def style_of(entity: str, values: Policy) -> str:
    """Say how an entity's books show what is taken back."""
    jurisdiction = rules.jurisdiction_of(entity, values.jurisdictions, values.default_jurisdiction)
    return rules.charts.of_place(jurisdiction, values.reversal_styles) or "OPPOSITE"


def chart_of(entity: str, values: Policy) -> Chart | None:
    """Give the chart of accounts of an entity; None where it has none."""
    jurisdiction = rules.jurisdiction_of(entity, values.jurisdictions, values.default_jurisdiction)
    return rules.charts.chart_of(entity, values.chart_of_entity, jurisdiction, values.charts)


def presented(
    batch_id: str, entry: JournalEntry, known: Known, style: str, chart: Chart | None = None
) -> Iterable[GLLine]:
    """Write an entry as lines of the general ledger."""
    for number, line in enumerate(entry.lines, 1):
        side, sign = rules.presentation.shown(line, entry.lines, style)
        booked, signed = sign * line.functional, sign if side == "D" else -sign
        yield GLLine(
            batch=batch_id,
            entry=entry.id,
            line=number,
            entity=entry.entity,
            posting_date=entry.posted_on.isoformat(),
            service_date=(entry.service_on or entry.posted_on).isoformat(),
            role=line.account.value,
            account=rules.charts.account_number(line.account, chart),
            debit=booked if side == "D" else ZERO,
            credit=booked if side == "C" else ZERO,
            currency=entry.currency,
            document_amount=signed * line.amount,
            books_currency=entry.books_currency,
            rate=half_up(line.functional / line.amount, 8) if line.amount else ZERO,
            functional_amount=signed * line.functional,
            tax_code="",
            partner=entry.customer,
            department=line.department,
            case=entry.case_id,
            rma=known.rma_number,
            document=entry.document,
            blue_number=known.blue_number,
            red="X" if sign < 0 else "",
            text=f"{entry.template} {entry.document}".strip(),
        )


def written(lines: Iterable[GLLine]) -> str:
    """Write lines as the batch keeps them: one JSON list each, amounts to their last digit."""
    return "\n".join(json.dumps(list(line), ensure_ascii=False, default=str) for line in lines)


def read(content: str) -> list[GLLine]:
    """Read the lines that a batch keeps."""
    amounts = [
        GLLine._fields.index(name) for name in ("debit", "credit", "document_amount", "rate", "functional_amount")
    ]
    found = []
    for text in content.splitlines():
        values = json.loads(text)
        for place in amounts:
            values[place] = Decimal(values[place])
        found.append(GLLine(*values))
    return found


def acknowledge(asked: AcknowledgeExport, known: Mapping[str, ExportedEntry], now: datetime) -> list[ExportedEntry]:
    """Take over what the ERP says of each entry; a rejected one may be taken later, a number never changes.

    Raises:
        Unknown: an entry is not in this batch.
        AcknowledgedOtherwise: the ERP has given it another number before.
    """
    after = []
    for said in asked.results:
        entry = known.get(said.entry)
        if entry is None or entry.batch != asked.export_id:
            raise Unknown(f"Entry {said.entry} is not in batch {asked.export_id}.")
        if entry.state == Answer.ACKNOWLEDGED:
            if entry.erp_number != said.erp_number:
                raise AcknowledgedOtherwise(f"{said.entry} has the number {entry.erp_number}.")
            continue
        state = Answer.ACKNOWLEDGED if said.erp_number else Answer.REJECTED
        moved = replace(entry, state=state, erp_number=said.erp_number, answer=said.rejected, answered_at=now)
        after.append(moved)
    return after
