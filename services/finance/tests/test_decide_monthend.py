"""What blocks a step of a month end, and what a step finds done already."""

from datetime import date
from types import SimpleNamespace

import pytest

from contracts.base import Scope
from finance.decide import monthend
from finance.decide.about import Dates
from finance.decide.periods import By
from finance.model import Calendar, Period, Policy
from finance.model.monthend import MonthEnd, MonthFacts, RunMonthEnd, Step

MARCH = {"entity": "CN01", "name": "2026-03", "starts": date(2026, 3, 1), "ends": date(2026, 3, 31)}
FEBRUARY = {"entity": "CN01", "name": "2026-02", "starts": date(2026, 2, 1), "ends": date(2026, 2, 28)}


@pytest.fixture
def month(office):
    """Make a month as a step that posts nothing looks at it."""

    def made(status="OPEN", february="LOCKED", unsplit=(), **policy):
        period, earlier = Period(**MARCH, status=status), Period(**FEBRUARY, status=february)
        return monthend.Month(
            end=MonthEnd(entity="CN01", period="2026-03"),
            period=period,
            calendar=Calendar((earlier, period)),
            facts=MonthFacts(unsplit=unsplit),
            asked=RunMonthEnd(entity="CN01", period="2026-03", currency="CNY"),
            books=None,
            values=office(**policy).book.resolve(Policy, Scope(contract="here"), date(2026, 4, 1)).values,
            by=By("fiona", date(2026, 4, 1)),
            reconciliation=None,
        )

    return made


@pytest.mark.parametrize(
    ("unsplit", "policy", "blocked"), [(("K-1",), "BLOCK", ("unsplit",)), (("K-1",), "NOTE", ()), ((), "BLOCK", ())]
)
def test_losses_that_nobody_has_split_block_a_month_where_the_policy_says_so(month, unsplit, policy, blocked):
    outcome = monthend.responsibility(month(unsplit=unsplit, unsplit_losses=policy))

    assert (outcome.blocked, outcome.result) == (blocked, {} if blocked else {"unsplit": unsplit})


@pytest.mark.parametrize(
    ("step", "status", "february", "blocked", "after"),
    [
        (monthend.stop_intake, "OPEN", "OPEN", (), "SOFT_LOCKED"),
        (monthend.stop_intake, "SOFT_LOCKED", "OPEN", (), None),
        (monthend.stop_intake, "LOCKED", "LOCKED", (), None),
        (monthend.lock, "SOFT_LOCKED", "LOCKED", (), "LOCKED"),
        (monthend.lock, "SOFT_LOCKED", "SOFT_LOCKED", ("earlier-period",), None),
        (monthend.lock, "LOCKED", "LOCKED", (), None),
    ],
)
def test_a_month_is_closed_after_the_one_before_it_and_once(month, step, status, february, blocked, after):
    outcome = step(month(status, february))

    assert outcome.blocked == blocked
    assert (outcome.period.status if outcome.period else None, len(outcome.events)) == (after, int(after == "LOCKED"))


@pytest.mark.parametrize("following", [Step.PROVISION, Step.CUT_OFF, Step.REVALUATION])
def test_nothing_is_posted_into_a_month_that_is_locked(month, following):
    closed = month("LOCKED")
    end = closed.end.but(done=tuple(Step)[: tuple(Step).index(following)])
    books = SimpleNamespace(dates=Dates())

    after = monthend.step(closed._replace(end=end, books=books))

    assert (after.end, after.run) == (end.but(blocked=("period-locked",)), None)
