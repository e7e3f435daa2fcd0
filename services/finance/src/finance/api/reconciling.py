"""Where do our books, the ERP's and the tax platform's differ, and who says why?"""

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Path, Query, Response

from contracts.base import CaseId
from finance import handlers
from finance.ledger.reconciling import TIES, differences, reconciliations
from finance.model.keys import period_key
from finance.model.reconciliation import CloseDifference, Month, Reconcile, TellAccount, TellDocument
from finance.model.requests import PathCode
from servicekit.http import Bulk, Calling, answered, page, router

routes = router()
Text = Annotated[str, Query(max_length=64)]


@routes.post("/other-books/documents:bulk")
async def tell_documents(body: Bulk[TellDocument], call: Calling) -> Response:
    """Take over up to a thousand documents as the ERP or the tax platform has them; the latest word counts."""
    return await call.do_many(handlers.TELL_DOCUMENT, body)


@routes.post("/other-books/accounts:bulk")
async def tell_accounts(body: Bulk[TellAccount], call: Calling) -> Response:
    """Take over what up to a thousand accounts of the ERP came to in a month, of what they got from here."""
    return await call.do_many(handlers.TELL_ACCOUNT, body)


@routes.post("/reconciliations", status_code=201)
async def reconcile(body: Reconcile, call: Calling) -> Response:
    """Compare the books for a month: what differs is a task on the worklist `book-differences`."""
    return await call.do(handlers.RECONCILE, body, status=201)


@routes.get("/reconciliations")
async def find_reconciliations(call: Calling, entity: Text = "", period: Text = "") -> Response:
    """Find the months that were compared."""
    return await page(call, reconciliations, entity=entity, period=period)


@routes.get("/reconciliations/{entity}/{period}")
async def get_reconciliation(
    entity: Annotated[PathCode, Path()], period: Annotated[Month, Path()], call: Calling
) -> Response:
    """Show when a month was compared, with which books, and how much is open."""
    return await call.read_one(reconciliations, period_key(entity, period), "reconciliation")


@routes.get("/sub-ledgers")
async def show_sub_ledgers(call: Calling, entity: Text = "") -> Response:
    """Show what the journal has left on each role beside what its records come to, towards debit (I18)."""
    query: Any = sa.text(TIES).bindparams(entity=entity)
    rows = await call.read(query)
    return answered(200, {"items": [{**row, "difference": row["ledger"] - row["sub_ledger"]} for row in rows]})


@routes.get("/differences")
async def find_differences(call: Calling, stage: Text = "", entity: Text = "", period: Text = "") -> Response:
    """Find differences between the books: OPEN, CLOSED with a reason, or GONE."""
    return await page(call, differences, stage=stage, entity=entity, period=period)


@routes.get("/differences/{difference_id}")
async def get_difference(difference_id: CaseId, call: Calling) -> Response:
    """Show one difference: what each book says."""
    return await call.read_one(differences, difference_id, "difference")


@routes.post("/differences/{difference_id}:close")
async def close_difference(difference_id: CaseId, body: CloseDifference, call: Calling) -> Response:
    """Let a difference stand for a reason; when it moves it is open again."""
    return await call.do(handlers.CLOSE_DIFFERENCE, body, difference_id)
