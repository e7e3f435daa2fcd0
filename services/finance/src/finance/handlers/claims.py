"""What was sold, and which of it is reserved for a return?"""

from typing import Any

from contracts.base import Scope
from contracts.rma import CaseSettled, ReturnRefused
from finance import decide
from finance.handlers.reading import open_books, rates_of
from finance.model import BlueInvoice, BlueLine, Claim, ImportBlueInvoice, MakeClaim, Policy, Shelf
from finance.model.keys import invoice_key, plain
from finance.model.monthend import ExpectedReturn
from servicekit.http import Asked
from servicekit.work import Done, Unit, done


def import_blue_invoice(unit: Unit, asked: Asked[ImportBlueInvoice]) -> Done:
    """Take over an original invoice."""
    body = asked.body
    key = invoice_key(body.entity, body.invoice)
    known = unit.get(BlueInvoice, key)
    rates = rates_of(unit.policy(Policy, Scope()).values)
    invoice, lines = decide.claims.import_blue_invoice(known, body, rates)
    answer = {"entity": body.entity, "invoice": body.invoice, "lines": len(body.lines)}
    if invoice is known:
        return Done(answer=answer)
    return done(key, invoice, also=[(line.id, line) for line in lines], answer=answer)


def make_claim(unit: Unit, asked: Asked[MakeClaim]) -> Done:
    """Find and reserve originals."""
    body = asked.body
    known = unit.get(Claim, body.claim_id)
    shelves = {}
    for key in {decide.claims.shelf_of(body, line) for line in body.lines if line.goods}:
        shelf = unit.get(Shelf, key)
        shelves[key] = list(unit.all(BlueLine, shelf.lines if shelf else ()).values())
    claim, moved = decide.claims.make_claim(known, body, shelves)
    if claim is known:
        return Done(answer=found(claim))
    return done(claim.claim_id, claim, also=list(moved.items()), answer=found(claim))


def release_claim(unit: Unit, news: CaseSettled | ReturnRefused) -> Done:
    """Give back what a case without a credit still reserves."""
    books = open_books(unit, news.claim)
    books.release_claim()
    expected = unit.get(ExpectedReturn, news.case_id)
    if expected is None or expected.ended_on or getattr(news, "credited", None) is not None:
        return Done(tuple(books.changed()))
    return Done((*books.changed(), (expected.case_id, expected.but(ended_on=unit.now.date()))))


def found(claim: Claim) -> dict[str, Any]:
    """Give what was found for a claim."""
    lines = [
        {
            "line": line.line,
            "allocations": [
                {"original": each.original.model_dump(), "quantity": plain(each.quantity)} for each in line.allocations
            ],
            "unmatched": plain(line.unmatched),
        }
        for line in claim.lines
    ]
    return {"claim_id": claim.claim_id, "lines": lines}
