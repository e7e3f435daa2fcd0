"""What would the database refuse? The constraints of finance's migrations, for records in memory."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from contracts.base import total
from finance.model import BlueInvoice, BlueLine, CustomerCredit, Document, JournalEntry


class AgainstTheBooks(Exception):
    """A constraint of the database would stop this."""


def check(changed: Iterable[tuple[str, Any]], held: Mapping[tuple[type[Any], str], Any]) -> None:
    """Refuse what no transaction could commit.

    Raises:
        AgainstTheBooks: named like the constraint.
    """
    for key, state in changed:
        match state:
            case Document() | JournalEntry() if (type(state), key) in held:
                raise AgainstTheBooks("one effect per decision")
            case Document() if state.net != total(x.net for x in state.lines) or state.tax != total(
                x.tax for x in state.lines
            ):
                raise AgainstTheBooks("document_adds_up")
            case JournalEntry() if not _balances(state):
                raise AgainstTheBooks("entry_balances")
            case BlueLine() if not _within(state):
                raise AgainstTheBooks("red_le_blue")
            case CustomerCredit() if state.reserved < 0 or state.balance - state.reserved < -state.overdraft:
                raise AgainstTheBooks("credit_within_limit")
            case CustomerCredit() if state.balance == 0 and state.functional != 0:
                raise AgainstTheBooks("credit_carried")
            case BlueInvoice() if state.open_amount < 0:
                raise AgainstTheBooks("open_not_negative")
            case BlueInvoice() if state.open_functional < 0 or (state.open_amount == 0 and state.open_functional != 0):
                raise AgainstTheBooks("open_carried")


def _balances(entry: JournalEntry) -> bool:
    sides: dict[str, Decimal] = defaultdict(Decimal)
    for line in entry.lines:
        sides[line.side] += line.amount
        sides[f"{line.side} in the books"] += line.functional
    even = sides["D"] == sides["C"] and sides["D in the books"] == sides["C in the books"]
    real = all(min(x.amount, x.functional) >= 0 and x.amount + x.functional > 0 for x in entry.lines)
    return len(entry.lines) > 1 and even and real


def _within(line: BlueLine) -> bool:
    counters = (
        (line.reserved_quantity, line.credited_quantity, line.quantity),
        (line.reserved_net + line.kept_net, line.credited_net, line.net),
        (line.reserved_tax + line.kept_tax, line.credited_tax, line.tax),
    )
    return all(reserved >= 0 and credited >= 0 and reserved + credited <= sold for reserved, credited, sold in counters)
