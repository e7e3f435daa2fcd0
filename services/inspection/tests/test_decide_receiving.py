"""Given goods on their way or on the dock, when this is asked or heard, then this follows."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from contracts.inspection import (
    GoodsReceived,
    GoodsUnidentified,
    ReceivedLine,
    UnidentifiedLine,
)
from contracts.policy import InForce
from contracts.rma import ReturnAuthorized
from inspection.decide import inspecting, receiving
from inspection.model import (
    AlreadyIdentified,
    AlreadyReceived,
    DifferencesNotSigned,
    Identify,
    Inspection,
    NotAnnounced,
    NotAuthorized,
    Policy,
    Receipt,
    ReceiptStatus,
    Receive,
    SignaturesMissing,
    Stage,
)

Policies = Callable[..., InForce[Policy]]
Parcels = Callable[..., Receive]
Goods = Callable[..., Inspection]
D = Decimal
LATE = datetime(2026, 7, 31, 0, tzinfo=UTC)


def queued(parcel: Receive, policy: InForce[Policy], now: datetime) -> Receipt:
    return receiving.receive("receipt-9", parcel, None, policy, now, "dock")[1]


def test_an_authorized_return_is_announced_line_by_line(announced: Inspection) -> None:
    assert (announced.stage, announced.rma_number) == (Stage.ANNOUNCED, "RMA-case-1")
    assert [(line.item, line.announced, line.received) for line in announced.lines] == [
        ("PUMP", D(2), D(0)),
        ("VALVE", D(1), D(0)),
    ]


def test_goods_that_come_as_announced_are_accepted(
    announced: Inspection, parcel: Parcels, policy: Policies, now: datetime
) -> None:
    after, receipt, events = receiving.receive("receipt-1", parcel(), announced, policy(), now, "dock")
    assert after is not None
    assert (after.stage, after.receipt, after.quality_test) == (Stage.RECEIVED, "receipt-1", False)
    assert (receipt.status, receipt.case_id, receipt.received_by) == (ReceiptStatus.ACCEPTED, "case-1", "dock")
    assert events == [
        GoodsReceived(
            case_id="case-1",
            rma_number="RMA-case-1",
            receipt="receipt-1",
            lines=(
                ReceivedLine(line=1, item="PUMP", announced=D(2), received=D(2)),
                ReceivedLine(line=2, item="VALVE", announced=D(1), received=D(1)),
            ),
            differs=False,
            received_by="dock",
        )
    ]


@pytest.mark.req("R-179")
def test_the_test_of_returned_goods_has_a_week(
    received: Goods, parcel: Parcels, policy: Policies, now: datetime
) -> None:
    goods = received()
    assert goods.deadlines == {receiving.TEST_DUE: datetime(2026, 7, 9, tzinfo=UTC)}
    late = inspecting.deadline_passed(goods, receiving.TEST_DUE)
    assert (late.test_overdue, late.deadlines) == (True, {})
    assert inspecting.deadline_passed(late, receiving.TEST_DUE) is late


def test_no_limit_is_set_where_the_policy_has_none(
    announced: Inspection, parcel: Parcels, policy: Policies, now: datetime
) -> None:
    after, _, _ = receiving.receive("receipt-1", parcel(), announced, policy("online-retail"), now, "dock")
    assert after is not None
    assert after.deadlines == {}


@pytest.mark.req("R-170")
@pytest.mark.parametrize("missing", ["quality", "storage"])
def test_goods_without_both_signatures_are_not_accepted(
    announced: Inspection, parcel: Parcels, policy: Policies, now: datetime, missing: str
) -> None:
    said = parcel(signatures={"quality": "Li", "storage": "Wang", missing: ""})
    with pytest.raises(SignaturesMissing, match=missing):
        receiving.receive("receipt-1", said, announced, policy(), now, "dock")


@pytest.mark.req("R-172")
@pytest.mark.parametrize("pumps", ["1", "3"])
def test_another_quantity_is_accepted_only_when_it_is_signed(
    announced: Inspection, parcel: Parcels, policy: Policies, now: datetime, pumps: str
) -> None:
    lines = [{"item": "PUMP", "quantity": pumps}]
    with pytest.raises(DifferencesNotSigned):
        receiving.receive("receipt-1", parcel(lines=lines), announced, policy(), now, "dock")
    said = parcel(lines=lines, differences_signed=True)
    _, _, [event] = receiving.receive("receipt-1", said, announced, policy(), now, "dock")
    assert isinstance(event, GoodsReceived)
    assert event.differs
    assert [line.received for line in event.lines] == [D(pumps), D(0)]


def test_counts_of_one_item_in_one_parcel_are_shared_out_without_loss(
    authorized: Callable[..., ReturnAuthorized], parcel: Parcels, policy: Policies, now: datetime
) -> None:
    two = receiving.announce(authorized())
    two = two.but(lines=tuple(line.but(item="PUMP") for line in two.lines))
    lines = [{"item": "PUMP", "quantity": "1"}, {"line": 1, "quantity": "1"}, {"item": "PUMP", "quantity": "1"}]
    after, _, _ = receiving.receive("receipt-1", parcel(lines=lines), two, policy(), now, "dock")
    assert after is not None
    assert [line.received for line in after.lines] == [D(2), D(1)]


@pytest.mark.parametrize("line", [{"line": 9}, {"item": "LAMP"}, {"line": 1, "item": "VALVE"}, {}])
def test_goods_that_the_number_does_not_cover_are_refused(
    announced: Inspection, parcel: Parcels, policy: Policies, now: datetime, line: dict[str, Any]
) -> None:
    with pytest.raises(NotAnnounced):
        receiving.receive("receipt-1", parcel(lines=[{"quantity": 1, **line}]), announced, policy(), now, "dock")


@pytest.mark.req("R-176")
@pytest.mark.parametrize(
    ("pieces", "profile", "goes"), [("20", "", False), ("21", "", True), ("1", "manufacturing", True)]
)
def test_a_large_lot_is_noted_for_quality(
    authorized: Callable[..., ReturnAuthorized],
    parcel: Parcels,
    policy: Policies,
    now: datetime,
    pieces: str,
    profile: str,
    *,
    goes: bool,
) -> None:
    lot = receiving.announce(authorized(PUMP=pieces))
    said = parcel(lines=[{"line": 1, "quantity": pieces}])
    after, _, _ = receiving.receive("receipt-1", said, lot, policy(profile), now, "dock")
    assert after is not None
    assert after.quality_test is goes


@pytest.mark.parametrize("stage", [Stage.RECEIVED, Stage.SCRAP_PENDING, Stage.COMPLETED])
def test_a_second_receipt_of_the_same_case_is_refused(
    received: Goods, parcel: Parcels, policy: Policies, now: datetime, stage: Stage
) -> None:
    with pytest.raises(AlreadyReceived, match="receipt-1"):
        receiving.receive("receipt-2", parcel(), received().but(stage=stage), policy(), now, "dock")


@pytest.mark.req("R-117")
@pytest.mark.parametrize("number", ["", "RMA-nobody"])
def test_a_parcel_nobody_announced_waits_in_the_queue(
    parcel: Parcels, policy: Policies, now: datetime, number: str
) -> None:
    said = parcel(rma_number=number, lines=[{"item": "PUMP", "quantity": 2}, {"line": 4, "quantity": 1}])
    inspection, receipt, events = receiving.receive("receipt-9", said, None, policy(), now, "dock")
    assert inspection is None
    assert (receipt.status, receipt.reason.code) == (ReceiptStatus.UNIDENTIFIED, "goods_not_announced")
    assert number in receipt.explanation
    assert events == [
        GoodsUnidentified(
            receipt_id="receipt-9",
            rma_number=number,
            lines=(UnidentifiedLine(item="PUMP", quantity=D(2)), UnidentifiedLine(item="unknown", quantity=D(1))),
            reason=receipt.reason,
        )
    ]
    assert receipt.reason.policy == "unauthorised_goods=QUEUE (global@1)"


@pytest.mark.req("R-114")
def test_goods_of_a_lapsed_authorization_are_not_booked_in(
    announced: Inspection, parcel: Parcels, policy: Policies
) -> None:
    inspection, receipt, [event] = receiving.receive("receipt-9", parcel(), announced, policy(), LATE, "dock")
    assert inspection is None
    assert receipt.reason.code == "authorization_lapsed"
    assert isinstance(event, GoodsUnidentified)


def test_goods_nobody_announced_are_refused_by_policy_unless_a_named_person_takes_them_in(
    parcel: Parcels, policy: Policies, now: datetime
) -> None:
    with pytest.raises(NotAuthorized, match="REFUSE"):
        receiving.receive("receipt-9", parcel(), None, policy("manufacturing"), now, "dock")
    said = parcel(emergency_by="Director Zhao")
    _, receipt, _ = receiving.receive("receipt-9", said, None, policy("manufacturing"), now, "dock")
    assert (receipt.status, receipt.emergency_by) == (ReceiptStatus.UNIDENTIFIED, "Director Zhao")


def test_an_identified_parcel_becomes_the_receipt_of_its_case(
    announced: Inspection, parcel: Parcels, policy: Policies, now: datetime
) -> None:
    waiting = queued(parcel(rma_number=""), policy(), now)
    said = Identify(rma_number="RMA-case-1")
    inspection, receipt, [event] = receiving.identify(waiting, said, announced, policy(), now)
    assert inspection is not None
    assert (inspection.stage, inspection.receipt) == (Stage.RECEIVED, "receipt-9")
    assert (receipt.status, receipt.rma_number, receipt.case_id) == (ReceiptStatus.ACCEPTED, "RMA-case-1", "case-1")
    assert isinstance(event, GoodsReceived)
    with pytest.raises(AlreadyIdentified):
        receiving.identify(receipt, said, announced, policy(), now)


def test_what_was_not_signed_on_the_dock_is_signed_when_the_parcel_is_identified(
    announced: Inspection, parcel: Parcels, policy: Policies, now: datetime
) -> None:
    unsigned = parcel(signatures={}, lines=[{"line": 1, "quantity": 1}])
    waiting = queued(unsigned, policy(), now)
    with pytest.raises(SignaturesMissing):
        receiving.identify(waiting, Identify(rma_number="RMA-case-1"), announced, policy(), now)
    said = Identify(rma_number="RMA-case-1", signatures={"quality": "Li", "storage": "Wang"}, differences_signed=True)
    assert receiving.identify(waiting, said, announced, policy(), now)[1].status is ReceiptStatus.ACCEPTED


def test_a_parcel_cannot_be_given_to_a_return_that_is_unknown_lapsed_or_has_its_goods(
    announced: Inspection, received: Goods, parcel: Parcels, policy: Policies, now: datetime
) -> None:
    waiting, said = queued(parcel(), policy(), now), Identify(rma_number="RMA-case-1")
    with pytest.raises(NotAuthorized):
        receiving.identify(waiting, said, None, policy(), now)
    with pytest.raises(NotAuthorized, match=str(date(2026, 7, 31))):
        receiving.identify(waiting, said, announced, policy(), LATE)
    with pytest.raises(AlreadyReceived):
        receiving.identify(waiting, said, received(), policy(), now)
