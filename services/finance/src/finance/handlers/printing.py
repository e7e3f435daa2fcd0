"""Who prints what?"""

from collections.abc import Iterable
from datetime import datetime

from contracts.base import Scope
from finance.decide import printing
from finance.model import BlueInvoice, Buyer, IssuedPaper, Policy
from finance.model.keys import invoice_key, of_paper, paper_key
from finance.model.printing import PrintedPaper, Printing, PrintPaper
from servicekit.http import Asked
from servicekit.work import Done, Ref, Unit, done


def asked_for(asked: Asked[PrintPaper], _now: datetime) -> Iterable[Ref]:
    """Lock the page, and read what stands on it."""
    key = paper_key(asked.body.entity, asked.body.number)
    yield IssuedPaper, key
    yield BlueInvoice, of_paper(key)
    yield PrintedPaper, printing.key_of(asked.body)


def print_paper(unit: Unit, asked: Asked[PrintPaper]) -> Done:
    """Print a paper once more."""
    body = asked.body
    paper = unit.need(IssuedPaper, paper_key(body.entity, body.number))
    blue = unit.get(BlueInvoice, invoice_key(body.entity, paper.document.original))
    buyer = Buyer.model_validate_json(blue.buyer).name if blue and blue.buyer else ""
    known = unit.get(PrintedPaper, printing.key_of(body))
    who = Printing(by=unit.actor, at=unit.now)
    after = printing.printed(known, body, paper, buyer, unit.policy(Policy, Scope()).values, who)
    answer = {"sheet": body.sheet, "number": body.number, "printing": len(after.printings), "digest": after.digest}
    return done(after.key, after, answer=answer)
