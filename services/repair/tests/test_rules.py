"""Examples of each rule of the repair shop."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repair import rules

MONDAY = date(2026, 7, 6)
money = st.decimals(0, 10**9, places=2, allow_nan=False)


@pytest.mark.parametrize(
    ("running", "number"), [(1, "RP-2607-0001"), (99, "RP-2607-0099"), (9999, "RP-2607-9999"), (10000, "RP-2607-10000")]
)
def test_a_repair_number_names_its_month_and_grows_beyond_four_digits(running, number):
    assert rules.repair_number(MONDAY, running) == number


@pytest.mark.req("R-222")
@pytest.mark.parametrize(
    ("chargeable", "confirmed", "starts"),
    [(False, False, True), (False, True, True), (True, False, False), (True, True, True)],
)
def test_only_chargeable_work_waits_for_the_customers_yes(chargeable, confirmed, starts):
    assert rules.may_start(chargeable=chargeable, confirmed=confirmed) is starts


@pytest.mark.req("R-269")
@given(material=money, labour=money, transport=money)
def test_a_fee_is_the_sum_of_its_three_parts(material, labour, transport):
    fee = rules.repair_fee(material, labour, transport)

    assert fee - material - labour == transport


@pytest.mark.parametrize(("asked", "current", "counts"), [(None, 3, True), (3, 3, True), (2, 3, False), (4, 3, False)])
def test_only_the_newest_quote_can_be_answered(asked, current, counts):
    assert rules.quote_is_current(asked, current) is counts


@pytest.mark.req("R-198", "R-199")
@pytest.mark.parametrize(
    ("tested", "report", "passed"),
    [(True, "runs 24 h without fault", True), (False, "runs", False), (True, "", False), (True, "  \n", False)],
)
def test_the_outgoing_check_repeats_the_complaint_and_is_written_down(tested, report, passed):
    assert rules.outgoing_check_passed(complaint_points_tested=tested, report=report) is passed


@pytest.mark.req("R-270")
@pytest.mark.parametrize(
    ("due", "paid", "before_shipment", "outstanding"),
    [
        ("113.00", False, True, True),
        ("113.00", True, True, False),
        ("113.00", False, False, False),
        ("0.00", False, True, False),
        ("0.01", False, True, True),
    ],
)
def test_money_is_outstanding_until_it_is_recorded_unless_there_are_terms(due, paid, before_shipment, outstanding):
    assert rules.payment_outstanding(Decimal(due), paid=paid, before_shipment=before_shipment) is outstanding


@pytest.mark.parametrize(
    ("pieces", "batch"), [([49], False), ([50], True), ([25, 25], True), ([25, 24], False), ([], False)]
)
def test_fifty_pieces_make_a_batch(pieces, batch):
    assert rules.is_batch(map(Decimal, pieces), Decimal(50)) is batch


@pytest.mark.parametrize(
    ("start", "days", "holidays", "last"),
    [
        (MONDAY, 5, (), date(2026, 7, 13)),
        (date(2026, 7, 10), 1, (), date(2026, 7, 13)),
        (date(2026, 7, 11), 1, (), date(2026, 7, 13)),
        (MONDAY, 5, (date(2026, 7, 8),), date(2026, 7, 14)),
        (MONDAY, 0, (), MONDAY),
    ],
)
def test_working_days_are_counted_from_the_day_after(start, days, holidays, last):
    assert rules.working_day_after(start, days, holidays) == last


@given(start=st.dates(date(2020, 1, 1), date(2040, 1, 1)), days=st.integers(1, 40))
def test_a_last_working_day_is_a_working_day_and_never_sooner_than_the_days_it_counts(start, days):
    last = rules.working_day_after(start, days, ())

    assert last.weekday() < 5
    assert timedelta(days=days) <= last - start <= timedelta(days=7 * (days // 5 + 1) + 2)


@pytest.mark.req("R-223", "R-224")
@pytest.mark.parametrize(
    ("extra_hours", "due"),
    [(0, datetime(2026, 7, 14, tzinfo=UTC)), (48, datetime(2026, 7, 16, tzinfo=UTC))],
)
def test_a_repair_is_due_after_five_working_days_and_a_batch_two_days_later(extra_hours, due):
    assert rules.repair_due(MONDAY, 5, extra_hours, ()) == due


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 7, 6, 9, tzinfo=UTC), datetime(2026, 7, 6, 17, tzinfo=UTC)),
        (datetime(2026, 7, 6, 20, tzinfo=UTC), datetime(2026, 7, 7, 4, tzinfo=UTC)),
    ],
)
def test_a_demand_is_answered_in_eight_hours(now, due):
    assert rules.plan_due(now, 8) == due


@pytest.mark.parametrize(("explanation", "beyond"), [("board is corroded", True), ("", False), ("   ", False)])
def test_nothing_is_given_up_without_a_word(explanation, beyond):
    assert rules.beyond_repair(explanation) is beyond
