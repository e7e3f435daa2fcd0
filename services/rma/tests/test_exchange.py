"""Exchanges for something else, paid before they ship; and old units of a swap: reminded of, billed, back after all."""

from datetime import UTC, date, datetime, timedelta
from importlib import resources

import pytest

from contracts.base import Original, Reason, Scope
from contracts.finance import AdvanceReplacementBilled, CreditIssued, IssuedDocument, PaymentGateOpened
from contracts.inspection import GoodsReceived, InspectedLine, InspectionCompleted, ReceivedLine
from contracts.intake import Circumstances, ComplaintAccepted, ComplaintLine
from contracts.policy import InForce
from contracts.rma import CaseSettled, DispositionDecided, ObligationOverdue, ObligationReminded, ReplacementReleased
from rma import decide
from rma.main import service
from rma.model import CustomerDay, GateClosed, NothingToOffer, OfferReplacement, Policy, Series, Stage
from servicekit.policy import shipped_rows

NOW = datetime(2026, 7, 6, 9, tzinfo=UTC)
SAID = Reason(code="said")
GLOBAL = shipped_rows(resources.files("rma").joinpath("policy.json").read_text("utf-8"))[0].values


def policy(**more):
    values = {**GLOBAL, "exchange_approver": "", "advance_replacement": True, **more}
    return InForce(Policy.model_validate(values), dict.fromkeys(values, "global@1"))


def exchange(*, ahead=False, **more):
    line = ComplaintLine(line=1, item="P-100", quantity="2", unit_price="100", original=Original(invoice="B1", line=1))
    news = ComplaintAccepted(
        case_id="C-1",
        number="261112",
        claim="",
        customer="C077",
        entity="CN01",
        currency="CNY",
        request="EXCHANGE",
        scope=Scope(),
        lines=(line,),
        circumstances=Circumstances(shipped_on=date(2026, 3, 5), wants_advance=ahead),
        accepted_on=date(2026, 7, 6),
    )
    return decide.open_case(news, CustomerDay(), Series(), policy(**more), NOW)[0]


OFFER = OfferReplacement.model_validate(
    {"lines": [{"line": 1, "replacement": {"item": "P-150", "unit_price": "150", "tax": "39", "unit_cost": "90"}}]}
)
PAPER = IssuedDocument(type="RED_INVOICE", number="RI-1", currency="CNY", net="200", tax="26", gross="226")
CAME = GoodsReceived(
    case_id="C-1",
    rma_number="RMA-2607-0001",
    receipt="RC-1",
    lines=(ReceivedLine(line=1, item="P-100", announced=2, received=2),),
    differs=False,
    received_by="ms.dock",
)


def looked_at(*, established=True):
    line = InspectedLine(line=1, item="P-100", received=2, established=established, becomes="SCRAP")
    return InspectionCompleted(case_id="C-1", lines=(line,), responsibility="OWN", inspector="ms.wang", reason=SAID)


def issued(due="0", revision=1):
    return CreditIssued(
        case_id="C-1", decision_id=f"C-1.{revision}", revision=revision, documents=(PAPER,), currency="CNY",
        credited="226", to_receivable="0", to_credit="226", due=due, reason=SAID,
    )  # fmt: skip


def live(case, *news):
    events = []
    for each in news:
        case, events = decide.follow(case, each, policy(), NOW)
    return case, events


@pytest.mark.req("F-14")
def test_what_costs_more_is_released_when_the_difference_is_paid_and_not_before():
    case, _ = decide.offer_replacement(exchange(), OFFER)
    case, [decided] = live(case, CAME, looked_at())
    assert (decided.lines[0].replacement, decided.received_by) == (OFFER.lines[0].replacement, ("ms.dock",))

    case, events = live(case, issued(due="113"))
    assert (case.stage, events) == (Stage.AWAITING_PAYMENT, [])
    with pytest.raises(GateClosed):
        decide.ship_replacement(case)

    case, [released] = live(case, PaymentGateOpened(case_id="C-1", currency="CNY", due="113", paid="113"))
    assert isinstance(released, ReplacementReleased)
    assert decide.ship_replacement(case)[0].stage is Stage.SETTLED


def test_what_is_given_is_agreed_only_while_an_exchange_is_open():
    open_case = exchange()
    other_line = OfferReplacement.model_validate({"lines": [{**OFFER.lines[0].model_dump(), "line": 2}]})
    for case, offer in (
        (open_case, other_line),
        (exchange(ahead=True), OFFER),
        (live(open_case, CAME, looked_at())[0], OFFER),
    ):
        with pytest.raises(NothingToOffer):
            decide.offer_replacement(case, offer)


@pytest.mark.req("R-124")
def test_the_customer_is_reminded_twice_and_then_billed():
    case, day = exchange(ahead=True), NOW.replace(hour=0)
    told = []
    while case.deadlines:
        name, at = min(case.deadlines.items(), key=lambda each: each[1])
        case, events = decide.deadline_passed(case, name, at)
        told += [((at - day).days, type(event), getattr(event, "reminder", None)) for event in events]

    assert told == [(15, ObligationReminded, 1), (25, ObligationReminded, 2), (30, ObligationOverdue, None)]
    assert decide.REMINDER in service.deadlines


def test_a_unit_that_is_back_is_not_asked_for_any_more():
    case, _ = live(exchange(ahead=True), CAME)

    assert decide.deadline_passed(case, decide.REMINDER, NOW + timedelta(days=15)) == (case, [])


@pytest.mark.req("F-18")
@pytest.mark.parametrize("early", [True, False], ids=["before-the-bill-is-heard-of", "after-it"])
def test_an_old_unit_that_comes_after_its_bill_is_decided_and_the_customer_hears_of_the_credit(early):
    case, _ = decide.deadline_passed(exchange(ahead=True), decide.OLD_UNIT_DUE, NOW + timedelta(days=30))
    bill = AdvanceReplacementBilled(case_id="C-1", document=PAPER, reason=SAID)
    if early:
        case, [decided] = live(case, CAME, looked_at())
        case, _ = live(case, bill)
    else:
        case, [decided] = live(case, bill, CAME, looked_at())

    assert isinstance(decided, DispositionDecided)
    assert (decided.kind, decided.revision, decided.lines[0].received, case.stage) == (
        "ADVANCE_SETTLED", 1, 2, Stage.SETTLED,
    )  # fmt: skip
    case, [settled] = live(case, issued())
    assert isinstance(settled, CaseSettled)
    assert (settled.outcome, settled.credited.amount, settled.documents) == ("LATE_RETURNED", 226, ("RI-1",))


def test_a_late_unit_without_the_fault_stays_billed():
    case, _ = decide.deadline_passed(exchange(ahead=True), decide.OLD_UNIT_DUE, NOW + timedelta(days=30))

    assert live(case, CAME, looked_at(established=False))[1] == []
