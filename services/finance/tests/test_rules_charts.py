"""Under which number does a role stand in the chart of an entity? A table of examples for each rule."""

import pytest

from finance import rules
from finance.model import Account

CHARTS = {"CN": {Account.AR: "1122", Account.COGS: "6401"}, "GROUP": {Account.AR: "140000"}}


@pytest.mark.parametrize(
    ("listed", "jurisdiction", "number"),
    [
        ({}, "CN", "1122"),
        ({}, "CN-E-INVOICE", "1122"),
        ({"CN01": "GROUP"}, "CN", "140000"),
        ({"CN02": "GROUP"}, "CN-PAPER", "1122"),
        ({}, "EU", "AR"),
        ({"CN01": "GONE"}, "CN", ""),
    ],
)
def test_an_entity_has_its_own_chart_or_that_of_its_country(listed, jurisdiction, number):
    chart = rules.charts.chart_of("CN01", listed, jurisdiction, CHARTS)
    assert rules.charts.account_number(Account.AR, chart) == number


@pytest.mark.parametrize(
    ("jurisdiction", "row"), [("CN", "red"), ("CN-E-INVOICE", "red"), ("CN-PAPER", "own"), ("EU", None)]
)
def test_a_jurisdiction_has_its_own_row_or_that_of_its_country(jurisdiction, row):
    assert rules.charts.of_place(jurisdiction, {"CN": "red", "CN-PAPER": "own"}) == row


@pytest.mark.parametrize(
    ("chart", "missing"),
    [
        (CHARTS["CN"], (Account.QUALITY_LOSS,)),
        (CHARTS["GROUP"], (Account.COGS, Account.QUALITY_LOSS)),
        ({}, (Account.AR, Account.COGS, Account.QUALITY_LOSS)),
        (None, ()),
    ],
)
def test_with_a_chart_every_role_needs_a_number(chart, missing):
    roles = [Account.QUALITY_LOSS, Account.AR, Account.COGS, Account.AR]
    assert rules.charts.without_number(roles, chart) == missing
