"""What does an adjuster write by hand?"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from contracts.base import Scope
from finance import decide
from finance.handlers.reading import open_books
from finance.model import Calendar, Policy
from finance.model.keys import of_adjustment
from finance.model.periods import Adjust, Adjustment, ReverseAdjustment
from servicekit.http import Asked
from servicekit.work import Done, Ref, Unit, done


def made(asked: Asked[Adjust], _now: datetime) -> Iterable[Ref]:
    """Lock the new entry."""
    yield Adjustment, asked.case_id
    yield Calendar, asked.body.entity


def known(asked: Asked[ReverseAdjustment], _now: datetime) -> Iterable[Ref]:
    """Lock the entry that is taken back."""
    yield Adjustment, asked.case_id
    yield Calendar, of_adjustment(asked.case_id)


def adjust(unit: Unit, asked: Asked[Adjust]) -> Done:
    """Write an entry by hand."""
    body, books = asked.body, open_books(unit)
    dates = books.dates.asked(body.entity, body.posted_on, adjuster=True)
    books.dates = replace(dates, happened=body.service_on or body.posted_on)
    after = decide.adjusting.adjust(asked.case_id, body, books, unit.policy(Policy, Scope()).values, unit.actor)
    return done(asked.case_id, after, also=books.changed(), answer=after.model_dump())


def reverse(unit: Unit, asked: Asked[ReverseAdjustment]) -> Done:
    """Take it back."""
    before, books = unit.need(Adjustment, asked.case_id), open_books(unit)
    books.dates = books.dates.asked(before.entity, asked.body.posted_on, adjuster=True)
    after = decide.adjusting.reverse(before, books, unit.actor)
    return done(asked.case_id, after, also=books.changed(), answer=after.model_dump())
