"""Every European credit note that a scenario makes is valid: by the schema of UBL 2.1, and by the rules of EN 16931."""

from datetime import datetime, time
from pathlib import Path

import pytest

from finance import rules
from finance.jurisdictions import ubl
from finance.model import BlueInvoice, BlueLine, Buyer, Company, Document, DocumentType
from finance.model.keys import invoice_key
from redletter.scenarios import reading, running
from redletter.scenarios.memory import Memory

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
SELLER = Company(name="Seller GmbH", tax_id="DE136695976", city="Berlin", postal_code="10115", country="DE")
BUYER = Buyer(name="Buyer GmbH", tax_id="DE136695976", city="Berlin", postal_code="10115", country="DE")


def notes():
    """Give every credit note of every scenario, with what it says beside itself."""
    for path in FILES:
        scenario = reading.read(path)
        office, _ = running.play(scenario, Memory(running.policy_of(scenario.given)))
        for document in office.all(Document):
            if document.type is DocumentType.CREDIT_NOTE:
                blues = {line.blue_line: office.get(BlueLine, line.blue_line) for line in document.lines}
                codes = {key: rules.tax_code(blue.tax_code, blue.net, blue.tax) for key, blue in blues.items()}
                sold = datetime.combine(
                    office.get(BlueInvoice, invoice_key(document.entity, document.original)).issued_at.date(), time()
                )
                context = ubl.Context(sold.date().isoformat(), SELLER, BUYER, codes)
                yield f"{path.stem} {document.number}", ubl.credit_note(document, context)


@pytest.mark.req("F-46", "F-37")
def test_every_credit_note_of_every_scenario_is_valid_by_schema_and_norm(judged):
    made = dict(notes())

    assert {name: wrong for name, xml in made.items() if (wrong := judged(xml))} == {}
    assert len(made) >= 3
