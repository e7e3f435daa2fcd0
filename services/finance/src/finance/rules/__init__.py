"""How is X decided? One function per rule, one sentence above it, its examples in tests/test_rules.py."""

from finance.rules import postings
from finance.rules.amounts import allowed, charged, left, parted, reduced, returned, share_of, split, valued
from finance.rules.approvals import approval_levels, goodwill_approval, same_person
from finance.rules.documents import (
    certificate_missing,
    jurisdiction_of,
    needs_blue,
    number,
    red_reason,
    red_reason_fits,
    series,
)
from finance.rules.originals import allocated, blue_required, newest_first
from finance.rules.quantities import (
    allowance_amount,
    allowance_unknown,
    missing,
    no_blue_left,
    nothing_to_credit,
    over_tolerance,
    quantity_to_book,
    scrapped,
)
from finance.rules.settlement import balance_suffices, gate_opens, receivable_first

__all__ = [
    "allocated",
    "allowance_amount",
    "allowance_unknown",
    "allowed",
    "approval_levels",
    "balance_suffices",
    "blue_required",
    "certificate_missing",
    "charged",
    "gate_opens",
    "goodwill_approval",
    "jurisdiction_of",
    "left",
    "missing",
    "needs_blue",
    "newest_first",
    "no_blue_left",
    "nothing_to_credit",
    "number",
    "over_tolerance",
    "parted",
    "postings",
    "quantity_to_book",
    "receivable_first",
    "red_reason",
    "red_reason_fits",
    "reduced",
    "returned",
    "same_person",
    "scrapped",
    "series",
    "share_of",
    "split",
    "valued",
]
