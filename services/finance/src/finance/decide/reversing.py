"""How is an entry taken back? By its mirror, which names it: the database takes that once."""

from dataclasses import replace

from finance.decide.books import About, Books
from finance.rules.postings import Lines, mirrored


def take_back(books: Books, about: About, template: str, lines: Lines) -> None:
    """Write the mirror of what this effect wrote under a template."""
    if books.post(about, f"{template}-back", mirrored(lines)):
        books.entries[-1] = replace(books.entries[-1], reverses=f"{about.decision_id}/{template}/")
