"""What does a month end with? A table of examples for each rule."""

from datetime import datetime
from decimal import Decimal

import pytest

from finance.model import Account, BlueLine
from finance.model.monthend import MonthFacts
from finance.rules import closing

A, D = Account, Decimal
MARCH = datetime(2026, 3, 5)  # noqa: DTZ001  by the clock of the books


def line(**changes):
    about = {"id": "b", "entity": "CN01", "invoice": "B1", "line": 1, "customer": "C077", "currency": "CNY"}
    sold = {"issued_at": MARCH, "shelf": "s", "item": "P", "kind": "GOODS", "price_mode": "EXCLUSIVE", "decimals": 2}
    amounts = {"unit_price": D(100), "unit_cost": D(60), "quantity": D(10), "net": D(1000), "tax": D(130)}
    return BlueLine(**about, **sold, **{**amounts, **changes})


def lines(*written):
    return [(x.side, x.account, x.amount) for x in written]


@pytest.mark.req("F-48")
@pytest.mark.parametrize(
    ("revenue", "percent", "amount"),
    [("1000000", "2", "20000.00"), ("333.33", "1.5", "5.00"), ("0", "2", "0"), ("-50", "2", "0")],
)
def test_a_warranty_is_provided_for_by_a_percentage_of_the_revenue(revenue, percent, amount):
    assert closing.provision(D(revenue), D(percent), 2) == D(amount)


@pytest.mark.req("F-49")
@pytest.mark.parametrize(
    ("blue", "quantity", "refund", "cost"),
    [
        (line(), "3", "300.00", "180.00"),
        (line(credited_net=D(100)), "4", "360.00", "240.00"),
        (line(credited_quantity=D(2), credited_net=D(170), kept_net=D(30)), "4", "400.00", "240.00"),
        (line(credited_quantity=D(8), credited_net=D(800)), "3", "200.00", "120.00"),
        (line(credited_quantity=D(10), credited_net=D(1000)), "3", "0", "0"),
        (line(unit_cost=None), "3", "300.00", "0"),
        (line(quantity=D(3), net=D(100)), "1", "33.33", "60.00"),
        (line(quantity=D("0.5"), net=D(50)), "0.5", "50.00", "30.00"),
    ],
)
def test_a_return_on_its_way_is_worth_its_part_of_what_is_not_credited(blue, quantity, refund, cost):
    assert closing.expected_refund(blue, D(quantity)) == D(refund)
    assert closing.expected_cost(blue, D(quantity)) == D(cost)


@pytest.mark.parametrize(
    ("facts", "blocks"),
    [
        (MonthFacts(), ()),
        (MonthFacts(issuing=1), ("issuing",)),
        (MonthFacts(drifting=2, gaps=1), ("drifting", "gaps")),
        (MonthFacts(differences=5, unsplit=("K-1",)), ()),
    ],
)
def test_nothing_on_its_way_and_nothing_missing_stands_against_a_month_end(facts, blocks):
    assert closing.not_ready(facts) == blocks


@pytest.mark.parametrize(
    ("said", "currency", "taken"),
    [
        (None, None, {"CNY": D(5)}),
        (D(9), "CNY", {"CNY": D(9)}),
        (D(9), None, {"CNY": D(5)}),
        (None, "CNY", {"CNY": D(5)}),
    ],
)
def test_the_invoices_say_what_bears_a_warranty_unless_somebody_does(said, currency, taken):
    assert closing.warranty_revenue({"CNY": D(5)}, said, currency) == taken


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (closing.provided(D(20000)), [("D", A.WARRANTY_COST, 20000), ("C", A.WARRANTY_PROVISION, 20000)]),
        (closing.provided(D(0)), []),
        (closing.refund_expected(D(300)), [("D", A.REVENUE, 300), ("C", A.REFUND_LIABILITY, 300)]),
        (closing.goods_expected(D(180)), [("D", A.RIGHT_TO_RECOVER, 180), ("C", A.COGS, 180)]),
    ],
)
def test_what_a_month_end_writes(written, expected):
    assert lines(*written) == expected
