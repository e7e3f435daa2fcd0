"""What is one unit of work? Which decision answers which command or news."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from contracts.base import Scope
from contracts.rma import ReturnAuthorized
from inspection.decide import inspecting, receiving
from inspection.model import (
    ApproveScrap,
    CompleteInspection,
    Delivery,
    Identification,
    Inspection,
    Policy,
    Receipt,
)
from servicekit.http import Asked
from servicekit.work import NOTHING, DeadlinePassed, Done, Handle, Ref, Unit, done, of_case


def announce(unit: Unit, news: ReturnAuthorized) -> Done:
    """Expect the goods of a case, once."""
    if unit.get(Inspection, news.case_id) is not None:
        return NOTHING
    return done(news.case_id, receiving.announce(news))


def receive(unit: Unit, asked: Asked[Delivery]) -> Done:
    """Take a parcel in: for its case, or into the unidentified queue."""
    said, inspection = asked.body.said, unit.get(Inspection, asked.body.case_id)
    policy = unit.policy(Policy, said.scope if inspection is None else inspection.scope)
    return taken(receiving.receive(asked.case_id, said, inspection, policy, unit.now, unit.actor))


def identify(unit: Unit, asked: Asked[Identification]) -> Done:
    """Give a parcel that waited in the queue to its case."""
    receipt, inspection = unit.need(Receipt, asked.case_id), unit.get(Inspection, asked.body.case_id)
    policy = unit.policy(Policy, Scope() if inspection is None else inspection.scope)
    return taken(receiving.identify(receipt, asked.body.said, inspection, policy, unit.now))


def taken(decided: receiving.Taken) -> Done:
    """Publish under the case and keep the receipt beside it; a parcel without a case speaks for itself."""
    inspection, receipt, events = decided
    key = receipt.receipt_id
    if inspection is None:
        return done(key, receipt, *events, answer=shown(receipt))
    return done(inspection.case_id, inspection, *events, also=[(key, receipt)], answer=shown(receipt))


def complete(unit: Unit, asked: Asked[CompleteInspection]) -> Done:
    """Take the findings."""
    inspection = unit.need(Inspection, asked.case_id)
    after, events = inspecting.complete(inspection, asked.body, unit.policy(Policy, inspection.scope), unit.actor)
    return done(after.case_id, after, *events, answer=standing(after))


def approve_scrap(unit: Unit, asked: Asked[ApproveScrap]) -> Done:
    """Decide on goods that wait to be scrapped."""
    inspection = unit.need(Inspection, asked.case_id)
    after, events = inspecting.approve_scrap(inspection, asked.body, unit.actor, unit.scopes)
    return done(after.case_id, after, *events, answer=standing(after))


def deadline_passed(unit: Unit, news: DeadlinePassed) -> Done:
    """Mark what did not end in time."""
    inspection = unit.need(Inspection, news.case_id)
    after = inspecting.deadline_passed(inspection, news.name)
    return done(news.case_id, after) if after is not inspection else NOTHING


def shown(receipt: Receipt) -> dict[str, Any]:
    """Give what the dock hears after a command."""
    return {
        "receipt_id": receipt.receipt_id,
        "case_id": receipt.case_id,
        "status": receipt.status,
        "reason": receipt.reason.code,
        "explanation": receipt.explanation,
    }


def standing(inspection: Inspection) -> dict[str, Any]:
    """Give what quality hears after a command."""
    becomes = {line.line: line.becomes for line in inspection.lines}
    return {
        "case_id": inspection.case_id,
        "stage": inspection.stage,
        "becomes": becomes,
        "approver": inspection.scrap_approver,
    }


def _located(asked: Asked[Delivery] | Asked[Identification], _now: datetime) -> Iterable[Ref]:
    yield Receipt, asked.case_id
    if asked.body.case_id:
        yield Inspection, asked.body.case_id


ANNOUNCE = of_case(Inspection, announce)
RECEIVE = Handle(receive, _located)
IDENTIFY = Handle(identify, _located)
COMPLETE = of_case(Inspection, complete)
APPROVE_SCRAP = of_case(Inspection, approve_scrap)
DEADLINE = of_case(Inspection, deadline_passed)
