"""Which document is it, under which number, with which reason?"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from contracts.base import half_up
from finance.model import DocumentType, ExchangeException, LineKind

WRONG_INVOICE, RETURN, SERVICE_STOPPED, ALLOWANCE = "01", "02", "03", "04"
NEEDS_BLUE = frozenset({DocumentType.RED_INVOICE, DocumentType.CREDIT_NOTE, DocumentType.ALLOWANCE})


def jurisdiction_of(entity: str, listed: Mapping[str, str], default: str) -> str:
    """The legal entity decides whose law the document follows (F-01, F-24)."""
    return listed.get(entity, default)


def red_reason(kind: LineKind, *, allowance: bool) -> str:
    """The tax bureau's reasons are 02 for goods that come back, 03 for services, 04 for allowances (F-01, F-06)."""
    if allowance:
        return ALLOWANCE
    return SERVICE_STOPPED if kind == "SERVICE" else RETURN


def needs_blue(kind: DocumentType) -> bool:
    """A red invoice, a credit note and a tax allowance cannot exist without their original (F-54)."""
    return kind in NEEDS_BLUE


def document_of(kind: DocumentType, gross: Decimal) -> DocumentType:
    """Goods whose whole price was given back before come with a delivery note: nobody credits nothing (F-16, F-34)."""
    return kind if gross else DocumentType.DELIVERY_NOTE


def like_for_like(old: tuple[str, Decimal], new: tuple[str, Decimal]) -> bool:
    """Only the same thing at the same price is swapped without amounts (2.2, F-16)."""
    return old == new


def exchange_documents(
    otherwise: str,
    exceptions: Sequence[ExchangeException],
    entity: str,
    customer: str,
    reasons: Collection[str],
    *,
    different: bool,
) -> str:
    """The first exception for this entity, customer and reason decides; another price always has amounts (2.2)."""
    if different:
        return "WITH_AMOUNT"
    for each in exceptions:
        if (
            each.entity in {"", entity}
            and each.customer in {"", customer}
            and (not each.reason or each.reason in reasons)
        ):
            return each.documents
    return otherwise


def series(prefix: str, day: date) -> str:
    """Numbers begin anew every year (F-38)."""
    return f"{prefix}{day:%y}-"


def number(name: str, running: int) -> str:
    """A number is its series and a running number of at least six digits (F-38)."""
    return f"{name}{running:06d}"


def certificate_missing(accepted: Collection[str], recorded: Collection[str]) -> bool:
    """Nothing is posted without one of the accepted proofs, where any is asked for (R-263, R-264, F-06, P-42)."""
    return bool(accepted) and not any(kind in accepted for kind in recorded)


def tax_code(said: str, net: Decimal, tax: Decimal) -> str:
    """A line whose tax category was not said is standard rated at the rate that it shows, or of rate zero (F-46)."""
    if said:
        return said
    return f"S {half_up(tax * 100 / net, 1).normalize():f}" if net and tax else "Z 0"
