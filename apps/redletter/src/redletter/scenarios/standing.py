"""Where do documents, forms and uploads stand? What a scenario compares of them."""

from collections import defaultdict
from decimal import Decimal

from pydantic import Field

from contracts.base import Magnitude, Part
from finance import rules
from finance.model import BlueLine, CreditDocument, Document, DocumentState, InboundForm, Reversal, Upload
from redletter.scenarios.office import Office
from redletter.scenarios.spelling import amount

NOTHING = "nothing"
LAST = {DocumentState.ISSUED, DocumentState.REVERSED, DocumentState.CANCELLED}


class StandingRate(Part):
    """What a document has at one rate of tax."""

    net: Magnitude = Field(description="its net amount")
    tax: Magnitude = Field(description="its tax")


def rates_told(rates: dict[str, StandingRate]) -> str:
    """Write what is expected at each rate."""
    rows = sorted((Decimal(rate), each.net, each.tax) for rate, each in rates.items())
    return ", ".join(f"{rate.normalize():f} %: {amount(net)} + {amount(tax)}" for rate, net, tax in rows)


def rates_of(document: Document, office: Office) -> str:
    """Add a document up by the tax rates of its blue lines."""
    found: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for line in document.lines:
        blue = office.get(BlueLine, line.blue_line)
        code = rules.tax_code(blue.tax_code, blue.net, blue.tax) if blue else rules.tax_code("", line.net, line.tax)
        sums = found[code.split()[1]]
        sums[0] += line.net
        sums[1] += line.tax
    return rates_told({rate: StandingRate(net=net, tax=tax) for rate, (net, tax) in found.items()})


def state_of(document: Document, office: Office) -> str:
    """Say whether a document stands: what was billed anew or taken back is REVERSED, what has no effect is VOID."""
    taken_back = next((each for each in office.all(Reversal) if each.document == document.id), None)
    if taken_back is None:
        return "ISSUED"
    return "VOID" if taken_back.kind == "VOID" else "REVERSED"


def credit_document(office: Office, name: str) -> str:
    """Say where a credit document on its way stands, by its name or its case."""
    return ", ".join(each.state for each in on_their_way(office, name)) or NOTHING


def on_their_way(office: Office, name: str) -> list[CreditDocument]:
    """Give a credit document, or those of a case: what was given up counts only where nothing came after it."""
    found = [each for each in office.all(CreditDocument) if name in {each.document_id, each.case_id}]
    kept = [each for each in found if each.state is not DocumentState.CANCELLED] or found
    return sorted(kept, key=lambda each: each.document_id)


def red_form(office: Office, name: str) -> str:
    """Say where a form stands: the buyer's by its number, ours by the credit document or its case."""
    inbound = office.get(InboundForm, name)
    if inbound is not None:
        ours = office.get(CreditDocument, inbound.document_id)
        matched = ours.form if ours and ours.form and ours.form.form_no == inbound.form_no else None
        return matched.state if matched else inbound.state
    return ", ".join(each.form.state if each.form else NOTHING for each in on_their_way(office, name)) or NOTHING


def upload(office: Office, case: str, wanted: str) -> str:
    """Say whether a certificate is uploaded, and by which day it must be where a day is asked for."""
    found = [each for each in office.all(Upload) if each.case_id == case]
    days = [f" {each.due_on}" if " " in wanted else "" for each in found]
    return ", ".join(f"{each.state}{day}" for each, day in zip(found, days, strict=True)) or NOTHING
