"""Do three books agree? What others tell is kept; what differs is a task, closed with a reason or gone by itself."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from contracts.base import Part
from finance import rules
from finance.decide import comparing
from finance.decide.comparing import Seen
from finance.decide.exports import chart_of
from finance.model import Account, Policy
from finance.model.keys import period_key
from finance.model.reconciliation import (
    Difference,
    OtherBook,
    Reconciliation,
    Said,
    TellAccount,
    TellDocument,
    ThreeBooks,
    Told,
    difference_key,
)
from finance.model.refusals import AccountUnknown, DifferenceNotOpen, ToldOtherwise


class Reconciled(NamedTuple):
    """What came of comparing: the month's record, the differences that are new, changed or gone, and what is open."""

    month: Reconciliation
    changed: tuple[Difference, ...]
    open: tuple[Difference, ...]


def document(asked: TellDocument) -> Told:
    """Write down what another book says of a document."""
    said = Said(currency=asked.currency, amounts={"net": asked.net, "tax": asked.tax})
    words = {"book": asked.book, "entity": asked.entity, "name": asked.number, "told_on": asked.told_on}
    return Told(what="DOCUMENT", period=f"{asked.issued_on:%Y-%m}", said=said, **words)


def account(asked: TellAccount) -> Told:
    """Write down what the ERP says of an account: what it moved, on whichever side a red line is shown."""
    said = Said(amounts={"balance": asked.debit - asked.credit})
    words = {"entity": asked.entity, "name": asked.account, "period": asked.period, "told_on": asked.told_on}
    return Told(book="ERP", what="ACCOUNT", said=said, **words)


def tell(known: Told | None, news: Told, values: Policy) -> Told | None:
    """Keep the latest word of another book; an older one, and the same again, change nothing (I17).

    Raises:
        AccountUnknown: no role has this number in the entity's chart.
        ToldOtherwise: it has said something else on the same day.
    """
    chart = chart_of(news.entity, values)
    if news.what == "ACCOUNT" and news.name not in {rules.charts.account_number(role, chart) for role in Account}:
        raise AccountUnknown(f"No role has the number {news.name} in the chart of {news.entity}.")
    if known is None or rules.reconciliation.newer_word(news.told_on, known.told_on):
        return news
    if known.told_on == news.told_on and known != news:
        raise ToldOtherwise
    return None


def reconcile(
    month: Reconciliation, books: ThreeBooks, known: Mapping[str, Difference], values: Policy, day: date
) -> Reconciled:
    """Compare everything, and say what is new of it; what was closed and is as it was stays closed."""
    seen = comparing.everything(month, books, values)
    found = {each.difference_id: each for one in seen if (each := difference(one, month.entity, day)) is not None}
    now = {key: again(known.get(key), each) for key, each in found.items()}
    gone = {key: was.but(stage="GONE") for key, was in known.items() if was.stage == "OPEN" and key not in found}
    changed = tuple(each for key, each in {**now, **gone}.items() if each != known.get(key))
    left = tuple(each for each in now.values() if each.stage == "OPEN")
    return Reconciled(month.but(compared_on=day, compared=len(seen), open=len(left)), changed, left)


def changed(done: Reconciled, before: Reconciliation | None) -> tuple[tuple[str, Part], ...]:
    """Give what is to be saved, with its key: the month's record, and the tasks."""
    key = period_key(done.month.entity, done.month.period)
    month = [(key, done.month)] if done.month != before else []
    return (*month, *((each.difference_id, each) for each in done.changed))


def asked_for(
    known: Reconciliation | None, entity: str, period: str, complete: Iterable[OtherBook], day: date
) -> Reconciliation:
    """Give the record of a month; a book that was complete once is complete."""
    before = known or Reconciliation(entity=entity, period=period, compared_on=day)
    return before.but(complete=tuple(sorted({*before.complete, *complete})))


def difference(seen: Seen, entity: str, day: date) -> Difference | None:
    """Say how the books differ; None where they agree."""
    lacking = rules.reconciliation.lacking(seen.said, seen.expected)
    if not lacking and not rules.reconciliation.differs(seen.said):
        return None
    return Difference(
        difference_id=difference_key(entity, seen.what, seen.period, seen.name),
        entity=entity,
        what=seen.what,
        name=seen.name,
        period=seen.period,
        problem="MISSING" if lacking else "DIFFERS",
        lacking=lacking,
        said=dict(seen.said),
        amount=rules.reconciliation.gap(seen.said, seen.expected),
        seen_on=day,
    )


def again(known: Difference | None, now: Difference) -> Difference:
    """Leave a difference as it was while nothing of it has moved; otherwise it is a new task."""
    if known is None or known.stage == "GONE":
        return now
    same = (known.lacking, known.said) == (now.lacking, now.said)
    return known if same else now


def close(known: Difference, reason: str, by: str) -> Difference:
    """Let a difference stand for a reason; when it moves it is open again.

    Raises:
        DifferenceNotOpen: it is closed, or the books agree by now.
    """
    if known.stage != "OPEN":
        raise DifferenceNotOpen
    return known.but(stage="CLOSED", reason=reason, closed_by=by)
