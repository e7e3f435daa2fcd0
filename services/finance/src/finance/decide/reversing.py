"""How is a document taken back, and an entry? By its mirror, which names it: the database takes that once."""

from dataclasses import replace
from typing import NamedTuple

from contracts.finance import CreditReversed
from finance.decide import issue
from finance.decide.books import About, Books
from finance.model import Correction, Document, JournalEntry, Reversal
from finance.rules.postings import Lines, mirrored


class TakenBack(NamedTuple):
    """What took a document back, and what the others hear."""

    reversal: Reversal
    event: CreditReversed


def told(document: Document, kind: Correction, by: Document | None, by_whom: str, why: str) -> TakenBack:
    """Note that an issued document is taken back, and how, and tell it."""
    reversal = Reversal(
        document=document.id,
        entity=document.entity,
        number=document.number,
        case_id=document.case_id,
        kind=kind,
        by=by.number if by else "",
        reason=why,
        made_by=by_whom,
    )
    event = CreditReversed(
        case_id=document.case_id, document=issue.told(document), how=kind, by=issue.told(by) if by else None
    )
    return TakenBack(reversal, event)


def take_back(books: Books, about: About, template: str, lines: Lines) -> None:
    """Write the mirror of what this effect wrote under a template."""
    if books.post(about, f"{template}-back", mirrored(lines)):
        books.entries[-1] = replace(books.entries[-1], reverses=f"{about.decision_id}/{template}/")


def mirror(books: Books, entry: JournalEntry, document: str, lines: Lines) -> None:
    """Write what takes an entry of a document back, at what it stood in the books; once, by its key (I3)."""
    books.entries.append(
        replace(
            entry,
            id=f"{entry.id}~reversed",
            template=f"{entry.template}-reversed",
            document=document,
            posted_on=books.dates.posted_on(entry.entity, books.today),
            service_on=books.dates.service_on(books.today),
            adjusting=books.dates.adjusting,
            reverses=entry.id,
            lines=lines,
        )
    )
