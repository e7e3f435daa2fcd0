"""What is it in the books? Tables of examples, and properties that hold for every amount and rate."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.base import total
from finance import handlers, rules
from finance.model import Account, EntryLine, JournalEntry
from finance.model.losses import ReportLoss
from finance.model.periods import Adjust
from finance.model.refusals import CurrencyOfTheBooks
from finance.model.suppliers import ClaimFromSupplier, SendToSupplier
from finance.model.writeoffs import ReportWriteOff
from finance.rules import postings

D = Decimal
AMOUNT = st.decimals(min_value="0.01", max_value="9999999.99", places=2)
RATE = st.decimals(min_value="0.0001", max_value="999", places=6)
BOTH = {"entity": "CN01", "currency": "USD"}
GOODS = ({"quantity": 1, "unit_cost": 10, "material": 0, "input_tax_percent": 0},)
BY_HAND = ({"side": "D", "account": "COGS", "amount": 10}, {"side": "C", "account": "AP", "amount": 10})


def written(lines):
    return [(line.side, line.account.value, str(line.amount), str(line.functional)) for line in lines]


@pytest.mark.parametrize(
    ("entity", "default", "books"), [("CN01", "", "CNY"), ("DE01", "", "USD"), ("DE01", "EUR", "EUR")]
)
def test_each_entity_has_one_currency(entity, default, books):
    assert rules.functional_currency(entity, {"CN01": "CNY"}, default, "USD") == books


@pytest.mark.parametrize(
    ("lines", "owed"),
    [
        (postings.credited(Account.REVENUE, D(1), D(0), D(0), D(1)), True),
        (postings.refund_paid(D(1)), True),
        (postings.paid_in_advance(D(1)), True),
        (postings.goods_back(D(1)), False),
        (postings.scrap_sold(D(1), D(0)), False),
    ],
)
def test_cost_and_cash_are_in_the_currency_of_the_books(lines, owed):
    assert rules.with_customer(lines) is owed


@pytest.mark.parametrize(
    ("currency", "books", "unknown"), [("USD", "CNY", False), ("JPY", "CNY", True), ("CNY", "CNY", False)]
)
def test_what_has_no_original_needs_a_rate(currency, books, unknown):
    assert rules.rate_unknown(currency, books, {"USD": D(7)}) is unknown


@pytest.mark.req("F-44")
@pytest.mark.parametrize(
    ("rate", "difference"),
    [("7.2000", [("D", "FX_LOSS", "0", "30.00")]), ("7.0000", [("C", "FX_GAIN", "0", "30.00")]), ("7.1000", [])],
)
def test_a_refund_at_another_rate_than_the_credit_stands_at_is_a_loss_or_a_gain(rate, difference):
    lines = rules.converted(postings.refunded_at_once(D("300.00")), D(rate), 2, {Account.CUSTOMER_CREDIT: D("2130.00")})

    assert written(lines)[0] == ("D", "CUSTOMER_CREDIT", "300.00", "2130.00")
    assert written(lines)[2:] == difference


@pytest.mark.parametrize(
    ("lines", "difference"),
    [
        ([("D", 5), ("C", 5)], []),
        ([("D", 5), ("C", 7)], [("D", "FX_LOSS", "0", "2")]),
        ([("D", 7), ("C", 5)], [("C", "FX_GAIN", "0", "2")]),
    ],
)
def test_what_is_between_two_rates_has_no_amount_of_its_own(lines, difference):
    sides = tuple(EntryLine(side, Account.AR, D(1), D(amount)) for side, amount in lines)
    assert written(rules.exchange_difference(sides)) == difference


@pytest.mark.parametrize(
    ("carrying", "amount", "balance", "part"),
    [
        ("711.18", "100.00", "100.01", "711.11"),
        ("0.07", "0.01", "0.01", "0.07"),
        ("0", "5", "10", "0.00"),
        ("0", "0", "0", "0"),
    ],
)
def test_a_part_takes_its_part_of_what_the_balance_stands_at(carrying, amount, balance, part):
    assert rules.carried(D(carrying), D(amount), D(balance), 2) == D(part)


@pytest.mark.parametrize(
    ("account", "change", "lines"),
    [
        (Account.AR, "10.00", [("D", "AR", "0", "10.00"), ("C", "FX_GAIN", "0", "10.00")]),
        (Account.AR, "0.50", [("D", "AR", "0", "0.50"), ("C", "FX_GAIN", "0", "0.50")]),
        (Account.AR, "-10.00", [("C", "AR", "0", "10.00"), ("D", "FX_LOSS", "0", "10.00")]),
        (Account.CUSTOMER_CREDIT, "10.00", [("C", "CUSTOMER_CREDIT", "0", "10.00"), ("D", "FX_LOSS", "0", "10.00")]),
        (Account.REFUND_PAYABLE, "-0.01", [("D", "REFUND_PAYABLE", "0", "0.01"), ("C", "FX_GAIN", "0", "0.01")]),
        (Account.CUSTOMER_CREDIT, "0.00", []),
    ],
)
def test_a_change_of_what_is_owed_is_a_gain_or_a_loss(account, change, lines):
    assert written(rules.revalued(account, D(change))) == lines


@pytest.mark.parametrize(
    ("part", "stood", "rate", "decimals", "change"),
    [
        ("100", "710.00", "7.20", 2, "10.00"),
        ("100", "710.00", "7.10", 2, "0.00"),
        ("33.33", "236.64", "7.0005", 2, "-3.31"),
        ("10", "1500", "151.55", 0, "16"),
    ],
)
def test_what_is_open_stands_at_the_closing_rate(part, stood, rate, decimals, change):
    assert rules.at_closing_rate(D(part), D(stood), D(rate), decimals) == D(change)


@pytest.mark.parametrize(
    ("balance", "moved_since", "part"),
    [("300", "0", "300"), ("300", "100", "200"), ("300", "-100", "300"), ("300", "400", "0"), ("-50", "0", "0")],
)
def test_a_month_revalues_what_was_there_and_still_is(balance, moved_since, part):
    assert rules.still_there(D(balance), D(moved_since)) == D(part)


@given(net=AMOUNT, tax=AMOUNT, paid=AMOUNT, rate=RATE, carried=AMOUNT)
def test_every_entry_balances_in_both_currencies_whatever_the_rate(net, tax, paid, rate, carried):
    to_receivable = min(paid, net + tax)
    lines = postings.credited(Account.REVENUE, net, tax, to_receivable, net + tax - to_receivable)

    booked = rules.converted(lines, rate, 2, {Account.AR: carried})

    for what in ("amount", "functional"):
        assert total(getattr(x, what) * (1 if x.side == "D" else -1) for x in booked) == 0
    assert all(line.amount >= 0 and line.functional >= 0 for line in booked)


@given(balance=AMOUNT, rate=RATE, parts=st.lists(st.decimals(min_value="0.01", max_value=1, places=2), max_size=5))
def test_a_balance_that_is_used_up_stands_at_nothing(balance, rate, parts):
    carrying = (balance * rate).quantize(D("0.01"))
    for part in [*parts, D(1)]:
        amount = (balance * part).quantize(D("0.01"))
        if amount:
            stood = rules.carried(carrying, amount, balance, 2)
            balance, carrying = balance - amount, carrying - stood
            assert carrying >= 0

    assert (balance, carrying) == (0, 0)


@pytest.mark.parametrize(("currency", "books", "foreign"), [("USD", "CNY", True), ("CNY", "CNY", False)])
def test_another_currency_is_foreign_to_the_books(currency, books, foreign):
    assert rules.foreign_to_the_books(currency, books) is foreign


@pytest.mark.parametrize(
    ("handle", "body"),
    [
        ("REPORT_LOSS", ReportLoss(case_id="K-1", kind="REWORK", amount=D(5), reference="W-1", **BOTH)),
        ("CLAIM_FROM_SUPPLIER", ClaimFromSupplier(supplier="S1", case_id="K-1", amount=D(5), **BOTH)),
        ("SEND_TO_SUPPLIER", SendToSupplier(supplier="S1", quantity=D(1), unit_cost=D(5), **BOTH)),
        ("REPORT_WRITE_OFF", ReportWriteOff(cause="theft", goods=GOODS, **BOTH)),
        ("ADJUST", Adjust(lines=BY_HAND, posted_on="2026-04-10", reason="x", **BOTH)),
    ],
)
@pytest.mark.parametrize(("books", "refused"), [("CNY", True), ("USD", False), ("", False)])
def test_what_has_no_rate_of_its_own_is_in_the_currency_of_the_books(office, handle, body, books, refused):
    there = office()
    there.everywhere(functional_currencies={"CN01": books} if books else {})

    if refused:
        with pytest.raises(CurrencyOfTheBooks):
            there.ask(getattr(handlers, handle), body)
        assert there.entries() == []
    else:
        there.ask(getattr(handlers, handle), body)


def test_what_a_customer_owes_may_be_adjusted_in_his_currency(office):
    there = office()
    there.everywhere(functional_currencies={"CN01": "CNY"}, booking_rates={"USD": 7})
    lines = ({"side": "D", "account": "AR", "amount": 10}, {"side": "C", "account": "REVENUE", "amount": 10})

    there.ask(handlers.ADJUST, Adjust(lines=lines, posted_on="2026-04-10", reason="x", **BOTH))

    [entry] = there.all(JournalEntry)
    assert written(entry.lines) == [("D", "AR", "10", "70.00"), ("C", "REVENUE", "10", "70.00")]
