"""Every rule of intake with its examples."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import rules
from intake.model import Severity

JULY = date(2026, 7, 31)


@pytest.mark.req("R-011")
@pytest.mark.parametrize(
    ("day", "running", "number"),
    [(JULY, 1, "260701"), (JULY, 99, "260799"), (JULY, 100, "2607100"), (date(2026, 8, 1), 1, "260801")],
)
def test_a_number_is_year_month_and_a_running_number(day: date, running: int, number: str) -> None:
    assert rules.complaint_number(day, running) == number


@pytest.mark.req("R-012")
@given(st.lists(st.integers(1, 10**6), unique=True))
def test_numbers_of_a_month_are_distinct_and_sort_by_length_then_text(runnings: list[int]) -> None:
    numbers = [rules.complaint_number(JULY, running) for running in sorted(runnings)]
    assert len(set(numbers)) == len(numbers)
    assert sorted(numbers, key=lambda number: (len(number), number)) == numbers


@pytest.mark.req("R-002")
@pytest.mark.parametrize(
    ("given_fields", "mandatory", "missing"),
    [
        ({"content": "It hums", "contact": "Ann"}, ("contact",), []),
        ({"content": "It hums", "contact": ""}, ("contact",), ["contact"]),
        ({"content": "It hums", "contact": " \n"}, ("contact",), ["contact"]),
        ({"content": "It hums", "contact": ""}, (), []),
        ({"content": "", "contact": "Ann"}, (), ["content"]),
        ({"content": " ", "contact": ""}, ("contact", "content"), ["content", "contact"]),
    ],
)
def test_what_may_not_be_empty(given_fields: dict[str, str], mandatory: tuple[str, ...], missing: list[str]) -> None:
    assert rules.fields_missing(given_fields, mandatory) == missing
    assert rules.complaint_complete(missing) is (not missing)


@pytest.mark.parametrize(("missing", "complete"), [([], True), (["contact"], False)])
def test_a_complaint_is_complete_when_nothing_is_missing(missing: list[str], *, complete: bool) -> None:
    assert rules.complaint_complete(missing) is complete


@pytest.mark.parametrize(("numbers", "distinct"), [([1], True), ([1, 2], True), ([1, 1], False)])
def test_every_line_has_a_number_of_its_own(numbers: list[int], *, distinct: bool) -> None:
    assert rules.lines_distinct(numbers) is distinct


@pytest.mark.parametrize(
    ("start", "days", "holidays", "end"),
    [
        (date(2026, 7, 1), 2, (), date(2026, 7, 3)),
        (date(2026, 7, 3), 1, (), date(2026, 7, 6)),
        (date(2026, 7, 3), 1, (date(2026, 7, 6),), date(2026, 7, 7)),
        (date(2026, 7, 4), 0, (), date(2026, 7, 4)),
    ],
)
def test_working_days_skip_weekends_and_holidays(start: date, days: int, holidays: tuple[date, ...], end: date) -> None:
    assert rules.add_working_days(start, days, holidays) == end


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(1, 60))
def test_a_limit_in_working_days_ends_on_a_working_day(start: date, days: int) -> None:
    end = rules.add_working_days(start, days, ())
    assert end.weekday() < 5
    assert days <= (end - start).days <= days + 2 * (days // 5 + 1)


@pytest.mark.req("R-059")
@pytest.mark.parametrize(
    ("domestic", "abroad", "from_abroad", "end"),
    [
        (15, 20, False, date(2026, 7, 16)),
        (15, 20, True, date(2026, 7, 21)),
        (None, 20, False, None),
        (15, None, True, None),
    ],
)
def test_a_complaint_closes_in_15_days_or_20_from_abroad(
    domestic: int | None, abroad: int | None, end: date | None, *, from_abroad: bool
) -> None:
    assert rules.close_by(date(2026, 7, 1), domestic, abroad, from_abroad=from_abroad) == end


@pytest.mark.parametrize(("deadlines", "passed"), [({"closing"}, True), (set(), False), ({"first-answer"}, False)])
def test_only_a_limit_that_stands_is_urged(deadlines: set[str], *, passed: bool) -> None:
    assert rules.limit_passed(deadlines, "closing") is passed


@pytest.mark.req("R-023", "R-024")
@pytest.mark.parametrize(
    ("functional", "appearance", "major", "general"),
    [
        (4, 9, False, False),
        (5, 0, False, True),
        (14, 0, False, True),
        (15, 0, True, True),
        (0, 10, False, True),
        (0, 29, False, True),
        (0, 30, True, True),
    ],
)
def test_functional_and_appearance_defects_are_counted_apart(
    functional: int, appearance: int, *, major: bool, general: bool
) -> None:
    assert rules.count_reaches(functional, appearance, 15, 30) is major
    assert rules.count_reaches(functional, appearance, 5, 10) is general


@pytest.mark.req("R-025", "R-026")
@pytest.mark.parametrize(
    ("major", "general", "rate", "severity"),
    [
        (False, False, None, Severity.OTHER),
        (False, True, None, Severity.GENERAL),
        (False, True, "0.008", Severity.OTHER),
        (False, True, "0.01", Severity.GENERAL),
        (True, True, "0.008", Severity.MAJOR),
        (True, True, None, Severity.MAJOR),
    ],
)
def test_a_low_rate_lowers_a_general_complaint_only(
    rate: str | None, severity: Severity, *, major: bool, general: bool
) -> None:
    share = None if rate is None else Decimal(rate)
    assert rules.severity_by_count(major=major, general=general, rate=share, low_rate=Decimal("0.01")) is severity


@pytest.mark.req("R-032")
@pytest.mark.parametrize(
    ("cost", "complainants", "lawsuit", "media", "special"),
    [
        ("9999.99", 9, False, False, False),
        ("10000.00", 1, False, False, True),
        ("0", 10, False, False, True),
        ("0", 1, True, False, True),
        ("0", 1, False, True, True),
    ],
)
def test_a_lawsuit_the_media_much_cost_or_many_people_are_special(
    cost: str, complainants: int, *, lawsuit: bool, media: bool, special: bool
) -> None:
    assert rules.special_major(Decimal(cost), complainants, Decimal(10000), 10, lawsuit=lawsuit, media=media) is special


@pytest.mark.parametrize(("needs_confirmation", "closes"), [(True, False), (False, True)])
def test_an_answer_closes_only_where_nobody_waits_for_the_customer(*, needs_confirmation: bool, closes: bool) -> None:
    assert rules.closes_at_once(needs_confirmation=needs_confirmation) is closes


@pytest.mark.parametrize(
    ("level", "not_established", "escalated", "up"),
    [
        ("general-manager", True, False, True),
        ("general-manager", True, True, False),
        ("general-manager", False, False, False),
        ("", True, False, False),
    ],
)
def test_an_objection_to_a_case_that_is_not_established_goes_up_once(
    level: str, *, not_established: bool, escalated: bool, up: bool
) -> None:
    assert rules.objection_goes_up(level, not_established=not_established, escalated=escalated) is up


@pytest.mark.parametrize(
    ("satisfied", "final", "again"),
    [(True, True, False), (True, False, False), (False, True, False), (False, False, True)],
)
def test_only_a_decision_that_is_not_final_is_looked_at_again(*, satisfied: bool, final: bool, again: bool) -> None:
    assert rules.reopens(satisfied=satisfied, final=final) is again
