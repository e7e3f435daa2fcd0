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
