"""When may it happen, and what follows? The life of a repair order, and what news does to it."""

from datetime import datetime
from typing import Any

from contracts.base import Event, because
from contracts.finance import PaymentGateClosed, PaymentGateOpened
from contracts.policy import InForce
from contracts.repair import (
    QuoteConfirmed,
    QuoteDeclined,
    RepairCompleted,
    RepairImpossible,
    RepairQuoted,
    RepairShipped,
)
from contracts.rma import DispositionDecided
from repair import rules
from repair.model import (
    Complete,
    ConfirmQuote,
    DeclineQuote,
    Gate,
    GiveUp,
    MakeQuote,
    NoOpenQuote,
    NoReasonGiven,
    NothingToShip,
    NotInRepair,
    NotToBeQuoted,
    OutgoingCheckMissing,
    PaymentOutstanding,
    Policy,
    Quote,
    QuoteOutdated,
    RepairIsFree,
    RepairLine,
    RepairOrder,
    Series,
    Ship,
    Stage,
    TooLateToGiveUp,
    UnexpectedNews,
)

Decided = tuple[RepairOrder, list[Event]]
REPAIR = "REPAIR"
PLAN_DUE = "plan"
REPAIR_DUE = "repair"


def open_order(
    news: DispositionDecided, series: Series, policy: InForce[Policy], now: datetime
) -> tuple[RepairOrder, Series]:
    """Take a unit onto the bench: free work begins at once, chargeable work waits for a quote."""
    order = order_of(news).but(
        repair_number=rules.repair_number(now.date(), series.next),
        chargeable=news.chargeable,
        lines=tuple(
            RepairLine(line=line.line, item=line.item, quantity=line.received)
            for line in news.lines
            if line.goods and line.received > 0
        ),
    )
    if rules.may_start(chargeable=order.chargeable, confirmed=False):
        order = begun(order, policy, now)
    else:
        order = order.but(stage=Stage.PLANNED, deadlines={PLAN_DUE: rules.plan_due(now, policy.values.plan_hours)})
    return order, series.but(next=series.next + 1)


def order_of(news: DispositionDecided) -> RepairOrder:
    """Note that a decision replaced one that this shop has not heard of; when that one comes, it is old news."""
    return RepairOrder(
        case_id=news.case_id,
        revision=news.revision,
        stage=Stage.CLOSED,
        customer=news.customer,
        entity=news.entity,
        currency=news.currency,
        scope=news.scope,
        reason=news.reason,
    )


def begun(order: RepairOrder, policy: InForce[Policy], now: datetime) -> RepairOrder:
    """Start the work; its time limit does not run while the payment is outstanding (R-223)."""
    started = order.but(stage=Stage.IN_REPAIR, deadlines={})
    return started if unpaid(started, policy) else timed(started, policy, now)


def timed(order: RepairOrder, policy: InForce[Policy], now: datetime) -> RepairOrder:
    """Let the time limit of the repair run from now on."""
    values = policy.values
    batch = rules.is_batch((line.quantity for line in order.lines), values.batch_pieces)
    extra = values.batch_extra_hours if batch else 0
    due = rules.repair_due(now.date(), values.repair_working_days, extra, values.holidays)
    return order.but(deadlines={REPAIR_DUE: due})


def unpaid(order: RepairOrder, policy: InForce[Policy]) -> bool:
    """Say whether the unit has to wait for money; until finance says that it came, it has not."""
    before = policy.values.payment_before_shipment
    return rules.payment_outstanding(order.due, paid=order.gate is Gate.OPEN, before_shipment=before)


def follow(order: RepairOrder, news: Any, policy: InForce[Policy], now: datetime) -> RepairOrder:
    """Say what news does to an order: the payment, then a newer decision, then what changes nothing."""
    match order.gate, news:
        case Gate.CLOSED, PaymentGateOpened():
            return paid(order, policy, now)
        case Gate.CLOSED, PaymentGateClosed() if news.due != order.due:
            return order.but(due=news.due)
        case _, DispositionDecided() if superseded(order, news):
            return order.but(stage=Stage.CLOSED, revision=news.revision, reason=news.reason, deadlines={})
        # What changes nothing: the gate as it is known or was before it opened, old decisions, and what has left
        case ((Gate.CLOSED | Gate.OPEN), (PaymentGateClosed() | PaymentGateOpened())):
            return order
        case _, DispositionDecided() if news.revision <= order.revision or order.stage is Stage.SHIPPED:
            return order
    raise UnexpectedNews(order.stage, news)


def paid(order: RepairOrder, policy: InForce[Policy], now: datetime) -> RepairOrder:
    """Open the gate: a unit that waits may leave, and the time limit of work under way begins to run."""
    order = order.but(gate=Gate.OPEN)
    if order.stage is Stage.WAITING_PAYMENT:
        return order.but(stage=Stage.REPAIRED)
    limited = order.deadlines or REPAIR_DUE in order.overdue
    return timed(order, policy, now) if order.stage is Stage.IN_REPAIR and not limited else order


def superseded(order: RepairOrder, news: DispositionDecided) -> bool:
    """Say whether another way was decided for a unit that is still here."""
    return news.revision > order.revision and news.kind != REPAIR and order.stage is not Stage.SHIPPED


def quote(order: RepairOrder, asked: MakeQuote) -> Decided:
    """Give the customer a price, or a new one while none is confirmed.

    Raises:
        RepairIsFree: in warranty there is no price.
        NotToBeQuoted: the work has begun or is over.
    """
    if not order.chargeable:
        raise RepairIsFree
    if order.stage not in {Stage.PLANNED, Stage.QUOTED, Stage.DECLINED}:
        raise NotToBeQuoted
    net = rules.repair_fee(asked.material, asked.labour, asked.transport)
    version = order.quote.version + 1 if order.quote else 1
    made = Quote(version=version, net=net, **asked.model_dump())
    return order.but(stage=Stage.QUOTED, quote=made, deadlines={}), [
        RepairQuoted(
            case_id=order.case_id,
            repair_number=order.repair_number,
            quote=version,
            currency=order.currency,
            net=net,
            tax=made.tax,
            reason=order.reason,
        )
    ]


def open_quote(order: RepairOrder, version: int | None) -> Quote:
    """Give the quote that waits for the customer's word.

    Raises:
        NoOpenQuote: none does.
        QuoteOutdated: another version does.
    """
    if order.stage is not Stage.QUOTED or order.quote is None:
        raise NoOpenQuote
    if not rules.quote_is_current(version, order.quote.version):
        raise QuoteOutdated(f"The current quote is version {order.quote.version}.")
    return order.quote


def confirm_quote(order: RepairOrder, asked: ConfirmQuote, policy: InForce[Policy], now: datetime) -> Decided:
    """Begin the work that the customer will pay; finance closes the payment gate by this."""
    agreed = open_quote(order, asked.quote)
    order = order.but(confirmed_by=asked.confirmed_by, gate=Gate.CLOSED, due=agreed.net + agreed.tax)
    return begun(order, policy, now), [
        QuoteConfirmed(
            case_id=order.case_id,
            repair_number=order.repair_number,
            quote=agreed.version,
            customer=order.customer,
            entity=order.entity,
            currency=order.currency,
            net=agreed.net,
            tax=agreed.tax,
            confirmed_by=asked.confirmed_by,
        )
    ]


def decline_quote(order: RepairOrder, asked: DeclineQuote) -> Decided:
    """Note that the customer will not pay: the unit goes back as it is, unless it is quoted anew (R-228)."""
    declined = open_quote(order, asked.quote)
    return order.but(stage=Stage.DECLINED), [
        QuoteDeclined(case_id=order.case_id, repair_number=order.repair_number, quote=declined.version)
    ]


def complete(order: RepairOrder, asked: Complete, policy: InForce[Policy]) -> Decided:
    """End the work; a unit that is not paid for waits in the house.

    Raises:
        NotInRepair: there is no work to end.
        OutgoingCheckMissing: nobody tested what the customer complained about.
    """
    if order.stage is not Stage.IN_REPAIR:
        raise NotInRepair
    if not rules.outgoing_check_passed(complaint_points_tested=asked.complaint_points_tested, report=asked.report):
        raise OutgoingCheckMissing
    stage = Stage.WAITING_PAYMENT if unpaid(order, policy) else Stage.REPAIRED
    done = order.but(
        stage=stage,
        parts_cost=asked.parts_cost,
        labour_cost=asked.labour_cost,
        report=asked.report,
        deadlines={},
    )
    return done, [
        RepairCompleted(
            case_id=order.case_id,
            repair_number=order.repair_number,
            chargeable=order.chargeable,
            entity=order.entity,
            currency=order.currency,
            parts_cost=asked.parts_cost,
            labour_cost=asked.labour_cost,
        )
    ]


def give_up(order: RepairOrder, asked: GiveUp) -> Decided:
    """Say that the promise cannot be kept; what happens instead is the RMA office's word.

    Raises:
        TooLateToGiveUp: the unit is repaired, declined, gone or given up already.
        NoReasonGiven: nobody says why.
    """
    if order.stage not in {Stage.PLANNED, Stage.QUOTED, Stage.IN_REPAIR}:
        raise TooLateToGiveUp
    if not rules.beyond_repair(asked.explanation):
        raise NoReasonGiven
    why = because(rules.beyond_repair)
    return order.but(stage=Stage.UNREPAIRABLE, reason=why, deadlines={}), [
        RepairImpossible(
            case_id=order.case_id, repair_number=order.repair_number, reason=why, explanation=asked.explanation
        )
    ]


def ship(order: RepairOrder, asked: Ship, policy: InForce[Policy]) -> Decided:
    """Send the unit to the customer: repaired, or as it came when the quote was declined.

    Raises:
        NothingToShip: there is no unit ready.
        PaymentOutstanding: it is not paid for.
    """
    if order.stage not in {Stage.REPAIRED, Stage.WAITING_PAYMENT, Stage.DECLINED}:
        raise NothingToShip
    if unpaid(order, policy):
        raise PaymentOutstanding(f"{order.due} {order.currency} are due for {order.repair_number}.")
    repaired = order.stage is not Stage.DECLINED
    return order.but(stage=Stage.SHIPPED, parcel=asked.parcel), [
        RepairShipped(
            case_id=order.case_id, repair_number=order.repair_number, repaired=repaired, freight=asked.freight
        )
    ]


def deadline_passed(order: RepairOrder, name: str) -> RepairOrder:
    """Mark an order as overdue, once for each limit it missed (R-223)."""
    if name not in order.deadlines:
        return order
    return order.but(overdue=(*order.overdue, name), deadlines={})
