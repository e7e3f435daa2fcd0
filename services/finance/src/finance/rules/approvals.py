"""Whose signature does it need?"""

from collections.abc import Collection, Sequence
from decimal import Decimal


def goodwill_approval(approver: str, signed: Collection[str]) -> bool:
    """A credit without original waits for one more signature where the policy names who gives it (F-54)."""
    return bool(approver) and not signed


def approval_levels(gross: Decimal, thresholds: Sequence[Decimal]) -> int:
    """Each threshold that the gross amount reaches asks for one more approver (F-36)."""
    return 1 + sum(1 for threshold in thresholds if gross >= threshold)


def same_person(maker: str, approver: str) -> bool:
    """Who decides or asks never approves (I11, F-03, F-36)."""
    return maker == approver
