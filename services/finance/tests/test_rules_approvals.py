"""Who has to sign, who may, and until when it holds: a table of examples for each rule."""

from contextlib import nullcontext
from datetime import date
from decimal import Decimal

import pytest

from finance import rules
from finance.decide.approvals import Signer, signed
from finance.model import ApproverLevelTooLow, Delegations, FourEyes, Grant

D = Decimal
SALES, VICE, GENERAL = "sales-manager", "vice-president", "general-manager"
TIERS = {D(0): (SALES,), D(1000): (SALES, VICE), D(50000): (SALES, VICE, GENERAL)}
APRIL = [date(2026, 4, day) for day in range(1, 31)]


@pytest.mark.req("F-36")
@pytest.mark.parametrize(
    ("amount", "levels"),
    [
        ("0", (SALES,)),
        ("999.99", (SALES,)),
        ("1000.00", (SALES, VICE)),
        ("49999.99", (SALES, VICE)),
        ("50000.00", (SALES, VICE, GENERAL)),
    ],
)
def test_the_amount_says_who_signs(amount, levels):
    assert rules.levels_needed(TIERS, D(amount)) == levels


@pytest.mark.req("R-259")
def test_an_allowance_of_any_amount_needs_the_vice_president_and_the_general_manager():
    assert rules.levels_needed({D(0): (VICE, GENERAL)}, D("0.01")) == (VICE, GENERAL)
    assert rules.levels_needed({D(100): (VICE,)}, D("99.99")) == ()


@pytest.mark.parametrize(
    ("papers", "levels"),
    [
        ([(SALES,), (VICE, GENERAL)], (SALES, VICE, GENERAL)),
        ([(SALES, VICE, GENERAL), (VICE, GENERAL)], (SALES, VICE, GENERAL)),
        ([("",), ("", "")], ("", "")),
        ([], ()),
    ],
)
def test_a_level_signs_once_for_all_papers_of_a_decision(papers, levels):
    assert rules.signed_together(*papers) == levels


@pytest.mark.parametrize(
    ("needed", "signed", "missing"),
    [
        ((SALES, VICE), (), (SALES, VICE)),
        ((SALES, VICE), (VICE,), (SALES,)),
        (("", "", ""), ("",), ("", "")),
        ((SALES,), (SALES, VICE), ()),
    ],
)
def test_what_is_asked_for_and_not_signed_is_missing(needed, signed, missing):
    assert rules.levels_missing(needed, signed) == missing
    assert rules.approval_missing(missing) is bool(missing)
    assert rules.goodwill_approval(missing) is bool(missing)


@pytest.mark.parametrize(
    ("missing", "held", "level"),
    [
        ((SALES, VICE, GENERAL), {SALES, VICE, GENERAL}, GENERAL),
        ((SALES, VICE), {SALES}, SALES),
        ((GENERAL,), {SALES, VICE}, None),
        (("",), set(), ""),
        (("", SALES), {SALES}, SALES),
        ((SALES, ""), {SALES, ""}, SALES),
        ((), {SALES}, None),
    ],
)
def test_a_signature_counts_at_the_highest_level_that_is_missing(missing, held, level):
    assert rules.signs_at(missing, held) == level


@pytest.mark.req("F-36")
@pytest.mark.parametrize(
    ("then", "now", "void"),
    [("999.99", "1000.00", True), ("1000.00", "49999.99", False), ("49999.99", "50000", True), ("50000", "1", False)],
)
def test_a_signature_is_void_when_the_amount_has_grown_past_a_threshold(then, now, void):
    assert rules.approval_void(rules.levels_needed(TIERS, D(then)), rules.levels_needed(TIERS, D(now))) is void


@pytest.mark.parametrize(
    ("decided", "received", "same"), [("eve", ["eve"], True), ("eve", ["dan", "eve"], True), ("eve", [], False)]
)
def test_who_received_does_not_decide(decided, received, same):
    assert rules.duties_not_separated(decided, received) is same


@pytest.mark.req("F-03", "F-36")
@pytest.mark.parametrize(("person", "hands", "again"), [("alice", ["alice"], True), ("bob", ["alice"], False)])
def test_who_has_had_a_hand_in_it_does_not_sign(person, hands, again):
    assert rules.four_eyes(person, hands) is again


@pytest.mark.parametrize(
    ("person", "day", "levels"),
    [
        ("dave", 1, set()),
        ("dave", 10, {VICE}),
        ("dave", 15, {VICE, GENERAL}),
        ("dave", 20, {VICE, GENERAL}),
        ("dave", 21, set()),
        ("erin", 15, set()),
    ],
)
def test_a_level_is_lent_from_its_first_day_to_its_last(person, day, levels):
    grants = [
        Grant(level=VICE, to="dave", valid_from=APRIL[9], valid_until=APRIL[19]),
        Grant(level=GENERAL, to="dave", valid_from=APRIL[14], valid_until=APRIL[19]),
    ]
    assert rules.lent(grants, person, APRIL[day - 1]) == levels


ASKED = ("finance-manager", "general-manager")


def lacks(*levels):
    return lambda signatures: rules.levels_missing(levels, [each.level for each in signatures])


@pytest.mark.req("F-36")
def test_a_paper_is_signed_until_nobody_is_missing():
    fiona, gina = (Signer(name, frozenset({level})) for name, level in zip(("fiona", "gina"), ASKED, strict=True))

    first = signed((), lacks(*ASKED), ["mary"], fiona, D(90))
    second = signed(first.signatures, lacks(*ASKED), ["mary"], gina, D(90))

    assert (first.left, second.left) == (("general-manager",), ())
    assert [(each.person, each.level) for each in second.signatures] == [("fiona", ASKED[0]), ("gina", ASKED[1])]
    with pytest.raises(FourEyes):
        signed(first.signatures, lacks(*ASKED), ["mary"], fiona, D(90))
    with pytest.raises(ApproverLevelTooLow):
        signed((), lacks(*ASKED), ["mary"], Signer("rose", frozenset()), D(90))


def test_whoever_lent_the_level_has_signed_with_it_too():
    grant = Grant(level=ASKED[0], to="dave", valid_from=APRIL[0], valid_until=APRIL[9])
    carol = Delegations(person="carol", grants=(grant,))
    first = signed((), lacks(*ASKED), ["mary"], Signer("dave", frozenset(), carol, APRIL[5]), D(90))

    for again in (Signer("carol", frozenset({ASKED[1]})), Signer("dave", frozenset({ASKED[1]}))):
        with pytest.raises(FourEyes):
            signed(first.signatures, lacks(*ASKED), ["mary"], again, D(90))


@pytest.mark.parametrize(("signer", "refusal"), [("rose", None), ("mary", FourEyes)])
def test_what_asks_for_nobody_is_signed_by_anybody_who_did_not_make_it(signer, refusal):
    with pytest.raises(refusal) if refusal else nullcontext():
        assert signed((), lacks(), ["mary"], Signer(signer, frozenset()), D(90)).left == ()
