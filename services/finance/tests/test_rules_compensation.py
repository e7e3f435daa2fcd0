"""Examples of what a customer's claim comes to."""

from decimal import Decimal

import pytest

from finance import rules
from finance.rules import postings

D = Decimal


@pytest.mark.req("R-274")
@pytest.mark.parametrize(
    ("claimed", "granted", "decision"),
    [("200", "200", "FULL"), ("200", "199.99", "PARTIAL"), ("200", "0.01", "PARTIAL"), ("200", "0", "REFUSED")],
)
def test_a_claim_is_granted_in_full_in_part_or_refused(claimed, granted, decision):
    assert rules.claim_granted(D(claimed), D(granted)) == decision


@pytest.mark.parametrize(("cost", "written"), [(20, [("D", "QUALITY_LOSS", 20), ("C", "INVENTORY", 20)]), (0, [])])
def test_a_gift_leaves_the_stock_as_a_loss(cost, written):
    assert [line[:3] for line in postings.given_away(D(cost))] == written
