"""By which key is a record found?

Most keys are plain. A *reference* names records by another record that names them in turn ("the blue lines of this
claim"): the command knows only the claim, and which lines those are stands in the database. The store resolves it.
"""

import json
from collections.abc import Iterable
from decimal import Decimal

REFERENCE = "\x1f"  # no code, name or number can contain it, so a reference is never mistaken for a key


def invoice_key(entity: str, invoice: str) -> str:
    """Name a blue invoice; neither part can contain the stroke."""
    return f"{entity}/{invoice}"


def line_key(entity: str, invoice: str, line: int) -> str:
    """Name a blue line."""
    return f"{entity}/{invoice}/{line}"


def shelf_key(entity: str, customer: str, currency: str, item: str, unit_price: Decimal) -> str:
    """Name the shelf of everything that this customer bought of this item at this price."""
    return json.dumps([entity, customer, currency, item, plain(unit_price)])


def period_key(entity: str, period: str) -> str:
    """Name a period; neither part can contain the stroke."""
    return f"{entity}/{period}"


def loss_key(case_id: str) -> str:
    """Name the loss of a case: it publishes under a name of its own, beside the settlement that has the case's."""
    return f"{case_id}/loss"


def credit_key(entity: str, customer: str, currency: str) -> str:
    """Name a customer's credit balance."""
    return json.dumps([entity, customer, currency])


def of_shelf(key: str) -> str:
    """Refer to the blue lines on a shelf."""
    return f"shelf{REFERENCE}{key}"


def of_claim(claim_id: str) -> str:
    """Refer to the blue lines that a claim reserves."""
    return f"claim{REFERENCE}{claim_id}"


def of_case(case_id: str) -> str:
    """Refer to what the settlement of a case needs to be booked."""
    return f"case{REFERENCE}{case_id}"


def of_refund(refund_id: str) -> str:
    """Refer to the credit balance that a refund is paid from."""
    return f"refund{REFERENCE}{refund_id}"


def of_proposal(proposal_id: str) -> str:
    """Refer to what a proposal changes when it comes into force."""
    return f"proposal{REFERENCE}{proposal_id}"


def of_document(document_id: str) -> str:
    """Refer to what a credit document on its way needs."""
    return f"document{REFERENCE}{document_id}"


def of_invoice(key: str) -> str:
    """Refer to all lines of a blue invoice."""
    return f"invoice{REFERENCE}{key}"


def of_form(form_no: str) -> str:
    """Refer to what a buyer's form needs."""
    return f"form{REFERENCE}{form_no}"


def of_paper(key: str) -> str:
    """Refer to what an issued document has moved."""
    return f"paper{REFERENCE}{key}"


def paper_key(entity: str, number: str) -> str:
    """Name an issued document by its number."""
    return f"{entity}/{number}"


def of_supplier_claim(claim_id: str) -> str:
    """Refer to the loss that a claim on a supplier is about, and to its entity."""
    return f"supplier_claim{REFERENCE}{claim_id}"


def of_supplier_return(return_id: str) -> str:
    """Refer to the entity of goods that go back to their supplier."""
    return f"supplier_return{REFERENCE}{return_id}"


def of_month(key: str) -> str:
    """Refer to the differences between the books of a month, and to those of its entity at any time."""
    return f"month{REFERENCE}{key}"


def of_revaluation(entity: str, period: str, currencies: Iterable[str]) -> str:
    """Refer to what a month end revalues, in the currencies whose rates it was given."""
    return f"revaluation{REFERENCE}{json.dumps([entity, period, sorted(currencies)])}"


def of_splits(key: str) -> str:
    """Refer to the losses that a month may have made larger or smaller."""
    return f"splits{REFERENCE}{key}"


def of_counters(key: str) -> str:
    """Refer to what a month end compares, in the step that does so."""
    return f"counters{REFERENCE}{key}"


def of_adjustment(adjustment_id: str) -> str:
    """Refer to the entity of an entry that was written by hand."""
    return f"adjustment{REFERENCE}{adjustment_id}"


def of_write_off(write_off_id: str) -> str:
    """Refer to the entity of a write-off."""
    return f"write_off{REFERENCE}{write_off_id}"


def plain(value: Decimal) -> str:
    """Write a number without trailing zeros: 2.50 and 2.5 are one price."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
