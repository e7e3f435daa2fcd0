"""Into which period does a posting go, and which may be opened or closed? A table of examples for each rule."""

from datetime import date

import pytest

from finance import rules
from finance.model import Period


def period(name, status="OPEN"):
    starts, ends = rules.month_of(name)
    return Period(entity="CN01", name=name, starts=starts, ends=ends, status=status)


def day(text):
    return date.fromisoformat(text)


FEB, MARCH, APRIL = period("2026-02", "LOCKED"), period("2026-03", "SOFT_LOCKED"), period("2026-04")


@pytest.mark.req("F-39")
@pytest.mark.parametrize(
    ("today", "periods", "posted"),
    [
        ("2026-04-02", [], "2026-04-02"),
        ("2026-04-02", [APRIL, MARCH, FEB], "2026-04-02"),
        ("2026-03-31", [APRIL, MARCH, FEB], "2026-04-01"),
        ("2026-02-28", [APRIL, MARCH, FEB], "2026-04-01"),
        ("2026-02-28", [FEB], "2026-03-01"),
        ("2026-01-31", [APRIL, MARCH, FEB], "2026-01-31"),
        ("2026-02-01", [FEB, MARCH, period("2026-04", "LOCKED")], "2026-05-01"),
    ],
)
def test_a_late_event_is_posted_into_the_first_open_period(today, periods, posted):
    assert rules.posting_date(day(today), periods) == day(posted)


@pytest.mark.req("F-39")
@pytest.mark.parametrize(
    ("on", "adjuster", "closed"),
    [
        ("2026-02-01", False, True),
        ("2026-02-10", False, True),
        ("2026-02-10", True, True),
        ("2026-02-28", True, True),
        ("2026-03-10", False, True),
        ("2026-03-10", True, False),
        ("2026-04-10", False, False),
        ("2026-05-10", False, False),
    ],
)
def test_nothing_is_posted_into_a_closed_period(on, adjuster, closed):
    assert rules.period_locked(day(on), [FEB, MARCH, APRIL], adjuster=adjuster) is closed


@pytest.mark.parametrize(
    ("name", "starts", "ends"),
    [("2026-03", "2026-03-01", "2026-03-31"), ("2024-02", "2024-02-01", "2024-02-29")],
)
def test_a_month_has_its_days(name, starts, ends):
    assert rules.month_of(name) == (day(starts), day(ends))


@pytest.mark.parametrize(
    ("starts", "ends", "twice"),
    [
        ("2026-01-01", "2026-01-31", False),
        ("2026-01-01", "2026-02-01", True),
        ("2026-04-30", "2026-05-31", True),
        ("2026-05-01", "2026-05-31", False),
        ("2026-01-01", "2026-12-31", True),
    ],
)
def test_a_day_is_in_one_period_at_most(starts, ends, twice):
    assert rules.overlaps(day(starts), day(ends), [FEB, MARCH, APRIL]) is twice


@pytest.mark.parametrize(("which", "waits"), [(MARCH, False), (APRIL, True), (FEB, False)])
def test_periods_are_locked_one_after_the_other(which, waits):
    assert rules.earlier_open(which, [FEB, MARCH, APRIL]) is waits


@pytest.mark.parametrize(
    ("known", "waits"),
    [
        ([], False),
        ([period("2026-03", "LOCKED")], False),
        ([FEB], True),
        ([FEB, period("2026-03", "LOCKED")], False),
        ([period("2026-05", "LOCKED")], False),
    ],
)
def test_no_month_between_two_that_are_locked_is_left_open(known, waits):
    assert rules.earlier_open(APRIL, known) is waits


@pytest.mark.parametrize(("which", "later"), [(FEB, True), (MARCH, False), (APRIL, False)])
def test_only_the_latest_closed_period_opens_again(which, later):
    assert rules.later_locked(which, [FEB, MARCH, APRIL]) is later


@pytest.mark.parametrize(
    ("before", "after", "may"),
    [
        ("OPEN", "SOFT_LOCKED", True),
        ("OPEN", "LOCKED", True),
        ("SOFT_LOCKED", "LOCKED", True),
        ("SOFT_LOCKED", "OPEN", True),
        ("LOCKED", "OPEN", True),
        ("LOCKED", "SOFT_LOCKED", False),
        ("LOCKED", "LOCKED", False),
        ("OPEN", "OPEN", False),
    ],
)
def test_which_state_of_a_period_follows_which(before, after, may):
    assert rules.may_become(before, after) is may


@pytest.mark.parametrize(
    ("levels", "asked"), [((), ("", "")), (("cfo",), ("cfo", "")), (("a", "b", "c"), ("a", "b", "c"))]
)
def test_a_locked_period_opens_again_for_two_persons_at_least(levels, asked):
    assert rules.two_persons(levels) == asked
