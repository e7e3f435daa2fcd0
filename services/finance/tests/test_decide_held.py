"""What is held is not booked: nothing but the settlement of its case and the audit trail knows of it."""

from decimal import Decimal

import pytest

from contracts.base import Scope
from contracts.finance import CreditHeld
from finance import handlers
from finance.model import Approve, FourEyes, MakeClaim, Propose, RecordEvidence, Settlement, Todo, Work
from finance.model.audit import AuditRecord

ABOUT = {"customer": "C077", "entity": "CN01", "currency": "CNY"}
LEVELS = ("level:vice-president", "level:general-manager", "level:sales-manager")
CLAIMED = {"line": 1, "item": "P-100", "quantity": "4", "unit_price": "100"}


@pytest.fixture
def there(office, blue, returned):
    """An office that sold two lines: of the first four pieces are claimed, the second is credited to its end."""
    opened = office("manufacturing")
    opened.sell([blue(), blue(line=2, item="P-200")])
    opened.ask(handlers.CLAIM, MakeClaim(claim_id="C-1", returned_at="2026-04-01", lines=[CLAIMED], **ABOUT))
    opened.decide("CREDIT", [returned(item="P-200", approved="10", original=("26312000000000000001", 2))], "K-0")
    return opened


def books(office):
    """Everything that accounting knows but the settlements, and who did what."""
    return {ref: entry.state for ref, entry in office.held.items() if ref[0] not in {Settlement, AuditRecord}}


@pytest.mark.parametrize(
    ("kind", "line", "why"),
    [
        ("ALLOWANCE", {"approved": "4", "allowance": "50"}, "certificate_missing"),
        ("CREDIT", {"approved": "4", "received": "9"}, "over_tolerance"),
        ("CREDIT", {"item": "P-200", "approved": "1", "original": ("26312000000000000001", 2)}, "nothing_to_credit"),
    ],
)
def test_a_decision_that_is_held_leaves_no_trace_in_the_books(there, returned, kind, line, why):
    before = books(there)

    [held] = there.decide(kind, [returned(**line)], claim="C-1")

    assert (type(held), held.reason.code) == (CreditHeld, why)
    assert books(there) == before


def test_what_was_held_is_booked_once_when_it_is_signed(office, returned):
    there = office()
    there.decide("CREDIT", [returned(original=None)])
    there.ask(handlers.APPROVE, Approve(), "K-1", "carol", ["level:finance-manager"])

    there.decide("CREDIT", [returned(original=None)])

    assert [(kind, net) for kind, net, _, _ in there.documents()] == [("GOODWILL_MEMO", 100)]
    assert len(there.entries()) == 1


def test_a_deduction_that_is_made_no_more_stays_on_the_worklist_while_the_decision_is_held_and_after(
    office, blue, returned
):
    there = office("manufacturing", approval_matrix={"CREDIT": {"250": ["sales-manager"]}})
    there.sell([blue()])
    there.decide("CREDIT", [returned(approved="1", deduction="12")])
    waived = Todo(work=Work.DECISION_TOO_LATE, amount=Decimal(10))

    there.decide("CREDIT", [returned(approved="3", deduction="2")], revision=2)
    held = there.settlement()
    there.ask(handlers.APPROVE, Approve(), "K-1", "carol", ["level:sales-manager"])

    assert (held.stage, held.held.code) == ("HELD", "approval_missing")
    assert {each.work for each in held.worklist} == {Work.AWAITING_APPROVAL, Work.DECISION_TOO_LATE}
    assert (there.settlement().stage, there.settlement().worklist) == ("ISSUED", (waived,))

    there.decide("CREDIT", [returned(approved="3", deduction="12")], revision=3)
    assert there.settlement().worklist == ()


@pytest.mark.req("R-259", "F-08")
@pytest.mark.parametrize(
    ("price", "mode", "amount"),
    [("33.3333333333333", "EXCLUSIVE", "33.34"), ("33.3333333333333", "INCLUSIVE", "37.67"), ("30", "EXCLUSIVE", "30")],
)
def test_a_slip_says_what_will_be_credited_where_it_is_the_price_that_it_was_sold_at(
    office, blue, returned, price, mode, amount
):
    there = office("manufacturing")
    there.sell([blue(quantity="3", unit_price="33.3333333333333", net="100", tax="13")], price_mode=mode)
    there.decide("CREDIT", [returned()], "K-0")

    there.decide("CREDIT", [returned(unit_price=price)], scope=Scope(profile="finished-goods"))

    [slip] = there.settlement().papers
    assert slip.lines[0].amount == Decimal(amount)


@pytest.mark.parametrize(
    ("profile", "kind", "line", "why"),
    [
        ("manufacturing", "CREDIT", {"unit_price": "200"}, None),
        ("manufacturing", "ALLOWANCE", {"allowance": "50", "received": "9"}, "certificate_missing"),
        ("finished-goods", "CREDIT", {"unit_price": "200"}, "amount_differs"),
        ("finished-goods", "ALLOWANCE", {"unit_price": "200", "allowance": "50"}, "certificate_missing"),
        ("finished-goods", "CREDIT", {"unit_price": "200", "original": None}, "paper_missing"),
    ],
)
def test_only_what_a_line_is_can_hold_it(there, returned, profile, kind, line, why):
    there.decide(kind, [returned(**line)], scope=Scope(profile=profile))

    held = there.settlement().held
    assert (held.code if held else None) == why


@pytest.mark.parametrize("profile", ["online-retail", "manufacturing"])
def test_without_a_rate_in_the_books_what_has_no_original_is_held_until_there_is_one(office, returned, profile):
    there = office(profile)
    there.everywhere(default_functional_currency="CNY")

    [held] = there.decide("CREDIT", [returned(original=None)], currency="USD")
    waits = there.settlement().worklist
    there.ask(handlers.APPROVE, Approve(), "K-1", "carol", ["level:finance-manager"])
    still = there.settlement().stage
    there.everywhere(booking_rates={"USD": "7"})
    there.ask(handlers.APPROVE, Approve(), "K-1", "carol", ["level:finance-manager"])

    assert (held.reason.code, waits) == ("rate_unknown", (Todo(work=Work.FIND_BLUE, line=1, quantity=Decimal(1)),))
    assert (still, there.settlement().stage) == ("HELD", "ISSUED")
    assert [(kind, net) for kind, net, _, _ in there.documents()] == [("GOODWILL_MEMO", 100)]


def test_what_a_customer_has_agreed_on_names_itself_where_it_holds_a_credit(office, blue, returned):
    there = office("manufacturing")
    there.sell([blue()])
    terms = Propose(kind="TOLERANCE", amount="10", reason="framework", **ABOUT)
    there.ask(handlers.PROPOSE, terms, "P-1", "alice")
    there.ask(handlers.APPROVE_PROPOSAL, Approve(), "P-1", "bob", LEVELS)

    [held] = there.decide("CREDIT", [returned(approved="4", received="5")])

    assert (held.reason.code, held.reason.policy) == (
        "over_tolerance",
        "quantity_tolerance_percent=10 (the customer's terms)",
    )


@pytest.mark.req("F-36")
@pytest.mark.parametrize(
    ("kind", "line", "stage"),
    [("CREDIT", {}, "ISSUED"), ("ALLOWANCE", {"allowance": "300"}, "HELD")],
)
def test_signatures_hold_for_a_newer_decision_of_the_same_kind_only(office, blue, returned, kind, line, stage):
    two = {"CREDIT": {"250": ["sales-manager", "vice-president"]}, "ALLOWANCE": {"250": ["sales-manager"]}}
    there = office(approval_matrix=two, allowance_evidence=[])
    there.sell([blue()])
    there.decide("CREDIT", [returned(approved="3")])
    there.ask(handlers.APPROVE, Approve(), "K-1", "carol", ["level:sales-manager"])

    there.decide(kind, [returned(approved="3", **line)], revision=2)
    if kind == "CREDIT":
        there.ask(handlers.APPROVE, Approve(), "K-1", "vic", ["level:vice-president"])

    after = there.settlement()
    assert after.stage == stage
    assert (after.held is None, after.approver, after.worklist == ()) == (
        (True, "", True) if stage == "ISSUED" else (False, "sales-manager", False)
    )
    assert len(after.signatures) == (2 if stage == "ISSUED" else 0)


@pytest.mark.parametrize(("kind", "stage"), [("REPAIR", "OPEN"), ("SEND_BACK", "CLOSED")])
def test_a_newer_decision_without_money_leaves_nothing_held(there, returned, kind, stage):
    there.decide("CREDIT", [returned(approved="4", received="9")], claim="C-1")

    there.decide(kind, [returned(approved="4")], revision=2, claim="C-1")

    after = there.settlement()
    assert (after.stage, after.held, after.decision, after.worklist) == (stage, None, None, ())
    assert there.line().reserved_quantity == (4 if kind == "REPAIR" else 0)


def test_who_received_the_goods_does_not_sign_for_an_original_that_was_found(office, blue, returned):
    there = office()
    there.decide("CREDIT", [returned()], received_by=["dan"])
    there.sell([blue()])

    with pytest.raises(FourEyes):
        there.ask(handlers.APPROVE, Approve(), "K-1", "dan", ["level:finance-manager"])
    there.ask(handlers.APPROVE, Approve(), "K-1", "carol", ["level:finance-manager"])

    assert there.documents() == [("CREDIT_MEMO", 100, 13, 113)]


@pytest.mark.req("R-161", "R-263")
def test_every_proof_stays_in_the_file(there, returned):
    there.decide("CREDIT", [returned()], scope=Scope(profile="finished-goods"))

    for kind in ("sealed-copy", "return-certificate"):
        there.ask(handlers.RECORD_EVIDENCE, RecordEvidence(kind=kind, reference="7"), "K-1", "alice")

    assert [each.kind for each in there.settlement().evidence] == ["sealed-copy", "return-certificate"]
    assert there.settlement().held.code == "paper_missing"
