"""Units of work of the repair shop: which aggregates are locked, and what is saved."""

import importlib.resources
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from contracts.base import NotYet, Reason, Scope, Unknown
from contracts.finance import PaymentGateOpened
from contracts.rma import DecidedLine, DispositionDecided
from repair import handlers
from repair.main import service
from repair.model import Complete, ConfirmQuote, DeclineQuote, GiveUp, MakeQuote, RepairOrder, Series, Ship, Stage
from servicekit.http import Asked, check_operations
from servicekit.policy import PolicyBook, shipped_rows
from servicekit.work import NOTHING, DeadlinePassed, Entry, Unit

NOW = datetime(2026, 7, 6, 9, tzinfo=UTC)
BOOK = PolicyBook(shipped_rows(importlib.resources.files("repair").joinpath("policy.json").read_text()))
PRICE = MakeQuote(material=60, labour=30, transport=10, tax=13)
DONE = Complete(parts_cost=1, labour_cost=1, complaint_points_tested=True, report="runs")
GATE = PaymentGateOpened(case_id="C-1", currency="CNY", due=113, paid=113)


def unit(**held):
    kinds = {"order": (RepairOrder, "C-1"), "series": (Series, "RP-2607")}
    entries = {kinds[name]: Entry(state) for name, state in held.items()}
    return Unit(entries, NOW, "Ms Li", frozenset(), BOOK, "work-1")


def decision(kind="REPAIR", revision=1, *, chargeable=False):
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
        lines=(DecidedLine(line=1, item="PUMP", approved=1, received=1, unit_price=Decimal(100)),),
        chargeable=chargeable,
        decided_by="rma",
        reason=Reason(code="fault_confirmed"),
    )


def after(handler, body, order):
    return handler(unit(order=order), Asked("C-1", body)).changed[0][1]


def order(*, chargeable=False):
    return handlers.disposition_decided(unit(), decision(chargeable=chargeable)).changed[0][1]


def test_only_a_repair_locks_the_series_of_the_month():
    assert list(handlers.DECISION.touches(decision("CREDIT"), NOW)) == [(RepairOrder, "C-1")]
    assert list(handlers.DECISION.touches(decision(), NOW)) == [(RepairOrder, "C-1"), (Series, "RP-2607")]


def test_a_repair_opens_the_order_of_the_case_and_takes_the_next_number():
    done = handlers.disposition_decided(unit(series=Series(next=41)), decision())

    (case_id, opened), (month, series) = done.changed
    assert (case_id, opened.repair_number, opened.stage) == ("C-1", "RP-2607-0041", Stage.IN_REPAIR)
    assert (month, series.next, done.events) == ("RP-2607", 42, ())


def test_a_repair_heard_twice_is_opened_once():
    assert handlers.disposition_decided(unit(order=order()), decision()) is NOTHING


def test_a_first_decision_for_something_else_is_none_of_our_business():
    assert handlers.disposition_decided(unit(), decision("CREDIT", 1)) is NOTHING


def test_a_later_decision_that_came_first_keeps_the_repair_from_beginning():
    [(_, closed)] = handlers.disposition_decided(unit(), decision("CREDIT", 2)).changed

    assert handlers.disposition_decided(unit(order=closed), decision("REPAIR", 1)) is NOTHING


def test_a_newer_decision_closes_the_order():
    [(_, closed)] = handlers.disposition_decided(unit(order=order()), decision("CREDIT", 2)).changed

    assert closed.stage is Stage.CLOSED


def test_gate_news_waits_for_its_order():
    with pytest.raises(NotYet):
        handlers.gate_moved(unit(), GATE)


def test_what_is_paid_for_an_exchange_is_none_of_our_business():
    assert handlers.gate_moved(unit(), GATE.model_copy(update={"exchange": True})) is NOTHING
    assert handlers.gate_moved(unit(order=order()), GATE.model_copy(update={"exchange": True})) is NOTHING


def test_a_deadline_marks_the_order_once():
    passed = DeadlinePassed("RepairOrder", "C-1", "repair", NOW)
    [(_, late)] = handlers.deadline_passed(unit(order=order()), passed).changed

    assert late.overdue == ("repair",)
    assert handlers.deadline_passed(unit(order=late), passed) is NOTHING


@pytest.mark.req("R-222", "R-269", "R-270")
def test_a_chargeable_repair_goes_from_quote_to_shipment():
    quoted = after(handlers.quote, PRICE, order(chargeable=True))
    agreed = after(handlers.confirm_quote, ConfirmQuote(quote=1, confirmed_by="Ms Li"), quoted)
    waiting = after(handlers.complete, DONE, agreed)
    [(_, paid)] = handlers.gate_moved(unit(order=waiting), GATE).changed
    done = handlers.ship(unit(order=paid), Asked("C-1", Ship(parcel="SF-1")))

    assert [o.stage for o in (quoted, agreed, waiting, paid)] == [
        Stage.QUOTED,
        Stage.IN_REPAIR,
        Stage.WAITING_PAYMENT,
        Stage.REPAIRED,
    ]
    assert done.answer == {"case_id": "C-1", "stage": "SHIPPED", "repair_number": "RP-2607-0001", "quote": 1}
    assert [type(event).__name__ for event in done.events] == ["RepairShipped"]


def test_a_quote_can_be_declined_and_a_repair_given_up():
    quoted = after(handlers.quote, PRICE, order(chargeable=True))

    assert after(handlers.decline_quote, DeclineQuote(), quoted).stage is Stage.DECLINED
    assert after(handlers.give_up, GiveUp(explanation="corroded"), quoted).stage is Stage.UNREPAIRABLE


def test_a_command_for_an_order_that_is_not_there_is_told_so():
    with pytest.raises(Unknown):
        handlers.quote(unit(), Asked("C-1", PRICE))


def test_every_operation_of_the_access_table_has_its_route():
    routes = [route for router in service.routers for route in router.routes]

    check_operations(service, routes)


def test_the_policy_in_force_names_the_row_that_decided():
    resolved = BOOK.resolve(service.policy, Scope(profile="key-account"), date(2026, 7, 6))

    assert resolved.row("payment_before_shipment") == "payment_before_shipment=False (profile:key-account@1)"
