"""Whom is it about, and in which currencies are the books?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from contracts.base import total
from finance import rules
from finance.model import CREDITS, Account, Calendar, Document, EntryLine, JournalEntry, PeriodLocked, Policy
from finance.model.refusals import CurrencyOfTheBooks

ZERO, ONE = Decimal(0), Decimal(1)
ALWAYS_OPEN = Calendar()


class About(NamedTuple):
    """Whom and what the papers of a decision are about."""

    case_id: str
    decision_id: str
    entity: str
    customer: str
    currency: str


class Rates(NamedTuple):
    """In which currency each entity keeps its books, and at what others stand there today."""

    functional: Mapping[str, str] = MappingProxyType({})
    default: str = ""
    today: Mapping[str, Decimal] = MappingProxyType({})
    decimals: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class Dates:
    """On which day an entry is posted: in the first open period, or when somebody asked for it."""

    happened: date | None = None
    """When the fact that is booked came about."""
    wanted: date | None = None
    adjusting: bool = False
    run: str = ""
    """The policy run that writes the entries, if one does."""
    calendar_of: Callable[[str], Calendar] = lambda _entity: ALWAYS_OPEN

    def asked(self, entity: str, day: date | None, *, adjuster: bool = False) -> "Dates":
        """Let entries be posted on the day that somebody asks for; without one the calendar decides.

        Raises:
            PeriodLocked: that day is closed for whoever asks.
        """
        if day is not None and rules.period_locked(day, self.calendar_of(entity).periods, adjuster=adjuster):
            raise PeriodLocked(f"{day} is in a period that is closed.")
        return replace(self, wanted=day, adjusting=adjuster and day is not None)

    def posted_on(self, entity: str, today: date) -> date:
        """Give the day whose period an entry belongs to."""
        return self.wanted or rules.posting_date(today, self.calendar_of(entity).periods)

    def service_on(self, today: date) -> date:
        """Give the day on which what is booked came about."""
        return self.happened or self.wanted or today


ANY_DAY = Dates()


def of_the_books(entity: str, currency: str, values: Policy) -> None:
    """See that what has no rate of its own is written in the currency of the entity's books.

    Raises:
        CurrencyOfTheBooks: it is written in another.
    """
    own = rules.functional_currency(entity, values.functional_currencies, values.default_functional_currency, currency)
    if rules.foreign_to_the_books(currency, own):
        raise CurrencyOfTheBooks(f"The books of {entity} are in {own}: say it in {own}, as it was booked there.")


def functional_of(lines: Sequence[EntryLine], account: Account) -> Decimal:
    """Give at what an account's lines stand in the books."""
    return sum((line.functional for line in lines if line.account is account), start=ZERO)


def credited_now(documents: Iterable[Document], entries: Iterable[JournalEntry]) -> Decimal:
    """Give what the documents of this decision credit, in the currency of the books."""
    numbers = {document.number for document in documents if document.type in CREDITS}
    owed = (Account.AR, Account.CUSTOMER_CREDIT)
    lines = (line for entry in entries if entry.document in numbers for line in entry.lines)
    return total(line.functional for line in lines if line.side == "C" and line.account in owed)
