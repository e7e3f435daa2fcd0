"""Whose law is it? What a jurisdiction says of credit documents, as one row of values."""

from dataclasses import dataclass
from typing import Literal

from finance.model.books import Account, DocumentType
from finance.model.forms import Handshake

Correction = Literal["REVERSAL", "NEW_BLUE", "VOID"]


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """What the law of one place asks for (finance.md 1.6)."""

    document: DocumentType
    handshake: Handshake = "NONE"
    tax_account: Account = Account.OUTPUT_VAT
    tax_scope: Literal["LINE", "CATEGORY"] = "LINE"
    uploaded: bool = False
    reasons: bool = False
    """Whether the tax bureau's reasons 01 to 04 are checked."""
    correction: Correction = "REVERSAL"
