"""When may it happen, and what follows? The life of a case is `follow`, read from top to bottom."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from contracts.base import Event, Money, NotYet, Reason, because
from contracts.finance import AdvanceReplacementBilled, CreditHeld, CreditIssued, PaymentGateOpened
from contracts.inspection import GoodsReceived, InspectionCompleted
from contracts.intake import ComplaintNotEstablished
from contracts.policy import InForce
from contracts.repair import QuoteDeclined, RepairCompleted, RepairImpossible, RepairShipped
from contracts.rma import (
    ApprovalRequested,
    CaseSettled,
    DecidedLine,
    DispositionDecided,
    ReplacementReleased,
)
from rma import rules
from rma.model import (
    Case,
    CaseLine,
    GateClosed,
    Kind,
    NoReplacementDue,
    Policy,
    Request,
    Stage,
)

Decided = tuple[Case, list[Event]]


def follow(case: Case, news: Any, policy: InForce[Policy], now: datetime) -> Decided:  # noqa: C901, PLR0911, PLR0912  the whole life on one screen
    """Say what follows from news about a case: happy path first, then compensations, then the no-ops."""
    match case.stage, news:
        case Stage.AWAITING_GOODS, GoodsReceived():
            return taken_in(case.but(stage=Stage.INSPECTING, deadlines={}), news), []
        case Stage.AWAITING_PAYMENT, PaymentGateOpened():
            return case.but(stage=Stage.REPLACING), [release_replacement(case)]
        case Stage.INSPECTING, InspectionCompleted():
            return inspected(case.but(lines=found(case.lines, news)), news)
        case Stage.CREDITING, CreditIssued() if news.revision == case.revision:
            return credited(case, news)
        case Stage.CREDITING, CreditHeld() if news.revision == case.revision:
            if news.reason.code != "over_tolerance":
                return case.but(held=news.reason), []
            approver = policy.values.over_tolerance_approver
            why = Reason(code=news.reason.code, rule=news.reason.rule, policy=policy.row("over_tolerance_approver"))
            held = case.but(stage=Stage.HELD, approver=approver, held=news.reason)
            return held, [ApprovalRequested(case_id=case.case_id, approver=approver, reason=why)]
        case Stage.REPAIRING, RepairShipped():
            return settle(case, "REPAIRED" if news.repaired else "SENT_BACK", case.reason)
        case Stage.BILLING, AdvanceReplacementBilled():
            return settle(case, "BILLED", news.reason, documents=(news.document.number,))
        # The old unit of a swap comes after its bill
        case ((Stage.BILLING | Stage.SETTLED), GoodsReceived()) if case.billed:
            return taken_in(case, news), []
        case ((Stage.BILLING | Stage.SETTLED), InspectionCompleted()) if case.billed:
            return returned_late(case.but(lines=found(case.lines, news)), news)
        case Stage.SETTLED, CreditIssued() if case.billed and news.revision == case.revision:
            return credited_late(case, news)
        # When the promise cannot be kept
        case Stage.REPAIRING, RepairImpossible():
            return decide_disposition(case, Kind.CREDIT, news.reason)
        case ((Stage.AWAITING_GOODS | Stage.PENDING_APPROVAL), ComplaintNotEstablished()):
            return settle(case, "NOT_ESTABLISHED", news.reason)
        # News that came before its turn
        case Stage.AWAITING_GOODS, InspectionCompleted():
            raise NotYet("the goods have not been received yet")
        case Stage.INSPECTING, (RepairCompleted() | RepairShipped() | RepairImpossible() | QuoteDeclined()):
            raise NotYet("the inspection has not been heard of yet")
        case ((Stage.PENDING_APPROVAL | Stage.HELD), (GoodsReceived() | CreditIssued())):
            raise NotYet("the approval has not been heard of yet")
        # What changes nothing: progress that is not ours, and old news
        case Stage.REPAIRING, (RepairCompleted() | QuoteDeclined()):
            return case, []
        case _, (CreditHeld() | CreditIssued()) if news.revision < case.revision:
            return case, []
        case _, PaymentGateOpened():
            return case, []
        case ((Stage.SETTLED | Stage.REFUSED), _):
            return case, []
        case _, ComplaintNotEstablished():
            return case, []
    raise UnexpectedNews(case.stage, news)


class UnexpectedNews(Exception):
    """News that no line of `follow` expects at this stage."""

    def __init__(self, stage: Stage, news: object) -> None:
        super().__init__(f"{type(news).__name__} at stage {stage}")


def taken_in(case: Case, news: GoodsReceived) -> Case:
    """Note what arrived, and who has signed for it."""
    by = (*case.received_by, news.received_by) if news.received_by else case.received_by
    return case.but(lines=received(case.lines, news), received_by=by)


def returned_late(case: Case, news: InspectionCompleted) -> Decided:
    """Take the old unit back after its bill: accounting credits the bill (F-18, LATE_RETURNED)."""
    if not rules.complaint_established(line.established is True for line in case.lines if line.goods):
        return case, []
    decided, events = decide_disposition(case, Kind.ADVANCE_SETTLED, news.reason)
    return decided.but(stage=case.stage), events


def credited_late(case: Case, news: CreditIssued) -> Decided:
    """Tell the customer that the bill is credited."""
    money = Money(amount=news.credited, currency=news.currency)
    return settle(case, "LATE_RETURNED", news.reason, money=money, documents=numbers_of(news))


def numbers_of(news: CreditIssued) -> tuple[str, ...]:
    """Give the numbers of the documents that are out."""
    return tuple(document.number for document in news.documents[:100])


def received(lines: tuple[CaseLine, ...], news: GoodsReceived) -> tuple[CaseLine, ...]:
    """Note what arrived beside what was approved."""
    arrived = {line.line: line.received for line in news.lines}
    return tuple(line.but(received=arrived.get(line.line, Decimal(0))) if line.goods else line for line in lines)


def found(lines: tuple[CaseLine, ...], news: InspectionCompleted) -> tuple[CaseLine, ...]:
    """Note what quality found."""
    findings = {line.line: line for line in news.lines}
    return tuple(
        line.but(
            established=finding.established,
            repairable=finding.repairable,
            deduction=finding.deduction,
            becomes=finding.becomes,
        )
        if (finding := findings.get(line.line)) is not None
        else line
        for line in lines
    )


def inspected(case: Case, news: InspectionCompleted) -> Decided:
    """Turn the finding into what happens for the customer."""
    goods = [line for line in case.lines if line.goods]
    if not rules.complaint_established(line.established is True for line in goods):
        sent, events = decide_disposition(case, Kind.SEND_BACK, because(rules.complaint_established))
        settled, more = settle(sent, "NOT_ESTABLISHED", because(rules.complaint_established))
        return settled, [*events, *more]
    if case.advance:
        decided, events = decide_disposition(case, Kind.ADVANCE_SETTLED, news.reason)
        settled, more = settle(decided, "EXCHANGED", news.reason)
        return settled, [*events, *more]
    kind = {
        Request.RETURN: Kind.CREDIT,
        Request.EXCHANGE: Kind.EXCHANGE,
        Request.REPAIR: Kind.REPAIR,
        Request.ALLOWANCE: Kind.ALLOWANCE,
    }[case.request]
    if kind is Kind.REPAIR and rules.cannot_be_repaired(line.repairable for line in goods if line.established):
        return decide_disposition(case, Kind.CREDIT, because(rules.cannot_be_repaired))
    return decide_disposition(case, kind, news.reason if kind is not Kind.REPAIR else case.reason)


def decide_disposition(case: Case, kind: Kind, reason: Reason, *, by: str = "rma") -> Decided:
    """Publish a decision; a newer revision replaces an older one."""
    case = case.but(
        stage=Stage.REPAIRING if kind is Kind.REPAIR else Stage.CREDITING,
        kind=kind,
        revision=case.revision + 1,
        reason=reason,
        approver="",
        held=None,
        deadlines={},
    )
    return case, [
        DispositionDecided(
            case_id=case.case_id,
            decision_id=f"{case.case_id}.{case.revision}",
            revision=case.revision,
            kind=kind,
            rma_number=case.rma_number,
            claim=case.claim,
            customer=case.customer,
            entity=case.entity,
            currency=case.currency,
            scope=case.scope,
            lines=decided_lines(case),
            chargeable=case.chargeable,
            decided_by=by[:64],
            received_by=case.received_by,
            reason=reason,
        )
    ]


def decided_lines(case: Case) -> tuple[DecidedLine, ...]:
    """List the lines that count: everything but goods whose complaint was not established."""
    return tuple(
        DecidedLine(
            line=line.line,
            item=line.item,
            approved=line.quantity,
            received=line.received if line.goods and line.received is not None else line.quantity,
            unit_price=line.unit_price,
            original=line.original,
            goods=line.goods,
            allowance=line.allowance,
            deduction=line.deduction,
            becomes=line.becomes,
            reason=line.reason,
            replacement=line.replacement,
        )
        for line in case.lines
        if line.established is not False or case.kind is Kind.SEND_BACK
    )


def release_replacement(case: Case, due_on: date | None = None) -> ReplacementReleased:
    """Release a good unit for the customer, before or after the old one is back."""
    return ReplacementReleased(
        case_id=case.case_id,
        customer=case.customer,
        entity=case.entity,
        currency=case.currency,
        scope=case.scope,
        lines=decided_lines(case),
        due_on=due_on,
    )


def credited(case: Case, news: CreditIssued) -> Decided:
    """Close the money side; an exchange still owes the good unit, and the customer what it costs more."""
    if case.kind is Kind.EXCHANGE and rules.difference_due(news.due):
        return case.but(stage=Stage.AWAITING_PAYMENT, held=None), []
    if case.kind is Kind.EXCHANGE:
        return case.but(stage=Stage.REPLACING, held=None), [release_replacement(case)]
    outcome = "ALLOWED" if case.kind is Kind.ALLOWANCE else "CREDITED"
    return settle(
        case,
        outcome,
        news.reason,
        money=Money(amount=news.credited, currency=news.currency),
        documents=numbers_of(news),
    )


def settle(
    case: Case, outcome: str, reason: Reason, *, money: Money | None = None, documents: tuple[str, ...] = ()
) -> Decided:
    """End the process of the case."""
    case = case.but(stage=Stage.SETTLED, reason=reason, held=None, approver="", deadlines={})
    return case, [
        CaseSettled(
            case_id=case.case_id,
            claim=case.claim,
            outcome=outcome,
            credited=money,
            documents=documents,
            reason=reason,
        )
    ]


def ship_replacement(case: Case) -> Decided:
    """Note that the good unit left: the exchange is done.

    Raises:
        GateClosed: the difference is not paid.
        NoReplacementDue: none is released.
    """
    if case.stage is Stage.AWAITING_PAYMENT:
        raise GateClosed
    if case.stage is not Stage.REPLACING:
        raise NoReplacementDue
    return settle(case, "EXCHANGED", case.reason)
