"""What is given in exchange, and what a discount leaves of a fee: a table of examples for each rule."""

from decimal import Decimal

import pytest

from finance import rules
from finance.model import ExchangeException, Share
from finance.rules import postings

D = Decimal
SOLD = Share(D(10), D("1000.00"), D("130.00"))


@pytest.mark.req("F-14", "F-15")
@pytest.mark.parametrize(
    ("quantity", "price", "tax", "mode", "priced"),
    [
        (1, "150.00", "19.50", "EXCLUSIVE", ("150.00", "19.50")),
        (1, "150.00", "9.00", "EXCLUSIVE", ("150.00", "9.00")),
        (1, "80.00", None, "EXCLUSIVE", ("80.00", "10.40")),
        (3, "33.333", None, "EXCLUSIVE", ("100.00", "13.00")),
        (1, "113.00", None, "INCLUSIVE", ("100.00", "13.00")),
        (1, "113.00", "10.00", "INCLUSIVE", ("103.00", "10.00")),
    ],
)
def test_what_is_given_is_priced_as_the_original_was(quantity, price, tax, mode, priced):
    told = None if tax is None else D(tax)
    assert rules.priced_like(D(quantity), D(price), told, SOLD, mode, 2) == tuple(map(D, priced))


def test_what_is_given_for_something_free_has_the_tax_that_is_told():
    assert rules.priced_like(D(1), D(5), None, Share(D(1), D(0), D(0)), "EXCLUSIVE", 2) == (5, 0)


@pytest.mark.req("F-16")
@pytest.mark.parametrize(
    ("new", "alike"), [(("P-1", D(100)), True), (("P-2", D(100)), False), (("P-1", D("100.01")), False)]
)
def test_only_the_same_thing_at_the_same_price_is_alike(new, alike):
    assert rules.like_for_like(("P-1", D("100.00")), new) is alike


EXCEPTIONS = [
    ExchangeException(entity="CN01", reason="leaks", documents="NO_AMOUNT"),
    ExchangeException(customer="C078", documents="NO_AMOUNT"),
    ExchangeException(entity="CN01", documents="WITH_AMOUNT"),
]


@pytest.mark.req("F-13", "F-16", "R-257")
@pytest.mark.parametrize(
    ("entity", "customer", "reasons", "different", "documents"),
    [
        ("CN01", "C077", {"leaks"}, False, "NO_AMOUNT"),
        ("CN01", "C077", {"loud"}, False, "WITH_AMOUNT"),
        ("DE01", "C078", {"leaks"}, False, "NO_AMOUNT"),
        ("DE01", "C077", {"leaks"}, False, "NO_AMOUNT"),
        ("DE01", "C077", {"loud"}, False, "NO_AMOUNT"),
        ("DE01", "C078", set(), True, "WITH_AMOUNT"),
    ],
)
def test_how_an_exchange_is_written_depends_on_entity_customer_and_reason(
    entity, customer, reasons, different, documents
):
    written = rules.exchange_documents("NO_AMOUNT", EXCEPTIONS, entity, customer, reasons, different=different)
    assert written == documents


@pytest.mark.req("R-277")
@pytest.mark.parametrize(
    ("net", "tax", "discount", "left"),
    [("200.00", "26.00", "50.00", ("150.00", "19.50")), ("200.00", "26.00", "200.00", (0, 0)), (0, 0, 0, (0, 0))],
)
def test_a_discount_comes_off_the_fee_and_its_tax(net, tax, discount, left):
    assert rules.discounted_fee(D(net), D(tax), D(discount), 2) == tuple(map(D, left))


@pytest.mark.req("F-29")
@pytest.mark.parametrize(
    ("lines", "written"),
    [
        (postings.fined(D(5000), D(5000), D(0)), "D QUALITY_LOSS 5000, C AR 5000"),
        (postings.fined(D(9), D(5), D(4)), "D QUALITY_LOSS 9, C AR 5, C CUSTOMER_CREDIT 4"),
        (postings.paid(D(9), D(5), D(4)), "D BANK 9, C AR 5, C CUSTOMER_CREDIT 4"),
        (postings.sold_after_all(D(60)), "D WARRANTY_PROVISION 60, C COGS 60"),
    ],
)
def test_what_fines_payments_and_late_returns_write(lines, written):
    assert ", ".join(f"{line.side} {line.account} {line.amount}" for line in lines) == written
