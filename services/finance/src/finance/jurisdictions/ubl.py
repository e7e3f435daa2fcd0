"""A credit note as UBL 2.1, by the European norm EN 16931 (CreditNoteTypeCode 381, amounts positive)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import sqlalchemy as sa

from contracts.base import PRICE_DECIMALS, half_up
from finance import rules
from finance.model import Buyer, Company, Document, DocumentType, PartyUnknown, Policy
from finance.storage import blue_invoices

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
NOTE, CAC, CBC = f"{UBL}CreditNote-2", f"{UBL}CommonAggregateComponents-2", f"{UBL}CommonBasicComponents-2"
for prefix, space in (("", NOTE), ("cac", CAC), ("cbc", CBC)):
    ET.register_namespace(prefix, space)
NORM = "urn:cen.eu:en16931:2017"
PIECES = "C62"  # UN/ECE Recommendation 20: one
EXEMPT = {
    "E": "Exempt",
    "AE": "Reverse charge",
    "K": "Intra-Community supply",
    "G": "Export outside the EU",
    "O": "Not subject to VAT",
}


class Context(NamedTuple):
    """What a credit note says beside itself: its original, both parties, and what each line was taxed by."""

    original_on: str
    seller: Company
    buyer: Buyer
    codes: Mapping[str, str]


def invoice_of(key: str) -> sa.Select[Any]:
    """Ask for the original."""
    return sa.select(blue_invoices).where(blue_invoices.c.id == key)


def context(
    document: Document, invoices: Sequence[Mapping[str, Any]], lines: Sequence[Mapping[str, Any]], values: Policy
) -> Context:
    """Gather what a credit note needs.

    Raises:
        PartyUnknown: nobody has said who sells or who bought.
    """
    head = invoices[0] if invoices else {}
    seller = values.companies.get(document.entity)
    buyer = Buyer.model_validate_json(head["buyer"]) if head.get("buyer") else None
    if (
        seller is None
        or buyer is None
        or not (buyer.name and buyer.country)
        or document.type != DocumentType.CREDIT_NOTE
    ):
        raise PartyUnknown
    codes = {line["id"]: rules.tax_code(line["tax_code"], line["net"], line["tax"]) for line in lines}
    return Context(head["issued_at"].date().isoformat(), seller, buyer, codes)


def credit_note(document: Document, context: Context) -> bytes:
    """Write the credit note."""
    root = ET.Element(f"{{{NOTE}}}CreditNote")
    _basic(root, "CustomizationID", NORM)
    _basic(root, "ID", document.number)
    _basic(root, "IssueDate", document.issued_on.isoformat())
    _basic(root, "CreditNoteTypeCode", "381")
    _basic(root, "DocumentCurrencyCode", document.currency)
    _basic(root, "BuyerReference", context.buyer.reference or document.case_id)
    original = _part(_part(root, "BillingReference"), "InvoiceDocumentReference")
    _basic(original, "ID", document.original)
    _basic(original, "IssueDate", context.original_on)
    _seller(root, context.seller)
    _buyer(root, context.buyer)
    if context.seller.account:
        means = _part(root, "PaymentMeans")
        _basic(means, "PaymentMeansCode", "30")
        _basic(_part(means, "PayeeFinancialAccount"), "ID", context.seller.account)
    _basic(_part(root, "PaymentTerms"), "Note", "The amount is credited to your account.")
    _totals(root, document, context)
    for number, line in enumerate(document.lines, 1):
        _line(root, number, document, line, context)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def categories(document: Document, codes: Mapping[str, str]) -> dict[str, tuple[Decimal, Decimal]]:
    """Add up net and tax by tax category and rate."""
    found: dict[str, tuple[Decimal, Decimal]] = defaultdict(lambda: (Decimal(0), Decimal(0)))
    for line in document.lines:
        net, tax = found[codes[line.blue_line]]
        found[codes[line.blue_line]] = (net + line.net, tax + line.tax)
    return dict(sorted(found.items()))


def _totals(root: Any, document: Document, context: Context) -> None:
    total = _part(root, "TaxTotal")
    _amount(total, "TaxAmount", document.tax, document)
    for code, (net, tax) in categories(document, context.codes).items():
        subtotal = _part(total, "TaxSubtotal")
        _amount(subtotal, "TaxableAmount", net, document)
        _amount(subtotal, "TaxAmount", tax, document)
        _category(_part(subtotal, "TaxCategory"), code, reason=True)
    money = _part(root, "LegalMonetaryTotal")
    for name, amount in (
        ("LineExtensionAmount", document.net),
        ("TaxExclusiveAmount", document.net),
        ("TaxInclusiveAmount", document.gross),
        ("PayableAmount", document.gross),
    ):
        _amount(money, name, amount, document)


def _line(root: Any, number: int, document: Document, line: Any, context: Context) -> None:
    """Write a line; an allowance, which has no pieces, is one piece of its amount."""
    quantity = line.quantity or Decimal(1)
    row = _part(root, "CreditNoteLine")
    _basic(row, "ID", str(number))
    _basic(row, "CreditedQuantity", f"{quantity.normalize():f}", unitCode=PIECES)
    _amount(row, "LineExtensionAmount", line.net, document)
    item = _part(row, "Item")
    _basic(item, "Name", line.item)
    _category(_part(item, "ClassifiedTaxCategory"), context.codes[line.blue_line], reason=False)
    price = f"{half_up(line.net / quantity, PRICE_DECIMALS).normalize():f}"
    _basic(_part(row, "Price"), "PriceAmount", price, currencyID=document.currency)


def _category(category: Any, code: str, *, reason: bool) -> None:
    letter, rate = code.split()
    _basic(category, "ID", letter)
    if letter != "O":
        _basic(category, "Percent", rate)
    if reason and letter in EXEMPT:
        _basic(category, "TaxExemptionReason", EXEMPT[letter])
    _basic(_part(category, "TaxScheme"), "ID", "VAT")


def _seller(root: Any, company: Company) -> None:
    party = _part(_part(root, "AccountingSupplierParty"), "Party")
    _address(party, company.street, company.city, company.postal_code, company.country)
    _taxed(party, company.tax_id)
    _basic(_part(party, "PartyLegalEntity"), "RegistrationName", company.name)


def _buyer(root: Any, buyer: Buyer) -> None:
    party = _part(_part(root, "AccountingCustomerParty"), "Party")
    _address(party, buyer.street, buyer.city, buyer.postal_code, buyer.country)
    if buyer.tax_id:
        _taxed(party, buyer.tax_id)
    _basic(_part(party, "PartyLegalEntity"), "RegistrationName", buyer.name)


def _address(party: Any, street: str, city: str, postal_code: str, country: str) -> None:
    address = _part(party, "PostalAddress")
    for name, text in (("StreetName", street), ("CityName", city), ("PostalZone", postal_code)):
        if text:
            _basic(address, name, text)
    _basic(_part(address, "Country"), "IdentificationCode", country)


def _taxed(party: Any, tax_id: str) -> None:
    scheme = _part(party, "PartyTaxScheme")
    _basic(scheme, "CompanyID", tax_id)
    _basic(_part(scheme, "TaxScheme"), "ID", "VAT")


def _amount(parent: Any, name: str, amount: Decimal, document: Document) -> None:
    _basic(parent, name, f"{half_up(amount, 2):f}", currencyID=document.currency)


def _basic(parent: Any, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, f"{{{CBC}}}{name}", attributes).text = text


def _part(parent: Any, name: str) -> Any:
    return ET.SubElement(parent, f"{{{CAC}}}{name}")
