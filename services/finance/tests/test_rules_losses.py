"""How large is a loss, who bears it, and what is written about it? A table of examples for each rule."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.model import Account
from finance.model.losses import UNALLOCATED, AskedShare, Bearer, Loss
from finance.model.writeoffs import LostGoods
from finance.rules import losses, recovery

A, D = Account, Decimal
BASIS = (A.QUALITY_LOSS, A.WARRANTY_PROVISION, A.SALES_ALLOWANCE)


def asked(**shares):
    return [AskedShare(party=party, percent=D(percent)) for party, percent in shares.items()]


def bearer(party, percent, amount, kind="DEPARTMENT", moved="0"):
    return Bearer(party=party, kind=kind, percent=D(percent), amount=D(amount), moved=D(moved))


def lines(*written):
    return [(line.side, line.account, line.department, line.amount) for line in written]


def goods(quantity, cost, material, percent):
    return LostGoods(quantity=D(quantity), unit_cost=D(cost), material=D(material), input_tax_percent=D(percent))


@pytest.mark.parametrize(
    ("template", "counts"), [("T4", True), ("T9", True), ("T5", True), ("T12-accepted", False), ("T17-back", False)]
)
def test_claims_and_splits_do_not_change_how_large_a_loss_is(template, counts):
    assert losses.costs(template) is counts


@pytest.mark.req("R-268", "R-276")
@pytest.mark.parametrize(
    ("accounts", "basis", "reported", "whole"),
    [
        ({A.QUALITY_LOSS: D(180), A.AR: D(-339)}, BASIS, [], "180"),
        ({A.SALES_ALLOWANCE: D(100)}, BASIS, [], "100"),
        ({A.WARRANTY_PROVISION: D(40), A.QUALITY_LOSS: D(5000)}, BASIS, [D("12.50")], "5052.50"),
        ({A.WARRANTY_PROVISION: D(40), A.QUALITY_LOSS: D(5000)}, (A.QUALITY_LOSS,), [], "5000"),
        ({A.QUALITY_LOSS: D(180), A.SCRAP_INCOME: D(-18)}, (*BASIS, A.SCRAP_INCOME), [], "162"),
        ({}, BASIS, [], "0"),
    ],
)
def test_a_loss_is_what_a_case_left_on_the_accounts_of_the_basis(accounts, basis, reported, whole):
    assert losses.loss_total(accounts, basis, reported) == D(whole)


@pytest.mark.req("R-268")
@pytest.mark.parametrize(
    ("shares", "wrong"),
    [
        (asked(MFG="33.3334", PUR="33.3333", QA="33.3333"), False),
        (asked(MFG="33.3333", PUR="33.3333", QA="33.3333"), True),
        (asked(MFG="100"), False),
        (asked(MFG="60", QA="50"), True),
    ],
)
def test_shares_are_a_hundred_percent_together(shares, wrong):
    assert losses.shares_not_whole(shares) is wrong


@pytest.mark.parametrize(("shares", "twice"), [(asked(MFG="50", QA="50"), False), (asked(MFG="50") * 2, True)])
def test_a_party_has_one_share(shares, twice):
    assert losses.party_twice(shares) is twice


@pytest.mark.req("F-28")
@pytest.mark.parametrize(
    ("amount", "shares", "parts"),
    [
        ("100.00", asked(MFG="33.3334", PUR="33.3333", QA="33.3333"), {"MFG": "33.34", "PUR": "33.33", "QA": "33.33"}),
        ("0.01", asked(MFG="50", QA="50"), {"MFG": "0.01", "QA": "0.00"}),
        ("5000", asked(MFG="60", S1="40"), {"MFG": "3000.00", "S1": "2000.00"}),
    ],
)
def test_a_loss_is_split_by_largest_remainder(amount, shares, parts):
    assert losses.parts_of(D(amount), shares, 2) == {party: D(part) for party, part in parts.items()}


@pytest.mark.req("R-268")
@given(
    amount=st.decimals(min_value="0.01", max_value=10**6, places=2),
    cuts=st.lists(st.decimals(min_value="0.0001", max_value="99.9999", places=4), max_size=8, unique=True),
)
def test_the_parts_of_a_loss_are_always_the_whole(amount, cuts):
    edges = [D(0), *sorted(cuts), D(100)]
    shares = [AskedShare(party=f"D{n}", percent=b - a) for n, (a, b) in enumerate(pairwise(edges))]

    assert not losses.shares_not_whole(shares)
    assert sum(losses.parts_of(amount, shares, 2).values()) == amount


@pytest.mark.req("F-25")
@pytest.mark.parametrize(
    ("shares", "ratio"),
    [
        ([bearer("MFG", 25, 125), bearer("S1", 60, 300, "SUPPLIER"), bearer("QA", 15, 75)], {"MFG": 25, "QA": 15}),
        ([bearer("S1", 100, 300, "SUPPLIER")], {}),
        ([bearer("MFG", 40, 200), bearer("S2", 60, 300, "SUPPLIER")], {}),
        ([bearer("MFG", 40, 200), bearer("S1", 60, 300)], {}),
        ([], {}),
    ],
)
def test_only_departments_take_back_what_a_supplier_refuses_of_his_share(shares, ratio):
    assert losses.internal(shares, "S1") == ratio


@pytest.mark.req("F-25")
@pytest.mark.parametrize(
    ("parts", "moved"), [({"MFG": D(30), "QA": D(20)}, [30, 20, -50]), ({}, [0, 0, 0]), ({"MFG": D(50)}, [50, 0, -50])]
)
def test_what_a_supplier_does_not_bear_the_departments_bear(parts, moved):
    shares = [bearer("MFG", 25, 125), bearer("QA", 15, 75), bearer("S1", 60, 300, "SUPPLIER")]

    assert [share.moved for share in losses.moved_back(shares, "S1", parts)] == moved


@pytest.mark.req("F-25")
@pytest.mark.parametrize(
    ("moved", "noted", "refused"),
    [(0, {}, {}), (-50, {}, {"S1": 50}), (-50, {"S1": D(60)}, {"S1": 60}), (0, {"S2": D(5)}, {"S2": 5})],
)
def test_what_suppliers_refused_is_known_whoever_bears_it_now(moved, noted, refused):
    shares = [bearer("MFG", 40, 200).but(moved=D(-moved)), bearer("S1", 60, 300, "SUPPLIER").but(moved=D(moved))]

    assert losses.given_up(shares, noted) == refused


@pytest.mark.req("F-25")
@pytest.mark.parametrize(
    ("supplier", "given_up", "accepted", "bears", "refused"),
    [
        ("S1", 50, 0, 250, 50),
        ("S1", 50, 220, 250, 30),
        ("S1", 50, 250, 250, 0),
        ("S1", 50, 260, 250, 0),
        ("MFG", 50, 0, 0, 0),
    ],
)
def test_a_supplier_refuses_no_more_than_he_bears_and_has_not_accepted(supplier, given_up, accepted, bears, refused):
    shares = [bearer("MFG", 40, 200), bearer("S1", 60, 300, "SUPPLIER").but(moved=D(-50))]

    assert losses.borne_by(supplier, shares) == bears
    assert losses.refused(shares, supplier, D(given_up), D(accepted)) == refused


@pytest.mark.req("F-25", "F-28")
@pytest.mark.parametrize(
    ("refused", "accepted", "carried"),
    [
        ({}, {}, [0, 0, 0]),
        ({"S2": D(50)}, {}, [0, 0, 0]),
        ({"S1": D(50)}, {}, [D("31.25"), D("18.75"), -50]),
        ({"S1": D(50)}, {"S1": D(250)}, [D("31.25"), D("18.75"), -50]),
        ({"S1": D(50)}, {"S1": D(290)}, [D("6.25"), D("3.75"), -10]),
        ({"S1": D(50)}, {"S1": D(301)}, [0, 0, 0]),
        ({"S1": D(999)}, {}, [D("187.50"), D("112.50"), -300]),
    ],
)
def test_a_new_split_carries_what_was_refused_to_its_departments(refused, accepted, carried):
    shares = (bearer("MFG", 25, 125), bearer("QA", 15, 75), bearer("S1", 60, 300, "SUPPLIER"))
    loss = Loss(case_id="K-1", entity="CN01", currency="CNY", shares=shares, given_up=refused, accepted=accepted)

    assert [(x.moved, x.carried) for x in losses.carried(loss, 2)] == [(each, each) for each in carried]


@pytest.mark.req("F-27")
@pytest.mark.parametrize(
    ("lost", "tax", "cost"),
    [
        (goods(10, 60, 40, 13), "52.00", "600.00"),
        (goods(3, "33.33", "10.01", 13), "3.90", "99.99"),
        (goods(1, 60, 0, 13), "0", "60"),
    ],
)
def test_lost_material_loses_its_input_tax(lost, tax, cost):
    assert (losses.lost_input_tax(lost, 2), losses.lost_cost(lost, 2)) == (D(tax), D(cost))


@pytest.mark.req("R-273", "F-53")
@pytest.mark.parametrize(("carrying", "nrv", "down"), [(75, 70, 5), (75, 75, 0), (75, 90, 0), (75, 0, 75)])
def test_refurbished_goods_stand_at_no_more_than_they_can_be_sold_for(carrying, nrv, down):
    assert losses.written_down(D(carrying), D(nrv)) == down


@pytest.mark.req("R-282")
@pytest.mark.parametrize(
    ("offence", "told"),
    [("late", (D(50), "")), ("rude", (D(0), "major-demerit")), ("unheard-of", None), ("", None)],
)
def test_an_offence_has_its_configured_fine_or_sanction(offence, told):
    assert losses.fine_of(offence, {"late": D(50), "rude": "major-demerit"}) == told


@pytest.mark.parametrize(
    ("accepted", "still_open", "stage"),
    [(300, 0, "ACCEPTED"), (250, 0, "PARTLY"), (100, 200, "PARTLY"), (0, 0, "REJECTED"), (0, 300, "PARTLY")],
)
def test_a_claim_is_judged_by_what_the_supplier_takes(accepted, still_open, stage):
    assert losses.claim_stage(D(300), D(accepted), D(still_open)) == stage


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            recovery.allocated_loss({"MFG": D(60), "QA": D(40)}),
            [
                ("D", A.QUALITY_LOSS, "MFG", 60),
                ("D", A.QUALITY_LOSS, "QA", 40),
                ("C", A.QUALITY_LOSS, UNALLOCATED, 100),
            ],
        ),
        (recovery.allocated_loss({}), []),
        (
            recovery.claimed_from_supplier(D(300)),
            [("D", A.SUPPLIER_CLAIM, "", 300), ("C", A.QUALITY_LOSS, "", 300)],
        ),
        (recovery.accepted_by_supplier(D(250)), [("D", A.AP, "", 250), ("C", A.SUPPLIER_CLAIM, "", 250)]),
        (recovery.withdrawn_claim(D(50), {}), [("D", A.QUALITY_LOSS, "", 50), ("C", A.SUPPLIER_CLAIM, "", 50)]),
        (
            recovery.withdrawn_claim(D(50), {"MFG": D(50)}),
            [("D", A.QUALITY_LOSS, "MFG", 50), ("C", A.SUPPLIER_CLAIM, "", 50)],
        ),
        (
            recovery.withdrawn_claim(D(50), {"MFG": D(20)}),
            [("D", A.QUALITY_LOSS, "MFG", 20), ("D", A.QUALITY_LOSS, "", 30), ("C", A.SUPPLIER_CLAIM, "", 50)],
        ),
        (recovery.withdrawn_claim(D(0), {}), []),
        (recovery.paid_by_supplier(D(250)), [("D", A.BANK, "", 250), ("C", A.AP, "", 250)]),
        (
            recovery.back_to_supplier(D(200), D(26), D(200)),
            [("D", A.AP, "", 226), ("C", A.RETURNS_QUARANTINE, "", 200), ("C", A.INPUT_VAT_OUT, "", 26)],
        ),
        (
            recovery.back_to_supplier(D(190), D(26), D(200)),
            [
                ("D", A.AP, "", 216),
                ("D", A.QUALITY_LOSS, "", 10),
                ("C", A.RETURNS_QUARANTINE, "", 200),
                ("C", A.INPUT_VAT_OUT, "", 26),
            ],
        ),
        (
            recovery.back_to_supplier(D(210), D(26), D(200)),
            [
                ("D", A.AP, "", 236),
                ("C", A.RETURNS_QUARANTINE, "", 200),
                ("C", A.QUALITY_LOSS, "", 10),
                ("C", A.INPUT_VAT_OUT, "", 26),
            ],
        ),
        (
            recovery.loss_found(D(600), D(52)),
            [("D", A.PENDING_LOSS, "", 652), ("C", A.INVENTORY, "", 600), ("C", A.INPUT_VAT_OUT, "", 52)],
        ),
        (
            recovery.loss_written_off(D(652)),
            [("D", A.NON_OPERATING_LOSS, "", 652), ("C", A.PENDING_LOSS, "", 652)],
        ),
        (
            recovery.refurbished(D(10), D(5)),
            [("D", A.RETURNS_QUARANTINE, "", 15), ("C", A.PARTS, "", 10), ("C", A.LABOUR_ABSORBED, "", 5)],
        ),
        (
            recovery.grade_b(D(75), D(5)),
            [("D", A.INVENTORY_B, "", 70), ("D", A.QUALITY_LOSS, "", 5), ("C", A.RETURNS_QUARANTINE, "", 75)],
        ),
    ],
)
def test_what_is_written_about_losses_suppliers_and_own_goods(written, expected):
    assert lines(*written) == expected
    assert sum(x.amount if x.side == "D" else -x.amount for x in written) == 0


@pytest.mark.parametrize(
    ("parts", "expected"), [({"MFG": D(30), "QA": D(0)}, [("D", A.QUALITY_LOSS, "MFG", 30)]), ({}, [])]
)
def test_a_loss_says_which_departments_bear_it(parts, expected):
    assert lines(*recovery.borne(parts)) == expected
