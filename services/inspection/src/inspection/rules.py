"""How is X decided? One function per rule, one sentence above it, its examples in tests/test_rules.py."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from contracts.base import total
from inspection.model import NOT_RECEIVED, SCRAP_PENDING, ArrivedLine, Becomes, Line, MissingParts, Unauthorised


def goods_not_announced(*, announced: bool) -> bool:
    """Goods are booked in only against an authorized RMA number; others are unidentified (R-114, R-117)."""
    return not announced


def authorization_lapsed(expires_on: date, today: date) -> bool:
    """From the day it expires an authorization covers no goods any more: the RMA office has ended the case (R-114)."""
    return today >= expires_on


def may_wait(unauthorised: Unauthorised, emergency_by: str) -> bool:
    """Goods nobody announced wait if the policy queues them, or if a named person takes them in (R-117, P-31)."""
    return unauthorised is Unauthorised.QUEUE or bool(emergency_by.strip())


def signatures_missing(quality: str, storage: str) -> list[str]:
    """Goods count as accepted when both quality and storage & transport have signed (R-170, R-217)."""
    signed = {"quality": quality, "storage & transport": storage}
    return [who for who, name in signed.items() if not name.strip()]


def goods_accepted(missing: Collection[str]) -> bool:
    """A receipt stands when no signature is missing (R-170)."""
    return not missing


def takers(announced: Iterable[Line], count: ArrivedLine) -> list[Line]:
    """A count goes to the line that it names, else to the announced lines of its item (R-169)."""
    if count.line is None:
        return [line for line in announced if line.item == count.item]
    return [line for line in announced if line.line == count.line and count.item in {"", line.item}]


def shares(quantity: Decimal, rooms: Sequence[Decimal]) -> list[Decimal]:
    """What is counted by item fills the announced lines in order, and the last one takes what is too much (R-169)."""
    given = []
    for room in rooms[:-1]:
        given.append(min(quantity, room))
        quantity -= given[-1]
    return [*given, quantity]


def differs(announced: Iterable[Line], came: Mapping[int, Decimal]) -> bool:
    """Goods differ when any line has more or less than was announced (R-172)."""
    return any(came[line.line] != line.announced for line in announced)


def needs_quality_test(pieces: Decimal, limit: Decimal, *, all_lots: bool) -> bool:
    """A lot of more than 20 units goes to quality; up to 20 only where the policy sends all (R-176, P-33)."""
    return all_lots or pieces > limit


def inspection_overdue(deadlines: Collection[str], name: str) -> bool:
    """The test of returned goods is overdue when its limit comes before its end (R-179)."""
    return name in deadlines


def findings_fit(came: Collection[int], found: Sequence[int]) -> bool:
    """Every line that came has exactly one finding, and no other line has one."""
    return sorted(found) == sorted(came)


def becomes(wished: Becomes, *, established: bool, came: bool) -> str:
    """Goods whose fault is not confirmed go back to the customer, and what never came becomes nothing (R-168)."""
    if not came:
        return NOT_RECEIVED
    return wished if established else Becomes.RETURN_TO_CUSTOMER


def charges_missing_parts(when: MissingParts, *, customer_fault: bool) -> bool:
    """Dealers always pay for missing parts; in e-commerce only who is liable pays (R-271, P-32)."""
    return when is MissingParts.ALWAYS or customer_fault


def parts_without_price(missing: Iterable[str], prices: Mapping[str, Decimal]) -> list[str]:
    """A missing part can only be deducted at a price that somebody has set (P-32)."""
    return sorted({part for part in missing if part not in prices})


def deduction(missing: Iterable[str], prices: Mapping[str, Decimal]) -> Decimal:
    """Every missing part is deducted at its price, as often as it is missing (P-32)."""
    return total(prices[part] for part in missing)


def scrap_needs_approval(pieces: Decimal, limit: Decimal | None) -> bool:
    """50 or more pieces of scrap need the general manager; below, quality decides alone (R-202, P-35)."""
    return limit is not None and pieces >= limit


def scrap_word(word: str, *, approved_first: bool) -> str:
    """Goods to be scrapped wait where an approval comes first (R-202)."""
    return SCRAP_PENDING if approved_first and word == Becomes.SCRAP else word


def different_people(*names: str) -> bool:
    """Inspector, co-signer and approver of scrap are different people (R-202)."""
    return len({name.strip().casefold() for name in names}) == len(names)


def no_fault_found(established: Iterable[bool]) -> bool:
    """A return without a confirmed fault on any line ends with an explanation (R-168)."""
    return not any(established)


def customer_at_fault(customer_fault: Iterable[bool]) -> bool:
    """The customer is responsible when every confirmed line is the customer's doing (R-182)."""
    faults = list(customer_fault)
    return bool(faults) and all(faults)


def fault_confirmed(established: Iterable[bool]) -> bool:
    """A fault is confirmed when quality found it on at least one line (R-182)."""
    return any(established)
