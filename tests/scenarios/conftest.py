"""The scenarios of the money, as files that an accountant can read."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from redletter.main import app
from redletter.scenarios import reading

HERE = Path(__file__).parent

TEXT = """\
scenario: a return
given:
  profile: manufacturing
  invoices:
    - {invoice: B1, date: 2026-03-05, open: 0, lines: [{quantity: 10, price: 100.00, tax: 130.00}]}
steps:
  - on: 2026-04-10
    decide: {case: K-1, kind: CREDIT, lines: [{from: B1/1, approved: 3}]}
then:
  documents:
    - {type: RED_INVOICE, net: 300.00, tax: 39.00, gross: 339.00}
  entries:
    - {debit: {REVENUE: 300.00, OUTPUT_VAT: 39.00}, credit: {CUSTOMER_CREDIT: 339.00}}
"""


@pytest.fixture
def text():
    """A scenario that goes well."""
    return TEXT


@pytest.fixture
def changed():
    """Read that scenario with something replaced in it."""

    def read(*pairs):
        text = TEXT
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        return reading.parse(text)

    return read


@pytest.fixture
def redletter():
    """Run the command."""

    def run(*words, code=0):
        done = CliRunner().invoke(app, ["scenarios", *map(str, words)])
        assert done.exit_code == code, done.output
        return done

    return run
