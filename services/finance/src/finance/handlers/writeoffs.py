"""What is written off, and who is rewarded or punished?"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from contracts.base import Scope
from finance import decide
from finance.handlers.reading import signer
from finance.handlers.suppliers import dated
from finance.handlers.touches import lender
from finance.model import Policy
from finance.model.keys import of_write_off
from finance.model.periods import Calendar
from finance.model.writeoffs import DecideWriteOff, DraftPenalty, Penalty, ReportWriteOff, SignPenalty, WriteOff
from servicekit.http import Asked
from servicekit.work import Done, Ref, Unit, done


def found(asked: Asked[ReportWriteOff], _now: datetime) -> Iterable[Ref]:
    """Lock the new write-off."""
    yield WriteOff, asked.case_id
    yield Calendar, asked.body.entity


def decided(asked: Asked[DecideWriteOff], now: datetime) -> Iterable[Ref]:
    """Lock a write-off, and the periods of its entity."""
    yield WriteOff, asked.case_id
    yield Calendar, of_write_off(asked.case_id)
    yield from lender(asked, now)


def noticed(asked: Asked[Any], now: datetime) -> Iterable[Ref]:
    """Lock a notice."""
    yield Penalty, asked.case_id
    yield from lender(asked, now)


def report(unit: Unit, asked: Asked[ReportWriteOff]) -> Done:
    """Take lost goods off the stock."""
    books = dated(unit, asked.body.entity, asked.body.posted_on)
    values = unit.policy(Policy, Scope()).values
    after = decide.writeoffs.report(asked.case_id, asked.body, books, values, unit.actor)
    return done(asked.case_id, after, also=books.changed(), answer=after.model_dump())


def approve(unit: Unit, asked: Asked[DecideWriteOff]) -> Done:
    """Sign for a write-off."""
    loss, values = unit.need(WriteOff, asked.case_id), unit.policy(Policy, Scope()).values
    books = dated(unit, loss.entity, asked.body.posted_on)
    after = decide.writeoffs.approve(loss, books, values, signer(unit, asked.body.on_behalf_of))
    return done(asked.case_id, after, also=books.changed(), answer=after.model_dump())


def reject(unit: Unit, asked: Asked[DecideWriteOff]) -> Done:
    """Refuse a write-off."""
    loss, values = unit.need(WriteOff, asked.case_id), unit.policy(Policy, Scope()).values
    books = dated(unit, loss.entity, asked.body.posted_on)
    after = decide.writeoffs.reject(loss, books, values, signer(unit, asked.body.on_behalf_of))
    return done(asked.case_id, after, also=books.changed(), answer=after.model_dump())


def draft_penalty(unit: Unit, asked: Asked[DraftPenalty]) -> Done:
    """Draft a notice."""
    values = unit.policy(Policy, Scope()).values
    notice = decide.writeoffs.draft_penalty(asked.case_id, asked.body, values, unit.actor)
    return done(asked.case_id, notice, answer=notice.model_dump())


def sign_penalty(unit: Unit, asked: Asked[SignPenalty]) -> Done:
    """Sign for a notice."""
    notice, values = unit.need(Penalty, asked.case_id), unit.policy(Policy, Scope()).values
    after, events = decide.writeoffs.sign_penalty(notice, values, signer(unit, asked.body.on_behalf_of))
    return done(asked.case_id, after, *events, answer=after.model_dump())
