"""When may it happen, and what follows? The life of a case is `follow`, read from top to bottom."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from contracts.base import Event, Money, NotYet, Reason, because, total
from contracts.finance import AdvanceReplacementBilled, CreditHeld, CreditIssued
from contracts.inspection import GoodsReceived, InspectionCompleted
from contracts.intake import ComplaintAccepted, ComplaintNotEstablished
from contracts.policy import InForce
from contracts.repair import QuoteDeclined, RepairCompleted, RepairImpossible, RepairShipped
from contracts.rma import (
    ApprovalRequested,
    AuthorizedLine,
    CaseSettled,
    DecidedLine,
    DispositionDecided,
    ObligationOverdue,
    ReplacementReleased,
    ReturnAuthorized,
    ReturnRefused,
)
from rma import rules
from rma.model import (
    ApproverLevelTooLow,
    Case,
    CaseLine,
    CustomerDay,
    Kind,
    NoReplacementDue,
    NothingToApprove,
    Policy,
    Request,
    Series,
    Stage,
)

Decided = tuple[Case, list[Event]]
GOODS_DUE = "goods"
OLD_UNIT_DUE = "old-unit"


def open_case(
    news: ComplaintAccepted, day: CustomerDay, series: Series, policy: InForce[Policy], now: datetime
) -> tuple[Case, CustomerDay, Series, list[Event]]:
    """Review a complaint that asks for something: refuse it, ask for a signature, or go on."""
    case = Case(
        case_id=news.case_id,
        stage=Stage.PENDING_APPROVAL,
        customer=news.customer,
        entity=news.entity,
        currency=news.currency,
        request=Request(news.request),
        scope=news.scope,
        claim=news.claim,
        lines=tuple(
            CaseLine(
                line=line.line,
                item=line.item,
                quantity=line.quantity,
                unit_price=line.unit_price,
                reason=line.reason,
                original=line.original,
                goods=line.goods,
                allowance=line.allowance,
            )
            for line in news.lines
        ),
        circumstances=news.circumstances,
        reason=because(rules.review_passed),
        complaint=news.number,
    )
    day = counted(day, case)
    case, refusal = review(case, policy, now)
    if refusal is not None:
        case = case.but(stage=Stage.REFUSED, reason=refusal)
        return case, day, series, [refused(case, refusal)]
    approver, why = needs_approval(case, day, policy)
    if approver:
        case = case.but(approver=approver, reason=why)
        return case, day, series, [ApprovalRequested(case_id=case.case_id, approver=approver, reason=why)]
    case, series, events = go_ahead(case, series, policy, now)
    return case, day, series, events


def counted(day: CustomerDay, case: Case) -> CustomerDay:
    """Add the case's goods to what this customer asked to send back today."""
    per_item = dict(day.per_item)
    for line in case.lines:
        if line.goods:
            per_item[line.item] = per_item.get(line.item, Decimal(0)) + line.quantity
    return CustomerDay(per_item=per_item, total=total(per_item.values()))


def review(case: Case, policy: InForce[Policy], now: datetime) -> tuple[Case, Reason | None]:
    """Look for an obstacle: the window, then the warranty; a paid agreement makes a repair chargeable instead."""
    values, about, today = policy.values, case.circumstances, now.date()
    if not any(line.goods for line in case.lines):
        return case, None
    exchange = case.request is Request.EXCHANGE
    key = "exchange_window_days" if exchange else "return_window_days"
    if rules.outside_return_window(
        about.received_on,
        today,
        values.exchange_window_days if exchange else values.return_window_days,
        working=values.window_in_working_days,
        holidays=values.holidays,
    ):
        return case, because(rules.outside_return_window, policy.row(key))
    starts = (
        about.shipped_on if values.warranty_from_shipping else None,
        about.bought_on if values.warranty_from_purchase else None,
    )
    obstacle = None
    if rules.out_of_warranty(rules.warranty_ends(starts, values.warranty_months), today):
        obstacle = because(rules.out_of_warranty, policy.row("warranty_months"))
    elif rules.warranty_void(about.facts, values.warranty_exclusions):
        obstacle = because(rules.warranty_void, policy.row("warranty_exclusions"))
    if obstacle is None or (case.request is not Request.REPAIR and not values.warranty_decides):
        return case, None
    if case.request is Request.REPAIR and about.paid_agreement:
        return case.but(chargeable=True, reason=obstacle), None
    return case, obstacle


def needs_approval(case: Case, day: CustomerDay, policy: InForce[Policy]) -> tuple[str, Reason]:
    """Say whose signature the case needs before it may go on; an empty name when nobody's."""
    values = policy.values
    if case.request is Request.ALLOWANCE:
        return values.allowance_approver, because(needs_approval, policy.row("allowance_approver"))
    biggest = max((day.per_item[line.item] for line in case.lines if line.goods), default=Decimal(0))
    if rules.batch_return(biggest, day.total, values.batch_same_item, values.batch_total):
        return values.batch_approver, because(rules.batch_return, policy.row("batch_same_item"))
    if case.request is Request.EXCHANGE:
        return values.exchange_approver, because(needs_approval, policy.row("exchange_approver"))
    return "", case.reason


def go_ahead(case: Case, series: Series, policy: InForce[Policy], now: datetime) -> tuple[Case, Series, list[Event]]:
    """Authorize the return of the goods; where none come back, decide the allowance at once."""
    if not any(line.goods for line in case.lines):
        decided, published = decide_disposition(case, Kind.ALLOWANCE, case.reason)
        return decided, series, published
    values, today = policy.values, now.date()
    due = today + timedelta(days=values.goods_validity_days)
    case = case.but(
        stage=Stage.AWAITING_GOODS,
        approver="",
        rma_number=rules.rma_number(today, series.next),
        deadlines={GOODS_DUE: midnight(due)},
    )
    events: list[Event] = [
        ReturnAuthorized(
            case_id=case.case_id,
            rma_number=case.rma_number,
            customer=case.customer,
            scope=case.scope,
            request=case.request,
            chargeable=case.chargeable,
            expires_on=due,
            lines=tuple(
                AuthorizedLine(line=line.line, item=line.item, approved=line.quantity, reason=line.reason)
                for line in case.lines
                if line.goods
            ),
            instructions=values.instructions,
            reason=case.reason,
        )
    ]
    wanted = case.circumstances.wants_advance and case.request is Request.EXCHANGE
    if rules.advance_replacement_allowed(wanted=wanted, allowed=values.advance_replacement):
        due = today + timedelta(days=values.advance_return_days)
        case = case.but(advance=True, deadlines={OLD_UNIT_DUE: midnight(due)})
        events.append(release_replacement(case, due_on=due))
    return case, series.but(next=series.next + 1), events


def follow(case: Case, news: Any, policy: InForce[Policy], now: datetime) -> Decided:  # noqa: C901, PLR0911, PLR0912  the whole life on one screen
    """Say what follows from news about a case: happy path first, then compensations, then the no-ops."""
    match case.stage, news:
        case Stage.AWAITING_GOODS, GoodsReceived():
            return case.but(stage=Stage.INSPECTING, lines=received(case.lines, news), deadlines={}), []
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
        case ((Stage.SETTLED | Stage.REFUSED), _):
            return case, []
        case _, ComplaintNotEstablished():
            return case, []
    raise UnexpectedNews(case.stage, news)


class UnexpectedNews(Exception):
    """News that no line of `follow` expects at this stage."""

    def __init__(self, stage: Stage, news: object) -> None:
        super().__init__(f"{type(news).__name__} at stage {stage}")


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
    """Close the money side; an exchange still owes the good unit."""
    if case.kind is Kind.EXCHANGE:
        return case.but(stage=Stage.REPLACING, held=None), [release_replacement(case)]
    outcome = "ALLOWED" if case.kind is Kind.ALLOWANCE else "CREDITED"
    return settle(
        case,
        outcome,
        news.reason,
        money=Money(amount=news.credited, currency=news.currency),
        documents=tuple(document.number for document in news.documents[:100]),
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


def refused(case: Case, reason: Reason) -> ReturnRefused:
    """Tell the customer's department why not."""
    return ReturnRefused(
        case_id=case.case_id, claim=case.claim, reason=reason, explanation=reason.policy or reason.code
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


def ship_replacement(case: Case) -> Decided:
    """Note that the good unit left: the exchange is done.

    Raises:
        NoReplacementDue: none is released.
    """
    if case.stage is not Stage.REPLACING:
        raise NoReplacementDue
    return settle(case, "EXCHANGED", case.reason)


def deadline_passed(case: Case, name: str, now: datetime) -> Decided:
    """The goods never came: an authorization lapses, a unit sent in advance is billed."""
    if case.stage is not Stage.AWAITING_GOODS or name not in case.deadlines:
        return case, []
    due = case.deadlines[name].date()
    if name == OLD_UNIT_DUE and rules.old_unit_overdue(due, now.date()):
        why = because(rules.old_unit_overdue)
        overdue = case.but(stage=Stage.BILLING, reason=why, deadlines={})
        return overdue, [ObligationOverdue(case_id=case.case_id, due_on=due, reason=why)]
    return settle(case, "EXPIRED", because(rules.goods_never_came))


def midnight(day: date) -> datetime:
    """Turn a due day into the moment it begins; the database's clock judges it."""
    return datetime.combine(day, time(), UTC)
