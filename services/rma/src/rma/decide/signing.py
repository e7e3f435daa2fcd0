"""Who may sign, and what a signature sets going."""

from datetime import datetime

from contracts.base import Event, because
from contracts.policy import InForce
from rma.decide.life import Decided, decide_disposition
from rma.decide.opening import go_ahead, refused
from rma.model import (
    ApproverLevelTooLow,
    Case,
    Kind,
    NothingToApprove,
    Policy,
    Series,
    Stage,
)


def approve(
    case: Case, series: Series, policy: InForce[Policy], now: datetime, actor: str, levels: frozenset[str]
) -> tuple[Case, Series, list[Event]]:
    """Sign for a case: a pending one goes ahead, a held one is decided anew with what really came.

    Raises:
        NothingToApprove: it waits for nobody.
        ApproverLevelTooLow: another level has to sign.
    """
    check_level(case, levels)
    case = case.but(approved_by=(*case.approved_by, actor))
    if case.stage is Stage.HELD:
        lines = tuple(
            line.but(quantity=max(line.quantity, line.received or line.quantity)) if line.goods else line
            for line in case.lines
        )
        decided, events = decide_disposition(
            case.but(lines=lines), case.kind or Kind.CREDIT, because(approve), by=actor
        )
        return decided, series, events
    return go_ahead(case, series, policy, now)


def refuse(case: Case, actor: str, levels: frozenset[str]) -> Decided:
    """Decline: a pending case is refused; of a held one the excess goes back and the approved quantity counts.

    Raises:
        NothingToApprove: it waits for nobody.
        ApproverLevelTooLow: another level has to sign.
    """
    check_level(case, levels)
    if case.stage is Stage.HELD:
        lines = tuple(
            line.but(received=min(line.quantity, line.received or line.quantity)) if line.goods else line
            for line in case.lines
        )
        return decide_disposition(case.but(lines=lines), case.kind or Kind.CREDIT, because(refuse), by=actor)
    case = case.but(stage=Stage.REFUSED, approver="", reason=because(refuse), approved_by=(*case.approved_by, actor))
    return case, [refused(case, case.reason)]


def check_level(case: Case, levels: frozenset[str]) -> None:
    """Refuse a signature that is not asked for, or that is not high enough (R-141 to R-145)."""
    if not case.approver:
        raise NothingToApprove
    if f"level:{case.approver}" not in levels:
        raise ApproverLevelTooLow(f"This case waits for the {case.approver} or above.")
