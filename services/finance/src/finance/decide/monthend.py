"""How does a month end? One step after the other, each one once; what blocks a step is said, and it is tried again."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from contracts.base import Event, half_up
from finance import rules
from finance.decide import losses, periods, reconciling, revaluing
from finance.decide.about import Dates
from finance.decide.books import About, Books
from finance.decide.revaluing import Closing, Foreign
from finance.decide.reversing import take_back
from finance.model import Account, Calendar, Period, PeriodChange, Policy
from finance.model.keys import plain
from finance.model.losses import Loss
from finance.model.monthend import Accrual, MonthEnd, MonthFacts, OnTheWay, PolicyRun, RunMonthEnd, Step
from finance.model.reconciliation import Difference, Reconciliation, ThreeBooks
from finance.rules import closing
from finance.rules.periods import DAY

WRITING = frozenset({Step.PROVISION, Step.CUT_OFF, Step.REVALUATION})


class Month(NamedTuple):
    """Everything that a step looks at."""

    end: MonthEnd
    period: Period
    calendar: Calendar
    facts: MonthFacts
    asked: RunMonthEnd
    books: Books
    values: Policy
    by: periods.By
    reconciliation: Reconciliation
    three: ThreeBooks = ThreeBooks()
    differences: Mapping[str, Difference] = MappingProxyType({})
    foreign: Foreign = Foreign()
    losses: Mapping[str, Loss] = MappingProxyType({})
    """The losses, by case, that the month may have made larger or smaller."""


class Outcome(NamedTuple):
    """What a step came to: what blocks it, or what it changed and found."""

    blocked: tuple[str, ...] = ()
    end: MonthEnd | None = None
    period: Period | None = None
    change: PeriodChange | None = None
    events: tuple[Event, ...] = ()
    also: tuple[tuple[str, Any], ...] = ()
    """What else is saved, even if it blocks: the tasks that somebody has to do before it goes on."""
    resplit: Loss | None = None
    """A loss that was split again: the step goes on with the next one."""
    result: dict[str, Any] = {}  # noqa: RUF012  a tuple's default that nobody changes


class Stepped(NamedTuple):
    """A month end after a step, the run that is written down, and what came with it."""

    end: MonthEnd
    run: PolicyRun | None
    outcome: Outcome


def step(month: Month) -> Stepped:
    """Do the next step of a month end, or say what blocks it."""
    following = month.end.following
    if following is None:
        return locked_again(month)
    month = month._replace(books=dated(month))
    closed = month.period.status == "LOCKED" and following in WRITING
    outcome = Outcome(blocked=("period-locked",)) if closed else STEPS[following](month)
    if outcome.blocked:
        return Stepped(month.end.but(blocked=outcome.blocked), None, outcome)
    if outcome.resplit is not None:
        return Stepped(month.end.but(blocked=()), None, outcome)
    after = (outcome.end or month.end).but(done=(*month.end.done, following), blocked=())
    run = PolicyRun(
        id=f"{following}/{after.entity}/{after.period}",
        kind=following,
        entity=after.entity,
        period=after.period,
        result=json.dumps(outcome.result, default=plain, sort_keys=True),
        by=month.by.name,
        on_day=month.by.day,
    )
    return Stepped(after, run, outcome)


def locked_again(month: Month) -> Stepped:
    """Lock a month again that had ended and was opened since: what it has written stands, once (F-48, I6)."""
    if month.period.status == "LOCKED":
        return Stepped(month.end, None, Outcome())
    checked = (nothing_issuing(month), counters(month))
    outcome = next((each for each in checked if each.blocked), None) or lock(month)
    return Stepped(month.end.but(blocked=outcome.blocked), None, outcome)


def dated(month: Month) -> Books:
    """Let a step's entries be of the month's last day, as an adjuster's."""
    key, last = f"{month.end.entity}/{month.end.period}", month.period.ends
    month.books.dates = replace(month.books.dates, happened=last, wanted=last, adjusting=True, run=key)
    return month.books


def stop_intake(month: Month) -> Outcome:
    """Close the month softly: what comes from now on is posted into the next one."""
    if month.period.status != "OPEN":
        return Outcome()
    changed = periods.close(month.period, "SOFT_LOCKED", month.calendar, month.by)
    return Outcome(period=changed.period, change=changed.change, events=changed.events)


def nothing_issuing(month: Month) -> Outcome:
    """Wait for documents that are out at the tax platform."""
    return Outcome(blocked=tuple(b for b in closing.not_ready(month.facts) if b == "issuing"))


def counters(month: Month) -> Outcome:
    """See that counters count what is issued, that no number is missing, and that sub-ledgers tie (I5, I8, I18).

    What the ERP and the tax platform have told by now is compared too; what differs is a task.
    """
    whole = tuple(b for b in closing.not_ready(month.facts) if b != "issuing")
    done = reconciling.reconcile(month.reconciliation, month.three, month.differences, month.values, month.by.day)
    blocks = ("differences",) if done.open and month.values.open_differences == "BLOCK" else ()
    result = {"compared": done.month.compared, "open": len(done.open)}
    return Outcome((*whole, *blocks), also=reconciling.changed(done, month.reconciliation), result=result)


def quantities(month: Month) -> Outcome:
    """Note how many cases differ between approved, received, stocked and credited; they stay on their worklists."""
    return Outcome(result={"differences": month.facts.differences})


def provide(month: Month) -> Outcome:
    """Provide for the warranty of what was sold (T19, F-48)."""
    asked, revenue = month.asked, defaultdict[str, Decimal](Decimal)
    sold = closing.warranty_revenue(month.facts.revenue, asked.warranty_revenue, asked.currency)
    for currency, amount in sold.items():
        revenue[month.books.functional_currency(about(month.end, currency))] += amount
    made = {}
    for currency, amount in sorted(revenue.items()):
        decimals = month.books.decimals_of(currency)
        made[currency] = closing.provision(amount, month.values.warranty_rate_percent, decimals)
        month.books.post(about(month.end, currency), "T19", closing.provided(made[currency]), key=currency)
    return Outcome(end=month.end.but(provision=made), result={"revenue": revenue, "provision": made})


def cut_off(month: Month) -> Outcome:
    """Accrue what is on its way back (T20, F-49)."""
    made = tuple(accrual(month, each) for each in month.facts.on_the_way)
    for each in made:
        whom = about(month.end, each.currency, each.case_id)
        month.books.post(whom, "T20", closing.refund_expected(each.refund))
        month.books.post(whom, "T20-goods", closing.goods_expected(each.cost))
    return Outcome(end=month.end.but(accruals=made), result={"cases": len(made)})


def accrual(month: Month, each: OnTheWay) -> Accrual:
    """Round what a return on its way is worth, as the books are kept."""
    own = month.books.functional_currency(about(month.end, each.currency))
    decimals = month.books.decimals_of(own)
    refund, cost = half_up(each.refund, decimals), half_up(each.cost, decimals)
    return Accrual(case_id=each.case_id, currency=each.currency, refund=refund, cost=cost)


def revalue(month: Month) -> Outcome:
    """Let what is open in other currencies stand at the closing rate; without a rate of each it waits (2.4).

    It is not taken back: from now on what is settled takes its part of what it stands at.
    """
    own = {each: month.books.functional_currency(about(month.end, each)) for each in month.facts.open_in}
    rates = {each: month.asked.rates.get(each) for each, books in own.items() if each != books}
    given = {each: rate for each, rate in rates.items() if rate is not None}
    if missing := sorted(rates.keys() - given.keys()):
        return Outcome(blocked=("rate-missing", *missing))
    decimals = month.books.decimals_of(own[next(iter(given))]) if given else 0
    changes = revaluing.revalue(month.foreign, Closing(given, month.period.ends, decimals), month.facts)
    sums: dict[tuple[str, Account], Decimal] = defaultdict(Decimal)
    for each in changes:
        sums[each.currency, each.account] += each.change
    for (currency, account), change in sorted(sums.items()):
        lines = rules.revalued(account, change)
        month.books.post(about(month.end, currency), "FX", lines, key=f"{currency}/{account}")
    result = {f"{currency} {account}": change for (currency, account), change in sorted(sums.items())}
    also = tuple((each.key, each.record) for each in changes)
    return Outcome(end=month.end.but(rates=given), also=also, result={"rates": given, "changes": result})


def responsibility(month: Month) -> Outcome:
    """Split again, one with each command, what has grown since it was split; wait for what nobody has split (T17, 2.5).

    Losses without a split are only noted where the policy says so.
    """
    if month.values.unsplit_losses == "BLOCK" and month.facts.unsplit:
        return Outcome(blocked=("unsplit",))
    for case_id, loss in sorted(month.losses.items()):
        cost = month.facts.costs.get(case_id)
        if cost is not None and losses.grown(loss, cost, month.values):
            if month.period.status == "LOCKED":
                return Outcome(blocked=("period-locked",))
            after = losses.split_again(loss, cost, month.books, month.values)
            return Outcome(resplit=after, events=(losses.told(after),))
    return Outcome(result={"unsplit": month.facts.unsplit})


def reports(month: Month) -> Outcome:
    """Keep what the month's losses come to, by account."""
    return Outcome(result={"losses": month.facts.losses, "provision": month.end.provision})


def lock(month: Month) -> Outcome:
    """Close the month for good; an earlier one that is not locked blocks it."""
    if month.period.status == "LOCKED":
        return Outcome()
    if rules.earlier_open(month.period, month.calendar.periods):
        return Outcome(blocked=("earlier-period",))
    changed = periods.close(month.period, "LOCKED", month.calendar, month.by)
    return Outcome(period=changed.period, change=changed.change, events=changed.events)


def control_totals(month: Month) -> Outcome:
    """Keep what the ledger has to find in the month: how many entries, both sums, and their digest."""
    facts = month.facts
    totals = {"entries": facts.entries, "debit": facts.debit, "credit": facts.credit, "digest": facts.digest}
    return Outcome(result=totals)


def reverse(month: Month) -> Outcome:
    """Take the accruals back on the first open day of the next month (F-49)."""
    first = rules.posting_date(month.period.ends + DAY, month.calendar.periods)
    month.books.dates = Dates(happened=first, wanted=first, run=month.books.dates.run)
    for each in month.end.accruals:
        whom = about(month.end, each.currency, each.case_id)
        take_back(month.books, whom, "T20", closing.refund_expected(each.refund))
        take_back(month.books, whom, "T20-goods", closing.goods_expected(each.cost))
    return Outcome(result={"cases": len(month.end.accruals)})


def about(end: MonthEnd, currency: str, case_id: str = "") -> About:
    """Say whom an entry of a month end is about: the case that it accrues for, or nobody in particular."""
    key = f"month-end/{end.entity}/{end.period}"
    return About(case_id or key, f"{key}/{case_id}", end.entity, "", currency)


STEPS: dict[Step, Callable[[Month], Outcome]] = {
    Step.STOP_INTAKE: stop_intake,
    Step.NOTHING_ISSUING: nothing_issuing,
    Step.COUNTERS: counters,
    Step.QUANTITIES: quantities,
    Step.PROVISION: provide,
    Step.CUT_OFF: cut_off,
    Step.REVALUATION: revalue,
    Step.RESPONSIBILITY: responsibility,
    Step.REPORTS: reports,
    Step.LOCK: lock,
    Step.CONTROL_TOTALS: control_totals,
    Step.REVERSAL: reverse,
}
