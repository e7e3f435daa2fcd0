"""The life of a repair order: every arm of `follow`, every command at every stage."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import repair
from contracts.base import Reason, Scope
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
from contracts.rma import DecidedLine, DispositionDecided
from repair import decide
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
    QuoteOutdated,
    RepairIsFree,
    Series,
    Ship,
    Stage,
    TooLateToGiveUp,
    UnexpectedNews,
)

NOW = datetime(2026, 7, 6, 9, tzinfo=UTC)
LATER = datetime(2026, 7, 8, 9, tzinfo=UTC)
SHIPPED_VALUES = json.loads((Path(repair.__file__).parent / "policy.json").read_text())
WHY = Reason(code="out_of_warranty", rule="rma.rules.out_of_warranty")
PRICE = MakeQuote(material="60.00", labour="30.00", transport="10.00", tax="13.00")
GOOD = Complete(parts_cost="40.00", labour_cost="20.00", complaint_points_tested=True, report="runs 24 h")
PARCEL = Ship(parcel="SF-1")
HOPELESS = GiveUp(explanation="the board is corroded through")


def policy(**changed):
    values = Policy.model_validate({**SHIPPED_VALUES["global"], **changed})
    return InForce(values, dict.fromkeys(Policy.model_fields, "global@1"))


def decision(kind="REPAIR", revision=1, *, chargeable=False, received=("2",)):
    lines = tuple(
        DecidedLine(line=n, item="PUMP", approved=Decimal(2), received=Decimal(q), unit_price=Decimal(100))
        for n, q in enumerate(received, 1)
    )
    return DispositionDecided(
        case_id="C-1",
        decision_id=f"C-1.{revision}",
        revision=revision,
        kind=kind,
        rma_number="RMA-2607-0001",
        customer="C077",
        entity="CN01",
        currency="CNY",
        scope=Scope(),
        lines=lines,
        chargeable=chargeable,
        decided_by="rma",
        reason=WHY,
    )


def opened(*, chargeable=False, received=("2",), **values):
    order, _ = decide.open_order(decision(chargeable=chargeable, received=received), Series(), policy(**values), NOW)
    return order


def quoted():
    return decide.quote(opened(chargeable=True), PRICE)[0]


def declined():
    return decide.decline_quote(quoted(), DeclineQuote())[0]


def confirmed(**values):
    return decide.confirm_quote(quoted(), ConfirmQuote(quote=1, confirmed_by="Ms Li"), policy(**values), NOW)[0]


def waiting():
    return decide.complete(confirmed(), GOOD, policy())[0]


def repaired():
    return decide.complete(opened(), GOOD, policy())[0]


def given_up():
    return decide.give_up(opened(), HOPELESS)[0]


def shipped():
    return decide.ship(repaired(), PARCEL, policy())[0]


def closed():
    return decide.follow(opened(), decision("CREDIT", 2), policy(), LATER)


def gate_closed(due="113.00"):
    return PaymentGateClosed(case_id="C-1", currency="CNY", due=Decimal(due))


def gate_opened():
    return PaymentGateOpened(case_id="C-1", currency="CNY", due=Decimal(113), paid=Decimal(113))


# Opening ---------------------------------------------------------------------------------------------------------


def test_a_repair_in_warranty_begins_at_once_with_its_own_number_and_limit():
    order, series = decide.open_order(decision(), Series(next=7), policy(), NOW)

    assert (order.stage, order.repair_number, series.next) == (Stage.IN_REPAIR, "RP-2607-0007", 8)
    assert order.deadlines == {"repair": datetime(2026, 7, 14, tzinfo=UTC)}
    assert (order.gate, order.due, order.quote) == (Gate.NONE, 0, None)


@pytest.mark.req("R-220")
def test_a_chargeable_repair_waits_for_a_quote_that_is_due_in_eight_hours():
    order = opened(chargeable=True)

    assert (order.stage, order.reason) == (Stage.PLANNED, WHY)
    assert order.deadlines == {"plan": datetime(2026, 7, 6, 17, tzinfo=UTC)}


def test_only_what_really_came_is_on_the_bench():
    order = opened(received=("2", "0"))

    assert [line.line for line in order.lines] == [1]


@pytest.mark.req("R-224")
def test_a_batch_has_two_days_more():
    assert opened(received=("30", "20")).deadlines == {"repair": datetime(2026, 7, 16, tzinfo=UTC)}


# Quotes ----------------------------------------------------------------------------------------------------------


@pytest.mark.req("R-269")
def test_a_quote_adds_up_its_parts_and_says_why_it_costs():
    order, events = decide.quote(opened(chargeable=True), PRICE)

    assert order.stage is Stage.QUOTED
    assert order.deadlines == {}
    assert events == [
        RepairQuoted(
            case_id="C-1",
            repair_number="RP-2607-0001",
            quote=1,
            currency="CNY",
            net=Decimal("100.00"),
            tax=Decimal("13.00"),
            reason=WHY,
        )
    ]


@pytest.mark.parametrize("before", [quoted, declined])
def test_a_new_quote_has_the_next_version(before):
    order, [event] = decide.quote(before(), PRICE)

    assert (order.stage, order.quote.version, event.quote) == (Stage.QUOTED, 2, 2)


def test_free_repairs_have_no_price():
    with pytest.raises(RepairIsFree):
        decide.quote(opened(), PRICE)


@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.PLANNED, Stage.QUOTED, Stage.DECLINED}))
def test_a_settled_price_is_not_quoted_again(stage):
    with pytest.raises(NotToBeQuoted):
        decide.quote(confirmed().but(stage=stage), PRICE)


@pytest.mark.req("R-222")
def test_work_begins_when_the_current_quote_is_confirmed():
    with pytest.raises(NotInRepair):
        decide.complete(quoted(), GOOD, policy())

    order, events = decide.confirm_quote(quoted(), ConfirmQuote(quote=1, confirmed_by="Ms Li"), policy(), NOW)

    assert (order.stage, order.gate, order.due) == (Stage.IN_REPAIR, Gate.CLOSED, Decimal(113))
    assert events == [
        QuoteConfirmed(
            case_id="C-1",
            repair_number="RP-2607-0001",
            quote=1,
            customer="C077",
            entity="CN01",
            currency="CNY",
            net=Decimal("100.00"),
            tax=Decimal("13.00"),
            confirmed_by="Ms Li",
        )
    ]


@pytest.mark.parametrize("version", [1, 3])
def test_another_version_of_the_quote_is_not_confirmed_or_declined(version):
    order = decide.quote(quoted(), PRICE)[0]

    with pytest.raises(QuoteOutdated):
        decide.confirm_quote(order, ConfirmQuote(quote=version, confirmed_by="Ms Li"), policy(), NOW)
    with pytest.raises(QuoteOutdated):
        decide.decline_quote(order, DeclineQuote(quote=version))


@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.QUOTED}))
def test_without_an_open_quote_there_is_nothing_to_answer(stage):
    order = quoted().but(stage=stage)

    with pytest.raises(NoOpenQuote):
        decide.confirm_quote(order, ConfirmQuote(quote=1, confirmed_by="Ms Li"), policy(), NOW)
    with pytest.raises(NoOpenQuote):
        decide.decline_quote(order, DeclineQuote(quote=1))


@pytest.mark.req("R-228")
def test_a_declined_unit_goes_back_as_it_is():
    order, events = decide.decline_quote(quoted(), DeclineQuote(quote=1))
    assert (order.stage, events) == (
        Stage.DECLINED,
        [QuoteDeclined(case_id="C-1", repair_number="RP-2607-0001", quote=1)],
    )

    sent, events = decide.ship(order, PARCEL, policy())

    assert sent.stage is Stage.SHIPPED
    assert events == [RepairShipped(case_id="C-1", repair_number="RP-2607-0001", repaired=False)]


# Work ------------------------------------------------------------------------------------------------------------


def test_a_free_repair_is_ready_when_it_is_done():
    order, events = decide.complete(opened(), GOOD, policy())

    assert (order.stage, order.report, order.deadlines) == (Stage.REPAIRED, "runs 24 h", {})
    assert events == [
        RepairCompleted(
            case_id="C-1",
            repair_number="RP-2607-0001",
            chargeable=False,
            entity="CN01",
            currency="CNY",
            parts_cost=Decimal("40.00"),
            labour_cost=Decimal("20.00"),
        )
    ]


@pytest.mark.req("R-198", "R-199")
@pytest.mark.parametrize("missing", [{"complaint_points_tested": False}, {"report": " "}])
def test_no_unit_leaves_the_bench_without_its_outgoing_check(missing):
    with pytest.raises(OutgoingCheckMissing):
        decide.complete(opened(), GOOD.model_copy(update=missing), policy())


@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.IN_REPAIR}))
def test_only_work_under_way_can_be_completed(stage):
    with pytest.raises(NotInRepair):
        decide.complete(opened().but(stage=stage), GOOD, policy())


@pytest.mark.req("R-229")
@pytest.mark.parametrize("before", [opened, quoted, confirmed])
def test_what_cannot_be_repaired_is_handed_back_to_the_rma_office(before):
    order, [event] = decide.give_up(before(), HOPELESS)

    assert (order.stage, order.deadlines) == (Stage.UNREPAIRABLE, {})
    assert isinstance(event, RepairImpossible)
    assert (event.reason.code, event.explanation) == ("beyond_repair", HOPELESS.explanation)


def test_giving_up_needs_a_reason():
    with pytest.raises(NoReasonGiven):
        decide.give_up(opened(), GiveUp(explanation=" "))


@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.PLANNED, Stage.QUOTED, Stage.IN_REPAIR}))
def test_work_that_has_ended_is_not_given_up(stage):
    with pytest.raises(TooLateToGiveUp):
        decide.give_up(opened().but(stage=stage), HOPELESS)


# Payment and shipment --------------------------------------------------------------------------------------------


@pytest.mark.req("R-270")
def test_an_unpaid_unit_waits_and_leaves_once_finance_has_the_money():
    order = waiting()
    assert order.stage is Stage.WAITING_PAYMENT
    with pytest.raises(PaymentOutstanding):
        decide.ship(order, PARCEL, policy())

    order = decide.follow(order, gate_opened(), policy(), LATER)

    assert (order.stage, order.gate) == (Stage.REPAIRED, Gate.OPEN)
    sent, events = decide.ship(order, PARCEL.model_copy(update={"freight": Decimal(12)}), policy())
    assert (sent.stage, sent.parcel) == (Stage.SHIPPED, "SF-1")
    assert events == [RepairShipped(case_id="C-1", repair_number="RP-2607-0001", repaired=True, freight=Decimal(12))]


@pytest.mark.req("R-270")
def test_until_finance_speaks_the_gate_counts_as_closed():
    order = confirmed()

    assert decide.follow(order, gate_closed(), policy(), LATER) is order
    assert decide.complete(order, GOOD, policy())[0].stage is Stage.WAITING_PAYMENT


def test_with_terms_the_unit_leaves_before_it_is_paid_and_the_payment_is_noted_after():
    terms = policy(payment_before_shipment=False)
    order = decide.complete(confirmed(payment_before_shipment=False), GOOD, terms)[0]
    assert order.stage is Stage.REPAIRED

    sent = decide.ship(order, PARCEL, terms)[0]

    assert decide.follow(sent, gate_opened(), terms, LATER) == sent.but(gate=Gate.OPEN)


@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.REPAIRED, Stage.WAITING_PAYMENT, Stage.DECLINED}))
def test_only_a_unit_that_is_ready_or_declined_is_shipped(stage):
    with pytest.raises(NothingToShip):
        decide.ship(opened().but(stage=stage), PARCEL, policy())


@pytest.mark.req("R-223")
def test_the_limit_of_a_paid_repair_runs_from_the_payment():
    order = confirmed()
    assert order.deadlines == {}

    order = decide.follow(order, gate_opened(), policy(), LATER)

    assert order.deadlines == {"repair": datetime(2026, 7, 16, tzinfo=UTC)}


def test_with_terms_the_limit_runs_from_the_confirmation_and_the_payment_does_not_move_it():
    order = confirmed(payment_before_shipment=False)
    limit = {"repair": datetime(2026, 7, 14, tzinfo=UTC)}
    assert order.deadlines == limit

    assert decide.follow(order, gate_opened(), policy(), LATER).deadlines == limit


def test_finance_has_the_last_word_on_what_is_due():
    assert decide.follow(confirmed(), gate_closed("100.00"), policy(), LATER).due == Decimal(100)


# News that comes twice, late or after its successor ----------------------------------------------------------------


def test_a_gate_that_is_open_stays_open():
    paid = decide.follow(confirmed(), gate_opened(), policy(), LATER)

    assert decide.follow(paid, gate_closed(), policy(), LATER) is paid
    assert decide.follow(paid, gate_opened(), policy(), LATER) is paid


@pytest.mark.parametrize("before", [given_up, closed, declined, opened])
def test_gate_news_about_an_order_that_was_never_confirmed_is_for_a_person(before):
    with pytest.raises(UnexpectedNews):
        decide.follow(before(), gate_opened(), policy(), LATER)


def test_a_payment_for_what_was_given_up_is_noted_and_changes_nothing_else():
    order = decide.give_up(confirmed(), HOPELESS)[0]

    assert decide.follow(order, gate_opened(), policy(), LATER) == order.but(gate=Gate.OPEN)


@pytest.mark.parametrize("before", [opened, quoted, declined, confirmed, waiting, repaired, given_up, closed])
def test_another_decision_closes_an_order_that_is_still_here(before):
    order = decide.follow(before(), decision("CREDIT", 3), policy(), LATER)

    assert (order.stage, order.revision, order.deadlines) == (Stage.CLOSED, 3, {})


def test_what_has_left_is_not_closed_any_more():
    order = shipped()

    assert decide.follow(order, decision("CREDIT", 2), policy(), LATER) is order


@pytest.mark.parametrize("before", [opened, quoted, shipped, given_up, closed])
def test_an_old_decision_changes_nothing(before):
    order = before()

    assert decide.follow(order, decision("REPAIR", 1), policy(), LATER) is order
    assert decide.follow(order, decision("CREDIT", 1), policy(), LATER) is order


def test_a_repair_overtaken_by_its_successor_is_not_begun():
    order = decide.order_of(decision("CREDIT", 2))
    assert order.stage is Stage.CLOSED

    assert decide.follow(order, decision("REPAIR", 1), policy(), LATER) is order


def test_a_second_repair_of_one_case_is_for_a_person():
    with pytest.raises(UnexpectedNews, match="DispositionDecided at stage IN_REPAIR"):
        decide.follow(opened(), decision("REPAIR", 2), policy(), LATER)


# Deadlines -------------------------------------------------------------------------------------------------------


@pytest.mark.req("R-223")
def test_a_missed_limit_is_marked_once():
    late = decide.deadline_passed(opened(), "repair")

    assert (late.overdue, late.deadlines, late.stage) == (("repair",), {}, Stage.IN_REPAIR)
    assert decide.deadline_passed(late, "repair") is late


def test_a_late_quote_is_marked_and_the_repair_has_its_own_limit():
    late = decide.deadline_passed(opened(chargeable=True), "plan")
    assert late.overdue == ("plan",)

    order = decide.quote(late, PRICE)[0]
    order = decide.confirm_quote(order, ConfirmQuote(quote=1, confirmed_by="Ms Li"), policy(), NOW)[0]
    order = decide.follow(order, gate_opened(), policy(), LATER)

    assert set(order.deadlines) == {"repair"}


def test_a_deadline_of_finished_work_changes_nothing():
    order = repaired()

    assert decide.deadline_passed(order, "repair") is order


@pytest.mark.parametrize("scope", sorted(SHIPPED_VALUES))
def test_every_shipped_profile_is_a_whole_policy(scope):
    Policy.model_validate({**SHIPPED_VALUES["global"], **SHIPPED_VALUES[scope]})
