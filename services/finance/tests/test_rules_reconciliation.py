"""Do the books agree? A table of examples for each rule."""

from datetime import date
from decimal import Decimal

import pytest

from finance import rules
from finance.model.reconciliation import Said

D = Decimal


def said(net, tax="13", currency="CNY"):
    return Said(currency=currency, amounts={"net": D(net), "tax": D(tax)})


HUNDRED = said("100.00")


@pytest.mark.parametrize(
    ("has", "expected", "lacking"),
    [
        (["OURS", "ERP"], ["OURS", "ERP"], ()),
        (["OURS"], ["OURS", "ERP", "TAX_PLATFORM"], ("ERP", "TAX_PLATFORM")),
        (["ERP"], ["OURS"], ("OURS",)),
        (["OURS", "ERP"], ["OURS"], ()),
    ],
)
def test_what_belongs_into_a_book_and_is_not_there_is_missing(has, expected, lacking):
    assert rules.reconciliation.lacking(has, expected) == lacking


@pytest.mark.parametrize(
    ("books", "differ"),
    [
        ({"OURS": HUNDRED}, False),
        ({"OURS": HUNDRED, "ERP": said("100", "13.0000")}, False),
        ({"OURS": HUNDRED, "ERP": said("100.01")}, True),
        ({"OURS": HUNDRED, "ERP": HUNDRED, "TAX_PLATFORM": said("100", "13.01")}, True),
        ({"OURS": HUNDRED, "ERP": said("100", currency="USD")}, True),
    ],
)
def test_books_agree_to_the_last_digit_or_not_at_all(books, differ):
    assert rules.reconciliation.differs(books) is differ


@pytest.mark.parametrize(
    ("books", "expected", "gap"),
    [
        ({"OURS": HUNDRED, "ERP": said("99.98", "13.01")}, ["OURS", "ERP"], "0.01"),
        ({"OURS": HUNDRED}, ["OURS", "ERP"], "113"),
        ({"ERP": HUNDRED}, ["OURS"], "113"),
        ({"OURS": Said(amounts={"balance": D("-7")}), "SUB_LEDGER": Said(amounts={"balance": D(3)})}, ["OURS"], "10"),
    ],
)
def test_at_stake_is_the_largest_gap(books, expected, gap):
    assert rules.reconciliation.gap(books, expected) == D(gap)


@pytest.mark.parametrize(
    ("place", "kind", "there"),
    [
        ("CN-E-INVOICE", "RED_INVOICE", True),
        ("CN-E-INVOICE", "DEBIT_NOTE", False),
        ("CN-PAPER", "RED_INVOICE", False),
        ("CN", "RED_INVOICE", False),
        ("TW", "ALLOWANCE", True),
        ("EU", "CREDIT_NOTE", False),
    ],
)
def test_the_tax_platform_has_what_it_issues_and_what_is_uploaded(place, kind, there):
    assert rules.reconciliation.on_tax_platform(kind, rules.law(place)) is there


@pytest.mark.parametrize(("told", "known", "counts"), [(5, 4, True), (4, 4, False), (3, 4, False)])
def test_the_word_of_the_later_day_counts(told, known, counts):
    assert rules.reconciliation.newer_word(date(2026, 5, told), date(2026, 5, known)) is counts
