"""Under which number does an account role stand in the chart of a legal entity?"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from finance.model import Account

T = TypeVar("T")
Chart = Mapping[Account, str]


def of_place(jurisdiction: str, rows: Mapping[str, T]) -> T | None:
    """What is said for a country counts for every way in which its invoices are issued: CN for CN-E-INVOICE (1.6)."""
    return rows.get(jurisdiction, rows.get(jurisdiction.partition("-")[0]))


def chart_of(entity: str, listed: Mapping[str, str], jurisdiction: str, charts: Mapping[str, Chart]) -> Chart | None:
    """A legal entity's own chart of accounts comes before that of its jurisdiction (2.1)."""
    return charts.get(listed[entity], {}) if entity in listed else of_place(jurisdiction, charts)


def account_number(role: Account, chart: Chart | None) -> str:
    """Without any chart the general ledger maps roles itself, and gets their names (2.1, 4.3)."""
    return role.value if chart is None else chart.get(role, "")


def without_number(roles: Iterable[Account], chart: Chart | None) -> tuple[Account, ...]:
    """With a chart, nothing goes to the general ledger on a role that has no number there (2.1, 4.3)."""
    return tuple(sorted({role for role in roles if not account_number(role, chart)}))
