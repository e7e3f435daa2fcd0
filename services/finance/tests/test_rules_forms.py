"""How is it decided for forms and jurisdictions? A table of examples for each rule."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from finance import rules
from finance.model import Account, DocumentState, DocumentType, EntryLine, FormState, Share
from finance.rules import postings

D = Decimal
NINE = datetime(2026, 4, 10, 9, tzinfo=UTC)
S, F = DocumentState, FormState


@pytest.mark.req("F-42")
@pytest.mark.parametrize(
    ("reason", "full", "kinds", "wrong_kind", "needs_full"),
    [
        ("01", True, {"GOODS"}, False, False),
        ("01", False, {"GOODS"}, False, True),
        ("02", False, {"GOODS"}, False, False),
        ("02", False, {"SERVICE"}, True, False),
        ("03", False, {"SERVICE"}, False, False),
        ("03", False, {"GOODS"}, True, False),
        ("02", False, {"GOODS", "SERVICE"}, False, False),
        ("03", False, {"GOODS", "SERVICE"}, False, False),
        ("04", False, {"GOODS"}, False, False),
        ("04", False, {"SERVICE"}, False, False),
    ],
)
def test_the_reasons_of_the_tax_bureau(reason, full, kinds, wrong_kind, needs_full):
    assert rules.red_reason_kind(reason, kinds) is wrong_kind
    assert rules.red_reason_needs_full(reason, full=full) is needs_full


@pytest.mark.req("F-42")
@pytest.mark.parametrize(("reason", "unknown"), [("01", False), ("04", False), ("05", True), ("", True), ("2", True)])
def test_the_tax_bureau_knows_four_reasons(reason, unknown):
    assert rules.red_reason_unknown(reason) is unknown


@pytest.mark.req("F-41")
@pytest.mark.parametrize(("documents", "ended"), [(0, True), (1, False)])
def test_a_decision_whose_forms_all_ended_credits_nothing(documents, ended):
    assert rules.red_form_ended(documents) is ended


@pytest.mark.req("F-40", "F-41")
@pytest.mark.parametrize(
    ("form", "document", "reserved"),
    [
        (F.UNKNOWN, None, True),
        (F.NO_CONFIRMATION, S.ISSUING, True),
        (F.BUYER_TO_CONFIRM, S.AWAITING_COUNTERPARTY, True),
        (F.SELLER_TO_CONFIRM, S.AWAITING_COUNTERPARTY, True),
        (F.CONFIRMED, S.ISSUING, True),
        (F.REFUSED_BY_BUYER, S.REJECTED, False),
        (F.REFUSED_BY_SELLER, S.REJECTED, False),
        (F.LAPSED, S.EXPIRED, False),
        (F.WITHDRAWN, S.CANCELLED, False),
        (F.WITHDRAWN_LATE, S.CANCELLED, False),
        (F.APPLYING, None, True),
        (F.FAILED_THERE, None, True),
        (F.FAILED_AGAIN, None, True),
    ],
)
def test_where_a_document_stands_after_what_the_bureau_says(form, document, reserved):
    assert rules.stands_after(form) is document
    assert rules.still_reserved(document or S.APPROVED) is reserved


@pytest.mark.parametrize(
    ("state", "kept"), [(S.DRAFT, False), (S.PENDING_APPROVAL, True), (S.ISSUED, False), (S.FAILED, True)]
)
def test_what_a_document_takes_is_reserved_from_its_submission_to_its_end(state, kept):
    assert rules.still_reserved(state) is kept


@pytest.mark.req("F-41")
@pytest.mark.parametrize(
    ("state", "ended"),
    [(S.APPROVED, False), (S.AWAITING_COUNTERPARTY, False), (S.ISSUING, False), (S.REJECTED, True), (S.EXPIRED, True),
     (S.CANCELLED, True), (S.FAILED, True)],
)  # fmt: skip
def test_which_forms_lead_nowhere_by_themselves(state, ended):
    assert rules.form_has_ended(state) is ended


@pytest.mark.parametrize(
    ("before", "after", "may"),
    [
        (S.DRAFT, S.PENDING_APPROVAL, True),
        (S.DRAFT, S.ISSUED, False),
        (S.PENDING_APPROVAL, S.APPROVED, True),
        (S.PENDING_APPROVAL, S.ISSUED, False),
        (S.REJECTED, S.DRAFT, True),
        (S.AWAITING_COUNTERPARTY, S.EXPIRED, True),
        (S.EXPIRED, S.AWAITING_COUNTERPARTY, False),
        (S.EXPIRED, S.APPROVED, True),
        (S.ISSUING, S.AWAITING_COUNTERPARTY, False),
        (S.ISSUING, S.ISSUED, True),
        (S.FAILED, S.READY_TO_ISSUE, True),
        (S.ISSUED, S.REVERSED, True),
        (S.ISSUED, S.CANCELLED, False),
        (S.CANCELLED, S.APPROVED, False),
        (S.REVERSED, S.ISSUED, False),
    ],
)
def test_a_credit_document_moves_only_along_the_table(before, after, may):
    assert rules.may_move(before, after) is may


@pytest.mark.parametrize(
    ("state", "form", "live"),
    [
        (S.APPROVED, True, True),
        (S.APPROVED, False, False),
        (S.ISSUING, True, True),
        (S.EXPIRED, True, False),
        (S.ISSUED, True, False),
    ],
)
def test_a_form_blocks_others_while_it_may_still_lead_to_a_red_invoice(state, form, live):
    assert rules.form_is_live(state, form=form) is live


@pytest.mark.parametrize(("form", "live"), [("", False), ("D-1", False), ("D-2", True)])
def test_one_form_at_a_time_is_out_on_a_blue_invoice(form, live):
    assert rules.live_red_form(form, "D-1") is live


@pytest.mark.req("F-40")
@pytest.mark.parametrize(("forms", "waits"), [(0, False), (1, True), (2, True)])
def test_a_decision_waits_for_the_forms_that_it_needs(forms, waits):
    assert rules.awaiting_red_form(forms) is waits


@pytest.mark.parametrize(
    ("net", "tax", "differs"),
    [("300.00", "39.00", False), ("300", "39", False), ("300.01", "39.00", True), ("300.00", "38.99", True)],
)
def test_a_buyers_form_must_match_amount_and_tax(net, tax, differs):
    assert rules.form_mismatch(D(net), D(tax), Share(D(3), D("300.00"), D("39.00"))) is differs


@pytest.mark.req("F-41")
@pytest.mark.parametrize(
    ("asked", "lapses_in", "minutes"),
    [
        (0, 4320, 1),
        (1, 4320, 2),
        (3, 4320, 8),
        (6, 4320, 60),
        (500, 4320, 60),
        (6, 30, 30),
        (6, 0, 60),
        (6, -5, 60),
        (0, None, 1),
    ],
)
def test_the_platform_is_asked_again_ever_more_rarely_and_when_the_form_would_lapse(asked, lapses_in, minutes):
    lapses = None if lapses_in is None else NINE + timedelta(minutes=lapses_in)

    assert rules.next_question(NINE, asked, 1, 60, lapses) == NINE + timedelta(minutes=minutes)


@pytest.mark.req("F-45")
@pytest.mark.parametrize(
    ("issued", "business", "due"),
    [("2026-03-10", True, "2026-03-17"), ("2026-03-10", False, "2026-03-12"), ("2026-12-30", True, "2027-01-06")],
)
def test_a_certificate_is_uploaded_by_a_day(issued, business, due):
    day = rules.upload_due(date.fromisoformat(issued), business=business, business_days=7, consumer_days=2)

    assert day == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2026-03-01", "2026-04-30", True),
        ("2026-04-30", "2026-05-01", False),
        ("2026-01-01", "2026-02-28", True),
        ("2025-12-31", "2026-01-01", False),
        ("2025-03-01", "2026-03-01", False),
    ],
)
def test_tax_periods_of_two_months(one, other, same):
    assert rules.same_tax_period(date.fromisoformat(one), date.fromisoformat(other)) is same


@pytest.mark.req("F-37")
@pytest.mark.parametrize(
    ("place", "original", "today", "correction"),
    [
        ("CN", "B1", "2026-04-10", "NEW_BLUE"),
        ("CN", "", "2026-04-10", "REVERSAL"),
        ("CN-E-INVOICE", "B1", "2026-04-10", "NEW_BLUE"),
        ("TW", "B1", "2026-04-30", "VOID"),
        ("TW", "", "2026-04-30", "VOID"),
        ("TW", "B1", "2026-05-01", "NEW_BLUE"),
        ("TW", "", "2026-05-01", "REVERSAL"),
        ("EU", "B1", "2026-05-01", "REVERSAL"),
        ("US", "B1", "2026-05-01", "REVERSAL"),
        ("GENERIC", "", "2026-05-01", "REVERSAL"),
        ("ATLANTIS", "B1", "2026-05-01", "REVERSAL"),
    ],
)
def test_an_issued_document_is_corrected_as_the_law_of_the_place_says(place, original, today, correction):
    law = rules.law(place)

    assert rules.correction_of_issued(law, original, date(2026, 4, 10), date.fromisoformat(today)) == correction


@pytest.mark.parametrize(
    ("place", "document", "tax"),
    [
        ("CN", DocumentType.RED_INVOICE, Account.OUTPUT_VAT),
        ("TW", DocumentType.ALLOWANCE, Account.OUTPUT_VAT),
        ("US", DocumentType.CREDIT_MEMO, Account.SALES_TAX_PAYABLE),
        ("ATLANTIS", DocumentType.CREDIT_MEMO, Account.OUTPUT_VAT),
    ],
)
def test_a_place_without_a_row_is_treated_as_the_generic_one(place, document, tax):
    assert (rules.law(place).document, rules.law(place).tax_account) == (document, tax)


@pytest.mark.req("F-47")
@pytest.mark.parametrize(
    ("net", "tax", "percent", "mode", "fee"),
    [
        ("100.00", "8.25", "15", "FULL_TAX", ("15.00", "0")),
        ("100.00", "8.25", "15", "NET_TAX", ("15.00", "1.24")),
        ("100.00", "8.25", "0", "NET_TAX", ("0.00", "0.00")),
        ("100.00", "8.25", "100", "NET_TAX", ("100.00", "8.25")),
        ("0.03", "0.00", "15", "NET_TAX", ("0.00", "0.00")),
        ("0", "0", "15", "NET_TAX", ("0", "0")),
    ],
)
def test_a_fee_and_the_tax_on_it(net, tax, percent, mode, fee):
    credit = Share(D(1), D(net), D(tax))
    taken = rules.restocking_fee(credit, credit, D(percent), mode, 2)

    assert (taken.net, taken.tax) == (D(fee[0]), D(fee[1]))


@pytest.mark.req("F-46")
@pytest.mark.parametrize(
    ("parts", "taxes"),
    [
        ([("100.00", "19.00", "50.00")], ["9.50"]),
        ([("10.00", "1.90", "3.33"), ("10.00", "1.90", "3.33")], ["0.64", "0.63"]),
        ([("10.00", "1.90", "10.00"), ("10.00", "1.90", "3.33")], ["1.90", "0.63"]),
        ([("10.00", "1.90", "10.00"), ("10.00", "1.91", "10.00")], ["1.90", "1.91"]),
        ([("10.00", "1.90", "0.50")], ["0.10"]),
        ([("10.00", "1.90", "0")], ["0"]),
        ([("0", "0", "0")], ["0"]),
        ([("10.00", "0.01", "9.99"), ("10.00", "0.00", "9.99")], ["0.01", "0.00"]),
    ],
)
def test_the_lines_of_one_category_are_rounded_together(parts, taxes):
    shares = [(Share(D(3), D(net), D(tax)), Share(D(1), D(credit), D(0))) for net, tax, credit in parts]

    assert rules.taxes_of_category(shares, 2) == [D(tax) for tax in taxes]


@pytest.mark.req("F-46")
@pytest.mark.parametrize(
    ("said", "net", "tax", "code"),
    [("AE 0", "100", "0", "AE 0"), ("", "100.00", "19.00", "S 19"), ("", "30.00", "2.10", "S 7"),
     ("", "9.99", "0.80", "S 8"), ("", "1000", "0", "Z 0"), ("", "0", "0", "Z 0"), ("", "0", "0.01", "Z 0"),
     ("", "200.00", "11.00", "S 5.5")],
)  # fmt: skip
def test_the_tax_category_of_a_line(said, net, tax, code):
    assert rules.tax_code(said, D(net), D(tax)) == code


@pytest.mark.req("F-37")
@pytest.mark.parametrize(
    ("lines", "mirror"),
    [
        (
            (("D", Account.REVENUE, D(300), D(2130)), ("C", Account.AR, D(300), D(2130))),
            (("C", Account.REVENUE, D(300), D(2130)), ("D", Account.AR, D(300), D(2130))),
        ),
        ((), ()),
    ],
)
def test_a_reversal_writes_the_same_lines_on_the_other_side(lines, mirror):
    written = postings.mirrored(tuple(EntryLine(*line) for line in lines))
    assert written == tuple(EntryLine(*line) for line in mirror)


@pytest.mark.req("F-23")
@pytest.mark.parametrize(
    ("place", "today", "correction"),
    [
        ("TW", "2026-04-30", "VOID"),
        ("TW", "2026-05-01", "REVERSAL"),
        ("CN", "2026-04-10", "REVERSAL"),
        ("EU", "2026-04-10", "REVERSAL"),
    ],
)
def test_a_charge_is_void_in_its_period_or_has_a_credit_of_its_own(place, today, correction):
    assert rules.correction_of_charge(rules.law(place), date(2026, 4, 10), date.fromisoformat(today)) == correction


@pytest.mark.req("F-23")
@pytest.mark.parametrize(
    ("owed", "paid", "lines"),
    [
        (("15.00", "117.00"), ("5.23", "40.79"), [("AR", "15.00", "117.00"), ("CUSTOMER_CREDIT", "5.23", "40.79")]),
        (("0", "0"), ("13.56", "13.56"), [("CUSTOMER_CREDIT", "13.56", "13.56")]),
        (("13.56", "13.56"), ("0", "0"), [("AR", "13.56", "13.56")]),
    ],
)
def test_what_is_owed_of_a_charge_is_owed_no_more_and_what_was_paid_is_credit(owed, paid, lines):
    written = postings.given_back(*map(D, owed), *map(D, paid))
    assert written == tuple(EntryLine("C", Account[role], D(amount), D(value)) for role, amount, value in lines)
