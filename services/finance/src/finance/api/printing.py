"""What can be printed?"""

from typing import Annotated

import sqlalchemy as sa
from fastapi import Query, Response

from contracts.base import Unknown
from finance import handlers
from finance.decide import printing, sheets
from finance.ledger.printing import printed_papers
from finance.model.printing import PrintedPaper, PrintPaper
from servicekit.http import Calling, router

routes = router()


@routes.post("/prints", status_code=201)
async def print_paper(body: PrintPaper, call: Calling) -> Response:
    """Print a document, a voucher, a slip, a certificate or a claim: archived with its hash first, then a copy."""
    return await call.do(handlers.PRINT, body, status=201)


@routes.get("/prints/{sheet}/{entity}/{number}")
async def get_page(
    sheet: str, entity: str, number: str, call: Calling, printing_: Annotated[int, Query(alias="printing", ge=1)] = 1
) -> Response:
    """Give the page of one printing, for a browser to put on paper."""
    key = f"{sheet}/{entity}/{number}"
    rows = await call.read(sa.select(printed_papers.c.body).where(printed_papers.c.id == key))
    paper = PrintedPaper.model_validate(rows[0]["body"]) if rows else None
    if paper is None or printing_ > len(paper.printings):
        raise Unknown(f"{number} of {entity} was not printed so often.")
    return Response(printing.shown(paper, printing_), 200, sheets.HEADERS, "text/html")
