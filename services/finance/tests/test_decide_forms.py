"""A decision is changed while a red-letter form of the older one is out, was refused, or has lapsed."""

from decimal import Decimal

import pytest

from finance import handlers
from finance.model import CreditDocument, Issue, NotPossibleInThisState, PlatformSays

D = Decimal
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
