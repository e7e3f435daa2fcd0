"""Given a complaint, when this is asked of it, then this follows."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.base import Money, Reason
from contracts.intake import ComplaintAccepted, ComplaintClosed, ComplaintNotEstablished
from contracts.policy import InForce
from contracts.rma import AuthorizedLine, CaseSettled, ReturnAuthorized, ReturnRefused
from intake import decide
from intake.model import (
    AlreadyClosed,
    AlreadyDecided,
    Complaint,
    FieldsMissing,
    ForTheLevelAbove,
    LinesNotDistinct,
    NotAnsweredYet,
    NotEstablish,
    Policy,
    RegisterComplaint,
    Series,
    Severity,
    Status,
    UnknownCategory,
    UnknownChannel,
)

Policies = Callable[..., InForce[Policy]]
Saying = Callable[..., RegisterComplaint]
WHY = Reason(code="fault_confirmed")
AUTHORIZED = ReturnAuthorized(
    case_id="case-1",
    rma_number="RMA-2607-0001",
    customer="C-1",
    scope=RegisterComplaint.model_fields["scope"].default,
    request="RETURN",
    chargeable=False,
    expires_on=date(2026, 7, 31),
    lines=(AuthorizedLine(line=1, item="PUMP", approved="2"),),
    instructions="Courier only.",
    reason=WHY,
)
REFUSED = ReturnRefused(case_id="case-1", reason=Reason(code="out_of_warranty"), explanation="warranty_months=12")
SETTLED = CaseSettled(
    case_id="case-1",
    outcome="CREDITED",
    credited=Money(amount="20.00", currency="CNY"),
    documents=("RED-1",),
    reason=WHY,
)
NOT_OURS = NotEstablish(explanation="Not our product.")


def after(complaint: Complaint, policy: InForce[Policy], now: datetime, *news: Any) -> Complaint:
    for each in news:
        complaint, _ = decide.follow(complaint, each, policy, now)
    return complaint


@pytest.mark.req("R-011")
def test_a_complete_complaint_gets_the_months_next_number(policy: Policies, said: Saying, now: datetime) -> None:
    complaint, series, events = decide.register("case-1", said(), Series(next=7), policy(), now, "clerk")
    assert (complaint.number, series.next, complaint.status) == ("260707", 8, Status.REGISTERED)
    assert complaint.receiver == "clerk"
    [event] = events
    assert isinstance(event, ComplaintAccepted)
    assert (event.number, event.accepted_on, event.lines) == ("260707", date(2026, 7, 1), complaint.lines)


@pytest.mark.req("R-002")
@pytest.mark.parametrize("field", ["customer", "contact", "content"])
def test_a_complaint_without_customer_contact_or_content_is_refused(
    policy: Policies, said: Saying, now: datetime, field: str
) -> None:
    with pytest.raises(FieldsMissing, match=field):
        decide.register("case-1", said(**{field: " "}), Series(), policy(), now, "clerk")


def test_a_blind_return_is_accepted_only_where_the_policy_says_so_and_the_row_is_kept(
    policy: Policies, said: Saying, now: datetime
) -> None:
    blind = said(customer="", contact="")
    complaint, _, _ = decide.register("case-1", blind, Series(), policy("online-retail"), now, "importer")
    assert "profile:online-retail@1" in complaint.accepted.policy
    with pytest.raises(FieldsMissing, match="content"):
        decide.register("case-1", said(content=""), Series(), policy("online-retail"), now, "importer")


@pytest.mark.req("R-001")
def test_a_channel_outside_the_reference_list_is_refused(policy: Policies, said: Saying, now: datetime) -> None:
    for channel in policy().values.channels:
        complaint, _, _ = decide.register("case-1", said(channel=channel), Series(), policy(), now, "clerk")
        assert complaint.channel == channel
    with pytest.raises(UnknownChannel, match="phone"):
        decide.register("case-1", said(channel="smoke"), Series(), policy(), now, "clerk")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"category": "weather"}, UnknownCategory),
        ({"lines": [{"line": 1, "item": item, "quantity": 1, "unit_price": 1} for item in "AB"]}, LinesNotDistinct),
    ],
)
def test_an_unknown_category_or_a_line_number_that_stands_twice_is_refused(
    policy: Policies, said: Saying, now: datetime, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        decide.register("case-1", said(**changes), Series(), policy(), now, "clerk")


@pytest.mark.req("R-059")
def test_a_complaint_has_its_limits_from_the_policy(policy: Policies, said: Saying, now: datetime) -> None:
    complaint, _, _ = decide.register("case-1", said(), Series(), policy(), now, "clerk")
    assert complaint.deadlines == {
        decide.FIRST_ANSWER: datetime(2026, 7, 4, tzinfo=UTC),
        decide.CLOSING: datetime(2026, 7, 17, tzinfo=UTC),
    }
    abroad, _, _ = decide.register("case-1", said(abroad=True), Series(), policy(), now, "clerk")
    assert abroad.deadlines[decide.CLOSING] == datetime(2026, 7, 22, tzinfo=UTC)
    none, _, _ = decide.register("case-1", said(), Series(), policy("online-retail"), now, "importer")
    assert none.deadlines == {}


@pytest.mark.parametrize(
    ("defects", "by_count", "by_effect", "effective"),
    [
        ({"functional": 15}, Severity.MAJOR, Severity.OTHER, Severity.MAJOR),
        ({"functional": 6, "rate": "0.008"}, Severity.OTHER, Severity.OTHER, Severity.OTHER),
        ({"functional": 20, "rate": "0.008"}, Severity.MAJOR, Severity.OTHER, Severity.MAJOR),
        ({"functional": 5, "lawsuit": True}, Severity.GENERAL, Severity.SPECIAL_MAJOR, Severity.SPECIAL_MAJOR),
    ],
)
@pytest.mark.req("R-040")
def test_every_severity_scheme_is_kept_and_the_highest_counts(
    policy: Policies,
    said: Saying,
    now: datetime,
    defects: dict[str, Any],
    by_count: Severity,
    by_effect: Severity,
    effective: Severity,
) -> None:
    complaint, _, _ = decide.register("case-1", said(defects=defects), Series(), policy(), now, "clerk")
    assert complaint.severity is not None
    assert (complaint.severity.by_count, complaint.severity.by_effect) == (by_count, by_effect)
    assert complaint.severity.effective == effective


@pytest.mark.req("R-076")
@pytest.mark.parametrize("heard", [(), (AUTHORIZED,)])
def test_a_complaint_that_is_not_ours_is_answered_with_explanation_and_approver(
    complaint: Complaint, policy: Policies, now: datetime, heard: tuple[Any, ...]
) -> None:
    complaint = after(complaint, policy(), now, *heard)
    told, events = decide.not_establish(complaint, NOT_OURS, policy(), now, "gm")
    assert told.status is Status.ANSWERED
    assert told.answer is not None
    assert (told.answer.outcome, told.answer.text) == ("NOT_ESTABLISHED", "Not our product.")
    [event] = events
    assert isinstance(event, ComplaintNotEstablished)
    assert (event.approved_by, event.explanation) == ("gm", "Not our product.")
    closed, events = decide.confirm(told, satisfied=True, now=now)
    assert closed.status is Status.CLOSED
    assert events == [ComplaintClosed(case_id="case-1", outcome="NOT_ESTABLISHED", satisfied=True)]


def test_a_complaint_that_is_not_ours_closes_at_once_where_nobody_waits(
    complaint: Complaint, policy: Policies, now: datetime
) -> None:
    told, events = decide.not_establish(complaint, NOT_OURS, policy("online-retail"), now, "gm")
    assert told.status is Status.CLOSED
    assert [type(event) for event in events] == [ComplaintNotEstablished, ComplaintClosed]


@pytest.mark.parametrize("profile", ["", "online-retail"])
def test_a_complaint_that_has_its_answer_cannot_be_found_not_established(
    complaint: Complaint, policy: Policies, now: datetime, profile: str
) -> None:
    told = after(complaint, policy(profile), now, SETTLED)
    with pytest.raises(AlreadyDecided):
        decide.not_establish(told, NOT_OURS, policy(profile), now, "gm")


@pytest.mark.req("R-073")
def test_a_satisfied_customer_closes_the_complaint(complaint: Complaint, policy: Policies, now: datetime) -> None:
    answered = after(complaint, policy(), now, AUTHORIZED, SETTLED)
    closed, events = decide.confirm(answered, satisfied=True, now=now)
    assert (closed.status, closed.satisfied, closed.deadlines) == (Status.CLOSED, True, {})
    assert events == [ComplaintClosed(case_id="case-1", outcome="CREDITED", satisfied=True)]
    with pytest.raises(AlreadyClosed):
        decide.confirm(closed, satisfied=True, now=now)


@pytest.mark.req("R-073")
def test_a_dissatisfied_customer_reopens_a_decision_that_is_not_final(
    complaint: Complaint, policy: Policies, now: datetime
) -> None:
    refused = after(complaint, policy(), now, REFUSED)
    again, events = decide.confirm(refused, satisfied=False, now=now)
    assert (again.status, events) == (Status.INVESTIGATING, [])
    still, events = decide.confirm(again, satisfied=False, now=now)
    assert (still.status, events) == (Status.INVESTIGATING, [])
    _, events = decide.confirm(still, satisfied=True, now=now)
    assert events == [ComplaintClosed(case_id="case-1", outcome="REFUSED", satisfied=True)]
    ended, _ = decide.not_establish(again, NOT_OURS, policy(), now, "gm")
    assert ended.status is Status.ANSWERED


def test_a_dissatisfied_customer_ends_a_final_decision_and_may_register_anew(
    complaint: Complaint, policy: Policies, now: datetime
) -> None:
    answered = after(complaint, policy(), now, SETTLED)
    closed, events = decide.confirm(answered, satisfied=False, now=now)
    assert closed.status is Status.CLOSED
    assert events == [ComplaintClosed(case_id="case-1", outcome="CREDITED", satisfied=False)]


def test_an_objection_is_decided_by_the_level_above_and_that_is_the_last_word(
    complaint: Complaint, policy: Policies, now: datetime
) -> None:
    told, _ = decide.not_establish(complaint, NOT_OURS, policy(), now, "service")
    objected, events = decide.confirm(told, satisfied=False, now=now, above="general-manager")
    assert (objected.status, objected.escalated_to, events) == (Status.INVESTIGATING, "general-manager", [])
    still, _ = decide.confirm(objected, satisfied=False, now=now, above="general-manager")
    assert still.status is Status.INVESTIGATING
    news = SETTLED.model_copy(update={"outcome": decide.NOT_ESTABLISHED, "credited": None, "documents": ()})
    assert decide.follow(still, news, policy(), now) == (still, [])

    with pytest.raises(ForTheLevelAbove):
        decide.not_establish(still, NOT_OURS, policy(), now, "service")
    again, events = decide.not_establish(still, NOT_OURS, policy(), now, "gm", ["general-manager"])
    assert (again.status, events) == (Status.ANSWERED, [])

    _, events = decide.confirm(again, satisfied=False, now=now, above="general-manager")
    assert events == [ComplaintClosed(case_id="case-1", outcome="NOT_ESTABLISHED", satisfied=False)]


@pytest.mark.parametrize("heard", [(), (AUTHORIZED,)])
def test_before_any_answer_a_complaint_can_only_stay_open(
    complaint: Complaint, policy: Policies, now: datetime, heard: tuple[Any, ...]
) -> None:
    waiting = after(complaint, policy(), now, *heard)
    open_still, events = decide.confirm(waiting, satisfied=False, now=now)
    assert (open_still.status, events) == (waiting.status, [])
    assert open_still.timeline[-1].event == "CustomerDissatisfied"
    with pytest.raises(NotAnsweredYet):
        decide.confirm(waiting, satisfied=True, now=now)


@pytest.mark.req("R-060")
def test_a_limit_that_passes_is_urged_exactly_once(complaint: Complaint, now: datetime) -> None:
    late = now + timedelta(days=16)
    urged = decide.deadline_passed(complaint, decide.CLOSING, late)
    [urge] = urged.urges
    assert (urge.limit, urge.unit, urge.at) == (decide.CLOSING, "clerk", late)
    assert list(urged.deadlines) == [decide.FIRST_ANSWER]
    assert decide.deadline_passed(urged, decide.CLOSING, late) is urged


def test_the_short_history_stays_short(complaint: Complaint, now: datetime) -> None:
    for _ in range(decide.KEPT * 2):
        complaint, _ = decide.confirm(complaint, satisfied=False, now=now)
    assert len(complaint.timeline) == decide.KEPT


@pytest.mark.parametrize("profile", ["", "manufacturing", "ecommerce", "apparel", "key-account", "online-retail"])
def test_every_shipped_profile_is_a_whole_policy(policy: Policies, profile: str) -> None:
    assert policy(profile).row("mandatory_fields")


def test_a_policy_cannot_ask_for_a_field_that_does_not_exist(policy: Policies) -> None:
    with pytest.raises(ValidationError):
        Policy.model_validate({**policy().values.model_dump(), "mandatory_fields": ["star-sign"]})
