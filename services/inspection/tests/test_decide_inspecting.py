"""Given goods in quarantine, when quality says this, then this follows."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from contracts.inspection import (
    DisposedLine,
    GoodsDisposed,
    InspectedLine,
    InspectionCompleted,
    ScrapApprovalRequested,
)
from contracts.policy import InForce
from inspection.decide import inspecting, receiving
from inspection.model import (
    ApproverLevelTooLow,
    ApproveScrap,
    CompleteInspection,
    DispositionMissing,
    FindingsDiffer,
    FourEyes,
    GoodsNotReceived,
    Inspection,
    InspectionAlreadyCompleted,
    NoScrapPending,
    PartWithoutPrice,
    Policy,
    Receive,
    Stage,
    UnknownResponsibility,
)

Policies = Callable[..., InForce[Policy]]
Parcels = Callable[..., Receive]
Findings = Callable[..., CompleteInspection]
Goods = Callable[..., Inspection]
D = Decimal
GM = frozenset({"level:general-manager"})


def approval(**changes: Any) -> ApproveScrap:
    return ApproveScrap.model_validate({"cosigned_by": "Wu", "decision": "APPROVE", **changes})


def test_findings_end_the_inspection_and_tell_every_line(received: Goods, findings: Findings, policy: Policies) -> None:
    found = findings({"repairable": True, "becomes": "REPAIR"}, {"established": False, "becomes": "RESTOCK"})
    after, events = inspecting.complete(received(), found, policy(), "inspector")
    assert (after.stage, after.deadlines, after.responsibility) == (Stage.COMPLETED, {}, "OWN")
    [event] = events
    assert isinstance(event, InspectionCompleted)
    assert event.lines == (
        InspectedLine(line=1, item="PUMP", received=D(2), established=True, repairable=True, becomes="REPAIR"),
        InspectedLine(line=2, item="VALVE", received=D(1), established=False, becomes="RETURN_TO_CUSTOMER"),
    )
    assert (event.inspector, event.responsibility, event.reason.code) == ("Q. Li", "OWN", "fault_confirmed")


@pytest.mark.req("R-182")
@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (({}, {}), "fault_confirmed"),
        (({"established": False}, {"established": False}), "no_fault_found"),
        (({"customer_fault": True}, {"established": False}), "customer_at_fault"),
        (({"customer_fault": True}, {}), "fault_confirmed"),
    ],
)
def test_the_reason_is_the_rule_that_decided(
    received: Goods, findings: Findings, policy: Policies, lines: tuple[dict[str, Any], ...], reason: str
) -> None:
    after, [event] = inspecting.complete(received(), findings(*lines), policy(), "inspector")
    assert isinstance(event, InspectionCompleted)
    assert event.reason.code == reason
    assert after.reason == event.reason


def test_a_line_that_never_came_cannot_be_established(
    announced: Inspection, parcel: Parcels, findings: Findings, policy: Policies, now: datetime
) -> None:
    said = parcel(lines=[{"line": 1, "quantity": 2}], differences_signed=True)
    half, _, _ = receiving.receive("receipt-1", said, announced, policy(), now, "dock")
    assert half is not None
    _, [event] = inspecting.complete(half, findings({}), policy(), "inspector")
    assert isinstance(event, InspectionCompleted)
    assert event.lines[1] == InspectedLine(
        line=2, item="VALVE", received=D(0), established=False, becomes="NOT_RECEIVED"
    )


def test_findings_need_goods_and_are_final(
    announced: Inspection, received: Goods, scrap_waits: Inspection, findings: Findings, policy: Policies
) -> None:
    found = findings({}, {})
    with pytest.raises(GoodsNotReceived):
        inspecting.complete(announced, found, policy(), "inspector")
    after, _ = inspecting.complete(received(), found, policy(), "inspector")
    for completed in (after, scrap_waits):
        with pytest.raises(InspectionAlreadyCompleted):
            inspecting.complete(completed, found, policy(), "inspector")


def test_findings_must_fit_the_goods_and_the_reference_list(
    received: Goods, findings: Findings, policy: Policies
) -> None:
    with pytest.raises(FindingsDiffer, match="1, 2"):
        inspecting.complete(received(), findings({}), policy(), "inspector")
    with pytest.raises(UnknownResponsibility, match="SUPPLIER"):
        inspecting.complete(received(), findings({}, {}, responsibility="FATE"), policy(), "inspector")


@pytest.mark.parametrize(
    ("profile", "finding", "deduction"),
    [
        ("", {"missing_parts": ["manual", "charger"]}, "22"),
        ("", {"missing_parts": ["lid"], "part_prices": {"lid": "3.50"}}, "3.50"),
        ("", {"missing_parts": ["manual"], "part_prices": {"manual": "0"}}, "2"),
        ("ecommerce", {"missing_parts": ["manual"]}, "0"),
        ("ecommerce", {"missing_parts": ["manual"], "customer_fault": True}, "2"),
    ],
)
def test_missing_parts_are_deducted_by_the_price_list(
    received: Goods, findings: Findings, policy: Policies, profile: str, finding: dict[str, Any], deduction: str
) -> None:
    _, [event] = inspecting.complete(received(PUMP="1"), findings(finding), policy(profile), "inspector")
    assert isinstance(event, InspectionCompleted)
    assert event.lines[0].deduction == D(deduction)


def test_a_missing_part_without_a_price_is_refused(received: Goods, findings: Findings, policy: Policies) -> None:
    with pytest.raises(PartWithoutPrice, match="lid"):
        inspecting.complete(received(PUMP="1"), findings({"missing_parts": ["lid"]}), policy(), "inspector")


@pytest.mark.req("R-202")
def test_below_fifty_pieces_quality_scraps_alone(received: Goods, findings: Findings, policy: Policies) -> None:
    after, events = inspecting.complete(received(PUMP="49"), findings({"becomes": "SCRAP"}), policy(), "inspector")
    assert (after.stage, after.lines[0].becomes) == (Stage.COMPLETED, "SCRAP")
    assert [type(event) for event in events] == [InspectionCompleted]


@pytest.mark.req("R-202")
def test_from_fifty_pieces_scrap_waits_for_the_general_manager(
    received: Goods, findings: Findings, policy: Policies
) -> None:
    found = findings({"becomes": "SCRAP"}, {"becomes": "SCRAP"}, {"becomes": "RESTOCK"})
    goods = received(PUMP="30", VALVE="20", LAMP="9")
    after, [completed, requested] = inspecting.complete(goods, found, policy(), "inspector")
    assert (after.stage, after.scrap_approver) == (Stage.SCRAP_PENDING, "general-manager")
    assert isinstance(completed, InspectionCompleted)
    assert [line.becomes for line in completed.lines] == ["SCRAP_PENDING", "SCRAP_PENDING", "RESTOCK"]
    assert isinstance(requested, ScrapApprovalRequested)
    assert (requested.pieces, requested.approver) == (D(50), "general-manager")
    assert requested.reason.policy == "scrap_approval_pieces=50 (global@1)"


def test_scrap_without_a_confirmed_fault_goes_back_and_does_not_count(
    received: Goods, findings: Findings, policy: Policies
) -> None:
    found = findings({"becomes": "SCRAP", "established": False})
    after, events = inspecting.complete(received(PUMP="50"), found, policy(), "inspector")
    assert (after.stage, after.lines[0].becomes, len(events)) == (Stage.COMPLETED, "RETURN_TO_CUSTOMER", 1)


@pytest.mark.req("R-202")
@pytest.mark.parametrize(
    ("said", "becomes"),
    [({}, "SCRAP"), ({"decision": "REJECT", "becomes": "GRADE_B"}, "GRADE_B")],
)
def test_the_general_manager_decides_what_becomes_of_the_scrap(
    scrap_waits: Inspection, said: dict[str, Any], becomes: str
) -> None:
    after, events = inspecting.approve_scrap(scrap_waits, approval(**said), "gm", GM)
    assert (after.stage, after.lines[0].becomes) == (Stage.COMPLETED, becomes)
    assert (after.cosigned_by, after.disposed_by, after.scrap_approver) == ("Wu", "gm", "")
    line = DisposedLine(line=1, item="PUMP", quantity=D(50), becomes=becomes)
    assert events == [GoodsDisposed(case_id="case-1", lines=(line,), approved_by="gm")]
    with pytest.raises(NoScrapPending):
        inspecting.approve_scrap(after, approval(), "gm", GM)


@pytest.mark.req("R-202")
@pytest.mark.parametrize(
    ("said", "actor", "levels", "refusal"),
    [
        ({}, "gm", frozenset(), ApproverLevelTooLow),
        ({}, "inspector", GM, FourEyes),
        ({}, "Q. Li", GM, FourEyes),
        ({"cosigned_by": "gm"}, "gm", GM, FourEyes),
        ({"cosigned_by": "Q. Li"}, "gm", GM, FourEyes),
        ({"decision": "REJECT"}, "gm", GM, DispositionMissing),
        ({"decision": "REJECT", "becomes": "SCRAP"}, "gm", GM, DispositionMissing),
    ],
)
def test_scrap_is_approved_by_the_right_level_and_by_other_people(
    scrap_waits: Inspection, said: dict[str, Any], actor: str, levels: frozenset[str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        inspecting.approve_scrap(scrap_waits, approval(**said), actor, levels)


def test_no_scrap_is_approved_that_nobody_asked_for(announced: Inspection, received: Goods) -> None:
    for goods in (announced, received()):
        with pytest.raises(NoScrapPending):
            inspecting.approve_scrap(goods, approval(), "gm", GM)


@pytest.mark.parametrize("profile", ["", "manufacturing", "ecommerce", "apparel", "key-account", "online-retail"])
def test_every_shipped_profile_is_a_whole_policy(policy: Policies, profile: str) -> None:
    assert policy(profile).row("scrap_approval_pieces")
