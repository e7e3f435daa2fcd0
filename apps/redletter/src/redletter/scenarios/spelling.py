"""How are codes, amounts and balances written? One spelling for what is expected and what is there."""

import re
from collections.abc import Iterable
from decimal import Decimal
from difflib import get_close_matches

from finance.model import Account, DocumentType
from finance.rules.jurisdictions import JURISDICTIONS

SIDED = re.compile(r"(?P<side>[DC]) ?(?P<amount>\d+(\.\d+)?)")


def upper(text: str) -> str:
    """Write a kind or a role as the books do."""
    return text.strip().upper().replace("-", "_")


ALSO_SAID = {"qty-over-tolerance": "over-tolerance", "over-tolerance-hold": "over-tolerance"}


def code(text: str) -> str:
    """Write a problem code as callers see it: APPROVAL_MISSING and approval_missing are one."""
    written = text.strip().lower().replace("_", "-")
    return ALSO_SAID.get(written, written)


def reason(text: str) -> str:
    """Write why a message is parked, a code or the name of a fault: AlreadyIssued is already-issued."""
    return code(re.sub(r"(?<=[a-z])(?=[A-Z])", "-", text))


def role(text: str) -> str:
    """Read a role of accounts; what stands in brackets behind it is a part of it: QUALITY_LOSS[MFG]."""
    return _known(upper(text), upper(text).partition("[")[0], Account, "role")


def kind(text: str) -> str:
    """Read a kind of document."""
    return _known(upper(text), upper(text), DocumentType, "document")


def place(text: str) -> str:
    """Read a jurisdiction."""
    written = upper(text).replace("_", "-")
    return _known(written, written, JURISDICTIONS, "jurisdiction") if written else ""


def _known(text: str, word: str, words: Iterable[str], what: str) -> str:
    known = [str(each) for each in words]
    if word not in known:
        raise ValueError(f"there is no {what} {word}{suggested(word, known)}; there are: {', '.join(known)}")
    return text


def suggested(word: str, known: Iterable[str]) -> str:
    """Suggest what somebody may have meant."""
    near = get_close_matches(word, list(known), 1)
    return f"; perhaps `{near[0]}`" if near else ""


def amount(value: Decimal) -> str:
    """Write an amount with two decimals, and with more only where it has more."""
    whole = value.normalize()
    exponent = whole.as_tuple().exponent
    return f"{whole:.2f}" if isinstance(exponent, int) and exponent >= -2 else f"{whole:f}"  # noqa: PLR2004  cents


def in_currency(text: str, otherwise: str) -> tuple[str, str]:
    """Read whose balance it is and in which currency: `C077 USD`, or `C077` in that of the books."""
    named = re.fullmatch(r"(?P<who>.*) (?P<currency>[A-Z]{3})", text)
    return (named["who"], named["currency"]) if named else (text, otherwise)


def quantity(value: Decimal) -> str:
    """Write a quantity without trailing zeros."""
    return f"{value.normalize():f}"


def sided(value: Decimal) -> str:
    """Write what is left on an account with its side."""
    return f"{'D' if value > 0 else 'C'} {amount(abs(value))}" if value else "0.00"


def balance(text: str) -> str:
    """Read a balance: a side and an amount, or zero."""
    written = SIDED.fullmatch(text.strip().upper())
    if written:
        value = Decimal(written["amount"])
        return sided(value if written["side"] == "D" else -value)
    if re.fullmatch(r"0(\.0+)?", text.strip()):
        return sided(Decimal(0))
    raise ValueError("a balance is written `D 88.00`, `C 99.44` or 0")
