"""The life of a case: every arm of `follow`, every pair of stage and news, every command and deadline."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import rma
from contracts.base import Money, NotYet, Original, Reason, Scope
from contracts.finance import AdvanceReplacementBilled, CreditHeld, CreditIssued, IssuedDocument, PaymentGateOpened
from contracts.inspection import GoodsReceived, InspectedLine, InspectionCompleted, ReceivedLine
from contracts.intake import Circumstances, ComplaintAccepted, ComplaintLine, ComplaintNotEstablished
from contracts.policy import InForce
from contracts.repair import QuoteDeclined, RepairCompleted, RepairImpossible, RepairShipped
from contracts.rma import (
    ApprovalRequested,
    CaseSettled,
    DispositionDecided,
    ObligationOverdue,
    ReplacementReleased,
    ReturnAuthorized,
    ReturnRefused,
)
from rma import decide
from rma.model import (
    ApproverLevelTooLow,
    CustomerDay,
    Kind,
    NoReplacementDue,
    NothingToApprove,
    Policy,
    Series,
    Stage,
)

NOW = datetime(2026, 7, 6, 9, tzinfo=UTC)
LATER = datetime(2026, 8, 5, 0, 1, tzinfo=UTC)
SHIPPED = json.loads((Path(rma.__file__).parent / "policy.json").read_text("utf-8"))
DEPUTY = frozenset({"level:regional-sales-manager", "level:deputy-head"})
SALES = frozenset({"level:regional-sales-manager"})
GENERAL = DEPUTY | {"level:general-manager"}
SAID = Reason(code="fault_confirmed", rule="inspection.rules.fault_confirmed")


def policy(profile="manufacturing", **changed):
    values = Policy.model_validate({**SHIPPED["global"], **SHIPPED[f"profile:{profile}"], **changed})
    return InForce(values, dict.fromkeys(Policy.model_fields, f"profile:{profile}@1"))


def line(number=1, item="PUMP", quantity="3", **more):
    return ComplaintLine(line=number, item=item, quantity=quantity, unit_price="100.00", reason="leaks", **more)


def complaint(request="RETURN", *lines, **about):
    return ComplaintAccepted(
        case_id="C-1",
        number="260701",
        claim="CL-9",
        customer="C077",
        entity="CN01",
        currency="CNY",
        request=request,
        scope=Scope(profile="manufacturing"),
        lines=lines or (line(original=Original(invoice="B1", line=1)),),
        circumstances=Circumstances(**{"shipped_on": date(2026, 3, 5), **about}),
        accepted_on=date(2026, 7, 6),
    )


def opened(news, rows=None, day=None, series=None, now=NOW):
    case, counted, after, events = decide.open_case(
        news, day or CustomerDay(), series or Series(), rows or policy(), now
    )
    return case, counted, after, events


def authorized(request="RETURN", *lines, rows=None, **about):
    case, _, _, _ = opened(complaint(request, *lines, **about), rows or policy(exchange_approver=""))
    assert case.stage is Stage.AWAITING_GOODS
    return case


def goods(*received):
    pieces = received or ("3",)
    return GoodsReceived(
        case_id="C-1",
        rma_number="RMA-2607-0001",
        receipt="RC-1",
        lines=tuple(ReceivedLine(line=n, item="PUMP", announced=3, received=q) for n, q in enumerate(pieces, 1)),
        differs=False,
    )


def inspected(*lines, **finding):
    each = {"established": True, "repairable": True, "becomes": "RESTOCK", **finding}
    return InspectionCompleted(
        case_id="C-1",
        lines=lines or (InspectedLine(line=1, item="PUMP", received=3, **each),),
        responsibility="OWN",
        inspector="ms.wang",
        reason=SAID,
    )


def issued(revision=1, **more):
    document = IssuedDocument(
        type="RED_INVOICE", number="RI-1", currency="CNY", net="300.00", tax="39.00", gross="339.00"
    )
    return CreditIssued(
        case_id="C-1",
        decision_id=f"C-1.{revision}",
        revision=revision,
        documents=(document,),
        currency="CNY",
        credited="339.00",
        to_receivable="339.00",
        to_credit="0.00",
        reason=SAID,
        **more,
    )


def held(code="over_tolerance", revision=1):
    why = Reason(code=code, rule=f"finance.rules.{code}")
    return CreditHeld(case_id="C-1", decision_id=f"C-1.{revision}", revision=revision, reason=why)


def billed():
    return AdvanceReplacementBilled(case_id="C-1", document=issued().documents[0], reason=SAID)


NUMBER = {"case_id": "C-1", "repair_number": "RP-2607-0001"}
IMPOSSIBLE = RepairImpossible(**NUMBER, reason=Reason(code="beyond_repair"), explanation="corroded")
COMPLETED = RepairCompleted(**NUMBER, chargeable=False, entity="CN01", currency="CNY", parts_cost=1, labour_cost=1)
MISUSE = ComplaintNotEstablished(
    case_id="C-1", reason=Reason(code="not_establish"), explanation="It ran dry.", approved_by="general-manager"
)


def after(case, *news, rows=None, now=NOW):
    for each in news:
        case, _ = decide.follow(case, each, rows or policy(), now)
    return case


LIVED = {
    Stage.PENDING_APPROVAL: lambda: opened(complaint("EXCHANGE"))[0],
    Stage.AWAITING_GOODS: authorized,
    Stage.INSPECTING: lambda: after(authorized(), goods()),
    Stage.CREDITING: lambda: after(authorized(), goods(), inspected()),
    Stage.HELD: lambda: after(authorized(), goods("4"), inspected(), held()),
    Stage.REPAIRING: lambda: after(authorized("REPAIR"), goods(), inspected()),
    Stage.AWAITING_PAYMENT: lambda: after(authorized("EXCHANGE"), goods(), inspected(), issued(due="56.50")),
    Stage.REPLACING: lambda: after(authorized("EXCHANGE"), goods(), inspected(), issued()),
    Stage.BILLING: lambda: decide.deadline_passed(in_advance(), decide.OLD_UNIT_DUE, LATER)[0],
    Stage.SETTLED: lambda: after(authorized(), goods(), inspected(), issued()),
    Stage.REFUSED: lambda: opened(complaint(shipped_on=date(2020, 1, 1)))[0],
}


def at(stage):
    """Live a case to a stage."""
    return LIVED[stage]()


def in_advance():
    return authorized("EXCHANGE", rows=policy("key-account", exchange_approver=""), wants_advance=True)


# Opening a case -----------------------------------------------------------------------------------------------------


@pytest.mark.req("R-115", "R-137")
def test_a_return_is_authorized_with_a_number_a_last_day_and_instructions():
    case, _, series, [event] = opened(complaint(), series=Series(next=7))

    assert (case.stage, case.rma_number, series.next) == (Stage.AWAITING_GOODS, "RMA-2607-0007", 8)
    assert case.deadlines == {"goods": datetime(2026, 8, 5, tzinfo=UTC)}
    assert isinstance(event, ReturnAuthorized)
    assert (event.rma_number, event.expires_on, event.chargeable) == ("RMA-2607-0007", date(2026, 8, 5), False)
    assert event.lines[0].approved == 3
    assert "Courier only" in event.instructions
    assert event.reason.code == "review_passed"


@pytest.mark.req("R-122")
def test_a_thing_whose_invoice_nobody_knows_may_come_back():
    assert authorized("RETURN", line()).lines[0].original is None


@pytest.mark.req("R-133")
@pytest.mark.parametrize(
    ("request_", "received_on", "stage", "row"),
    [
        ("RETURN", date(2026, 6, 29), Stage.AWAITING_GOODS, ""),
        ("RETURN", date(2026, 6, 28), Stage.REFUSED, "return_window_days=7 (profile:ecommerce@1)"),
        ("EXCHANGE", date(2026, 6, 21), Stage.AWAITING_GOODS, ""),
        ("EXCHANGE", date(2026, 6, 20), Stage.REFUSED, "exchange_window_days=15 (profile:ecommerce@1)"),
    ],
)
def test_an_online_return_has_seven_days_and_an_exchange_fifteen(request_, received_on, stage, row):
    case, _, series, [event] = opened(complaint(request_, received_on=received_on), policy("ecommerce"))

    assert case.stage is stage
    if stage is Stage.REFUSED:
        assert isinstance(event, ReturnRefused)
        assert (event.reason.code, event.reason.policy, event.explanation) == ("outside_return_window", row, row)
        assert series.next == 1


@pytest.mark.req("R-131")
@pytest.mark.parametrize(
    ("received_on", "stage"), [(date(2026, 6, 25), Stage.AWAITING_GOODS), (date(2026, 6, 24), Stage.REFUSED)]
)
def test_an_apparel_return_has_seven_working_days(received_on, stage):
    assert opened(complaint(received_on=received_on), policy("apparel"))[0].stage is stage


@pytest.mark.req("R-150")
@pytest.mark.parametrize(
    ("about", "stage"),
    [
        ({"shipped_on": date(2025, 7, 6)}, Stage.AWAITING_GOODS),
        ({"shipped_on": date(2025, 7, 5)}, Stage.REFUSED),
        ({"shipped_on": date(2025, 7, 5), "bought_on": date(2025, 9, 1)}, Stage.AWAITING_GOODS),
        ({"shipped_on": None}, Stage.AWAITING_GOODS),
    ],
)
def test_a_return_out_of_warranty_is_refused(about, stage):
    assert opened(complaint(**about))[0].stage is stage


@pytest.mark.req("R-150")
def test_the_policy_says_from_which_day_the_warranty_counts():
    news = complaint(shipped_on=date(2025, 7, 5), bought_on=date(2025, 9, 1))

    case, _, _, [event] = opened(news, policy(warranty_from_purchase=False))

    assert (case.stage, event.reason.code) == (Stage.REFUSED, "out_of_warranty")
    assert event.reason.policy == "warranty_months=12 (profile:manufacturing@1)"


def test_where_warranty_does_not_decide_an_old_thing_may_come_back():
    assert opened(complaint(shipped_on=date(2020, 1, 1)), policy("ecommerce"))[0].stage is Stage.AWAITING_GOODS


@pytest.mark.req("R-151")
def test_a_broken_label_makes_a_repair_chargeable_when_the_customer_agreed_to_pay():
    broken = {"facts": ("tamper-label-broken",)}

    agreed, _, _, [event] = opened(complaint("REPAIR", paid_agreement=True, **broken))
    refused, _, _, [no] = opened(complaint("REPAIR", **broken))

    assert (agreed.stage, agreed.chargeable, event.chargeable) == (Stage.AWAITING_GOODS, True, True)
    assert event.reason.code == no.reason.code == "warranty_void"
    assert refused.stage is Stage.REFUSED


@pytest.mark.req("R-116")
def test_a_repair_out_of_warranty_without_an_agreement_is_refused_even_where_warranty_decides_no_return():
    assert opened(complaint("REPAIR", shipped_on=date(2020, 1, 1)), policy("ecommerce"))[0].stage is Stage.REFUSED


@pytest.mark.req("R-139", "R-141")
@pytest.mark.parametrize(
    ("lines", "stage"),
    [
        ((line(quantity="49"),), Stage.AWAITING_GOODS),
        ((line(quantity="50"),), Stage.PENDING_APPROVAL),
        ((line(1, "A", "49"), line(2, "B", "49")), Stage.AWAITING_GOODS),
        ((line(1, "A", "49"), line(2, "B", "49"), line(3, "C", "2")), Stage.PENDING_APPROVAL),
        ((line(1, "A", "25"), line(2, "A", "25")), Stage.PENDING_APPROVAL),
    ],
)
def test_fifty_of_one_model_or_a_hundred_in_all_wait_for_the_deputy_head(lines, stage):
    case, _, series, [event] = opened(complaint("RETURN", *lines))

    assert case.stage is stage
    if stage is Stage.PENDING_APPROVAL:
        assert event == ApprovalRequested(case_id="C-1", approver="deputy-head", reason=case.reason)
        assert (event.reason.code, series.next) == ("batch_return", 1)


@pytest.mark.req("R-140")
def test_later_complaints_of_the_same_day_make_the_batch():
    _, day, _, _ = opened(complaint("RETURN", line(quantity="30")))
    second, day, _, _ = opened(complaint("RETURN", line(quantity="20")), day=day)

    assert second.stage is Stage.PENDING_APPROVAL
    assert (day.per_item, day.total) == ({"PUMP": Decimal(50)}, Decimal(50))


def test_what_does_not_come_back_is_not_counted():
    _, day, _, _ = opened(complaint("RETURN", line(), line(2, quantity="80", goods=False)))

    assert day.total == 3


@pytest.mark.req("R-143")
def test_an_exchange_waits_for_the_regional_sales_manager():
    case, _, _, [event] = opened(complaint("EXCHANGE"))

    assert (case.stage, case.approver) == (Stage.PENDING_APPROVAL, "regional-sales-manager")
    assert event.approver == "regional-sales-manager"


def test_an_allowance_waits_for_the_general_manager_and_is_decided_without_goods():
    case, _, series, [event] = opened(complaint("ALLOWANCE", line(goods=False, allowance="60.00")))
    assert (case.stage, event.approver) == (Stage.PENDING_APPROVAL, "general-manager")

    case, series, [decided] = decide.approve(case, series, policy(), NOW, "mr.gm", GENERAL)

    assert (case.stage, decided.kind, decided.rma_number) == (Stage.CREDITING, "ALLOWANCE", "")
    assert (decided.lines[0].allowance, decided.lines[0].received, series.next) == (Decimal(60), 3, 1)


def test_a_small_allowance_of_a_shop_is_decided_at_once():
    news = complaint("ALLOWANCE", line(goods=False, allowance="6.00"))

    case, _, _, [decided] = opened(news, policy("online-retail"))

    assert (case.stage, decided.kind, decided.claim) == (Stage.CREDITING, "ALLOWANCE", "CL-9")


@pytest.mark.req("R-124")
def test_a_good_unit_goes_out_first_and_the_old_one_is_owed():
    case, _, _, [authorization, released] = opened(
        complaint("EXCHANGE", wants_advance=True), policy("key-account", exchange_approver="")
    )

    assert case.advance
    assert case.deadlines == {
        "old-unit": datetime(2026, 8, 5, tzinfo=UTC), "remind": datetime(2026, 7, 21, tzinfo=UTC),
    }  # fmt: skip
    assert isinstance(authorization, ReturnAuthorized)
    assert isinstance(released, ReplacementReleased)
    assert released.due_on == date(2026, 8, 5)


@pytest.mark.parametrize(
    ("request_", "profile", "about"),
    [
        ("EXCHANGE", "manufacturing", {"wants_advance": True}),
        ("EXCHANGE", "key-account", {}),
        ("RETURN", "key-account", {"wants_advance": True}),
    ],
)
def test_no_unit_goes_out_first_unless_it_is_an_exchange_asked_for_and_allowed(request_, profile, about):
    case = authorized(request_, rows=policy(profile, exchange_approver=""), **about)

    assert (case.advance, set(case.deadlines)) == (False, {"goods"})


# The happy path -------------------------------------------------------------------------------------------------------


def test_received_goods_are_noted_and_the_authorization_does_not_lapse_any_more():
    case, events = decide.follow(authorized(), goods("2"), policy(), NOW)

    assert (case.stage, case.lines[0].received, case.deadlines, events) == (Stage.INSPECTING, 2, {}, [])


def test_a_line_that_nobody_counted_did_not_come():
    case = authorized("RETURN", line(), line(2, "SEAL"))

    assert [each.received for each in after(case, goods("3")).lines] == [3, 0]


@pytest.mark.req("R-118")
@pytest.mark.parametrize(
    ("request_", "kind", "stage"),
    [
        ("RETURN", "CREDIT", Stage.CREDITING),
        ("EXCHANGE", "EXCHANGE", Stage.CREDITING),
        ("REPAIR", "REPAIR", Stage.REPAIRING),
        ("ALLOWANCE", "ALLOWANCE", Stage.CREDITING),
    ],
)
def test_a_confirmed_fault_is_settled_as_the_customer_asked(request_, kind, stage):
    case = after(authorized(request_, rows=policy(exchange_approver="", allowance_approver="")), goods())

    case, [decided] = decide.follow(case, inspected(deduction="5.00"), policy(), NOW)

    assert (case.stage, case.kind, case.revision) == (stage, kind, 1)
    assert (decided.kind, decided.decision_id, decided.revision) == (kind, "C-1.1", 1)
    [told] = decided.lines
    assert (told.approved, told.received, told.deduction, told.becomes) == (3, 3, Decimal(5), "RESTOCK")
    assert told.original == Original(invoice="B1", line=1)


def test_a_credit_settles_the_case_with_its_money_and_documents():
    case, events = decide.follow(at(Stage.CREDITING), issued(), policy(), NOW)

    assert case.stage is Stage.SETTLED
    assert events == [
        CaseSettled(
            case_id="C-1",
            claim="CL-9",
            outcome="CREDITED",
            credited=Money(amount="339.00", currency="CNY"),
            documents=("RI-1",),
            reason=SAID,
        )
    ]


def test_an_allowance_settles_as_allowed():
    case = opened(complaint("ALLOWANCE", line(goods=False, allowance="6.00")), policy("online-retail"))[0]

    _, [settled] = decide.follow(case, issued(), policy(), NOW)

    assert settled.outcome == "ALLOWED"


@pytest.mark.req("R-167")
def test_a_credited_exchange_releases_the_good_unit_and_ends_when_it_left():
    case, [released] = decide.follow(after(authorized("EXCHANGE"), goods(), inspected()), issued(), policy(), NOW)
    assert (case.stage, released.due_on) == (Stage.REPLACING, None)
    assert isinstance(released, ReplacementReleased)

    case, [settled] = decide.ship_replacement(case)

    assert (case.stage, settled.outcome) == (Stage.SETTLED, "EXCHANGED")


@pytest.mark.parametrize(("repaired", "outcome"), [(True, "REPAIRED"), (False, "SENT_BACK")])
def test_a_repair_ends_when_the_unit_left(repaired, outcome):
    case, [settled] = decide.follow(at(Stage.REPAIRING), RepairShipped(**NUMBER, repaired=repaired), policy(), NOW)

    assert (case.stage, settled.outcome) == (Stage.SETTLED, outcome)


def test_a_unit_sent_in_advance_is_settled_when_the_old_one_is_confirmed():
    case = after(in_advance(), goods())

    case, [decided, settled] = decide.follow(case, inspected(), policy(), NOW)

    assert (decided.kind, settled.outcome, case.stage) == ("ADVANCE_SETTLED", "EXCHANGED", Stage.SETTLED)


def test_the_bill_for_a_unit_that_never_came_back_ends_the_case():
    case, [settled] = decide.follow(at(Stage.BILLING), billed(), policy(), NOW)

    assert (case.stage, settled.outcome, settled.documents) == (Stage.SETTLED, "BILLED", ("RI-1",))


# When the promise cannot be kept --------------------------------------------------------------------------------------


def test_what_quality_does_not_confirm_goes_back():
    case, [decided, settled] = decide.follow(
        at(Stage.INSPECTING), inspected(established=False, becomes="RETURN_TO_CUSTOMER"), policy(), NOW
    )

    assert (decided.kind, len(decided.lines), settled.outcome) == ("SEND_BACK", 1, "NOT_ESTABLISHED")
    assert case.stage is Stage.SETTLED


def test_only_confirmed_lines_are_decided():
    both = authorized("RETURN", line(), line(2, "SEAL"), line(3, "FEE", goods=False))
    findings = [
        InspectedLine(line=1, item="PUMP", received=3, established=False, becomes="RETURN_TO_CUSTOMER"),
        InspectedLine(line=2, item="SEAL", received=3, established=True, becomes="SCRAP"),
    ]

    _, [decided] = decide.follow(after(both, goods("3", "3")), inspected(*findings), policy(), NOW)

    assert [(each.line, each.becomes) for each in decided.lines] == [(2, "SCRAP"), (3, "")]


@pytest.mark.req("R-229")
def test_a_repair_that_quality_sees_no_way_for_is_credited():
    case, [decided] = decide.follow(after(authorized("REPAIR"), goods()), inspected(repairable=False), policy(), NOW)

    assert (case.stage, decided.kind, decided.reason.code) == (Stage.CREDITING, "CREDIT", "cannot_be_repaired")


@pytest.mark.req("R-229")
def test_a_repair_that_fails_is_credited_by_a_newer_decision():
    case, [decided] = decide.follow(at(Stage.REPAIRING), IMPOSSIBLE, policy(), NOW)

    assert (case.stage, decided.kind, decided.revision) == (Stage.CREDITING, "CREDIT", 2)
    assert (decided.decision_id, decided.reason.code) == ("C-1.2", "beyond_repair")


@pytest.mark.parametrize("stage", [Stage.AWAITING_GOODS, Stage.PENDING_APPROVAL])
def test_a_complaint_that_is_none_ends_a_case_whose_goods_are_not_here(stage):
    case, [settled] = decide.follow(at(stage), MISUSE, policy(), NOW)

    assert (case.stage, case.deadlines, case.approver) == (Stage.SETTLED, {}, "")
    assert (settled.outcome, settled.reason.code) == ("NOT_ESTABLISHED", "not_establish")


def test_too_many_pieces_wait_for_the_next_level():
    case, [asked] = decide.follow(after(authorized(), goods("4"), inspected()), held(), policy(), NOW)

    assert (case.stage, case.approver, case.held.code) == (Stage.HELD, "deputy-head", "over_tolerance")
    assert (asked.approver, asked.reason.code) == ("deputy-head", "over_tolerance")
    assert asked.reason.policy == "over_tolerance_approver=deputy-head (profile:manufacturing@1)"


def test_what_finance_holds_for_its_own_reasons_is_noted_and_goes_on_there():
    case, events = decide.follow(at(Stage.CREDITING), held("certificate_missing"), policy(), NOW)

    assert (case.stage, case.held.code, events) == (Stage.CREDITING, "certificate_missing", [])
    assert after(case, issued()).stage is Stage.SETTLED


# Every pair of stage and news -----------------------------------------------------------------------------------------

NEWS = {
    "received": goods(),
    "inspected": inspected(),
    "issued": issued(),
    "issued before": issued(0),
    "held": held(),
    "held before": held(revision=0),
    "billed": billed(),
    "completed": COMPLETED,
    "impossible": IMPOSSIBLE,
    "shipped": RepairShipped(**NUMBER, repaired=True),
    "declined": QuoteDeclined(**NUMBER, quote=1),
    "none": MISUSE,
    "paid": PaymentGateOpened(case_id="C-1", currency="CNY", due="56.50", paid="56.50"),
}
MOVES = {
    (Stage.PENDING_APPROVAL, "none"),
    (Stage.AWAITING_GOODS, "received"),
    (Stage.AWAITING_GOODS, "none"),
    (Stage.INSPECTING, "inspected"),
    (Stage.CREDITING, "issued"),
    (Stage.CREDITING, "held"),
    (Stage.REPAIRING, "shipped"),
    (Stage.REPAIRING, "impossible"),
    (Stage.BILLING, "billed"),
    (Stage.AWAITING_PAYMENT, "paid"),
}
WAITS = {
    (Stage.PENDING_APPROVAL, "received"),
    (Stage.PENDING_APPROVAL, "issued"),
    (Stage.PENDING_APPROVAL, "issued before"),
    (Stage.AWAITING_GOODS, "inspected"),
    (Stage.INSPECTING, "completed"),
    (Stage.INSPECTING, "impossible"),
    (Stage.INSPECTING, "shipped"),
    (Stage.INSPECTING, "declined"),
    (Stage.HELD, "received"),
    (Stage.HELD, "issued"),
    (Stage.HELD, "issued before"),
}
WITH_A_DECISION = {Stage.CREDITING, Stage.HELD, Stage.REPAIRING, Stage.REPLACING, Stage.AWAITING_PAYMENT}
STAYS = {(Stage.BILLING, "received"), (Stage.BILLING, "inspected")}  # see the late returns below
NOTHING = (
    {
        *((stage, name) for stage in (Stage.SETTLED, Stage.REFUSED) for name in NEWS),
        *((stage, "none") for stage in Stage),
        *((stage, name) for stage in WITH_A_DECISION for name in ("issued before", "held before")),
        (Stage.REPAIRING, "completed"),
        (Stage.REPAIRING, "declined"),
        *((stage, "paid") for stage in Stage),
    }
    - MOVES
    - WAITS
)


@pytest.mark.parametrize("name", NEWS)
@pytest.mark.parametrize("stage", Stage)
def test_every_news_at_every_stage_moves_waits_changes_nothing_or_is_for_a_person(stage, name):
    case, pair = at(stage), (stage, name)
    assert case.stage is stage

    if pair in WAITS:
        with pytest.raises(NotYet):
            decide.follow(case, NEWS[name], policy(), NOW)
    elif pair in NOTHING:
        assert decide.follow(case, NEWS[name], policy(), NOW) == (case, [])
    elif pair in STAYS:
        assert decide.follow(case, NEWS[name], policy(), NOW)[0].stage is stage
    elif pair in MOVES:
        assert decide.follow(case, NEWS[name], policy(), NOW)[0].stage is not stage
    else:
        with pytest.raises(decide.UnexpectedNews, match=f"{type(NEWS[name]).__name__} at stage {stage}"):
            decide.follow(case, NEWS[name], policy(), NOW)


# Commands -------------------------------------------------------------------------------------------------------------


@pytest.mark.req("R-143")
def test_the_right_level_signs_and_the_case_goes_ahead():
    case, series, [event] = decide.approve(at(Stage.PENDING_APPROVAL), Series(next=3), policy(), NOW, "ms.sun", SALES)

    assert (case.stage, case.approver, case.approved_by) == (Stage.AWAITING_GOODS, "", ("ms.sun",))
    assert (event.rma_number, series.next) == ("RMA-2607-0003", 4)


@pytest.mark.req("R-141")
def test_a_lower_level_cannot_sign_a_batch_and_a_higher_one_can():
    batch = opened(complaint("RETURN", line(quantity="50")))[0]

    with pytest.raises(ApproverLevelTooLow):
        decide.approve(batch, Series(), policy(), NOW, "ms.sun", SALES)
    with pytest.raises(ApproverLevelTooLow):
        decide.refuse(batch, "ms.sun", SALES)
    assert decide.approve(batch, Series(), policy(), NOW, "mr.gm", GENERAL)[0].stage is Stage.AWAITING_GOODS


@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.PENDING_APPROVAL, Stage.HELD}))
def test_nobody_signs_what_waits_for_nobody(stage):
    with pytest.raises(NothingToApprove):
        decide.approve(at(stage), Series(), policy(), NOW, "mr.gm", GENERAL)
    with pytest.raises(NothingToApprove):
        decide.refuse(at(stage), "mr.gm", GENERAL)


def test_a_held_case_is_decided_anew_with_what_really_came():
    case, _, [decided] = decide.approve(at(Stage.HELD), Series(), policy(), NOW, "mr.deng", DEPUTY)

    assert (case.stage, case.held, case.approver) == (Stage.CREDITING, None, "")
    assert (decided.revision, decided.kind, decided.decided_by) == (2, "CREDIT", "mr.deng")
    assert (decided.lines[0].approved, decided.lines[0].received) == (4, 4)
    assert decide.follow(case, issued(1), policy(), NOW) == (case, [])
    assert after(case, issued(2)).stage is Stage.SETTLED


def test_a_refused_excess_is_not_counted():
    case, [decided] = decide.refuse(at(Stage.HELD), "mr.deng", DEPUTY)

    assert (case.stage, decided.revision) == (Stage.CREDITING, 2)
    assert (decided.lines[0].approved, decided.lines[0].received) == (3, 3)


@pytest.mark.req("R-116")
def test_a_pending_case_that_is_declined_is_refused_with_a_reason():
    case, [event] = decide.refuse(at(Stage.PENDING_APPROVAL), "ms.sun", SALES)

    assert (case.stage, case.approved_by) == (Stage.REFUSED, ("ms.sun",))
    assert event == ReturnRefused(case_id="C-1", claim="CL-9", reason=case.reason, explanation="refuse")


@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.REPLACING, Stage.AWAITING_PAYMENT}))
def test_no_replacement_is_shipped_that_is_not_released(stage):
    with pytest.raises(NoReplacementDue):
        decide.ship_replacement(at(stage))


# Deadlines ------------------------------------------------------------------------------------------------------------


def test_an_authorization_lapses_when_the_goods_never_came():
    case, [settled] = decide.deadline_passed(authorized(), decide.GOODS_DUE, LATER)

    assert (case.stage, settled.outcome, settled.reason.code) == (Stage.SETTLED, "EXPIRED", "goods_never_came")


@pytest.mark.req("R-124")
def test_a_swapped_unit_that_never_came_is_billed():
    case, [overdue] = decide.deadline_passed(in_advance(), decide.OLD_UNIT_DUE, LATER)

    assert (case.stage, case.deadlines) == (Stage.BILLING, {})
    assert overdue == ObligationOverdue(case_id="C-1", due_on=date(2026, 8, 5), reason=case.reason)


@pytest.mark.parametrize("name", [decide.GOODS_DUE, decide.OLD_UNIT_DUE, decide.REMINDER])
@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.AWAITING_GOODS}))
def test_a_deadline_that_comes_late_changes_nothing(stage, name):
    case = at(stage)

    assert decide.deadline_passed(case, name, LATER) == (case, [])


def test_a_deadline_that_the_case_does_not_have_any_more_changes_nothing():
    case = in_advance()

    assert decide.deadline_passed(case, decide.GOODS_DUE, LATER) == (case, [])


# The policy -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", sorted(SHIPPED))
def test_every_shipped_profile_is_a_whole_policy(scope):
    Policy.model_validate({**SHIPPED["global"], **SHIPPED[scope]})


def test_every_kind_is_a_word_that_a_decision_can_say():
    assert {kind.value for kind in Kind} <= set(
        (DispositionDecided.__doc__ or "").replace(",", " ").replace(".", " ").split()
    )
