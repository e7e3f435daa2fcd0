"""How is it decided? A table of examples for each rule."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from finance import rules
from finance.model import Account, DocumentType
from finance.rules import postings

D = Decimal
DAY = date(2026, 4, 10)
NOON = datetime(2026, 4, 10, 12)  # noqa: DTZ001  the books' own clock


@pytest.mark.req("R-261", "R-262", "F-30", "F-31", "F-32")
@pytest.mark.parametrize(
    ("approved", "received", "percent", "over", "booked"),
    [
        (100, 98, 5, False, 98),
        (100, 100, 5, False, 100),
        (100, 103, 5, False, 103),
        (100, 105, 5, False, 105),
        (100, "105.000001", 5, True, 100),
        (100, 106, 5, True, 100),
        (100, 101, 0, True, 100),
        (0, 0, 5, False, 0),
        (0, 1, 5, True, 0),
    ],
)
def test_what_is_booked_of_an_approved_and_a_received_quantity(approved, received, percent, over, booked):
    assert rules.over_tolerance(D(approved), D(received), D(percent)) is over
    assert rules.quantity_to_book(D(approved), D(received), D(percent)) == booked


@pytest.mark.parametrize(("approved", "received", "gone"), [(100, 98, 2), (100, 100, 0), (100, 103, 0)])
def test_what_did_not_come_is_missing(approved, received, gone):
    assert rules.missing(D(approved), D(received)) == gone


@pytest.mark.req("F-33")
@pytest.mark.parametrize(("wanted", "rest", "beyond"), [(103, 100, 3), (98, 100, 0), (5, 0, 5), (5, -1, 5)])
def test_tolerance_never_beats_the_blue_invoice(wanted, rest, beyond):
    assert rules.no_blue_left(D(wanted), D(rest)) == beyond


@pytest.mark.parametrize(("documents", "nothing"), [(0, True), (1, False)])
def test_a_decision_without_a_document_books_nothing(documents, nothing):
    assert rules.nothing_to_credit(documents) is nothing


@pytest.mark.req("F-05")
@pytest.mark.parametrize(("becomes", "scrap"), [("SCRAP", True), ("MELTED", True), ("RESTOCK", False), ("", False)])
def test_goods_whose_value_is_a_loss_are_scrap(becomes, scrap):
    postings = {"SCRAP": Account.QUALITY_LOSS, "MELTED": Account.QUALITY_LOSS, "RESTOCK": Account.INVENTORY}
    assert rules.scrapped(becomes, postings) is scrap


@pytest.mark.parametrize(
    ("allowance", "goods", "unknown"), [(None, True, True), (None, False, False), (D(5), True, False)]
)
def test_an_allowance_on_goods_needs_an_amount(allowance, goods, unknown):
    assert rules.allowance_unknown(allowance, goods=goods) is unknown


@pytest.mark.parametrize(("allowance", "amount"), [(D(5), 5), (None, 300), (D(0), 0)])
def test_an_allowance_is_what_was_agreed_or_the_price_of_the_line(allowance, amount):
    assert rules.allowance_amount(allowance, D(3), D(100)) == amount


@pytest.mark.req("R-263", "R-264")
@pytest.mark.parametrize(
    ("accepted", "recorded", "is_missing"),
    [((), (), False), (("seal",), (), True), (("seal",), ("word",), True), (("seal", "copy"), ("copy",), False)],
)
def test_nothing_is_posted_without_an_accepted_proof(accepted, recorded, is_missing):
    assert rules.certificate_missing(accepted, recorded) is is_missing


@pytest.mark.parametrize(
    ("kind", "allowance", "reason"), [("GOODS", False, "02"), ("SERVICE", False, "03"), ("GOODS", True, "04")]
)
def test_the_reason_of_a_red_invoice(kind, allowance, reason):
    assert rules.red_reason(kind, allowance=allowance) == reason


@pytest.mark.parametrize(
    ("kind", "needs"),
    [
        ("RED_INVOICE", True),
        ("CREDIT_NOTE", True),
        ("ALLOWANCE", True),
        ("CREDIT_MEMO", False),
        ("GOODWILL_MEMO", False),
    ],
)
def test_which_documents_need_their_original(kind, needs):
    assert rules.needs_blue(DocumentType(kind)) is needs


@pytest.mark.parametrize(
    ("gross", "kind"), [("0.01", "RED_INVOICE"), ("0", "DELIVERY_NOTE"), ("0.00", "DELIVERY_NOTE")]
)
def test_nobody_credits_nothing(gross, kind):
    assert rules.document_of(DocumentType.RED_INVOICE, D(gross)) == kind


@pytest.mark.parametrize(("entity", "jurisdiction"), [("DE01", "EU"), ("XX", "GENERIC")])
def test_the_entity_decides_the_jurisdiction(entity, jurisdiction):
    assert rules.jurisdiction_of(entity, {"DE01": "EU"}, "GENERIC") == jurisdiction


@pytest.mark.req("F-38")
@pytest.mark.parametrize(("running", "expected"), [(1, "CN26-000001"), (1_234_567, "CN26-1234567")])
def test_a_number_is_its_series_and_a_running_number(running, expected):
    assert rules.number(rules.series("CN", DAY), running) == expected


@pytest.mark.req("F-01", "F-02", "F-04")
@pytest.mark.parametrize(
    ("gross", "open_amount", "expected"), [(1130, 1130, (1130, 0)), (339, 0, (0, 339)), (339, 230, (230, 109))]
)
def test_a_credit_settles_its_own_invoice_first(gross, open_amount, expected):
    assert rules.receivable_first(D(gross), D(open_amount)) == expected


@pytest.mark.parametrize(
    ("free", "amount", "overdraft", "enough"),
    [
        (339, 339, 0, True),
        (339, "339.01", 0, False),
        (0, 1, 0, False),
        (-40, 60, 100, True),
        (-40, "60.01", 100, False),
    ],
)
def test_a_refund_is_never_larger_than_the_balance_and_the_overdraft(free, amount, overdraft, enough):
    assert rules.balance_suffices(D(free), D(amount), D(overdraft)) is enough


@pytest.mark.parametrize(
    ("slip", "paid", "again"), [("S-1", ["S-1"], True), ("S-1", ["S-2"], False), ("", [""], False), ("S-1", [], False)]
)
def test_a_return_slip_is_paid_once(slip, paid, again):
    assert rules.slip_paid(slip, paid) is again


@pytest.mark.parametrize(
    ("due", "paid", "invoiced", "ended", "surplus"),
    [
        (226, 226, False, False, 0),
        (226, 300, False, False, 0),
        (226, 300, True, False, 74),
        (226, 226, True, False, 0),
        (226, 100, True, False, 0),
        (226, 100, False, True, 100),
        (0, 0, False, True, 0),
    ],
)
def test_what_is_paid_for_no_repair_is_the_customers(due, paid, invoiced, ended, surplus):
    assert rules.paid_for_nothing(D(due), D(paid), invoiced=invoiced, ended=ended) == surplus


@pytest.mark.parametrize(
    ("due", "paid", "opens"), [(226, 226, True), ("293.80", 226, False), (226, 230, True), (0, 0, True)]
)
def test_the_gate_opens_when_what_is_due_is_paid(due, paid, opens):
    assert rules.gate_opens(D(due), D(paid)) is opens


@pytest.mark.parametrize(
    ("customer", "currency", "required"),
    [("C077", "CNY", False), ("C078", "CNY", True), ("", "CNY", True), ("C077", "EUR", True)],
)
def test_an_original_must_be_this_customers_in_this_currency(office, blue, customer, currency, required):
    there = office()
    there.sell([blue()])

    assert rules.blue_required(there.line(), customer, currency) is required
    assert rules.blue_required(None, customer, currency) is True


@pytest.mark.parametrize(
    ("wanted", "expected", "rest"),
    [("2", {"I-3": 2}, 0), ("12", {"I-3": 10, "I-2": 2}, 0), ("25", {"I-3": 10, "I-2": 10}, 5)],
)
def test_originals_are_the_latest_sales_not_after_the_return_as_far_as_they_reach(office, blue, wanted, expected, rest):
    there = office()
    for invoice, day in (("I-1", "2026-04-10T12:01"), ("I-2", "2026-04-10T12:00"), ("I-3", "2026-04-10T12:00")):
        there.sell([blue()], invoice=invoice, issued_at=day)
    gone = replace(there.line(invoice="I-3"), id="gone", invoice="I-4", credited_quantity=D(10))
    lines = [gone, *(there.line(invoice=invoice) for invoice in ("I-1", "I-2", "I-3"))]

    found, unmatched = rules.allocated(rules.newest_first(lines, NOON), D(wanted))

    assert ({line.invoice: quantity for line, quantity in found}, unmatched) == (expected, rest)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (postings.refund_failed(D(5)), "D REFUND_PAYABLE 5, C CUSTOMER_CREDIT 5"),
        (postings.refunded_at_once(D(5)), "D CUSTOMER_CREDIT 5, C BANK 5"),
        (postings.written(("D", "BANK", D(1)), ("D", "AR", D(0)), ("C", "AR", D(1))), "D BANK 1, C AR 1"),
        (postings.goods_back(D(60)), "D RETURNS_QUARANTINE 60, C COGS 60"),
        (postings.goods_back(D(0)), ""),
        (
            postings.lacks({"INVENTORY": D(8), "RETURNS_QUARANTINE": D(2)}),
            "D COGS 10, C INVENTORY 8, C RETURNS_QUARANTINE 2",
        ),
        (postings.goods_disposed("INVENTORY", D(60)), "D INVENTORY 60, C RETURNS_QUARANTINE 60"),
        (
            postings.credited("REVENUE", D(300), D(39), D(230), D(109)),
            "D REVENUE 300, D OUTPUT_VAT 39, C AR 230, C CUSTOMER_CREDIT 109",
        ),
        (
            postings.invoiced("REPAIR_REVENUE", D(200), D(26), D(100)),
            "D ADVANCE_RECEIVED 100, D AR 126, C REPAIR_REVENUE 200, C OUTPUT_VAT 26",
        ),
        (postings.credit_used(D(113)), "D CUSTOMER_CREDIT 113, C AR 113"),
        (postings.goods_out(D(60)), "D COGS 60, C INVENTORY 60"),
        (
            postings.charge(D(12), D("1.56"), D(10)),
            "D CUSTOMER_CREDIT 10, D AR 3.56, C REVENUE 12, C OUTPUT_VAT 1.56",
        ),
        (postings.swapped(D(60)), "D WARRANTY_PROVISION 60, C INVENTORY 60"),
        (postings.recovered(D(20)), "D RETURNS_QUARANTINE 20, C WARRANTY_PROVISION 20"),
        (postings.sent_ahead(D(60)), "D ADV_REPLACEMENT 60, C INVENTORY 60"),
        (postings.advance_settled(D(60)), "D WARRANTY_PROVISION 60, C ADV_REPLACEMENT 60"),
        (postings.advance_sold(D(60)), "D COGS 60, C ADV_REPLACEMENT 60"),
        (
            postings.repaired(D(25), D(15), chargeable=False),
            "D WARRANTY_PROVISION 40, C PARTS 25, C LABOUR_ABSORBED 15",
        ),
        (postings.repaired(D(25), D(0), chargeable=True), "D REPAIR_COST 25, C PARTS 25"),
        (postings.sent_home(D(12), free=True), "D WARRANTY_PROVISION 12, C AP 12"),
        (postings.sent_home(D(12), free=False), "D REPAIR_COST 12, C AP 12"),
        (postings.sent_home(D(0), free=True), ""),
        (postings.scrap_sold(D(18), D("2.34")), "D BANK 20.34, C SCRAP_INCOME 18, C OUTPUT_VAT 2.34"),
        (postings.scrap_sold(D(18), D(0)), "D BANK 18, C SCRAP_INCOME 18"),
        (postings.advance_left(D(80)), "D ADVANCE_RECEIVED 80, C CUSTOMER_CREDIT 80"),
        (postings.paid_in_advance(D(226)), "D BANK 226, C ADVANCE_RECEIVED 226"),
        (postings.refund_approved(D(339)), "D CUSTOMER_CREDIT 339, C REFUND_PAYABLE 339"),
        (postings.refund_paid(D(339)), "D REFUND_PAYABLE 339, C BANK 339"),
        (postings.granted("QUALITY_LOSS", D(100)), "D QUALITY_LOSS 100, C CUSTOMER_CREDIT 100"),
    ],
)
def test_what_is_written_in_the_books(lines, expected):
    assert ", ".join(f"{line.side} {line.account} {line.amount}" for line in lines) == expected
