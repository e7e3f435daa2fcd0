"""Facts of the repair shop."""

from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from contracts.base import CaseEvent, Code, Currency, Magnitude, Name, OptionalCode, Reason

TOPIC = "repair.order.v1"


class RepairQuoted(CaseEvent):
    """A chargeable repair has its price; work waits for the customer's word."""

    TYPE: ClassVar[str] = "redletter.repair.quoted.v1"
    repair_number: Code
    quote: int = Field(ge=1)
    currency: Currency
    net: Magnitude
    tax: Magnitude
    reason: Reason


class QuoteConfirmed(CaseEvent):
    """The customer will pay this quote; the payment gate is set up by it."""

    TYPE: ClassVar[str] = "redletter.repair.quote_confirmed.v1"
    repair_number: Code
    quote: int
    customer: OptionalCode
    entity: Code
    currency: Currency
    net: Magnitude
    tax: Magnitude
    confirmed_by: Name


class QuoteDeclined(CaseEvent):
    """The customer will not pay; the unit goes back as it is or is scrapped by the customer's word."""

    TYPE: ClassVar[str] = "redletter.repair.quote_declined.v1"
    repair_number: Code
    quote: int


class RepairCompleted(CaseEvent):
    """The unit works again and passed its outgoing check."""

    TYPE: ClassVar[str] = "redletter.repair.completed.v1"
    repair_number: Code
    chargeable: bool
    entity: Code
    currency: Currency
    parts_cost: Magnitude
    labour_cost: Magnitude


class RepairImpossible(CaseEvent):
    """The unit cannot be repaired; the promise needs another way."""

    TYPE: ClassVar[str] = "redletter.repair.impossible.v1"
    repair_number: Code
    reason: Reason
    explanation: Name


class RepairShipped(CaseEvent):
    """The repaired unit, or the unit whose quote was declined, left for the customer."""

    TYPE: ClassVar[str] = "redletter.repair.shipped.v1"
    repair_number: Code
    repaired: bool
    freight: Magnitude = Decimal(0)
    """What its way to the customer costs us."""


EVENTS = (RepairQuoted, QuoteConfirmed, QuoteDeclined, RepairCompleted, RepairImpossible, RepairShipped)
