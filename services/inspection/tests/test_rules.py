"""Every rule of the receiving dock and of quality with its examples."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection import rules
from inspection.model import ArrivedLine, Becomes, Line, MissingParts, Unauthorised

D = Decimal
PUMPS = Line(line=1, item="PUMP", announced=D(2))
MORE_PUMPS = Line(line=2, item="PUMP", announced=D(3))
VALVE = Line(line=3, item="VALVE", announced=D(1))
quantities = st.decimals(min_value=0, max_value=10**6, places=3)


@pytest.mark.parametrize(("announced", "unknown"), [(True, False), (False, True)])
def test_goods_without_an_authorization_are_unidentified(*, announced: bool, unknown: bool) -> None:
    assert rules.goods_not_announced(announced=announced) is unknown


@pytest.mark.parametrize(
    ("today", "lapsed"),
    [(date(2026, 7, 30), False), (date(2026, 7, 31), True), (date(2026, 8, 1), True)],
)
def test_an_authorization_lapses_on_its_day(today: date, *, lapsed: bool) -> None:
    assert rules.authorization_lapsed(date(2026, 7, 31), today) is lapsed


@pytest.mark.parametrize(
    ("policy", "emergency_by", "waits"),
    [
        (Unauthorised.QUEUE, "", True),
        (Unauthorised.REFUSE, "", False),
        (Unauthorised.REFUSE, " ", False),
        (Unauthorised.REFUSE, "Director Zhao", True),
    ],
)
def test_goods_nobody_announced_wait_by_policy_or_by_a_named_person(
    policy: Unauthorised, emergency_by: str, *, waits: bool
) -> None:
    assert rules.may_wait(policy, emergency_by) is waits


@pytest.mark.req("R-170")
@pytest.mark.parametrize(
    ("quality", "storage", "missing"),
    [
        ("Li", "Wang", []),
        ("", "Wang", ["quality"]),
        ("Li", " ", ["storage & transport"]),
        ("", "", ["quality", "storage & transport"]),
    ],
)
def test_two_signatures_are_needed(quality: str, storage: str, missing: list[str]) -> None:
    assert rules.signatures_missing(quality, storage) == missing
    assert rules.goods_accepted(missing) is (not missing)


@pytest.mark.parametrize(("missing", "accepted"), [([], True), (["quality"], False)])
def test_goods_are_accepted_when_no_signature_is_missing(missing: list[str], *, accepted: bool) -> None:
    assert rules.goods_accepted(missing) is accepted


@pytest.mark.parametrize(
    ("count", "lines"),
    [
        ({"line": 1}, [1]),
        ({"line": 1, "item": "PUMP"}, [1]),
        ({"line": 1, "item": "VALVE"}, []),
        ({"line": 9}, []),
        ({"item": "PUMP"}, [1, 2]),
        ({"item": "LAMP"}, []),
        ({}, []),
    ],
)
def test_a_count_goes_to_its_line_or_to_the_lines_of_its_item(count: dict[str, object], lines: list[int]) -> None:
    counted = ArrivedLine.model_validate({"quantity": 1, **count})
    assert [line.line for line in rules.takers((PUMPS, MORE_PUMPS, VALVE), counted)] == lines


@pytest.mark.parametrize(
    ("quantity", "rooms", "given"),
    [("5", ["2", "3"], ["2", "3"]), ("1", ["2", "3"], ["1", "0"]), ("9", ["2", "3"], ["2", "7"]), ("4", ["2"], ["4"])],
)
def test_a_count_fills_the_lines_in_order(quantity: str, rooms: list[str], given: list[str]) -> None:
    assert rules.shares(D(quantity), [D(room) for room in rooms]) == [D(share) for share in given]


@given(quantities, st.lists(quantities, min_size=1, max_size=8))
def test_no_piece_is_lost_or_made_when_a_count_is_shared_out(quantity: Decimal, rooms: list[Decimal]) -> None:
    given = rules.shares(quantity, rooms)
    assert sum(given) == quantity
    assert all(share >= 0 for share in given)
    assert all(share <= room for share, room in zip(given[:-1], rooms, strict=False))


@pytest.mark.req("R-172")
@pytest.mark.parametrize(
    ("came", "differs"),
    [
        ({1: D(2), 3: D(1)}, False),
        ({1: D("2.0"), 3: D(1)}, False),
        ({1: D(1), 3: D(1)}, True),
        ({1: D(3), 3: D(1)}, True),
    ],
)
def test_goods_differ_when_any_line_does(came: dict[int, Decimal], *, differs: bool) -> None:
    assert rules.differs((PUMPS, VALVE), came) is differs


@pytest.mark.req("R-176")
@pytest.mark.parametrize(
    ("pieces", "all_lots", "goes"),
    [("20", False, False), ("21", False, True), ("20.5", False, True), ("1", True, True)],
)
def test_a_lot_of_more_than_twenty_goes_to_quality(pieces: str, *, all_lots: bool, goes: bool) -> None:
    assert rules.needs_quality_test(D(pieces), D(20), all_lots=all_lots) is goes


@pytest.mark.parametrize(("deadlines", "overdue"), [({"test"}, True), (set(), False)])
def test_a_test_is_overdue_when_its_limit_still_stands(deadlines: set[str], *, overdue: bool) -> None:
    assert rules.inspection_overdue(deadlines, "test") is overdue


@pytest.mark.parametrize(
    ("came", "found", "fit"),
    [([1, 2], [2, 1], True), ([1, 2], [1], False), ([1], [1, 2], False), ([1, 2], [1, 1], False)],
)
def test_every_line_that_came_has_exactly_one_finding(came: list[int], found: list[int], *, fit: bool) -> None:
    assert rules.findings_fit(came, found) is fit


@pytest.mark.parametrize(
    ("established", "came", "word"),
    [(True, True, "SCRAP"), (False, True, "RETURN_TO_CUSTOMER"), (True, False, "NOT_RECEIVED")],
)
def test_goods_without_a_confirmed_fault_go_back(word: str, *, established: bool, came: bool) -> None:
    assert rules.becomes(Becomes.SCRAP, established=established, came=came) == word


@pytest.mark.parametrize(
    ("when", "customer_fault", "charged"),
    [
        (MissingParts.ALWAYS, False, True),
        (MissingParts.ALWAYS, True, True),
        (MissingParts.CUSTOMER_LIABLE, False, False),
        (MissingParts.CUSTOMER_LIABLE, True, True),
    ],
)
def test_who_pays_for_missing_parts_is_policy(when: MissingParts, *, customer_fault: bool, charged: bool) -> None:
    assert rules.charges_missing_parts(when, customer_fault=customer_fault) is charged


@pytest.mark.parametrize(("missing", "unknown"), [(["manual"], []), (["manual", "lid", "lid", "cap"], ["cap", "lid"])])
def test_parts_without_a_price_are_named(missing: list[str], unknown: list[str]) -> None:
    assert rules.parts_without_price(missing, {"manual": D(2)}) == unknown


@pytest.mark.parametrize(
    ("missing", "amount"), [([], "0"), (["manual"], "2"), (["manual", "manual", "charger"], "24.50")]
)
def test_every_missing_part_is_deducted_as_often_as_it_is_missing(missing: list[str], amount: str) -> None:
    assert rules.deduction(missing, {"manual": D(2), "charger": D("20.50")}) == D(amount)


@given(st.lists(st.sampled_from(["a", "b", "c"])), st.lists(st.sampled_from(["a", "b", "c"])))
def test_deductions_add_up(one: list[str], other: list[str]) -> None:
    prices = {"a": D("0.01"), "b": D(3), "c": D("19.99")}
    assert rules.deduction([*one, *other], prices) == rules.deduction(one, prices) + rules.deduction(other, prices)


@pytest.mark.req("R-202")
@pytest.mark.parametrize(
    ("pieces", "limit", "needed"), [("49", "50", False), ("50", "50", True), ("51", "50", True), ("999", None, False)]
)
def test_fifty_pieces_of_scrap_need_an_approval(pieces: str, limit: str | None, *, needed: bool) -> None:
    assert rules.scrap_needs_approval(D(pieces), None if limit is None else D(limit)) is needed


@pytest.mark.parametrize(
    ("word", "approved_first", "becomes"),
    [("SCRAP", True, "SCRAP_PENDING"), ("SCRAP", False, "SCRAP"), ("RESTOCK", True, "RESTOCK")],
)
def test_only_scrap_waits_for_an_approval(word: str, becomes: str, *, approved_first: bool) -> None:
    assert rules.scrap_word(word, approved_first=approved_first) == becomes


@pytest.mark.parametrize(
    ("names", "different"),
    [(("Li", "Wang", "Zhao"), True), (("Li", "Wang", "li"), False), (("Li", " Li", "Zhao"), False)],
)
def test_three_signatures_are_three_people(names: tuple[str, ...], *, different: bool) -> None:
    assert rules.different_people(*names) is different


@pytest.mark.parametrize(
    ("established", "none"), [((), True), ((False, False), True), ((False, True), False), ((True,), False)]
)
def test_one_confirmed_line_confirms_the_fault(established: tuple[bool, ...], *, none: bool) -> None:
    assert rules.no_fault_found(established) is none
    assert rules.fault_confirmed(established) is not none


@pytest.mark.parametrize(("established", "confirmed"), [((True, False), True), ((False,), False), ((), False)])
def test_a_fault_is_confirmed_on_at_least_one_line(established: tuple[bool, ...], *, confirmed: bool) -> None:
    assert rules.fault_confirmed(established) is confirmed


@pytest.mark.parametrize(
    ("customer_fault", "at_fault"), [((), False), ((True,), True), ((True, False), False), ((True, True), True)]
)
def test_the_customer_is_at_fault_when_every_confirmed_line_is(
    customer_fault: tuple[bool, ...], *, at_fault: bool
) -> None:
    assert rules.customer_at_fault(customer_fault) is at_fault
