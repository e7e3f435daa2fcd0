"""The papers of S3-D: return slips of four parts (成品退货单), allowance certificates of two (销货折让证明单)."""

from datetime import date
from typing import Literal

from contracts.base import Amount, Code, Name, OptionalCode, Part, QuantityOrNone, SignedUnitPrice

PaperKind = Literal["RETURN_SLIP", "ALLOWANCE_CERTIFICATE"]


class PaperPart(Part):
    """One numbered part of a paper: for whom it is, and when it got there."""

    no: int
    holder: Code
    handed_on: date | None = None
    handed_by: Name = ""


class PaperLine(Part):
    """One line of a paper: approved beside actual, unit price and amount, why it comes back and what becomes of it."""

    line: int
    item: Code
    approved: QuantityOrNone
    actual: QuantityOrNone
    unit_price: SignedUnitPrice
    amount: Amount
    reason: OptionalCode = ""
    becomes: OptionalCode = ""


class Paper(Part):
    """A paper with its parts; the first part stays with whoever wrote it."""

    kind: PaperKind
    number: OptionalCode
    disposition: Code
    basis: Name
    parts: tuple[PaperPart, ...]
    lines: tuple[PaperLine, ...]


class HandOver(Part):
    """Say that the part of a paper has got to its holder."""

    paper: PaperKind
    holder: Code
