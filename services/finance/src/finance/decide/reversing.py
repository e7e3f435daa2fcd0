"""How is an entry taken back? By its mirror, which names it: the database takes that once."""

from dataclasses import replace

from finance.decide.books import About, Books
from finance.model import JournalEntry
from finance.rules.postings import Lines, mirrored


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
