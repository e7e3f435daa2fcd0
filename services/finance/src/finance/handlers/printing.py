"""Who prints what?"""

from collections.abc import Iterable
from datetime import datetime
from typing import get_args

from contracts.base import Scope
from finance.decide import printing
from finance.model import BlueInvoice, Buyer, IssuedPaper, PaperKind, Policy, Refund, Settlement
from finance.model.keys import invoice_key, of_paper, paper_key
from finance.model.printing import PrintedPaper, Printing, PrintPaper
from finance.model.suppliers import SupplierClaim
from servicekit.http import Asked
from servicekit.work import Done, Ref, Unit, done

BY_ID: dict[str, type[SupplierClaim | Refund]] = {"SUPPLIER_CLAIM": SupplierClaim, "PAYMENT_VOUCHER": Refund}


def asked_for(asked: Asked[PrintPaper], _now: datetime) -> Iterable[Ref]:
    """Lock the page, and read what stands on it."""
    body = asked.body
    if body.sheet in get_args(PaperKind):
        yield Settlement, case_of(body)
    elif body.sheet in BY_ID:
        yield BY_ID[body.sheet], body.number
    else:
        key = paper_key(body.entity, body.number)
        yield IssuedPaper, key
        yield BlueInvoice, of_paper(key)
    yield PrintedPaper, printing.key_of(body)


def case_of(asked: PrintPaper) -> str:
    """Give the case of a decision: a slip is asked for by the decision that it is about."""
    return asked.number.rpartition(".")[0]


def print_paper(unit: Unit, asked: Asked[PrintPaper]) -> Done:
    """Print a paper once more."""
    body = asked.body
    known = unit.get(PrintedPaper, printing.key_of(body))
    who = Printing(by=unit.actor, at=unit.now)
    after = printing.printed(known, body, lambda: written(unit, body), who)
    answer = {"sheet": body.sheet, "number": body.number, "printing": len(after.printings), "digest": after.digest}
    return done(after.key, after, answer=answer)


def written(unit: Unit, body: PrintPaper) -> str:
    """Write the page that is asked for."""
    values = unit.policy(Policy, Scope()).values
    if body.sheet in get_args(PaperKind):
        return printing.slip_of(body, unit.need(Settlement, case_of(body)), values)
    if body.sheet == "SUPPLIER_CLAIM":
        return printing.claim_of(body, unit.need(SupplierClaim, body.number), values)
    if body.sheet == "PAYMENT_VOUCHER":
        return printing.payment_of(body, unit.need(Refund, body.number), values)
    paper = unit.need(IssuedPaper, paper_key(body.entity, body.number))
    blue = unit.get(BlueInvoice, invoice_key(body.entity, paper.document.original))
    buyer = Buyer.model_validate_json(blue.buyer) if blue and blue.buyer else Buyer()
    return printing.page_of(body, paper, buyer, values)
