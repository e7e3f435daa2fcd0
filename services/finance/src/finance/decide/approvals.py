"""When is something signed for by everybody who has to?"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from finance import rules
from finance.model import (
    ApproverLevelTooLow,
    Delegate,
    DelegationNotYours,
    Delegations,
    Effect,
    FourEyes,
    Grant,
    Signature,
)
from finance.rules.approvals import ANYBODY

Matrix = Mapping[Effect, Mapping[Decimal, Collection[str]]]
Lacks = Callable[[tuple[Signature, ...]], tuple[str, ...]]
"""Says which levels are missing beside these signatures."""
ZERO = Decimal(0)


@dataclass(frozen=True)
class Signer:
    """Who signs, with which levels of his own, or for whom with levels that were lent to him."""

    person: str
    levels: frozenset[str]
    lender: Delegations | None = None
    today: date = date.max

    @property
    def hands(self) -> tuple[str, ...]:
        """Give everybody whose signature it is."""
        return (self.person, self.lender.person) if self.lender else (self.person,)

    @property
    def holds(self) -> frozenset[str]:
        """Give the levels that count; what was lent counts instead of one's own."""
        if self.lender is None:
            return self.levels
        return rules.lent(self.lender.grants, self.person, self.today)


def needed(effects: Iterable[Effect], amount: Decimal, matrix: Matrix) -> tuple[str, ...]:
    """Give the levels that have to sign for so much."""
    return rules.signed_together(
        *(rules.levels_needed({k: tuple(v) for k, v in matrix[e].items()}, amount) for e in effects if e in matrix)
    )


def valid(
    signatures: Iterable[Signature], effects: Collection[Effect], amount: Decimal, matrix: Matrix
) -> tuple[Signature, ...]:
    """Give the signatures that still hold for this amount (F-36)."""
    now = needed(effects, amount, matrix)
    return tuple(s for s in signatures if not rules.approval_void(needed(effects, s.amount, matrix), now))


def missing(
    signatures: Iterable[Signature], effects: Collection[Effect], amount: Decimal, matrix: Matrix
) -> tuple[str, ...]:
    """Give the levels that have not signed for this amount."""
    levels = [each.level for each in valid(signatures, effects, amount, matrix)]
    return rules.levels_missing(needed(effects, amount, matrix), levels)


def sign(
    signatures: tuple[Signature, ...], levels: tuple[str, ...], hands: Iterable[str], signer: Signer, amount: Decimal
) -> tuple[Signature, ...]:
    """Add a signature.

    Raises:
        FourEyes: the signer has had a hand in it, or has signed.
        ApproverLevelTooLow: none of the missing levels is the signer's.
    """
    before = {*hands, *(each.person for each in signatures), *(each.on_behalf_of for each in signatures)} - {""}
    if any(rules.four_eyes(person, before) for person in signer.hands):
        raise FourEyes
    level = rules.signs_at(levels, signer.holds)
    if level is None or (signer.lender is not None and level not in signer.holds):
        raise ApproverLevelTooLow(f"This waits for the {levels[0] or 'approver'}.")
    behalf = signer.lender.person if signer.lender else ""
    return (*signatures, Signature(person=signer.person, level=level, amount=amount, on_behalf_of=behalf))


class Signed(NamedTuple):
    """All signatures after one more, and the levels that are still missing: with the last one it is in force."""

    signatures: tuple[Signature, ...]
    left: tuple[str, ...]


def signed(
    signatures: tuple[Signature, ...], lacks: Lacks, hands: Iterable[str], signer: Signer, amount: Decimal
) -> Signed:
    """Sign, and say what is still missing; where nobody is asked for, anybody signs who had no hand in it (4.5).

    Raises:
        FourEyes: the signer has had a hand in it, or has signed.
        ApproverLevelTooLow: none of the missing levels is the signer's.
    """
    after = sign(signatures, lacks(signatures) or (ANYBODY,), hands, signer, amount)
    return Signed(after, lacks(after))


def delegate(
    known: Delegations | None, asked: Delegate, actor: str, person: str, levels: frozenset[str]
) -> Delegations:
    """Lend a level.

    Raises:
        DelegationNotYours: it is another's, or a level that one does not hold.
    """
    if actor != person or asked.level not in levels or asked.to == person:
        raise DelegationNotYours
    before = known or Delegations(person=person)
    return before.but(grants=(*before.grants, Grant(**asked.model_dump())))
