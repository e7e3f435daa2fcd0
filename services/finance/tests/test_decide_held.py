"""What is held is not booked: nothing but the settlement of its case and the audit trail knows of it."""

import pytest

from contracts.finance import CreditHeld
from finance import handlers
from finance.model import Approve, MakeClaim, Settlement
from finance.model.audit import AuditRecord

ABOUT = {"customer": "C077", "entity": "CN01", "currency": "CNY"}
CLAIMED = {"line": 1, "item": "P-100", "quantity": "4", "unit_price": "100"}


@pytest.fixture
def there(office, blue, returned):
    """An office that sold two lines: of the first four pieces are claimed, the second is credited to its end."""
    opened = office("manufacturing")
    opened.sell([blue(), blue(line=2, item="P-200")])
    opened.ask(handlers.CLAIM, MakeClaim(claim_id="C-1", returned_at="2026-04-01", lines=[CLAIMED], **ABOUT))
    opened.decide("CREDIT", [returned(item="P-200", approved="10", original=("26312000000000000001", 2))], "K-0")
    return opened


def books(office):
    """Everything that accounting knows but the settlements, and who did what."""
    return {ref: entry.state for ref, entry in office.held.items() if ref[0] not in {Settlement, AuditRecord}}


@pytest.mark.parametrize(
    ("kind", "line", "why"),
    [
        ("ALLOWANCE", {"approved": "4", "allowance": "50"}, "certificate_missing"),
        ("CREDIT", {"approved": "4", "received": "9"}, "over_tolerance"),
        ("CREDIT", {"item": "P-200", "approved": "1", "original": ("26312000000000000001", 2)}, "nothing_to_credit"),
    ],
)
def test_a_decision_that_is_held_leaves_no_trace_in_the_books(there, returned, kind, line, why):
    before = books(there)

    [held] = there.decide(kind, [returned(**line)], claim="C-1")

    assert (type(held), held.reason.code) == (CreditHeld, why)
    assert books(there) == before


def test_what_was_held_is_booked_once_when_it_is_signed(office, returned):
    there = office()
    there.decide("CREDIT", [returned(original=None)])
    there.ask(handlers.APPROVE, Approve(), "K-1", "carol", ["level:finance-manager"])

    there.decide("CREDIT", [returned(original=None)])

    assert [(kind, net) for kind, net, _, _ in there.documents()] == [("GOODWILL_MEMO", 100)]
    assert len(there.entries()) == 1
