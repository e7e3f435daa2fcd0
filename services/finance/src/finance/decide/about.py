"""Whom is it about, and in which currencies are the books?"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

ZERO, ONE = Decimal(0), Decimal(1)


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
