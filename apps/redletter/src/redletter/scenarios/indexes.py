"""What would the database read? Indexes that follow from the records, for records in memory."""

import json
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from decimal import Decimal
from typing import Any

from finance import rules
from finance.model import Account, Document, IssuedPaper, JournalEntry
from finance.model.exports import ExportedEntry, Known, ToExport
from finance.model.keys import of_case, of_paper, paper_key
from finance.model.losses import CaseCost


def case_cost(case: str, entries: Iterable[JournalEntry]) -> CaseCost:
    """Give what the entries of a case have left on accounts, as `finance.ledger.losses.CaseCosts` adds it up."""
    left: dict[Account, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if entry.case_id == case and rules.losses.costs(entry.template):
            for line in entry.lines:
                left[line.account] += line.functional if line.side == "D" else -line.functional
    return CaseCost(dict(left))


def to_export(
    key: str,
    entries: Iterable[JournalEntry],
    documents: Sequence[Document],
    held: Container[tuple[type[Any], str]],
) -> ToExport:
    """Give what is posted and in no batch yet, as `finance.ledger.exports.Waiting` reads it."""
    entity, through, most = json.loads(key)
    waiting = [
        entry
        for entry in entries
        if entry.entity == entity
        and (not through or entry.posted_on.isoformat() <= through)
        and (ExportedEntry, entry.id) not in held
    ][:most]
    originals = {document.number: document.original for document in documents}
    return ToExport(tuple(waiting), {entry.id: Known(originals.get(entry.document, "")) for entry in waiting})


def filed(key: str, documents: Iterable[Document], entries: Sequence[JournalEntry]) -> dict[str, IssuedPaper]:
    """Give an issued document with its entries, or those of a case, as `finance.storage.stores.Filed` reads them."""
    found, known = {}, list(documents)
    beside = {each.case_id for each in known if key == of_paper(paper_key(each.entity, each.number))}
    for document in known:
        name = paper_key(document.entity, document.number)
        if key in {name, of_case(document.case_id)} or document.case_id in beside:
            mine = (entry for entry in entries if entry.case_id == document.case_id)
            found[name] = IssuedPaper(document, tuple(entry for entry in mine if entry.document == document.number))
    return found
