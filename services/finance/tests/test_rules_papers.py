"""Papers and their parts (S3-D): a table of examples for each rule."""

from datetime import date
from decimal import Decimal

import pytest

from finance import rules
from finance.model import PaperPart

DAY = date(2026, 4, 10)


def slip(*handed):
    """Write a four-part slip of which these parts have got there."""
    holders = ("business", "warehouse", "accounting", "business")
    return [PaperPart(no=n, holder=h, handed_on=DAY if n in handed else None) for n, h in enumerate(holders, 1)]


@pytest.mark.req("R-161", "R-259")
@pytest.mark.parametrize(("handed", "missing"), [((1,), True), ((1, 2), True), ((1, 3), False), ((1, 2, 3, 4), False)])
def test_accounting_waits_for_its_own_part(handed, missing):
    assert rules.paper_missing(slip(*handed)) is missing
    assert rules.paper_missing([]) is False


@pytest.mark.parametrize(
    ("handed", "holder", "no"),
    [((1,), "warehouse", 2), ((1,), "business", 4), ((1, 4), "business", None), ((1,), "customer", None)],
)
def test_the_next_part_for_a_holder_is_the_first_that_is_not_there(handed, holder, no):
    part = rules.part_of(slip(*handed), holder)
    assert (part.no if part else None) == no


@pytest.mark.parametrize(
    ("returned", "allowed", "printed", "kinds"),
    [
        (True, False, {"RETURN_SLIP": ["business"], "ALLOWANCE_CERTIFICATE": ["business"]}, ["RETURN_SLIP"]),
        (True, True, {"RETURN_SLIP": ["a"], "ALLOWANCE_CERTIFICATE": ["a"]}, ["RETURN_SLIP", "ALLOWANCE_CERTIFICATE"]),
        (True, True, {"RETURN_SLIP": []}, []),
    ],
)
def test_what_comes_back_has_a_slip_and_what_is_allowed_a_certificate(returned, allowed, printed, kinds):
    assert rules.paper_kinds(returned=returned, allowed=allowed, printed=printed) == kinds


@pytest.mark.req("R-260")
@pytest.mark.parametrize(
    ("price", "sold_at", "percent", "differs"),
    [("10.50", 10, 5, False), ("10.51", 10, 5, True), (9, 10, 5, False), ("10.01", 10, 0, True)],
)
def test_an_amount_differs_when_the_price_is_higher_than_it_was_sold_at(price, sold_at, percent, differs):
    assert rules.amount_differs(Decimal(price), Decimal(sold_at), Decimal(percent)) is differs
