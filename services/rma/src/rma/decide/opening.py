"""How does a case begin? Its review, whose signature it needs, and its authorization."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from contracts.base import Event, Reason, because, total
from contracts.intake import ComplaintAccepted
from contracts.policy import InForce
from contracts.rma import (
    ApprovalRequested,
    AuthorizedLine,
    ReturnAuthorized,
    ReturnRefused,
)
from rma import rules
from rma.decide.deadlines import GOODS_DUE, OLD_UNIT_DUE, REMINDER, midnight
from rma.decide.life import decide_disposition, release_replacement
from rma.model import (
    Case,
    CaseLine,
    CustomerDay,
    Kind,
    Policy,
    Request,
    Series,
    Stage,
)


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
    lapses = today + timedelta(days=values.goods_validity_days)
    old_unit_due = today + timedelta(days=values.advance_return_days)
    wanted = case.circumstances.wants_advance and case.request is Request.EXCHANGE
    ahead = rules.advance_replacement_allowed(wanted=wanted, allowed=values.advance_replacement)
    case = case.but(
        stage=Stage.AWAITING_GOODS,
        approver="",
        advance=ahead,
        rma_number=rules.rma_number(today, series.next),
        due_on=old_unit_due if ahead else None,
        deadlines={OLD_UNIT_DUE: midnight(old_unit_due)} if ahead else {GOODS_DUE: midnight(lapses)},
    )
    if ahead:
        case = remembering(case, values, today)
    events: list[Event] = [
        ReturnAuthorized(
            case_id=case.case_id,
            rma_number=case.rma_number,
            customer=case.customer,
            entity=case.entity,
            currency=case.currency,
            scope=case.scope,
            request=case.request,
            chargeable=case.chargeable,
            expires_on=max(lapses, old_unit_due + timedelta(days=values.advance_late_days)) if ahead else lapses,
            lines=tuple(
                AuthorizedLine(
                    line=line.line,
                    item=line.item,
                    approved=line.quantity,
                    reason=line.reason,
                    original=line.original,
                )
                for line in case.lines
                if line.goods
            ),
            instructions=values.instructions,
            reason=case.reason,
        )
    ]
    if ahead:
        events.append(release_replacement(case, due_on=old_unit_due))
    return case, series.but(next=series.next + 1), events


def remembering(case: Case, values: Policy, today: date) -> Case:
    """Plan when the customer is reminded of the old unit."""
    days = rules.reminder_days(values.advance_reminder_days, values.advance_return_days)
    reminders = tuple(today + timedelta(days=each) for each in days)
    first = {REMINDER: midnight(reminders[0])} if reminders else {}
    return case.but(reminders=reminders, deadlines={**case.deadlines, **first})


def refused(case: Case, reason: Reason) -> ReturnRefused:
    """Tell the customer's department why not."""
    return ReturnRefused(
        case_id=case.case_id, claim=case.claim, reason=reason, explanation=reason.policy or reason.code
    )
