"""A decision is changed while a red-letter form of the older one is out, was refused, or has lapsed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from finance import handlers
from finance.model import CreditDocument, CreditExceedsRemaining, Issue, NotPossibleInThisState, PlatformSays, Proceed

D = Decimal
NOW = datetime(2026, 4, 10, 9, tzinfo=UTC)
SIGNED = {"CREDIT": {"0": [], "500": ["sales-manager"]}}


@pytest.fixture
def there(office, blue):
    """An office in China whose red invoices need a form, and that sold ten pieces."""
    opened = office("cn-e-invoice", approval_matrix=SIGNED)
    opened.everywhere(jurisdictions={"CN01": "CN-E-INVOICE"})
    opened.sell([blue()])
    return opened


def documents(there):
    return {each.document_id: each for each in there.all(CreditDocument)}


def says(there, document, *states):
    for state in states:
        there.ask(handlers.PLATFORM_SAYS, PlatformSays(state=state), document)


@pytest.mark.req("F-41")
@pytest.mark.parametrize(
    ("states", "pieces", "older", "newer", "reserved"),
    [
        (["02", "05"], "2", "CANCELLED", "APPROVED", "2"),
        (["02", "07"], "2", "CANCELLED", "APPROVED", "2"),
        (["02", "07"], "6", "CANCELLED", "", "0"),
        (["02"], "2", "AWAITING_COUNTERPARTY", "", "3"),
        (["10"], "2", "APPROVED", "", "3"),
        ([], "2", "APPROVED", "", "3"),
    ],
)
def test_a_newer_decision_waits_only_for_a_form_that_is_out(there, returned, states, pieces, older, newer, reserved):
    there.decide("CREDIT", [returned(approved="3")])
    [first] = documents(there)
    says(there, first, *states)

    there.decide("CREDIT", [returned(approved=pieces)], revision=2)

    known = documents(there)
    assert known.pop(first).state == older
    assert [each.state for each in known.values()] == ([newer] if newer else [])
    assert there.line().reserved_quantity == D(reserved)
    assert there.documents() == []


@pytest.mark.req("F-41")
def test_a_form_that_a_newer_decision_let_go_of_is_not_entered_again(there, returned):
    there.decide("CREDIT", [returned(approved="3")])
    [first] = documents(there)
    says(there, first, "02", "05")
    there.decide("CREDIT", [returned(approved="6")], revision=2)

    with pytest.raises(NotPossibleInThisState):
        there.ask(handlers.ISSUE_CREDIT, Issue(), first)

    assert there.settlement().held.code == "approval_missing"
    assert there.settlement().pending == ()


@pytest.mark.req("F-41")
def test_of_two_forms_the_newer_decision_waits_for_the_one_that_is_out(there, returned, blue):
    there.sell([blue()], invoice="B-2")
    there.decide("CREDIT", [returned(approved="1"), returned(line=2, approved="1", original=("B-2", 1))])
    refused, out = documents(there)
    says(there, refused, "02", "05")

    there.decide("CREDIT", [returned(approved="2")], revision=2)
    assert there.settlement().pending == (out,)
    says(there, out, "02", "07")

    states = {name: each.state for name, each in documents(there).items()}
    assert (states.pop(refused), states.pop(out)) == ("CANCELLED", "CANCELLED")
    assert list(states.values()) == ["APPROVED"]


def test_the_number_of_a_paper_form_is_taken_once(office, blue, returned):
    there = office("cn-paper")
    there.everywhere(jurisdictions={"CN01": "CN-PAPER"})
    there.sell([blue()])
    there.decide("CREDIT", [returned(approved="3")])
    [document] = documents(there)

    told = [there.ask(handlers.ISSUE_CREDIT, Issue(form_no="1234567890123456"), document) for _ in range(2)]

    assert [each["state"] for each in told] == ["READY_TO_ISSUE", "READY_TO_ISSUE"]
    with pytest.raises(NotPossibleInThisState):
        there.ask(handlers.ISSUE_CREDIT, Issue(form_no="6543210987654321"), document)


THERE, OUT = ("02", "F-1"), {"state": "02", "form_no": "F-1"}


@pytest.mark.req("F-40", "F-41")
@pytest.mark.parametrize(
    ("answers", "state", "form", "refusal", "minutes"),
    [
        ([{"state": "10", "form_no": "F-1"}], "APPROVED", ("10", "F-1", "query"), "", 1),
        ([{"state": "15"}], "APPROVED", ("15", "", "submit"), "", 1),
        ([OUT], "AWAITING_COUNTERPARTY", (*THERE, "query"), "", 1),
        ([OUT, {"state": "UNKNOWN"}], "AWAITING_COUNTERPARTY", (*THERE, "query"), "", 1),
        ([OUT, {"state": "04"}], "ISSUING", ("04", "F-1", "query"), "", 1),
        ([OUT, {"state": "04"}, OUT], "ISSUING", ("04", "F-1", "query"), "", 1),
        ([OUT, {"state": "05", "serial": "an older one"}], "AWAITING_COUNTERPARTY", (*THERE, "query"), "", 1),
        ([OUT, {"state": "05"}, {"state": "04"}], "REJECTED", ("05", "F-1", "query"), "", None),
        ([OUT, {"state": "07"}], "EXPIRED", ("07", "F-1", "query"), "", None),
        ([{"refused": "no-such-invoice"}], "FAILED", ("UNKNOWN", "", "submit"), "no-such-invoice", None),
    ],
)
def test_an_answer_moves_a_document_and_what_is_late_or_of_another_form_does_not(
    there, returned, answers, state, form, refusal, minutes
):
    there.decide("CREDIT", [returned(approved="3")])
    [name] = documents(there)

    for answer in answers:
        there.ask(handlers.PLATFORM_SAYS, PlatformSays(**answer), name)

    known = documents(there)[name]
    assert (known.state, (known.form.state, known.form.form_no, known.form.call)) == (state, form)
    assert (known.refusal, bool(known.live)) == (refusal, minutes is not None)
    assert known.deadlines == ({} if minutes is None else {"platform": NOW + timedelta(minutes=minutes)})
    assert there.line().reserved_quantity == (0 if state in {"REJECTED", "EXPIRED"} else 3)


@pytest.mark.req("F-41")
@pytest.mark.parametrize(
    ("answers", "state", "call", "reserved"),
    [
        ([], "AWAITING_COUNTERPARTY", "withdraw", 3),
        ([OUT], "AWAITING_COUNTERPARTY", "withdraw", 3),
        ([{"state": "04"}], "ISSUING", "withdraw", 3),
        ([{"state": "08"}], "CANCELLED", "query", 0),
    ],
)
def test_a_form_that_is_given_up_is_withdrawn_until_the_platform_says_that_it_is(
    there, returned, answers, state, call, reserved
):
    there.decide("CREDIT", [returned(approved="3")])
    [name] = documents(there)
    there.ask(handlers.PLATFORM_SAYS, PlatformSays(**OUT), name)
    there.ask(handlers.CANCEL_CREDIT, Proceed(), name)

    for answer in answers:
        there.ask(handlers.PLATFORM_SAYS, PlatformSays(**answer), name)

    known = documents(there)[name]
    assert (known.state, known.form.call, there.line().reserved_quantity) == (state, call, reserved)


@pytest.mark.req("F-41")
def test_what_stays_with_us_is_reserved_with_the_credit_and_given_back_with_it(office, blue, returned):
    there = office("cn-e-invoice", restocking_fee_percent="10", deduction_mode="REDUCED_CREDIT")
    there.everywhere(jurisdictions={"CN01": "CN-E-INVOICE"})
    there.sell([blue()])
    there.decide("CREDIT", [returned(approved="3")])
    [name], line = documents(there), there.line()

    says(there, name, "02", "05")

    assert (line.reserved_quantity, line.reserved_net, line.reserved_tax) == (3, 300, 39)
    after = there.line()
    assert (after.reserved_quantity, after.reserved_net, after.reserved_tax) == (0, 0, 0)


@pytest.mark.req("F-41")
def test_a_form_that_lapsed_is_not_entered_again_for_what_another_credit_has_taken(office, blue, returned):
    there = office("cn-e-invoice")
    there.everywhere(jurisdictions={"CN01": "CN-E-INVOICE"})
    there.sell([blue()])
    there.decide("CREDIT", [returned(approved="3")])
    [first] = documents(there)
    says(there, first, "02", "07")
    there.decide("CREDIT", [returned(approved="8")], "K-2")
    [second] = documents(there).keys() - {first}
    there.ask(handlers.PLATFORM_SAYS, PlatformSays(state="04", number="RI-1"), second)

    with pytest.raises(CreditExceedsRemaining):
        there.ask(handlers.ISSUE_CREDIT, Issue(), first)

    assert (documents(there)[first].state, there.line().credited_quantity, there.line().reserved_quantity) == (
        "EXPIRED", 8, 0,
    )  # fmt: skip
