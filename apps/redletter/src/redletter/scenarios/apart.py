"""Where do our books, the ERP's and the tax platform's differ? What must stand of it, and what does."""

from typing import Any

from pydantic import Field

from contracts.base import Amount, Code, Magnitude, Part
from finance.model.reconciliation import Book, Difference
from redletter.scenarios.office import Office
from redletter.scenarios.spelling import amount

NOTHING = "nothing"
SAID = ("net", "tax", "balance")


class StandingDifference(Part):
    """Something on which books differ; what is not said is not compared."""

    state: Code = Field(description="OPEN, CLOSED with a reason, or GONE when the books agree again")
    lacking: tuple[Book, ...] | None = Field(None, description="the books that should have it and have not")
    amount: Magnitude | None = Field(None, description="the gap between them")
    said: dict[Book, dict[Code, Amount]] | None = Field(
        None, description="what each book says: `{OURS: {net: 300, tax: 39}, ERP: {net: 300, tax: 38}}`, or a `balance`"
    )


def difference_told(one: StandingDifference) -> str:
    """Write a difference."""
    lacking = None if one.lacking is None else f"lacking {' '.join(one.lacking) or NOTHING}"
    gap = None if one.amount is None else f"gap {amount(one.amount)}"
    books = None if one.said is None else ", ".join(_said(book, one.said[book]) for book in sorted(one.said))
    return "  ".join((one.state, *(each for each in (lacking, gap, books) if each is not None)))


def _said(book: str, amounts: dict[str, Any]) -> str:
    return " ".join((book, *(f"{name} {amount(amounts[name])}" for name in SAID if name in amounts)))


def known(office: Office, name: str) -> Difference | None:
    """Find a difference by what it is about: a document, an account, or a role with its currency."""
    every = (each for each in office.all(Difference) if (each.entity, each.name) == (office.entity, name))
    return max(every, key=lambda each: each.period, default=None)


def difference_of(office: Office, name: str, wanted: StandingDifference) -> str:
    """Say how a difference stands, as far as it is asked for."""
    found = known(office, name)
    if found is None:
        return NOTHING
    said = {book: each.amounts for book, each in found.said.items()}
    stands = {"lacking": found.lacking, "amount": found.amount, "said": said}
    asked: dict[str, Any] = {k: v for k, v in stands.items() if getattr(wanted, k) is not None}
    return difference_told(StandingDifference(state=found.stage, **asked))
