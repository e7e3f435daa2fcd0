"""The rules of what people of finance look at: age, dues, rates, and how entries are shown to the general ledger."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance import rules
from finance.decide import exports
from finance.model import Account, EntryLine, JournalEntry, Share
from finance.model.exports import Known

D = Decimal
NOW = datetime(2026, 4, 30, 9, tzinfo=UTC)
A = Account


@pytest.mark.parametrize(
    ("since", "days"),
    [
        (None, 0),
        (NOW, 0),
        (datetime(2026, 4, 29, 10, tzinfo=UTC), 0),
        (datetime(2026, 4, 29, 9, tzinfo=UTC), 1),
        (datetime(2026, 5, 1, 9, tzinfo=UTC), 0),
    ],
)
def test_a_row_is_as_old_as_the_whole_days_since_it_came(since, days):
    assert rules.ageing.age_in_days(since, NOW) == days


@pytest.mark.parametrize(("age", "allowed", "is_late"), [(0, 0, False), (2, 2, False), (3, 2, True)])
def test_a_row_is_late_after_the_days_that_its_list_allows(age, allowed, is_late):
    assert rules.ageing.late(age, allowed) is is_late


@pytest.mark.parametrize(
    ("said", "terms", "due"),
    [(date(2026, 3, 20), 30, date(2026, 3, 20)), (None, 30, date(2026, 4, 4)), (None, 0, date(2026, 3, 5))],
)
def test_an_invoice_is_due_when_it_says_or_by_the_terms(said, terms, due):
    assert rules.ageing.due_on(said, date(2026, 3, 5), terms) == due


@pytest.mark.req("F-51")
@pytest.mark.parametrize(
    ("due", "overdue", "name"),
    [
        (date(2026, 5, 15), 0, "not_due"),
        (date(2026, 4, 30), 0, "not_due"),
        (date(2026, 4, 29), 1, "days_1_30"),
        (date(2026, 4, 25), 5, "days_1_30"),
        (date(2026, 3, 31), 30, "days_1_30"),
        (date(2026, 3, 30), 31, "days_31_60"),
        (date(2026, 3, 20), 41, "days_31_60"),
        (date(2026, 3, 1), 60, "days_31_60"),
        (date(2026, 2, 28), 61, "days_61_90"),
        (date(2026, 1, 30), 90, "days_61_90"),
        (date(2026, 1, 29), 91, "over_90"),
    ],
)
def test_what_is_open_ages_by_its_days_overdue(due, overdue, name):
    assert rules.ageing.days_overdue(due, NOW.date()) == overdue
    assert rules.ageing.bucket(overdue) == name


@given(st.dictionaries(st.integers(0, 400), st.decimals(0, 10**6, places=2)))
def test_the_ages_are_together_all_that_is_open(by_overdue):
    sums = rules.ageing.aged(by_overdue)

    assert list(sums) == ["not_due", "days_1_30", "days_31_60", "days_61_90", "over_90"]
    assert sum(sums.values()) == sum(by_overdue.values())


@pytest.mark.req("F-51")
@pytest.mark.parametrize(("open_amount", "unapplied", "due"), [("3616", "113", "3503"), ("0", "50", "-50")])
def test_a_customer_owes_what_is_open_less_unapplied_credit(open_amount, unapplied, due):
    assert rules.ageing.balance_due(D(open_amount), D(unapplied)) == D(due)


@pytest.mark.req("F-50")
@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [("800000", "887000", "90.19"), ("800000", "1000000", "80.00"), ("0", "5", "0.00"), ("5", "0", None)],
)
def test_a_rate_is_a_percentage_and_of_nothing_there_is_none(part, whole, percent):
    assert rules.ageing.rate(D(part), D(whole)) == (D(percent) if percent else None)


@pytest.mark.req("F-50")
@pytest.mark.parametrize(
    ("due", "complained", "asked"), [("1000000", "113000", "887000"), ("5", "0", "5"), ("5", "6", "0")]
)
def test_what_is_disputed_is_not_asked_of_who_collects(due, complained, asked):
    assert rules.ageing.collectible(D(due), D(complained)) == D(asked)


@pytest.mark.parametrize(
    ("open_amount", "complained", "disputed"), [("200", "113", "113"), ("100", "113", "100"), ("0", "113", "0")]
)
def test_a_complaint_disputes_at_most_what_is_open(open_amount, complained, disputed):
    assert rules.ageing.disputed(D(open_amount), D(complained)) == D(disputed)


def entry(*words):
    return tuple(EntryLine(side, Account(role), D(amount), D(amount)) for side, role, amount in words)


CREDIT = entry(("D", "REVENUE", "1000"), ("D", "OUTPUT_VAT", "130"), ("C", "AR", "1130"))
BACK = entry(("D", "RETURNS_QUARANTINE", "600"), ("C", "COGS", "600"))
TO_STOCK = entry(("D", "INVENTORY", "600"), ("C", "RETURNS_QUARANTINE", "600"))
ALLOWANCE = entry(("D", "SALES_ALLOWANCE", "100"), ("D", "OUTPUT_VAT", "13"), ("C", "CUSTOMER_CREDIT", "113"))
SALE = entry(("D", "AR", "226"), ("C", "REVENUE", "200"), ("C", "OUTPUT_VAT", "26"))
SET_OFF = entry(("D", "CUSTOMER_CREDIT", "226"), ("C", "AR", "226"))
EARNED_BACK = entry(("D", "REVENUE", "10"), ("D", "AR", "5"), ("C", "BANK", "15"))
TAX_BACK = entry(("D", "OUTPUT_VAT", "26"), ("C", "AR", "26"))
SETTLED = entry(("D", "BANK", "110"), ("C", "AR", "100"), ("C", "REVENUE", "10"))
PAID = entry(("D", "BANK", "226"), ("C", "ADVANCE_RECEIVED", "226"))


@pytest.mark.req("F-43")
@pytest.mark.parametrize(
    ("lines", "presented"),
    [
        (CREDIT, [("C", "-1000", True), ("C", "-130", True), ("D", "-1130", True)]),
        (BACK, [("D", "600", False), ("D", "-600", True)]),
        (TO_STOCK, [("D", "600", False), ("C", "600", False)]),
        (ALLOWANCE, [("C", "-100", True), ("C", "-13", True), ("C", "113", False)]),
        (SALE, [("D", "226", False), ("C", "200", False), ("C", "26", False)]),
        (SET_OFF, [("D", "226", False), ("C", "226", False)]),
        (EARNED_BACK, [("C", "-10", True), ("D", "5", False), ("C", "15", False)]),
        (TAX_BACK, [("C", "-26", True), ("C", "26", False)]),
        (SETTLED, [("D", "110", False), ("C", "100", False), ("C", "10", False)]),
        (PAID, [("D", "226", False), ("C", "226", False)]),
    ],
    ids=[
        "credit",
        "goods back",
        "to stock",
        "allowance",
        "sale",
        "set off",
        "earned back",
        "tax back",
        "settled",
        "paid",
    ],
)
def test_red_takes_back_on_its_own_side_and_opposite_leaves_every_line_where_it_is(lines, presented):
    red = [(*rules.presentation.shown(line, lines, "RED"), line.amount) for line in lines]

    assert [(side, sign * amount, sign < 0) for side, sign, amount in red] == [(s, D(a), r) for s, a, r in presented]
    assert [rules.presentation.red(line, lines) for line in lines] == [is_red for _, _, is_red in presented]
    assert [rules.presentation.shown(line, lines, "OPPOSITE") for line in lines] == [(line.side, 1) for line in lines]
    assert sum(D(a) if s == "D" else -D(a) for s, a, _ in presented) == 0


@pytest.mark.req("F-43")
@pytest.mark.parametrize(
    ("style", "service_on", "written"),
    [
        (
            "RED",
            date(2026, 3, 31),
            [
                (1, 0, "-710", "100", "710", "X", "2026-03-31"),
                (2, "-710", 0, "-100", "-710", "X", "2026-03-31"),
            ],
        ),
        (
            "OPPOSITE",
            None,
            [(1, "710", 0, "100", "710", "", "2026-04-10"), (2, 0, "710", "-100", "-710", "", "2026-04-10")],
        ),
    ],
)
def test_a_line_for_the_general_ledger_says_what_was_booked_in_both_currencies(style, service_on, written):
    sides = tuple(EntryLine(side, role, D(100), D(710)) for side, role in (("D", A.REVENUE), ("C", A.AR)))
    entry = JournalEntry(
        id="K-1.1/T1/", entity="CN01", case_id="K-1", template="T1", document="RI26-000001", customer="C077",
        currency="USD", books_currency="CNY", posted_on=date(2026, 4, 10), lines=sides, service_on=service_on,
    )  # fmt: skip

    lines = exports.presented("batch-1", entry, Known(), style)

    assert [
        (x.line, x.debit, x.credit, x.document_amount, x.functional_amount, x.red, x.service_date) for x in lines
    ] == [(line, D(dr), D(cr), D(amount), D(booked), red, day) for line, dr, cr, amount, booked, red, day in written]


@pytest.mark.parametrize(
    ("side", "account", "back"),
    [("D", A.REVENUE, True), ("C", A.REVENUE, False), ("C", A.COGS, True), ("D", A.BANK, False), ("C", A.BANK, False)],
)
def test_a_line_on_the_other_side_than_its_account_grows_on_takes_back(side, account, back):
    assert rules.presentation.takes_back(EntryLine(side, account, D(1), D(1))) is back


@pytest.mark.parametrize(
    ("told", "safe"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\tx", "'\tx"), ("\rx", "'\rx"),
        ("a=b", "a=b"), ("", ""), ("C077", "C077"),
    ],
)  # fmt: skip
def test_a_text_that_a_spreadsheet_would_calculate_is_quoted(told, safe):
    assert rules.presentation.neutralised(told) == safe


REST = Share(D(10), D(1000), D(130))


@pytest.mark.req("R-265")
@pytest.mark.parametrize(
    ("quantity", "amount", "mode", "gross"),
    [
        ("3", None, "EXCLUSIVE", "339"),
        ("0.5", None, "EXCLUSIVE", "56.5"),
        ("10", None, "EXCLUSIVE", "1130"),
        ("12", None, "EXCLUSIVE", "1130"),
        ("0", None, "EXCLUSIVE", "0"),
        ("0", "100", "EXCLUSIVE", "113"),
        ("0", "99.9999999999999", "EXCLUSIVE", "113"),
        ("0", "0.0049", "EXCLUSIVE", "0"),
        ("0", "5000", "EXCLUSIVE", "1130"),
        ("0", "113", "INCLUSIVE", "113"),
        ("0", "1100", "INCLUSIVE", "1100"),
        ("0", "5000", "INCLUSIVE", "1130"),
    ],
)
def test_what_a_complaint_asks_for_is_at_most_the_whole_line(quantity, amount, mode, gross):
    asked = rules.disputes.asked_of(REST, D(quantity), D(amount) if amount else None, mode, 2)

    assert asked.gross == D(gross)


@pytest.mark.req("R-265")
@pytest.mark.parametrize(("reserved", "credited", "left"), [("0", "0", "10"), ("4", "0", "10"), ("4", "3", "7")])
def test_a_complaint_can_be_about_all_that_is_not_credited(office, blue, reserved, credited, left):
    books = office()
    books.sell([blue()])
    parts = {"credited_net": D(credited) * 90, "credited_tax": D(credited) * 12, "kept_net": D(credited) * 10}
    more = {"credited_quantity": D(credited), "kept_tax": D(credited)}
    line = replace(books.line(), reserved_quantity=D(reserved), **parts, **more)

    assert rules.disputes.unreserved(line) == (D(left), D(left) * 100, D(left) * 13)
