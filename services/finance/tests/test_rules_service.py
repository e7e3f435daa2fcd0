"""Examples of the rules of after-sales service."""

from datetime import date

import pytest

from finance import rules
from finance.model.service import Ticket


def ticket(place="Wuhan", on=date(2026, 3, 9)):
    return Ticket(number="T-1", place=place, on=on)


@pytest.mark.req("R-283")
@pytest.mark.parametrize(
    ("tickets", "differs"),
    [
        ([], True),
        ([ticket()], False),
        ([ticket("WUHAN")], False),
        ([ticket("Changsha")], True),
        ([ticket(), ticket("Changsha")], True),
        ([ticket(on=date(2026, 3, 8)), ticket(on=date(2026, 3, 10))], False),
        ([ticket(on=date(2026, 3, 7))], True),
        ([ticket(on=date(2026, 3, 11))], True),
    ],
)
def test_a_journey_is_shown_by_tickets_to_its_place_in_its_days(tickets, differs):
    assert rules.service.ticket_differs("Wuhan", date(2026, 3, 8), date(2026, 3, 10), tickets) is differs


@pytest.mark.parametrize(
    ("month", "day", "due"),
    [
        (date(2026, 3, 1), 4, date(2026, 4, 4)),
        (date(2026, 3, 31), 5, date(2026, 4, 5)),
        (date(2026, 12, 31), 10, date(2027, 1, 10)),
    ],
)
def test_a_monthly_report_is_due_in_the_month_after(month, day, due):
    assert rules.service.report_due(month, day) == due


MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("filed", "needed", "refused"),
    [(True, True, False), (True, False, False), (False, True, True), (False, False, False)],
)
def test_nothing_is_paid_for_a_customer_who_is_not_on_file(*, filed, needed, refused):
    assert rules.service.not_on_file(filed=filed, needed=needed) is refused


@pytest.mark.parametrize(
    ("filed_on", "holidays", "late"),
    [
        (date(2026, 3, 2), (), False),
        (date(2026, 3, 9), (), False),
        (date(2026, 3, 10), (), True),
        (date(2026, 3, 10), (date(2026, 3, 5),), False),
        (date(2026, 3, 1), (), False),
    ],
)
def test_a_customer_is_filed_within_five_working_days(filed_on, holidays, late):
    assert rules.service.filed_late(MONDAY, filed_on, 5, holidays) is late


@pytest.mark.parametrize(("late", "proposed"), [(0, False), (1, False), (2, True), (3, False)])
def test_the_second_late_filing_of_a_month_makes_its_penalty(late, proposed):
    assert rules.service.penalty_proposed(late, 2) is proposed
