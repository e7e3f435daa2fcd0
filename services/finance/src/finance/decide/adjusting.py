"""What does an adjuster write by hand? An entry on a day of his choice, taken back at most once."""

from contracts.base import total
from finance import rules
from finance.decide.about import of_the_books
from finance.decide.books import About, Books
from finance.decide.reversing import take_back
from finance.model import AlreadyReversed, EntryLine, Policy
from finance.model.periods import Adjust, Adjustment
from finance.model.refusals import Unbalanced


def adjust(adjustment_id: str, asked: Adjust, books: Books, values: Policy, actor: str) -> Adjustment:
    """Write an entry by hand.

    Raises:
        Unbalanced: its sides are not equal.
        CurrencyOfTheBooks: it is in another currency, and nothing of it is owed by a customer or to one.
    """
    sides = {side: total(line.amount for line in asked.lines if line.side == side) for side in ("D", "C")}
    if sides["D"] != sides["C"]:
        raise Unbalanced(f"{sides['D']} are debited, {sides['C']} are credited.")
    made = Adjustment(
        adjustment_id=adjustment_id,
        entity=asked.entity,
        currency=asked.currency,
        case_id=asked.case_id,
        posted_on=asked.posted_on,
        lines=asked.lines,
        reason=asked.reason,
        made_by=actor,
    )
    if not rules.with_customer(lines_of(made)):
        of_the_books(asked.entity, asked.currency, values)
    books.post(about(made), "ADJ", lines_of(made))
    return made


def reverse(made: Adjustment, books: Books, actor: str) -> Adjustment:
    """Take it back (I3).

    Raises:
        AlreadyReversed: it is taken back.
    """
    if made.stage == "REVERSED":
        raise AlreadyReversed
    take_back(books, about(made), "ADJ", lines_of(made))
    return made.but(stage="REVERSED", reversed_by=actor)


def lines_of(made: Adjustment) -> tuple[EntryLine, ...]:
    """Give the lines as the books have them."""
    return tuple(EntryLine(x.side, x.account, x.amount, x.amount, x.department) for x in made.lines)


def about(made: Adjustment) -> About:
    """Say whom it is about."""
    key = f"adjustment.{made.adjustment_id}"
    return About(made.case_id or made.adjustment_id, key, made.entity, "", made.currency)
