"""Given a complaint, when this is heard from the RMA office, then this follows."""

from collections.abc import Callable
from datetime import date, datetime
from itertools import permutations
from typing import Any

import pytest

from contracts.base import Money, Reason
from contracts.intake import ComplaintClosed
from contracts.policy import InForce
from contracts.rma import AuthorizedLine, CaseSettled, ReturnAuthorized, ReturnRefused
from intake import decide
from intake.model import (
    Complaint,
    NotEstablish,
    Policy,
    RegisterComplaint,
    Status,
)

Policies = Callable[..., InForce[Policy]]
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


def test_an_authorization_tells_number_and_instructions_and_is_the_first_answer(
    complaint: Complaint, policy: Policies, now: datetime
) -> None:
    told, events = decide.follow(complaint, AUTHORIZED, policy(), now)
    assert (told.status, told.rma_number, told.instructions) == (Status.AUTHORIZED, "RMA-2607-0001", "Courier only.")
    assert list(told.deadlines) == [decide.CLOSING]
    assert not events
    assert [heard.event for heard in told.timeline] == ["ComplaintAccepted", "ReturnAuthorized"]


def test_a_refusal_answers_with_its_reason_and_is_not_final(
    complaint: Complaint, policy: Policies, now: datetime
) -> None:
    told, events = decide.follow(complaint, REFUSED, policy(), now)
    assert told.status is Status.ANSWERED
    assert told.answer is not None
    assert (told.answer.outcome, told.answer.reason, told.answer.final) == ("REFUSED", "out_of_warranty", False)
    assert told.answer.text == "warranty_months=12"
    assert not events


@pytest.mark.parametrize("before", [(), (AUTHORIZED,), (REFUSED, "dissatisfied")])
def test_a_settlement_answers_with_outcome_amount_and_documents(
    complaint: Complaint, policy: Policies, now: datetime, before: tuple[Any, ...]
) -> None:
    complaint = after(complaint, policy(), now, *(news for news in before if news != "dissatisfied"))
    if "dissatisfied" in before:
        complaint, _ = decide.confirm(complaint, satisfied=False, now=now)
    told, events = decide.follow(complaint, SETTLED, policy(), now)
    assert told.status is Status.ANSWERED
    assert told.answer is not None
    assert (told.answer.outcome, told.answer.credited, told.answer.documents, told.answer.final) == (
        "CREDITED",
        SETTLED.credited,
        ("RED-1",),
        True,
    )
    assert told.answer.text == policy().values.answer_texts["CREDITED"]
    assert not events


@pytest.mark.parametrize("news", [REFUSED, SETTLED])
def test_an_answer_closes_at_once_where_nobody_waits_for_the_customer(
    complaint: Complaint, policy: Policies, now: datetime, news: Any
) -> None:
    told, events = decide.follow(complaint, news, policy("online-retail"), now)
    assert told.status is Status.CLOSED
    assert told.deadlines == {}
    assert events == [ComplaintClosed(case_id="case-1", outcome=told.answer.outcome if told.answer else "")]


@pytest.mark.parametrize("waits", [True, False])
def test_any_order_of_the_news_ends_the_same(
    complaint: Complaint, policy: Policies, now: datetime, *, waits: bool
) -> None:
    in_force = policy(closing_needs_confirmation=waits)
    ends = set()
    for order in permutations([AUTHORIZED, SETTLED, AUTHORIZED, SETTLED]):
        end = after(complaint, in_force, now, *order)
        assert end.answer is not None
        ends.add((end.status, end.rma_number, end.instructions, end.answer.model_dump_json(), len(end.timeline)))
    assert len(ends) == 1


@pytest.mark.parametrize(
    ("heard", "old"),
    [
        ((AUTHORIZED,), AUTHORIZED),
        ((REFUSED,), REFUSED),
        ((AUTHORIZED, SETTLED), SETTLED),
        ((AUTHORIZED, SETTLED), AUTHORIZED),
        ((SETTLED,), REFUSED),
    ],
)
def test_old_news_changes_nothing(
    complaint: Complaint, policy: Policies, now: datetime, heard: tuple[Any, ...], old: Any
) -> None:
    for profile in ("", "online-retail"):
        end = after(complaint, policy(profile), now, *heard)
        same, events = decide.follow(end, old, policy(profile), now)
        assert same is end
        assert not events


def test_a_settlement_that_overtook_our_own_answer_goes_into_it(
    complaint: Complaint, policy: Policies, now: datetime
) -> None:
    ours, _ = decide.not_establish(complaint, NOT_OURS, policy(), now, "gm")
    told, events = decide.follow(ours, SETTLED, policy(), now)
    assert told.status is Status.ANSWERED
    assert told.answer is not None
    assert told.answer.documents == ("RED-1",)
    assert not events


def test_what_nobody_expects_is_left_to_a_person(complaint: Complaint, policy: Policies, now: datetime) -> None:
    with pytest.raises(decide.UnexpectedNews):
        decide.follow(complaint, object(), policy(), now)
