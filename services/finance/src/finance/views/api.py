"""What can the people of finance ask? What waits, what would be, what is owed, and what goes to the ledger."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import Query, Response

from contracts.base import CaseId
from finance import handlers
from finance.decide import sheets
from finance.decide.printing import company_of
from finance.ledger.policy import policy
from finance.model.exports import AcknowledgeExport, ExportGL
from finance.model.payments import ReportPayment
from finance.model.preview import PreviewCredit
from finance.views import ageing, audit, collection, exports, preview, reports, statement, statement_page, worklists
from servicekit.http import Calling, answered, router

routes = router()
Text = Annotated[str, Query(max_length=64)]
Key = Annotated[str, Query(max_length=400)]
Limit = Annotated[int, Query(ge=1, le=1000)]
After = Annotated[int, Query(ge=0, lt=2**63)]
Day = Annotated[date | None, Query()]
First = Annotated[date, Query(alias="from")]
DAY = timedelta(days=1)
Last = Annotated[date, Query(alias="to")]


@routes.post("/credit-documents:preview")
async def preview_credit(body: PreviewCredit, call: Calling) -> Response:
    """Say what a decision would issue, post or be held by; nothing is written."""
    return answered(200, await preview.preview(call, body))


@routes.get("/worklists")
async def list_worklists(call: Calling) -> Response:
    """List the worklists: whose each is, how long it is, and how much of it is late."""
    return answered(200, {"items": await worklists.overview(call)})


@routes.get("/worklists/{name}")
async def show_worklist(name: str, call: Calling, limit: Limit = 100, *, mine: bool = False) -> Response:
    """Show one worklist, the oldest first; mine are the rows that the caller may sign."""
    scopes = call.request.state.principal.scopes
    levels = [scope.removeprefix("level:") for scope in scopes if scope.startswith("level:")] if mine else None
    return answered(200, await worklists.one(call, name, limit, levels))


@routes.get("/customers/{customer}/statement")
async def show_statement(customer: str, call: Calling, entity: Text = "", on: Day = None) -> Response:
    """Show what a customer owes, invoice by invoice and by age, and what credit is not applied yet."""
    day, values = on or call.desk.runtime.now().date(), await policy(call)
    found = await statement.of_customer(call, customer, entity, day, values.payment_terms_days)
    return answered(200, {"customer": customer, "on": day, "statements": [statement.told(one) for one in found]})


@routes.get("/customers/{customer}/statement/page")
async def print_statement(customer: str, call: Calling, entity: Text = "", on: Day = None) -> Response:
    """Give the same as a page for a browser to put on paper, with room for the customer to confirm it."""
    day, values = on or call.desk.runtime.now().date(), await policy(call)
    found = await statement.of_customer(call, customer, entity, day, values.payment_terms_days)
    page = statement_page.page(found, company_of(entity, values), customer, day)
    return Response(page, 200, sheets.HEADERS, "text/html")


@routes.get("/ageing")
async def show_ageing(call: Calling, entity: Text = "", on: Day = None) -> Response:
    """Show what every customer owes, by age."""
    day, values = on or call.desk.runtime.now().date(), await policy(call)
    return answered(200, {"on": day, "items": await ageing.ageing(call, entity, day, values.payment_terms_days)})


@routes.get("/credit-balances")
async def show_credit_balances(call: Calling, entity: Text = "", on: Day = None) -> Response:
    """Show every credit balance, and how long it has lain unused."""
    day = on or call.desk.runtime.now().date()
    return answered(200, {"on": day, "items": await ageing.credit_by_age(call, entity, day)})


@routes.get("/reports/collection-rate")
async def show_collection_rate(
    call: Calling, first: First, last: Last, entity: Text = "", salesperson: Text = ""
) -> Response:
    """Show how much of what fell due in these days was collected, and the invoices behind it."""
    terms = (await policy(call)).payment_terms_days
    rows = await collection.rows_of(call, entity, salesperson, first, last, terms)
    items = [one._asdict() for one in collection.collected(rows)]
    return answered(200, {"items": items, "rows": [row._asdict() for row in rows]})


@routes.get("/reports")
async def list_reports(call: Calling) -> Response:
    """List the reports with their columns; a monthly one says by when last month's is ready, and for whom."""
    due, last = (await policy(call)).monthly_reports, call.desk.runtime.now().date().replace(day=1) - DAY
    items = [
        {"name": name, "by": one.by, "sums": one.sums, "columns": one.dimensions, **reports.due(name, due, last)}
        for name, one in reports.REPORTS.items()
    ]
    return answered(200, {"items": items})


@routes.get("/reports/{name}")
async def show_report(name: str, call: Calling, by: Key = "") -> Response:
    """Add a report up, `?by=month,customer`; any of its columns chooses rows, `?month=2026-03`."""
    wanted = {key: value for key, value in call.request.query_params.items() if key != "by"}
    return answered(200, await reports.totals(call, name, [each for each in by.split(",") if each], wanted))


@routes.get("/reports/{name}/rows")
async def open_report(name: str, call: Calling, limit: Limit = 1000) -> Response:
    """Open a total down to its rows, each with its case, document and entry."""
    wanted = {key: value for key, value in call.request.query_params.items() if key != "limit"}
    return answered(200, {"items": await reports.opened(call, name, wanted, limit)})


@routes.post("/invoice-payments", status_code=201)
async def report_payment(body: ReportPayment, call: Calling) -> Response:
    """Report that a customer has paid on a blue invoice."""
    return await call.do(handlers.REPORT_PAYMENT, body, status=201)


@routes.post("/exports/gl", status_code=201)
async def export_gl(body: ExportGL, call: Calling) -> Response:
    """Put what is not exported yet into a batch for the general ledger."""
    return await call.do(handlers.EXPORT, body, status=201)


@routes.post("/exports:acknowledge")
async def acknowledge_export(body: AcknowledgeExport, call: Calling) -> Response:
    """Take over what the ERP says of the entries of a batch."""
    return await call.do(handlers.ACKNOWLEDGE, body)


@routes.get("/exports")
async def find_exports(call: Calling, entity: Text = "", limit: Limit = 100) -> Response:
    """List the batches, the latest first."""
    return answered(200, {"items": await exports.find(call, entity, limit)})


@routes.get("/exports/{export_id}")
async def show_export(export_id: CaseId, call: Calling) -> Response:
    """Show a batch with what the ERP has said of each of its entries."""
    return answered(200, await exports.one(call, export_id))


@routes.get("/exports/{export_id}/file")
async def download_export(export_id: CaseId, call: Calling, format: Text = "csv") -> Response:  # noqa: A002  the caller's word
    """Give a batch as a file: csv, xlsx or idoc; the same bytes whenever it is asked for."""
    content, kind, digest = await exports.file(call, export_id, format)
    name = f"{export_id}.{'json' if format == 'idoc' else format}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "ETag": f'"{digest}"',
        "Cache-Control": "no-store",
    }
    return Response(content, 200, headers, kind)


@routes.get("/audit")
async def read_audit(
    call: Calling,
    entity: Text = "",
    object: Key = "",  # noqa: A002  the caller's word
    actor: Text = "",
    correlation: Text = "",
    after: After = 0,
    limit: Limit = 100,
) -> Response:
    """Read the audit trail: who did what, when, from where and why, with what it changed."""
    wanted = {"entity": entity, "object": object, "actor": actor, "correlation": correlation}
    return answered(200, {"items": await audit.find(call, wanted, after, limit)})


@routes.get("/audit:verify")
async def verify_audit(call: Calling, entity: Text = "") -> Response:
    """Verify the chains: hash every record again, and read every paper again that it names."""
    async with call.desk.runtime.engine.connect() as conn:
        seen = await audit.verify(conn, entity)
    return answered(200, {**seen._asdict(), "findings": [one._asdict() for one in seen.findings]})
