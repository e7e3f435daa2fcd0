"""What a return of a customer reserves of the blue lines until its case is settled."""

from pydantic import NaiveDatetime

from contracts.base import CaseId, Code, Currency, Magnitude, OptionalCode, Original, Part, Quantity, QuantityOrNone


class Allocation(Part):
    """Pieces of one blue line that a claim reserves."""

    original: Original
    quantity: Quantity


class ClaimedLine(Part):
    """What was found for one returned line."""

    line: int
    allocations: tuple[Allocation, ...]
    unmatched: QuantityOrNone


class Reserved(Part):
    """What a claim holds of one blue line."""

    quantity: QuantityOrNone
    net: Magnitude
    tax: Magnitude


class Claim(Part):
    """A reservation on blue lines for one return of a customer, kept until its case is settled."""

    claim_id: CaseId
    entity: Code
    customer: OptionalCode
    currency: Currency
    returned_at: NaiveDatetime
    content: str
    lines: tuple[ClaimedLine, ...]
    reserved: dict[str, Reserved]
