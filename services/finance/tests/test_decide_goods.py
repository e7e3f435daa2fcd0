"""What becomes of goods, and what they cost: scrap and its sale, lines without a price, discounts on the whole."""

from decimal import Decimal

import pytest

from contracts.base import Reason, Unknown
from contracts.inspection import DisposedLine, GoodsDisposed
from contracts.rma import ObligationOverdue, ReplacementReleased
from finance import decide, handlers
from finance.model import (
    BlueInvoiceDiffers,
    DiscountTooLarge,
    Document,
    DocumentLine,
    GoodsGone,
    GoodsWaiting,
    JournalEntry,
    NothingScrapped,
    OpenTooLarge,
    PaymentDiffers,
    SellScrap,
    Settlement,
)
from finance.model.refusals import NothingWaiting
from finance.model.suppliers import SendToSupplier

D = Decimal


def disposed(becomes="SCRAP", quantity="3"):
    line = DisposedLine(line=1, item="P-100", quantity=D(quantity), becomes=becomes)
    return GoodsDisposed(case_id="K-1", lines=(line,), approved_by="quality")


def sell(there, net="18", tax="2.34", reference="S-1"):
    body = SellScrap(case_id="K-1", net=net, tax=tax, reference=reference)
    return there.ask(handlers.SELL_SCRAP, body)


@pytest.fixture
def there(office, blue):
    """An office that sold ten pieces, all unpaid."""
    opened = office("manufacturing")
    opened.sell([blue()])
    return opened


@pytest.mark.req("F-05")
def test_scrap_is_sold_once_under_each_reference(there, returned):
    there.decide("CREDIT", [returned(approved="3", becomes="SCRAP")])

    for reference in ("S-1", "S-1", "S-2"):
        assert sell(there, reference=reference)["stage"] == "ISSUED"
    with pytest.raises(PaymentDiffers):
        sell(there, net="19")

    sale = (("D", "BANK", D("20.34")), ("C", "SCRAP_INCOME", 18), ("C", "OUTPUT_VAT", D("2.34")))
    assert there.entries().count(sale) == 2
    assert [e.id for e in there.all(JournalEntry)][-2:] == ["K-1.scrap/T4-sold/S-1", "K-1.scrap/T4-sold/S-2"]


@pytest.mark.req("F-05")
@pytest.mark.parametrize("becomes", ["RESTOCK", "SECOND_GRADE", ""])
def test_what_was_not_scrapped_cannot_be_sold_as_scrap(there, returned, becomes):
    there.decide("CREDIT", [returned(approved="3", becomes=becomes)])

    with pytest.raises(NothingScrapped) as refused:
        sell(there)

    assert refused.value.title() == "This case has no scrapped goods that could be sold."


def test_what_never_came_cannot_be_sold_as_scrap(there, returned):
    there.decide("CREDIT", [returned(), returned(line=2, received="0", becomes="SCRAP", original=None, goods=False)])

    with pytest.raises(NothingScrapped):
        sell(there)


def test_a_case_that_nobody_knows_has_no_scrap(there):
    with pytest.raises(Unknown):
        sell(there)


def test_scrap_is_known_as_soon_as_it_is_decided_even_when_it_never_had_a_cost(there, returned, blue):
    there.sell([blue(unit_cost=None)], invoice="I-2")
    there.decide("CREDIT", [returned(approved="3", original=("I-2", 1))])
    with pytest.raises(NothingScrapped):
        sell(there)

    there.hear(disposed())
    there.hear(disposed())

    assert sell(there)["stage"] == "ISSUED"
    assert len(there.entries()) == 2


def test_the_old_unit_of_a_swap_may_be_scrap_too(there, returned):
    about = {"customer": "C077", "entity": "CN01", "currency": "CNY", "scope": there.scope}
    there.hear(ReplacementReleased(case_id="K-1", lines=(returned(),), due_on="2026-05-10", **about))
    there.decide("ADVANCE_SETTLED", [returned(becomes="SCRAP")])

    assert sell(there)["stage"] == "CLOSED"


def test_goods_that_were_a_gift_have_a_delivery_note_and_no_entry(office, blue, returned):
    there = office("online-retail", default_jurisdiction="CN")
    there.sell([blue(unit_price="0.00", tax="0.00", unit_cost="0.00")], invoice="I-0")

    [issued] = there.decide("CREDIT", [returned(approved="3", unit_price="0.00", original=("I-0", 1))])

    assert (issued.credited, there.documents(), there.entries()) == (0, [("DELIVERY_NOTE", 0, 0, 0)], [])


@pytest.mark.req("F-54")
@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("CREDIT", {"unit_price": "0.00"}),
        ("CREDIT", {"unit_price": "100.00", "deduction": "300.00"}),
        ("CREDIT", {"unit_price": "0.00", "goods": False}),
        ("ALLOWANCE", {"unit_price": "0.00", "goods": False}),
    ],
)
def test_there_is_no_memo_of_nothing_and_a_newer_decision_goes_on(office, returned, kind, line):
    there = office("online-retail")

    there.decide(kind, [returned(approved="3", original=None, **line)])
    assert (there.settlement().held.code, there.documents(), there.entries()) == ("nothing_to_credit", [], [])

    there.decide("CREDIT", [returned(approved="3", unit_price="1.00", original=None)], revision=2)
    assert there.documents() == [("GOODWILL_MEMO", 3, 0, 3)]


def test_an_amount_without_an_original_is_granted_though_no_quantity_is_said(office, returned):
    there = office("online-retail", default_jurisdiction="CN")

    there.decide("CREDIT", [returned(approved="0", received="0", goods=False, allowance="7.50", original=None)])

    assert there.documents() == [("COMMERCIAL_MEMO", Decimal("7.50"), 0, Decimal("7.50"))]


def test_a_line_that_costs_nothing_does_not_stop_the_others(there, blue, returned):
    there.sell([blue(), blue(line=2, unit_price="0.00", tax="0.00")], invoice="I-2")

    there.decide("CREDIT", [returned(original=("I-2", 1)), returned(line=2, unit_price="0.00", original=("I-2", 2))])

    [document] = there.all(Document)
    assert (len(document.lines), document.gross) == (2, 113)
    assert [len(entry) for entry in there.entries()] == [3, 2]


@pytest.mark.req("F-12")
@pytest.mark.parametrize(
    ("nets", "discount", "expected"),
    [
        (["333.33", "333.33", "333.34"], "100.00", ["300.00", "300.00", "300.00"]),
        (["1", "1", "1"], "0.01", ["0.99", "1", "1"]),
        (["10", "0"], "10", ["0", "0"]),
        (["5", "5"], "0", ["5", "5"]),
        (["5", "5"], None, ["5", "5"]),
    ],
)
def test_a_discount_on_the_whole_is_spread_over_the_lines_without_a_cent_lost(office, blue, nets, discount, expected):
    there = office()
    lines = [blue(line=n, quantity="1", unit_price=net, tax="0") for n, net in enumerate(nets, 1)]

    there.sell(lines, discount=discount)

    assert [there.line(n).net for n in range(1, len(nets) + 1)] == [D(net) for net in expected]
    assert there.open_amount() == sum(map(D, expected))


def test_a_discount_larger_than_the_invoice_is_refused(office, blue):
    with pytest.raises(DiscountTooLarge):
        office().sell([blue(quantity="1", unit_price="5")], discount="5.01")


def test_no_more_is_open_of_an_invoice_than_it_comes_to(office, blue):
    there = office()
    lines = [blue(quantity="1", unit_price="5", tax="0.65")]

    with pytest.raises(OpenTooLarge):
        there.sell(lines, discount="1", open_amount="4.66")
    there.sell(lines, discount="1", open_amount="4.65")

    assert there.open_amount() == D("4.65")


def test_the_same_invoice_with_another_discount_is_another_invoice(office, blue):
    there = office()
    assert there.sell([blue()]) == there.sell([blue()])

    with pytest.raises(BlueInvoiceDiffers):
        there.sell([blue()], discount="5")


@pytest.mark.req("F-05")
def test_goods_of_one_line_wait_together_whichever_decision_brought_them(there, returned):
    there.decide("CREDIT", [returned(approved="3")])
    there.decide("CREDIT", [returned(approved="5")], revision=2)

    there.hear(disposed(quantity="2"))

    [left] = there.settlement().waiting
    assert (left.line, left.quantity, left.cost) == (1, 3, 180)
    assert [e for e in there.entries() if e[0][1] == "QUALITY_LOSS"] == [
        (("D", "QUALITY_LOSS", 120), ("C", "RETURNS_QUARANTINE", 120))
    ]


def row(line, quantity, cost):
    return GoodsWaiting(line=line, quantity=D(quantity), cost=D(cost))


@pytest.mark.parametrize(
    ("quantity", "valued", "left"),
    [
        ("1", True, [(1, "2", "66.67"), (2, "4", "20")]),
        ("3", True, [(2, "4", "20")]),
        ("4", True, [(2, "3", "15")]),
        ("7", True, []),
        ("7.5", True, None),
        ("8", False, []),
    ],
)
@pytest.mark.req("F-26")
def test_no_more_goes_back_to_a_supplier_than_waits(quantity, valued, left):
    waiting = (row(1, 3, 100), row(2, 4, 20))
    case = Settlement(case_id="K-1", entity="CN01", currency="CNY", waiting=waiting)

    if left is None:
        with pytest.raises(NothingWaiting):
            decide.goods.gone(case, D(quantity), 2, valued=valued)
    else:
        after = decide.goods.gone(case, D(quantity), 2, valued=valued)
        assert after.waiting == tuple(row(*each) for each in left)


@pytest.mark.req("F-26")
def test_goods_that_went_to_their_supplier_are_not_put_into_stock(there, returned):
    there.decide("CREDIT", [returned(approved="3")])
    body = SendToSupplier(supplier="S1", case_id="K-1", entity="CN01", currency="CNY", quantity=D(3), unit_cost=D(60))

    there.ask(handlers.SEND_TO_SUPPLIER, body, "SR-1")
    there.hear(disposed("RESTOCK"))

    assert there.settlement().waiting == ()
    assert not [e for e in there.entries() if e[0][1] == "INVENTORY"]
    with pytest.raises(NothingWaiting):
        there.ask(handlers.SEND_TO_SUPPLIER, body, "SR-2")


@pytest.mark.req("F-23")
@pytest.mark.parametrize(
    ("becomes", "told", "deduction", "lacks"),
    [
        ("", [], "12", [("RETURNS_QUARANTINE", 6)]),
        ("", [("SCRAP", "3")], "12", [("QUALITY_LOSS", 6)]),
        ("", [("RESTOCK", "3")], "12", [("INVENTORY", 6)]),
        ("RESTOCK", [], "12", [("INVENTORY", 6)]),
        ("", [("RESTOCK", "2")], "240", [("RETURNS_QUARANTINE", 60), ("INVENTORY", 60)]),
    ],
)
def test_goods_are_worth_less_where_they_went_although_the_newer_decision_does_not_say_it(
    office, blue, returned, becomes, told, deduction, lacks
):
    there = office("manufacturing", accessory_cost_percent="50")
    there.sell([blue()])
    there.decide("CREDIT", [returned(approved="3", becomes=becomes)])
    for account, quantity in told:
        there.hear(disposed(account, quantity))

    there.decide("CREDIT", [returned(approved="3", deduction=deduction)], revision=2)

    assert there.entries()[-1] == (("D", "COGS", sum(cost for _, cost in lacks)), *(("C", *each) for each in lacks))


def test_a_part_that_is_missing_of_goods_which_went_nobody_knows_where_is_refused(office, blue, returned):
    there = office("manufacturing", accessory_cost_percent="50")
    there.sell([blue()])
    there.decide("CREDIT", [returned(approved="3")])
    body = SendToSupplier(supplier="S1", case_id="K-1", entity="CN01", currency="CNY", quantity=D(3), unit_cost=D(60))
    there.ask(handlers.SEND_TO_SUPPLIER, body, "SR-1")

    with pytest.raises(GoodsGone):
        there.decide("CREDIT", [returned(approved="3", deduction="12")], revision=2)
    assert [d.gross for d in there.all(Document)] == [339]


@pytest.mark.parametrize(
    ("waiting", "pieces", "cost", "left"),
    [
        ([(1, 3, 180)], 3, 180, []),
        ([(1, 5, 300)], 2, 120, [(1, 3, 180)]),
        ([(1, 5, 315)], 2, 120, [(1, 3, 195)]),
        ([(1, 1, 60)], 2, 120, None),
        ([(1, 2, 100)], 2, 120, None),
        ([(1, 3, 180), (2, 2, 50)], 3, 180, None),
        ([(1, 3, 180), (2, 2, 50)], 5, 230, []),
    ],
)
@pytest.mark.req("F-37")
def test_a_credit_is_taken_back_only_with_all_its_goods(waiting, pieces, cost, left):
    lines = (DocumentLine("P-100", "CN01/B1/1", D(pieces), D(0), D(0)),)
    rows = tuple(row(*each) for each in waiting)

    if left is None:
        with pytest.raises(GoodsGone):
            decide.reversals.without(rows, lines, D(cost))
    else:
        assert decide.reversals.without(rows, lines, D(cost)) == tuple(row(*each) for each in left)


def test_a_unit_that_is_back_is_not_billed_when_it_is_heard_that_it_was_due(there, returned):
    about = {"customer": "C077", "entity": "CN01", "currency": "CNY", "scope": there.scope}
    there.hear(ReplacementReleased(case_id="K-1", lines=(returned(),), due_on="2026-05-10", **about))
    overdue = ObligationOverdue(case_id="K-1", due_on="2026-05-10", reason=Reason(code="old_unit_overdue"))
    there.decide("ADVANCE_SETTLED", [returned()])
    before = there.settlement()

    assert there.hear(overdue) == []
    assert there.settlement() == before
    assert there.documents() == []
