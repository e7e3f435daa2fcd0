"""When the books are open, and what an adjuster writes by hand."""

from typing import Annotated

from pydantic import AfterValidator, Field

from contracts.base import CaseId, Code, Currency, Day, Magnitude, Name, OptionalCode, Reason
from contracts.rma import AuthorizedLine, ReturnAuthorized
from finance import handlers
from finance.model import ClosePeriod, MakePeriod, Period, ReopenPeriod
from finance.model.keys import period_key
from finance.model.monthend import RunMonthEnd
from finance.model.periods import Adjust, AdjustedLine, ReverseAdjustment
from finance.model.requests import Rate
from redletter.scenarios.office import Office, Outcome
from redletter.scenarios.spelling import role
from redletter.scenarios.steps.base import Act, Case
from redletter.scenarios.steps.lines import Lines, about, decided

Role = Annotated[str, AfterValidator(role)]
PeriodName = Field(description="the period, such as 2026-03")


def made(office: Office, period: str) -> str:
    """Make the month unless there is one, and name it."""
    key = period_key(office.entity, period)
    if office.get(Period, key) is None:
        office.ask(handlers.MAKE_PERIOD, MakePeriod(entity=office.entity, period=period))
    return key


class Make(Act):
    """A period is made; a day that is in none is open. Closing a month makes it by itself."""

    word = "make-period"
    example = "make-period: {period: 2026-Q1, starts: 2026-01-01, ends: 2026-03-31}"
    period: Code = PeriodName
    starts: Day | None = Field(None, description="its first day; otherwise that of the month")
    ends: Day | None = Field(None, description="its last day; otherwise that of the month")

    def play(self, office: Office) -> None:
        """Make it."""
        body = MakePeriod(entity=office.entity, period=self.period, starts=self.starts, ends=self.ends)
        office.ask(handlers.MAKE_PERIOD, body)


class SoftLock(Act):
    """A period is closed for everybody but adjusters: what comes is posted on the first open day after it."""

    word = "soft-lock-period"
    example = "soft-lock-period: {period: 2026-03}"
    period: Code = PeriodName

    def play(self, office: Office) -> None:
        """Close it."""
        office.ask(handlers.SOFT_LOCK, ClosePeriod(), made(office, self.period))


class Lock(Act):
    """A period is closed for good, softly closed or not; earlier ones have to be locked before."""

    word = "lock-period"
    example = "lock-period: {period: 2026-03}"
    period: Code = PeriodName

    def play(self, office: Office) -> None:
        """Close it."""
        office.ask(handlers.LOCK, ClosePeriod(), made(office, self.period))


class Reopen(Act):
    """A person signs for opening the latest locked period again; the last signature opens it, of two persons at least.

    A softly closed period is opened by one.
    """

    word = "reopen-period"
    example = "reopen-period: {period: 2026-03}\n  by: gina\n  level: general-manager"
    period: Code = PeriodName
    reason: Name = Field("a late invoice", min_length=1, description="why")

    def play(self, office: Office) -> None:
        """Sign."""
        key = period_key(office.entity, self.period)
        office.ask(handlers.REOPEN, ReopenPeriod(reason=self.reason), key)


class ByHand(Act):
    """An adjuster writes an entry by hand, on a day of any period that is not locked."""

    word = "adjust"
    example = "adjust: {adjustment: A-1, date: 2026-03-31, debit: {COGS: 10.00}, credit: {AP: 10.00}}"
    adjustment: CaseId = Field("A-1", description="the name of the entry")
    date: Day | None = Field(None, description="its posting date; otherwise the day of the step")
    debit: dict[Role, Magnitude] = Field(description="roles and amounts; a department in brackets: QUALITY_LOSS[MFG]")
    credit: dict[Role, Magnitude] = Field(description="roles and amounts")
    case: OptionalCode = Field("", description="the case that it is about, if any")
    currency: Currency | None = Field(None, description="otherwise the company's")
    reason: Name = Field("correction", min_length=1, description="why")

    def play(self, office: Office) -> None:
        """Write it."""
        lines = [_line("D", name, value) for name, value in self.debit.items()]
        lines += [_line("C", name, value) for name, value in self.credit.items()]
        about = {"entity": office.entity, "currency": self.currency or office.currency, "case_id": self.case}
        body = Adjust(posted_on=self.date or office.who.on, lines=tuple(lines), reason=self.reason, **about)
        office.ask(handlers.ADJUST, body, self.adjustment)


def _line(side: str, name: str, value: Magnitude) -> AdjustedLine:
    account, _, department = name.partition("[")
    return AdjustedLine.model_validate(
        {"side": side, "account": account, "amount": value, "department": department.rstrip("]")}
    )


class TakeBack(Act):
    """An entry that was written by hand is taken back by its mirror, once."""

    word = "reverse-adjustment"
    example = "reverse-adjustment: {adjustment: A-1}"
    adjustment: CaseId = Field("A-1", description="the entry")
    date: Day | None = Field(None, description="the posting date that is asked for; otherwise the first open day")

    def play(self, office: Office) -> None:
        """Take it back."""
        office.ask(handlers.REVERSE_ADJUSTMENT, ReverseAdjustment(posted_on=self.date), self.adjustment)


class MonthClose(Act):
    """A month is brought to its end: intake stops (the month is softly closed), nothing may be out at the tax platform,
    counters and numbers are whole and sub-ledgers tie, the warranty provision (T19) and the cut-off of returns on their
    way (T20) are posted on its last day, receivables, credits and refunds that are open in other currencies are
    revalued at its closing rates, losses that have grown since they were split are split again (T17), it is locked, and
    the cut-off is taken back on the first day after it.

    What blocks a step is told: `held: issuing`, `differences`, `rate-missing`, `unsplit` or `earlier-period`. The same
    step again goes on where it stopped; when the month has ended it changes nothing, and a month that was opened again
    since is locked again: nothing is written twice.
    """

    word = "month-end"
    example = "month-end: {period: 2026-03}"
    period: Code = PeriodName
    revenue: Magnitude | None = Field(
        None, description="what bears a warranty; otherwise goods invoiced in the month less goods credited in it"
    )
    rates: dict[Currency, Rate] = Field(
        {}, description="what one of each other currency was worth in the books on the last day: `{USD: 7.20}`"
    )

    def play(self, office: Office) -> None:
        """Do one step after the other."""
        said = {"currency": office.currency, "warranty_revenue": self.revenue} if self.revenue else {}
        body = RunMonthEnd(entity=office.entity, period=self.period, rates=self.rates, **said)
        changed = False
        while True:
            answer = office.ask(handlers.RUN_MONTH_END, body)
            changed = changed or office.outcome.what == "done"
            if answer is None or answer["stage"] != "RUNNING" or office.outcome.what != "done":
                break
        if answer is not None and answer["stage"] == "BLOCKED":
            office.outcome = Outcome("held", answer["blocked"][0])
        elif answer is not None:
            office.outcome = Outcome("done" if changed else "ignored")


class Authorize(Act):
    """The RMA office authorizes a return: until it is credited or ended, a month that ends accrues it (T20)."""

    word = "authorize"
    example = "authorize: {case: K-1, lines: [{from: B1/1, approved: 3}]}"
    case: Case
    lines: Lines

    def play(self, office: Office) -> None:
        """Say so."""
        lines = decided(office, self.case, self.lines)
        made = tuple(AuthorizedLine(line=x.line, item=x.item, approved=x.approved, original=x.original) for x in lines)
        office.hear(
            ReturnAuthorized(
                case_id=self.case,
                rma_number=f"RMA-{self.case}",
                request="RETURN",
                chargeable=False,
                expires_on=office.who.on,
                lines=made,
                instructions="",
                scope=office.scope,
                reason=Reason(code="complaint_established"),
                **about(office, None, lines),
            )
        )


ALL: tuple[type[Act], ...] = (Make, SoftLock, Lock, Reopen, Authorize, MonthClose, ByHand, TakeBack)
