"""Who signs for what: effects, signatures, and levels that somebody has lent to another."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.base import Magnitude, Name, OptionalCode, Part


class Effect(StrEnum):
    """What a signature is asked for (finance.md 4.5)."""

    CREDIT = "CREDIT"
    EXCHANGE = "EXCHANGE"
    ALLOWANCE = "ALLOWANCE"
    RETURN_NOTE = "RETURN_NOTE"
    GOODWILL = "GOODWILL"
    COMPENSATION = "COMPENSATION"
    REFUND = "REFUND"
    FINE = "FINE"
    FEE_DISCOUNT = "FEE_DISCOUNT"
    WRITE_OFF = "WRITE_OFF"
    BANK_DATA = "BANK_DATA"
    OVERDRAFT = "OVERDRAFT"
    TOLERANCE = "TOLERANCE"
    REOPEN_PERIOD = "REOPEN_PERIOD"
    PENALTY = "PENALTY"


class Signature(Part):
    """Somebody signed at a level, when so much in the currency of the books was at stake."""

    person: Name
    level: OptionalCode = ""
    amount: Magnitude
    on_behalf_of: Name = ""


class Grant(Part):
    """One level, lent to one person for some days."""

    level: OptionalCode
    to: Name
    valid_from: date
    valid_until: date


class Delegations(Part):
    """What one person has lent to others."""

    person: Name
    grants: tuple[Grant, ...] = ()


class Delegate(Part):
    """Lend a level of one's own to another person, from one day until another."""

    level: Annotated[OptionalCode, Field(min_length=1)]
    to: Annotated[Name, Field(min_length=1)]
    valid_from: date
    valid_until: date
