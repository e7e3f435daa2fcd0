"""Whose signature does it need? Levels by amount, and who may never sign (finance.md 4.5)."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from finance.model import Grant

ANYBODY = ""


def levels_needed(tiers: Mapping[Decimal, Sequence[str]], amount: Decimal) -> tuple[str, ...]:
    """The highest amount of the matrix that is reached says who signs (F-36, R-259, 4.5)."""
    reached = [least for least in tiers if amount >= least]
    return tuple(tiers[max(reached)]) if reached else ()


def signed_together(*papers: Sequence[str]) -> tuple[str, ...]:
    """A level signs once for all the papers of a decision (4.5)."""
    together: tuple[str, ...] = ()
    for paper in papers:
        together += tuple((Counter(paper) - Counter(together)).elements())
    return together


def levels_missing(needed: Sequence[str], signed: Iterable[str]) -> tuple[str, ...]:
    """What is asked for and nobody has signed at (F-36)."""
    return tuple((Counter(needed) - Counter(signed)).elements())


def signs_at(missing: Sequence[str], held: Collection[str]) -> str | None:
    """A signature counts at the highest level that is still missing and that the person holds (4.5)."""
    named = [level for level in missing if level != ANYBODY and level in held]
    if named:
        return named[-1]
    return ANYBODY if ANYBODY in missing else None


def approval_void(then: Sequence[str], now: Sequence[str]) -> bool:
    """A signature does not hold for an amount that needs more levels than the one it was given for (I11, F-36)."""
    return bool(Counter(now) - Counter(then))


def approval_missing(missing: Sequence[str]) -> bool:
    """Nothing is booked while a signature that the matrix asks for is missing (I11, F-03, F-36, 4.5)."""
    return bool(missing)


def goodwill_approval(missing: Sequence[str]) -> bool:
    """A credit without original waits for the signatures that the matrix asks for goodwill (F-54)."""
    return bool(missing)


def duties_not_separated(decided_by: str, received_by: Collection[str]) -> bool:
    """Whoever received the goods does not decide what the customer gets for them (4.5)."""
    return decided_by in received_by


def four_eyes(person: str, hands: Collection[str]) -> bool:
    """Whoever decided, asked, received or has signed before does not sign (I11, F-03, F-36, 4.5)."""
    return person in hands


def lent(grants: Iterable[Grant], person: str, today: date) -> frozenset[str]:
    """A level that was lent counts from its first day to its last (4.5)."""
    return frozenset(g.level for g in grants if g.to == person and g.valid_from <= today <= g.valid_until)
