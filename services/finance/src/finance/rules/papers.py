"""Which part of which paper has to be where (S3-D)?"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from finance.model import PaperKind, PaperPart

ACCOUNTING = "accounting"


def paper_missing(parts: Iterable[PaperPart]) -> bool:
    """Accounting posts by its own part of the paper, not before it has come (R-161, R-259, S3-D)."""
    return any(part.holder == ACCOUNTING and part.handed_on is None for part in parts)


def part_of(parts: Sequence[PaperPart], holder: str) -> PaperPart | None:
    """The next part for a holder is the first that has not got there (S3-D)."""
    return next((part for part in parts if part.holder == holder and part.handed_on is None), None)


def paper_kinds(*, returned: bool, allowed: bool, printed: Mapping[PaperKind, Sequence[str]]) -> list[PaperKind]:
    """What comes back has a return slip, what is allowed a certificate, where papers are used (R-161, R-259)."""
    wanted: dict[PaperKind, bool] = {"RETURN_SLIP": returned, "ALLOWANCE_CERTIFICATE": allowed}
    return [kind for kind, needed in wanted.items() if needed and printed.get(kind)]


def amount_differs(price: Decimal, sold_at: Decimal, percent: Decimal) -> bool:
    """The amount is compared by the unit price: more than it was sold at, beyond the ratio, is held (R-260, S3-D)."""
    return price > sold_at * (1 + percent / 100)
