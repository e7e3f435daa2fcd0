"""What does it come to? One table of reports: what is added up, by what, and every total opens down to its rows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

import sqlalchemy as sa

from contracts.base import Refused, Unknown
from finance import rules
from finance.model.policy import Distribution
from finance.views import losses, service
from finance.views import report_rows as rows
from servicekit.http import Call


class NoSuchColumn(Refused):
    """A report is grouped and opened by its own columns."""

    status = 422


class Report(NamedTuple):
    """Where the rows come from, by what they are usually added up, what is added up, and which rates follow from it."""

    source: str
    by: tuple[str, ...]
    sums: tuple[str, ...]
    dimensions: tuple[str, ...]
    rates: tuple[tuple[str, str, str], ...] = ()
    running: str = ""
    """What is carried from month to month: the report then opens and closes each of them."""


PAPER = ("case_id", "document", "entry")
BOOKS = ("month", "entity", "currency", "customer", "template", "account", "department", *PAPER)
SERVICE = (
    "persons", "days", "journeys", "installation", "dispatch", "material", "labour", "transport", "contractual",
    "total",
)  # fmt: skip
SERVED = ("month", "entity", "currency", "customer", "project", "kind", *PAPER)
REPORTS: Mapping[str, Report] = {
    "losses": Report(
        losses.ROWS,
        ("month", "party", "kind", "currency"),
        ("gross", "recovered", "net"),
        ("month", "entity", "currency", "cause", "party", "kind", "product", *PAPER),
        (("recovery_rate", "recovered", "gross"),),
    ),
    "supplier-recovery": Report(
        losses.RECOVERY,
        ("month", "supplier", "currency"),
        ("claimed", "accepted", "withdrawn"),
        ("month", "entity", "currency", "supplier", "stage", *PAPER),
        (("recovery_rate", "accepted", "claimed"),),
    ),
    "red-invoices": Report(
        rows.CREDITS,
        ("month", "type", "reason", "currency"),
        ("net", "tax", "gross"),
        ("month", "entity", "currency", "customer", "type", "reason", "rate", "original", *PAPER),
    ),
    "tax-working-paper": Report(
        rows.CREDITS,
        ("month", "entity", "reason", "rate", "currency"),
        ("net", "tax"),
        ("month", "entity", "currency", "type", "reason", "rate", *PAPER),
    ),
    "allowances": Report(
        rows.ALLOWANCES,
        ("month", "customer", "currency"),
        ("net", "tax", "gross"),
        ("month", "entity", "currency", "customer", "type", "original", *PAPER),
    ),
    "returns-rate": Report(
        rows.RETURNS,
        ("month", "product", "currency"),
        ("invoiced", "credited"),
        ("month", "entity", "currency", "customer", "product", *PAPER),
        (("returns_rate", "credited", "invoiced"),),
    ),
    "cost-of-quality": Report(
        rows.QUALITY,
        ("month", "account", "department", "currency"),
        ("gross", "recovered", "net"),
        BOOKS,
        (("recovery_rate", "recovered", "gross"),),
    ),
    "repairs": Report(
        rows.REPAIRS,
        ("month", "currency"),
        ("revenue", "cost", "margin"),
        BOOKS,
        (("margin_rate", "margin", "revenue"),),
    ),
    "service-costs": Report(service.COSTS, ("month", "currency"), SERVICE, SERVED),
    "service-projects": Report(service.PROJECTS, ("month", "project", "customer", "currency"), SERVICE, SERVED),
    "fee-discounts": Report(
        service.GIVEN_AWAY,
        ("month", "free", "currency"),
        ("discount", "discounts"),
        ("month", "entity", "currency", "customer", "repair_number", "reason", "free", *PAPER),
    ),
    "sanctions": Report(
        service.SANCTIONS,
        ("month", "department", "person", "sanction"),
        ("notices",),
        ("month", "entity", "department", "person", "offence", "sanction", *PAPER),
    ),
    "warranty-provision": Report(
        rows.WARRANTY,
        ("month", "currency"),
        ("accrued", "used", "released", "recovered", "change"),
        BOOKS,
        running="change",
    ),
    "quantity-differences": Report(
        rows.QUANTITIES,
        ("month", "difference"),
        ("quantity", "lines"),
        ("month", "entity", "customer", "difference", *PAPER),
    ),
    "refunds": Report(
        rows.REFUNDS,
        ("month", "stage", "currency"),
        ("amount", "refunds", "paid", "days"),
        ("month", "entity", "currency", "customer", "stage", *PAPER),
    ),
    "cut-off": Report(
        rows.CUT_OFF,
        ("entity", "currency", "held"),
        ("approved", "received", "amount"),
        ("month", "entity", "currency", "customer", "stage", "held", *PAPER),
    ),
    "numbers": Report(
        rows.NUMBERS,
        ("entity", "series", "type", "void"),
        ("numbers", "net", "tax"),
        ("month", "entity", "series", "type", "void", *PAPER),
    ),
    "approvals": Report(
        rows.APPROVALS,
        ("month", "actor", "action"),
        ("decisions",),
        ("month", "entity", "actor", "action", "reason", *PAPER),
    ),
    "return-bookings": Report(
        rows.BOOKINGS,
        ("case_id", "return_slip", "status", "currency"),
        ("net", "tax", "gross"),
        ("month", "entity", "currency", "customer", "type", "return_slip", "status", *PAPER),
    ),
    "advance-replacements": Report(
        rows.ADVANCE,
        ("customer", "currency"),
        ("quantity", "cost", "gross"),
        ("month", "entity", "currency", "customer", "product", *PAPER),
    ),
}


async def totals(call: Call, name: str, by: Sequence[str], wanted: Mapping[str, str]) -> dict[str, Any]:
    """Add a report up, by its usual columns or by those that are asked for; each total says how it is opened.

    Raises:
        NoSuchColumn: the report has none of that name.
    """
    report = named(name)
    columns = tuple(by) or report.by
    _check(report, (*columns, *wanted))
    groups: list[sa.ColumnClause[Any]] = [sa.column(column) for column in columns]
    sums: list[Any] = [sa.func.sum(sa.column(each)).label(each) for each in report.sums]
    query: Any = sa.select(*groups, *sums).select_from(_source(report)).group_by(*groups).order_by(*groups)
    carried = {key: value for key, value in wanted.items() if not (report.running and key == "month")}
    found = _carried(report, columns, await call.read(query.where(*_where(carried))))
    kept = [row for row in found if all(str(row.get(key, value)) == value for key, value in wanted.items())]
    return {"name": name, "by": columns, "items": [_total(name, report, columns, row, wanted) for row in kept]}


def due(name: str, monthly: Mapping[str, Distribution], month: date) -> dict[str, Any]:
    """Say by when a month's report is ready and who gets it; there is nothing to say of one that is not monthly."""
    if name not in monthly:
        return {}
    day, readers = rules.service.report_due(month, monthly[name].day), monthly[name].readers
    return {"month": f"{month:%Y-%m}", "due_on": day, "readers": readers}


def _carried(report: Report, columns: Sequence[str], found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Open each month with what the one before closed with; a report that carries nothing stays as it is."""
    if not report.running or "month" not in columns:
        return found
    ends: dict[tuple[Any, ...], Any] = defaultdict(Decimal)
    for row in sorted(found, key=lambda each: str(each["month"])):
        group = tuple(row[column] for column in columns if column != "month")
        row["opening"] = ends[group]
        row["closing"] = ends[group] = ends[group] + row[report.running]
    return found


def _total(
    name: str, report: Report, columns: Sequence[str], row: dict[str, Any], wanted: Mapping[str, str]
) -> dict[str, Any]:
    rates = {rate: rules.ageing.rate(row[part], row[whole]) for rate, part, whole in report.rates}
    question = urlencode({**wanted, **{column: row[column] for column in columns}})
    return {**row, **rates, "open": f"/reports/{name}/rows?{question}"}


async def opened(call: Call, name: str, wanted: Mapping[str, str], limit: int) -> list[dict[str, Any]]:
    """Give the rows behind a total: each with its case, its document and its entry.

    Raises:
        NoSuchColumn: the report has none of that name.
    """
    report = named(name)
    _check(report, tuple(wanted))
    columns: list[sa.ColumnClause[Any]] = [sa.column(each) for each in (*report.dimensions, *report.sums)]
    query: Any = sa.select(*columns).select_from(_source(report)).where(*_where(wanted))
    return await call.read(query.order_by(*(sa.column(each) for each in PAPER)).limit(limit))


def named(name: str) -> Report:
    """Find a report.

    Raises:
        Unknown: there is none.
    """
    if name not in REPORTS:
        raise Unknown(f"There is no report {name[:64]}; there are {', '.join(REPORTS)}.")
    return REPORTS[name]


def _check(report: Report, columns: Sequence[str]) -> None:
    strange = sorted(set(columns) - set(report.dimensions))
    if strange:
        raise NoSuchColumn(f"{', '.join(strange)[:200]}: this report has {', '.join(report.dimensions)}.")


def _source(report: Report) -> sa.FromClause:
    columns: list[sa.ColumnClause[Any]] = [sa.column(each) for each in (*report.dimensions, *report.sums)]
    return sa.text(report.source).columns(*columns).subquery("rows")


def _where(wanted: Mapping[str, str]) -> list[sa.ColumnElement[bool]]:
    """Choose rows by what their columns say."""
    return [sa.column(name) == value for name, value in wanted.items()]
