"""Examples of each rule of the RMA office."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rma import rules

MONDAY = date(2026, 7, 6)
days = st.dates(date(2000, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("end", "holidays", "counted"),
    [
        (MONDAY, (), 0),
        (date(2026, 7, 7), (), 1),
        (date(2026, 7, 10), (), 4),
        (date(2026, 7, 12), (), 4),
        (date(2026, 7, 13), (), 5),
        (date(2026, 7, 13), (date(2026, 7, 8), date(2026, 7, 11)), 4),
        (date(2026, 7, 5), (), 0),
    ],
)
def test_working_days_are_counted_from_the_day_after(end, holidays, counted):
    assert rules.working_days_between(MONDAY, end, holidays) == counted


@given(start=days, length=st.integers(0, 60))
def test_a_week_has_five_working_days(start, length):
    counted = rules.working_days_between(start, start + timedelta(days=length), ())

    assert 5 * (length // 7) <= counted <= 5 * (length // 7) + min(5, length % 7)


@pytest.mark.req("R-133")
@pytest.mark.parametrize(
    ("today", "window", "outside"),
    [
        (date(2026, 7, 13), 7, False),
        (date(2026, 7, 14), 7, True),
        (date(2026, 7, 21), 15, False),
        (date(2026, 7, 22), 15, True),
        (date(2036, 7, 14), None, False),
    ],
)
def test_goods_come_back_up_to_and_with_the_last_day_of_the_window(today, window, outside):
    assert rules.outside_return_window(MONDAY, today, window, working=False, holidays=()) is outside


@pytest.mark.req("R-131")
@pytest.mark.parametrize(
    ("today", "holidays", "outside"),
    [
        (date(2026, 7, 15), (), False),
        (date(2026, 7, 16), (), True),
        (date(2026, 7, 16), (date(2026, 7, 14),), False),
        (date(2026, 7, 17), (date(2026, 7, 14),), True),
    ],
)
def test_an_apparel_window_counts_working_days(today, holidays, outside):
    assert rules.outside_return_window(MONDAY, today, 7, working=True, holidays=holidays) is outside


def test_without_a_day_of_receipt_there_is_no_window():
    assert not rules.outside_return_window(None, MONDAY, 7, working=False, holidays=())


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 3, 5), 12, date(2027, 3, 5)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (MONDAY, 0, MONDAY),
    ],
)
def test_months_end_where_they_end(day, months, later):
    assert rules.add_months(day, months) == later


@given(day=days, months=st.integers(0, 240))
def test_so_many_months_later_is_that_month(day, months):
    later = rules.add_months(day, months)

    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day <= day.day


@pytest.mark.req("R-150")
@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ((date(2026, 3, 5), None), date(2027, 3, 5)),
        ((None, date(2026, 4, 1)), date(2027, 4, 1)),
        ((date(2026, 3, 5), date(2026, 4, 1)), date(2027, 4, 1)),
        ((None, None), None),
    ],
)
def test_warranty_runs_twelve_months_from_the_later_start(starts, ends):
    assert rules.warranty_ends(starts, 12) == ends


@pytest.mark.req("R-150")
@pytest.mark.parametrize(
    ("ends", "out"), [(MONDAY, False), (MONDAY - timedelta(days=1), True), (date(2027, 1, 1), False), (None, False)]
)
def test_the_last_day_of_the_warranty_counts(ends, out):
    assert rules.out_of_warranty(ends, MONDAY) is out


@pytest.mark.req("R-151")
@pytest.mark.parametrize(
    ("facts", "void"),
    [
        (("tamper-label-broken",), True),
        (("own-part-replacement",), True),
        (("human-damage",), True),
        (("poor-storage",), True),
        (("opened-by-dealer", "poor-storage"), True),
        (("opened-by-dealer",), False),
        ((), False),
    ],
)
def test_each_exclusion_voids_the_warranty(facts, void):
    exclusions = ("tamper-label-broken", "own-part-replacement", "human-damage", "poor-storage")

    assert rules.warranty_void(facts, exclusions) is void


@pytest.mark.req("R-139")
@pytest.mark.parametrize(
    ("per_item", "total", "batch"),
    [("49", "99", False), ("50", "50", True), ("1", "100", True), ("49.5", "99.5", False), ("51", "120", True)],
)
def test_reaching_fifty_of_one_model_or_a_hundred_in_all_makes_a_batch(per_item, total, batch):
    assert rules.batch_return(Decimal(per_item), Decimal(total), Decimal(50), Decimal(100)) is batch


@pytest.mark.parametrize(("same", "in_all", "batch"), [(None, None, False), (None, 100, True), (50, None, True)])
def test_a_limit_that_the_policy_does_not_have_makes_no_batch(same, in_all, batch):
    limits = [None if limit is None else Decimal(limit) for limit in (same, in_all)]

    assert rules.batch_return(Decimal(500), Decimal(500), *limits) is batch


@pytest.mark.parametrize(
    ("wanted", "allowed", "goes"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_a_unit_goes_out_first_only_when_asked_for_and_allowed(wanted, allowed, goes):
    assert rules.advance_replacement_allowed(wanted=wanted, allowed=allowed) is goes


@pytest.mark.parametrize(
    ("running", "number"), [(1, "RMA-2607-0001"), (9999, "RMA-2607-9999"), (10000, "RMA-2607-10000")]
)
def test_an_rma_number_names_its_month_and_grows_beyond_four_digits(running, number):
    assert rules.rma_number(MONDAY, running) == number


@pytest.mark.parametrize(
    ("lines", "established"), [([True], True), ([False, True], True), ([False, False], False), ([], False)]
)
def test_one_confirmed_line_establishes_the_case(lines, established):
    assert rules.complaint_established(lines) is established


@pytest.mark.parametrize(
    ("lines", "beyond"), [([True, True], False), ([True, False], True), ([False], True), ([], False)]
)
def test_one_line_beyond_repair_makes_the_repair_impossible(lines, beyond):
    assert rules.cannot_be_repaired(lines) is beyond


@pytest.mark.req("R-115", "R-116")
@pytest.mark.parametrize(("obstacles", "passed"), [((), True), (("out_of_warranty",), False)])
def test_a_review_without_an_obstacle_is_passed(obstacles, passed):
    assert rules.review_passed(obstacles) is passed


@pytest.mark.req("R-124")
@pytest.mark.parametrize(("today", "overdue"), [(MONDAY - timedelta(days=1), False), (MONDAY, True)])
def test_a_swapped_unit_is_overdue_from_its_due_day(today, overdue):
    assert rules.old_unit_overdue(MONDAY, today) is overdue


@pytest.mark.parametrize(("today", "lapsed"), [(MONDAY - timedelta(days=1), False), (MONDAY, True)])
def test_an_authorization_lapses_on_its_due_day(today, lapsed):
    assert rules.goods_never_came(MONDAY, today) is lapsed


@pytest.mark.parametrize(
    ("days", "until", "left"),
    [((15, 25), 30, [15, 25]), ((25, 15, 30), 30, [15, 25]), ((15, 25), 10, []), ((), 30, [])],
)
def test_reminders_come_before_the_day_itself(days, until, left):
    assert rules.reminder_days(days, until) == left


@pytest.mark.req("F-14")
@pytest.mark.parametrize(("due", "waits"), [("56.50", True), ("0", False), ("0.00", False)])
def test_a_difference_is_paid_before_anything_ships(due, waits):
    assert rules.difference_due(Decimal(due)) is waits
