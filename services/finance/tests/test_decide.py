"""When may it happen, and what follows? Every piece of news at every stage that the scenarios do not show."""

from datetime import date
from decimal import Decimal

import pytest

from contracts.base import NotYet, Reason, Scope
from contracts.finance import CreditHeld, CreditIssued, PaymentGateOpened
from contracts.inspection import DisposedLine, GoodsDisposed
from contracts.repair import QuoteConfirmed, RepairCompleted, RepairShipped
from contracts.rma import CaseSettled, ObligationOverdue, ReplacementReleased
from finance import handlers
from finance.decide import repair, settlement
from finance.handlers import reading
from finance.model import (
    AlreadyIssued,
    Approve,
    BlueInvoiceDiffers,
    Claim,
    ClaimDiffers,
    Document,
    LineTwice,
    MakeClaim,
    NoPaymentGate,
    NothingHeld,
    NothingToApprove,
    Pay,
    Policy,
    RecordEvidence,
    RequestRefund,
    Stage,
    Todo,
    Work,
)

D = Decimal

WHY = Reason(code="old_unit_overdue")
ABOUT = {"customer": "C077", "entity": "CN01", "currency": "CNY"}
DUE = date(2026, 5, 10)
PROOF = RecordEvidence(kind="allowance-certificate", reference="file 7")


def disposed(becomes="RESTOCK", quantity="1", line=1):
    lines = (DisposedLine(line=line, item="P-100", quantity=D(quantity), becomes=becomes),)
    return GoodsDisposed(case_id="K-1", lines=lines, approved_by="quality")


def released(lines, due_on=DUE):
    return ReplacementReleased(case_id="K-1", scope={}, lines=lines, due_on=due_on, **ABOUT)


def quoted(quote=1, net="200"):
    return QuoteConfirmed(
        case_id="K-1", repair_number="W-1", quote=quote, net=D(net), tax=D(0), confirmed_by="c", **ABOUT
    )


def claimed(office, quantity, claim_id="C-1", **more):
    line = {"line": 1, "item": "P-100", "quantity": quantity, "unit_price": "100", **more}
    body = MakeClaim(claim_id=claim_id, returned_at="2026-04-01", lines=[line], **ABOUT)
    return office.ask(handlers.CLAIM, body)["lines"][0]


def completed(**more):
    about = {"parts_cost": D(25), "labour_cost": D(15), "entity": "CN01", "currency": "CNY", "chargeable": False}
    return RepairCompleted(case_id="K-1", repair_number="W-1", **{**about, **more})


def shipped(case_id="K-1", **more):
    return RepairShipped(**{"case_id": case_id, "repair_number": "W-1", "repaired": True, **more})


@pytest.fixture
def there(office, blue):
    """An office that sold ten pieces, all unpaid."""
    opened = office("manufacturing")
    opened.sell([blue()])
    return opened


def test_a_repair_is_remembered_and_a_credit_may_follow_it(there, returned):
    assert there.decide("REPAIR", [returned()]) == []
    assert there.settlement().stage is Stage.OPEN

    [issued] = there.decide("CREDIT", [returned()], revision=2)

    assert isinstance(issued, CreditIssued)
    assert (issued.revision, issued.credited, issued.to_receivable) == (2, 113, 113)


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("CREDIT", [{"approved": "2"}]),
        ("CREDIT", [{"approved": "3", "original": ("I-2", 1)}]),
        ("ALLOWANCE", [{"allowance": "50"}]),
        ("SEND_BACK", [{"approved": "3"}]),
        ("EXCHANGE", [{"approved": "4"}]),
    ],
)
def test_a_newer_decision_that_gives_less_or_something_else_waits_for_a_person(there, blue, returned, kind, lines):
    there.sell([blue()], invoice="I-2")
    there.decide("CREDIT", [returned(approved="3")])

    with pytest.raises(AlreadyIssued):
        there.decide(kind, [returned(**line) for line in lines], revision=2)


def test_what_a_newer_decision_gives_more_is_credited_besides_and_everything_is_told(there, blue, returned):
    there.sell([blue()], invoice="I-2", open_amount="0")
    there.decide("CREDIT", [returned(approved="3", becomes="SCRAP")])
    lines = [returned(approved="5", becomes="SCRAP"), returned(line=2, original=("I-2", 1))]

    [issued] = there.decide("CREDIT", lines, revision=2)
    [again] = there.decide("CREDIT", lines, revision=3)

    assert there.documents() == [
        ("RED_INVOICE", 300, 39, 339),
        ("RED_INVOICE", 200, 26, 226),
        ("RED_INVOICE", 100, 13, 113),
    ]
    for event in (issued, again):
        assert [document.gross for document in event.documents] == [339, 226, 113]
        assert (event.credited, event.to_receivable, event.to_credit) == (678, 565, 113)
    assert there.settlement().credited == 678
    assert there.settlement().scrapped
    assert (there.line().credited_quantity, there.open_amount()) == (5, 565)


@pytest.mark.parametrize(
    ("mode", "first", "second"),
    [
        ("EXCLUSIVE", ("100", "13", "113"), ("30", "3.90", "33.90")),
        ("INCLUSIVE", ("88.50", "11.50", "100"), ("26.55", "3.45", "30")),
    ],
)
def test_a_larger_allowance_is_allowed_by_the_difference(there, blue, returned, mode, first, second):
    there.everywhere(allowance_evidence=[])
    there.sell([blue(net="884.96", tax="115.04") if mode == "INCLUSIVE" else blue()], "I-2", price_mode=mode)
    there.decide("ALLOWANCE", [returned(allowance="100", original=("I-2", 1))])

    [issued] = there.decide("ALLOWANCE", [returned(allowance="130", original=("I-2", 1))], revision=2)

    assert there.documents() == [("RED_INVOICE", *map(D, first)), ("RED_INVOICE", *map(D, second))]
    assert issued.credited == D(first[2]) + D(second[2])


@pytest.mark.parametrize("deduction", ["12", "0"])
def test_what_was_deducted_is_not_deducted_again_by_a_newer_decision(there, returned, deduction):
    there.decide("CREDIT", [returned(approved="3", deduction="12")])
    there.decide("CREDIT", [returned(approved="5", deduction=deduction)], revision=2)

    waived = [] if deduction == "12" else [Todo(work=Work.DECISION_TOO_LATE, amount=D(12))]
    assert [todo for todo in there.settlement().worklist if todo.work is Work.DECISION_TOO_LATE] == waived
    assert [(net, gross) for kind, net, _, gross in there.documents() if kind == "DEBIT_NOTE"] == [(12, D("13.56"))]
    assert there.line().credited_quantity == 5


def test_a_kind_of_decision_that_nobody_knows_is_not_swallowed(there, returned):
    with pytest.raises(settlement.UnexpectedNews):
        there.decide("MELT_DOWN", [returned()])


def test_news_that_nobody_expects_is_not_swallowed(there):
    with pytest.raises(settlement.UnexpectedNews):
        settlement.follow(None, "gossip", reading.open_books(there.unit()), None)


def test_what_is_sent_back_gives_its_claim_back(there, returned):
    claimed(there, "4")

    assert there.decide("SEND_BACK", [returned()], claim="C-1") == []

    assert there.settlement().stage is Stage.CLOSED
    assert there.line().reserved_quantity == 0
    assert there.get(Claim, "C-1").reserved == {}
    assert there.all(Document) == []


def test_a_claim_that_a_credit_has_used_is_not_given_back_twice(there, returned):
    claimed(there, "4")
    there.decide("CREDIT", [returned(approved="4")], claim="C-1")

    there.hear(CaseSettled(case_id="K-1", claim="C-1", outcome="CREDITED", reason=WHY))

    assert (there.line().reserved_quantity, there.line().credited_quantity) == (0, 4)


def test_a_credit_without_the_claim_cannot_take_what_the_claim_reserves(there, returned):
    claimed(there, "8")

    [issued] = there.decide("CREDIT", [returned(approved="3")])

    assert issued.documents[0].net == 200
    assert [(t.work, t.quantity) for t in there.settlement().worklist] == [(Work.NO_BLUE_LEFT, 1)]


def test_a_claim_reserves_over_several_sales_and_says_what_it_did_not_find(there, blue):
    there.sell([blue()], invoice="I-2", issued_at="2026-03-06")

    found = claimed(there, "25")

    assert [(a["original"], a["quantity"]) for a in found["allocations"]] == [
        ({"invoice": "I-2", "line": 1}, "10"),
        ({"invoice": "26312000000000000001", "line": 1}, "10"),
    ]
    assert found["unmatched"] == "5"


@pytest.mark.parametrize("more", [{"goods": False}, {"unit_price": "99.99"}, {"item": "P-150"}])
def test_what_is_no_goods_or_was_not_sold_at_this_price_has_no_original(there, more):
    assert claimed(there, "1", **more) == {"line": 1, "allocations": [], "unmatched": "1"}


def test_a_price_is_the_same_price_with_and_without_trailing_zeros(there):
    assert claimed(there, "1", unit_price="100.00")["unmatched"] == "0"


def test_the_same_claim_again_changes_nothing_and_another_one_is_refused(there):
    first = claimed(there, "4")

    assert claimed(there, "4") == first
    with pytest.raises(ClaimDiffers):
        claimed(there, "5")
    assert there.line().reserved_quantity == 4


def test_the_same_invoice_again_changes_nothing_and_another_content_is_refused(there, blue, returned):
    there.decide("CREDIT", [returned(approved="3")])

    answer = there.sell([blue()])
    with pytest.raises(BlueInvoiceDiffers):
        there.sell([blue(quantity="11")])

    assert answer["lines"] == 1
    assert there.line().credited_quantity == 3


def test_a_line_number_stands_only_once(there, blue):
    with pytest.raises(LineTwice):
        there.sell([blue(), blue()], invoice="I-2")
    line = {"line": 1, "item": "P-100", "quantity": "1", "unit_price": "100"}
    with pytest.raises(LineTwice):
        there.ask(handlers.CLAIM, MakeClaim(claim_id="C-9", returned_at="2026-04-01", lines=[line, line], **ABOUT))


def test_a_decision_of_two_invoices_and_no_invoice_makes_a_document_each(there, blue, returned):
    there.sell([blue(), blue(line=2)], invoice="I-2")
    signed = {"decided_by": "dora"}
    lines = [returned(), returned(2, original=("I-2", 1)), returned(3, original=("I-2", 2)), returned(4, original=None)]
    [held] = there.decide("CREDIT", lines, **signed)
    assert isinstance(held, CreditHeld)

    answer = there.ask(handlers.APPROVE, Approve(), "K-1", "carol", ["level:finance-manager"])

    assert there.documents() == [
        ("RED_INVOICE", 100, 13, 113),
        ("RED_INVOICE", 200, 26, 226),
        ("GOODWILL_MEMO", 100, 0, 100),
    ]
    assert answer["documents"] == ("RI26-000001", "RI26-000002", "GW26-000001")
    [issued] = [event for event in there.events if isinstance(event, CreditIssued)]
    assert (issued.credited, issued.to_receivable, issued.to_credit) == (439, 339, 100)
    assert [document.original and document.original.invoice for document in issued.documents] == [
        "26312000000000000001",
        "I-2",
        None,
    ]


def test_a_decision_that_finds_nothing_to_book_is_held(there, returned):
    there.decide("CREDIT", [returned(approved="10")])

    [held] = there.decide("CREDIT", [returned(approved="2")], "K-2")

    assert held.reason.code == "nothing_to_credit"
    assert [(t.work, t.quantity) for t in there.settlement("K-2").worklist] == [(Work.NO_BLUE_LEFT, 2)]
    assert there.line().credited_quantity == 10


def test_an_allowance_beyond_what_is_left_stops_there(there, returned):
    there.decide("ALLOWANCE", [returned(allowance="1500")])
    there.ask(handlers.RECORD_EVIDENCE, PROOF, "K-1", "alice")

    assert there.documents() == [("RED_INVOICE", 1000, 130, 1130)]
    assert [(t.work, t.amount) for t in there.settlement().worklist] == [(Work.NO_BLUE_LEFT, 500)]


def test_an_allowance_on_goods_without_an_amount_is_held(there, returned):
    [held] = there.decide("ALLOWANCE", [returned()])

    assert held.reason.code == "allowance_unknown"


def test_an_original_of_another_customer_holds_the_credit(there, returned):
    [held] = there.decide("CREDIT", [returned()], customer="C078")

    assert (held.reason.code, there.documents()) == ("blue_required", [])


def test_a_credit_that_waited_for_its_invoice_is_booked_when_it_is_there(office, returned, blue):
    there = office()
    there.decide("CREDIT", [returned()])
    with pytest.raises(NothingHeld):
        there.ask(handlers.RECORD_EVIDENCE, PROOF, "K-1", "alice")
    there.sell([blue()])

    answer = there.ask(handlers.APPROVE, Approve(), "K-1", "carol")

    assert (answer["stage"], answer["credited"]) == (Stage.ISSUED, 113)


def test_nothing_that_waits_for_another_hand_can_be_signed(there, returned):
    there.decide("CREDIT", [returned(approved="1", received="5")])
    with pytest.raises(NothingHeld):
        there.ask(handlers.APPROVE, Approve(), "K-1", "carol", ["level:finance-manager"])
    there.decide("REPAIR", [returned()], revision=2)
    with pytest.raises(NothingHeld):
        there.ask(handlers.APPROVE, Approve(), "K-1", "carol", ["level:finance-manager"])


@pytest.mark.req("R-262")
def test_beyond_the_tolerance_a_policy_may_book_what_was_approved(office, blue, returned):
    there = office(over_tolerance_action="BOOK_APPROVED")
    there.sell([blue()])

    there.decide("CREDIT", [returned(approved="4", received="6")])

    assert there.documents() == [("CREDIT_MEMO", 400, 52, 452)]
    assert [(t.work, t.quantity) for t in there.settlement().worklist] == [(Work.QTY_OVER_TOLERANCE, 2)]


@pytest.mark.req("R-263")
def test_a_return_waits_for_its_proof_where_the_policy_asks_for_one(office, blue, returned):
    there = office("paper-certificate")
    there.sell([blue(tax="50")], decimals=0)
    [held] = there.decide("CREDIT", [returned()])
    assert held.reason.code == "certificate_missing"

    there.ask(handlers.RECORD_EVIDENCE, RecordEvidence(kind="sealed-copy", reference="7"), "K-1", "alice")

    assert there.documents() == [("ALLOWANCE", 100, 5, 105)]


def test_a_service_is_stopped_and_not_returned(there, blue, returned):
    there.sell([blue(kind="SERVICE")], invoice="I-2")

    [issued] = there.decide("CREDIT", [returned(original=("I-2", 1))])

    assert issued.documents[0].reason == "03"


def test_a_charge_that_the_credit_does_not_cover_stands_as_a_receivable(there, returned):
    there.decide("CREDIT", [returned(deduction="12")])

    assert ("D", "AR", D("13.56")) in there.entries()[1]
    [issued] = there.events[-1:]
    assert (issued.credited, issued.to_receivable, issued.to_credit) == (D("99.44"), D("99.44"), 0)


def test_a_deduction_reduces_a_line_of_a_goodwill_memo_to_nothing_at_most(office, returned):
    there = office("online-retail")

    lines = [returned(original=None, deduction="250", approved="2"), returned(line=2, original=None, approved="1")]
    there.decide("CREDIT", lines)

    assert there.documents() == [("GOODWILL_MEMO", 100, 0, 100)]


def test_a_place_without_a_row_of_its_own_has_the_generic_document(office, blue, returned):
    there = office()
    there.everywhere(default_jurisdiction="ATLANTIS")
    there.sell([blue()])

    there.decide("CREDIT", [returned()])

    assert there.documents() == [("CREDIT_MEMO", 100, 13, 113)]


def test_an_exchange_of_what_has_no_original_is_swapped_without_amounts(there, returned):
    there.decide("EXCHANGE", [returned(original=None)])

    assert (there.documents(), there.entries()) == ([("DELIVERY_NOTE", 0, 0, 0)], [])


def test_an_exchange_invoices_a_whole_unit_although_the_credit_was_reduced(office, blue, returned):
    there = office()
    there.sell([blue()], open_amount="0")

    there.decide("EXCHANGE", [returned(deduction="12")])

    assert there.documents() == [("CREDIT_MEMO", 88, D("11.44"), D("99.44")), ("REPLACEMENT_INVOICE", 100, 13, 113)]
    assert there.credit() == 0


# Goods


def test_goods_are_disposed_of_in_parts_and_only_once(there, returned):
    there.decide("CREDIT", [returned(approved="3")])

    there.hear(disposed(quantity="1"))
    there.hear(disposed("SCRAP", quantity="2"))
    there.hear(disposed("SCRAP", quantity="2"))

    assert there.entries()[2:] == [
        (("D", "INVENTORY", 60), ("C", "RETURNS_QUARANTINE", 60)),
        (("D", "QUALITY_LOSS", 120), ("C", "RETURNS_QUARANTINE", 120)),
    ]
    assert there.settlement().waiting == ()


def test_goods_of_which_nothing_is_decided_stay_in_quarantine(there, returned):
    there.decide("CREDIT", [returned()])

    there.hear(disposed("DISMANTLE"))
    there.hear(disposed(line=7))

    assert [(goods.line, goods.cost) for goods in there.settlement().waiting] == [(1, 60)]


@pytest.mark.parametrize("before", [None, "REPAIR", "HELD"])
def test_goods_cannot_leave_before_they_are_credited(there, returned, before):
    if before == "REPAIR":
        there.decide("REPAIR", [returned()])
    if before == "HELD":
        there.decide("CREDIT", [returned(received="9")])

    with pytest.raises(NotYet):
        there.hear(disposed())


# Swaps in advance


def test_a_replacement_after_the_credit_is_booked_already(there, returned):
    there.decide("EXCHANGE", [returned()])
    entries = there.entries()

    assert there.hear(released((returned(),), due_on=None)) == []
    assert there.entries() == entries


def test_a_unit_sent_ahead_twice_is_parked_once(there, returned):
    there.hear(released((returned(),)))
    there.hear(released((returned(),)))

    assert there.entries() == [(("D", "ADV_REPLACEMENT", 60), ("C", "INVENTORY", 60))]


@pytest.mark.parametrize(
    ("original", "mode", "expected"),
    [
        (None, "EXCLUSIVE", (100, 13)),
        (("26312000000000000001", 1), "EXCLUSIVE", (100, 13)),
        (("I-2", 1), "INCLUSIVE", (D("88.50"), D("11.50"))),
    ],
)
def test_a_unit_that_is_billed_is_priced_and_taxed_as_its_original(there, blue, returned, original, mode, expected):
    there.sell([blue(net="884.96", tax="115.04")], invoice="I-2", price_mode="INCLUSIVE")
    there.decide("REPAIR", [returned()], scope={"profile": "manufacturing"})
    there.hear(released((returned(original=original),)))

    [billed] = there.hear(ObligationOverdue(case_id="K-1", due_on=DUE, reason=WHY))

    assert (billed.document.net, billed.document.tax) == expected


def test_an_overdue_unit_that_was_never_heard_of_is_not_billed(there):
    with pytest.raises(NotYet):
        there.hear(ObligationOverdue(case_id="K-1", due_on=DUE, reason=WHY))


def test_a_swap_is_not_settled_before_its_unit_was_heard_of(there, returned):
    with pytest.raises(NotYet):
        there.decide("ADVANCE_SETTLED", [returned()])


# Repairs and their gates


def test_a_repair_is_booked_once(there):
    there.hear(completed())
    there.hear(completed())

    assert len(there.entries()) == 1


@pytest.mark.req("F-21")
def test_a_unit_that_ships_unrepaired_costs_nothing(there):
    there.hear(shipped(repaired=False))

    assert (there.documents(), there.entries()) == ([], [])


@pytest.mark.req("R-285")
def test_the_way_back_is_the_warrantys_and_is_booked_once(there):
    there.hear(completed())
    there.hear(shipped(freight=D(12)))
    there.hear(shipped(freight=D(12)))

    assert there.documents() == []
    assert there.entries()[1:] == [(("D", "WARRANTY_PROVISION", 12), ("C", "AP", 12))]


def test_the_way_back_of_a_repair_that_is_paid_or_declined_is_a_repair_cost(there, returned):
    there.hear(quoted())
    there.hear(completed(chargeable=True))
    there.hear(shipped(freight=D(12)))
    there.decide("REPAIR", [returned()], case_id="K-2")
    there.hear(shipped("K-2", repaired=False, freight=D(9)))

    cost = [lines for lines in there.entries() if ("C", "AP") in {(side, account) for side, account, _ in lines}]
    assert cost == [
        (("D", "REPAIR_COST", 12), ("C", "AP", 12)), (("D", "REPAIR_COST", 9), ("C", "AP", 9)),
    ]  # fmt: skip
    assert there.documents() == [("REPAIR_INVOICE", 200, 0, 200)]


def test_the_way_back_waits_until_the_case_was_heard_of(there):
    with pytest.raises(NotYet):
        there.hear(shipped(repaired=False, freight=D(9)))


def test_a_repaired_unit_cannot_ship_before_its_repair_was_heard_of(there):
    with pytest.raises(NotYet):
        there.hear(shipped())


def test_an_older_quote_changes_nothing_and_a_free_one_opens_at_once(there):
    [opened] = there.hear(quoted(2, net="0"))
    assert isinstance(opened, PaymentGateOpened)

    assert there.hear(quoted(1)) == []
    assert there.settlement().gate.quote == 2


def test_the_same_quote_again_changes_nothing(there):
    there.hear(quoted(net="200"))

    assert there.hear(quoted(net="120")) == []
    assert there.settlement().gate.due == 200


def test_the_gate_is_told_to_be_open_once(there):
    there.hear(quoted())
    told = []
    for reference, amount in (("B-1", 150), ("B-2", 50), ("B-3", 30)):
        before = len(there.events)
        there.ask(handlers.PAY, Pay(case_id="K-1", amount=D(amount), reference=reference))
        told.append([type(event) for event in there.events[before:]])

    assert told == [[], [PaymentGateOpened], []]


@pytest.mark.req("R-277")
def test_a_discount_opens_the_gate_when_what_is_left_is_paid(there):
    there.hear(quoted())
    there.ask(handlers.PAY, Pay(case_id="K-1", amount=D(150), reference="B-1"))
    told, case, values = [], there.settlement(), there.unit().policy(Policy, Scope()).values
    for amount in (30, 20, 10):
        case, events = repair.discounted(case, D(amount), values)
        told.append([type(event) for event in events])

    assert told == [[], [PaymentGateOpened], []]
    assert case.gate.due == 140


def test_a_quote_after_the_invoice_changes_nothing(there):
    there.hear(quoted())
    there.hear(completed())
    there.hear(shipped())

    assert there.hear(quoted(2)) == []
    assert there.documents() == [("REPAIR_INVOICE", 200, 0, 200)]


def test_a_part_of_what_is_due_leaves_the_gate_closed(there):
    there.hear(quoted())

    answer = there.ask(handlers.PAY, Pay(case_id="K-1", amount=D(50), reference="B-1"))
    with pytest.raises(NoPaymentGate):
        there.ask(handlers.PAY, Pay(case_id="K-9", amount=D(50), reference="B-1"))

    assert answer["gate"] == {"due": 200, "paid": 50, "open": False}


@pytest.mark.req("F-21")
def test_what_was_paid_for_a_repair_that_is_not_done_is_the_customers_credit(there):
    there.hear(quoted())
    there.ask(handlers.PAY, Pay(case_id="K-1", amount=D(150), reference="B-1"))
    there.hear(shipped(repaired=False))
    there.hear(shipped(repaired=False))
    there.ask(handlers.PAY, Pay(case_id="K-1", amount=D(50), reference="B-2"))

    assert there.documents() == []
    assert there.entries() == [
        (("D", "BANK", 150), ("C", "ADVANCE_RECEIVED", 150)),
        (("D", "ADVANCE_RECEIVED", 150), ("C", "CUSTOMER_CREDIT", 150)),
        (("D", "BANK", 50), ("C", "ADVANCE_RECEIVED", 50)),
        (("D", "ADVANCE_RECEIVED", 50), ("C", "CUSTOMER_CREDIT", 50)),
    ]
    assert there.credit() == 200


@pytest.mark.req("F-22")
def test_what_was_paid_beyond_a_cheaper_quote_is_the_customers_credit(there):
    there.hear(quoted(1))
    there.ask(handlers.PAY, Pay(case_id="K-1", amount=D(200), reference="B-1"))
    there.hear(quoted(2, net="120"))
    there.hear(completed(chargeable=True))
    there.hear(shipped())

    assert there.entries()[-2:] == [
        (("D", "ADVANCE_RECEIVED", 120), ("C", "REPAIR_REVENUE", 120)),
        (("D", "ADVANCE_RECEIVED", 80), ("C", "CUSTOMER_CREDIT", 80)),
    ]
    assert there.credit() == 80


# Refunds


@pytest.mark.req("F-36")
def test_a_large_refund_needs_two_who_did_not_ask_for_it(there, blue, returned):
    there.sell([blue()], invoice="I-2", open_amount="0")
    there.decide("CREDIT", [returned(approved="10", original=("I-2", 1))])
    body = RequestRefund(amount=D(1000), **ABOUT)
    there.ask(handlers.REQUEST_REFUND, body, "R-1", "alice")

    first = there.ask(handlers.APPROVE_REFUND, Approve(), "R-1", "bob")
    assert (first["stage"], first["approvals_missing"], there.credit()) == ("REQUESTED", 1, 1130)
    second = there.ask(handlers.APPROVE_REFUND, Approve(), "R-1", "carol")

    assert (second["stage"], there.credit()) == ("APPROVED", 130)
    with pytest.raises(NothingToApprove):
        there.ask(handlers.APPROVE_REFUND, Approve(), "R-1", "dora")
