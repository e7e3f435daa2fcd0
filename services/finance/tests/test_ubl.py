"""Every European credit note is UBL 2.1 and keeps the rules of EN 16931, as CEN's own schematron judges them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from contracts.base import Scope
from finance.jurisdictions import ubl
from finance.model import Buyer, Company, Document, DocumentLine, DocumentType, PartyUnknown, Policy
from servicekit.policy import PolicyBook, shipped_rows

D = Decimal
SELLER = Company(
    name="Seller GmbH", tax_id="DE136695976", street="Hof 1", city="Berlin", postal_code="10115", country="DE",
    account="DE89370400440532013000",
)  # fmt: skip
BUYER = Buyer(
    name="Buyer GmbH", tax_id="DE136695976", city="Berlin", postal_code="10115", country="DE", reference="PO-1"
)
NORM = {"cac": ubl.CAC, "cbc": ubl.CBC}


def note(*lines, codes=("S 19",), **more):
    """Make a credit note: of each line pieces, net and tax."""
    made = tuple(
        DocumentLine(f"P-{n}", f"DE01/RE-1/{n}", D(q), D(net), D(tax)) for n, (q, net, tax) in enumerate(lines, 1)
    )
    facts = {
        "id": "K-1.1/CREDIT_NOTE/RE-1/02", "entity": "DE01", "type": DocumentType.CREDIT_NOTE, "series": "CN26-",
        "no": 1, "number": "CN26-000001", "case_id": "K-1", "decision_id": "K-1.1", "customer": "C077",
        "currency": "EUR",
        "reason": "02", "original": "RE-1", "issued_on": date(2026, 4, 10),
        "net": sum(line.net for line in made), "tax": sum(line.tax for line in made),
    }  # fmt: skip
    document = Document(**{**facts, **more}, lines=made)
    by_line = {line.blue_line: code for line, code in zip(made, codes, strict=True)}
    return document, ubl.Context("2026-03-05", SELLER, BUYER, by_line)


@pytest.mark.req("F-46")
@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ([("1", "50.00", "9.50"), ("1", "30.00", "2.10")], ("S 19", "S 7")),
        ([("3", "10.00", "1.90")], ("S 19",)),
        ([("900000", "100000.00", "19000.00")], ("S 19",)),
        ([("0", "100.00", "19.00")], ("S 19",)),
        ([("1.5", "33.33", "6.33"), ("7", "0.07", "0.01"), ("2", "20.00", "3.80")], ("S 19", "S 19", "S 19")),
        ([("2", "80.00", "0")], ("Z 0",)),
        ([("2", "80.00", "0")], ("E 0",)),
        ([("2", "80.00", "0")], ("AE 0",)),
        ([("1", "200.00", "11.00"), ("1", "20.00", "0")], ("S 5.5", "Z 0")),
    ],
)
def test_a_credit_note_is_valid_by_the_schema_and_by_the_norm(judged, lines, codes):
    document, context = note(*lines, codes=codes)

    assert judged(ubl.credit_note(document, context)) == []


@pytest.mark.req("F-46")
def test_it_says_381_its_original_and_positive_amounts_by_rate():
    xml = etree.fromstring(
        ubl.credit_note(*note(("1", "50.00", "9.50"), ("9", "30.00", "2.10"), codes=("S 19", "S 7")))
    )

    def texts(path):
        return [each.text for each in xml.findall(path, NORM)]

    assert texts("cbc:CreditNoteTypeCode") == ["381"]
    assert texts("cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID") == ["RE-1"]
    assert texts("cac:TaxTotal/cac:TaxSubtotal/cbc:TaxableAmount") == ["50.00", "30.00"]
    assert texts("cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount") == ["9.50", "2.10"]
    assert texts("cac:TaxTotal/cbc:TaxAmount") == ["11.60"]
    assert texts("cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount") == ["80.00"]
    assert texts("cac:LegalMonetaryTotal/cbc:PayableAmount") == ["91.60"]
    assert texts("cac:CreditNoteLine/cbc:CreditedQuantity") == ["1", "9"]
    assert texts("cac:CreditNoteLine/cac:Price/cbc:PriceAmount") == ["50", "3.3333333333333"]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('<cbc:TaxAmount currencyID="EUR">11.60<', '<cbc:TaxAmount currencyID="EUR">11.61<', "BR-CO-14"),
        (">91.60</cbc:TaxInclusiveAmount>", ">91.61</cbc:TaxInclusiveAmount>", "BR-CO-15"),
        (">80.00</cbc:LineExtensionAmount>", ">80.01</cbc:LineExtensionAmount>", "BR-CO-10"),
        ("<cbc:IssueDate>2026-04-10</cbc:IssueDate>", "<cbc:IssueDate/>", "schema"),
    ],
)
def test_a_wrong_figure_is_found_by_the_norm(judged, old, new, rule):
    xml = ubl.credit_note(*note(("1", "50.00", "9.50"), ("1", "30.00", "2.10"), codes=("S 19", "S 7"))).decode()
    assert xml.count(old) >= 1

    assert rule in judged(xml.replace(old, new, 1).encode())


@pytest.mark.parametrize("gap", ["seller", "buyer", "type"])
def test_without_both_parties_by_name_there_is_no_credit_note(gap):
    [shipped] = [row for row in shipped_rows((Path(ubl.__file__).parents[1] / "policy.json").read_text("utf-8"))
                 if row.scope == "global"]  # fmt: skip
    values = PolicyBook([shipped]).resolve(Policy, Scope(), date(2026, 4, 10)).values
    companies = {} if gap == "seller" else {"DE01": SELLER}
    document, _ = note(
        ("1", "50.00", "9.50"), type=DocumentType.CREDIT_MEMO if gap == "type" else DocumentType.CREDIT_NOTE
    )
    head = {"buyer": "" if gap == "buyer" else BUYER.model_dump_json(), "issued_at": date(2026, 3, 5)}

    with pytest.raises(PartyUnknown):
        ubl.context(document, [head], [], values.model_copy(update={"companies": companies}))
