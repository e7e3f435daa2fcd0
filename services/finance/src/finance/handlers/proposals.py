"""What is proposed and signed for outside a decision?"""

from collections.abc import Iterable
from typing import Any

from contracts.base import Event, Original, Scope
from finance import decide
from finance.decide import Books
from finance.handlers.reading import credit_of, open_books, signer
from finance.model import Approve, Policy, Proposal, Propose, Refuse, Settlement
from servicekit.http import Asked
from servicekit.work import Done, Unit, done


def propose(unit: Unit, asked: Asked[Propose]) -> Done:
    """Write a proposal down."""
    body = asked.body
    settlement = unit.get(Settlement, body.case) if body.case else None
    books, values = books_for(unit, body), values_of(unit, settlement)
    after, case = decide.proposals.propose(asked.case_id, body, settlement, books, values, signer(unit))
    return moved(after, case, books, values)


def approve(unit: Unit, asked: Asked[Approve]) -> Done:
    """Sign for a proposal."""
    proposal = unit.need(Proposal, asked.case_id)
    settlement = unit.get(Settlement, proposal.case) if proposal.case else None
    books, values = books_for(unit, proposal), values_of(unit, settlement)
    who = signer(unit, asked.body.on_behalf_of)
    after, case, events = decide.proposals.approve(proposal, settlement, books, values, who)
    return moved(after, case, books, values, events)


def refuse(unit: Unit, asked: Asked[Refuse]) -> Done:
    """Decline a proposal."""
    proposal = unit.need(Proposal, asked.case_id)
    settlement = unit.get(Settlement, proposal.case) if proposal.case else None
    after, case, events = decide.proposals.refuse(proposal, settlement, signer(unit), asked.body.note)
    return moved(after, case, open_books(unit), values_of(unit, case), events)


def books_for(unit: Unit, about: Propose | Proposal) -> Books:
    """Give the books with the customer's balance and the invoice that is named."""
    named = [Original(invoice=about.invoice, line=1)] if about.invoice else []
    books = open_books(unit, "", about.entity, named)
    books.credit = credit_of(unit, about.entity, about.customer, about.currency)
    return books


def values_of(unit: Unit, settlement: Settlement | None) -> Policy:
    """Give the policy of the case; otherwise that of the house."""
    values: Policy = unit.policy(Policy, settlement.scope if settlement else Scope()).values
    return values


def moved(
    proposal: Proposal, settlement: Settlement | None, books: Books, values: Policy, events: Iterable[Event] = ()
) -> Done:
    """Say what became of a proposal; what is heard of it is heard under its case."""
    missing = decide.proposals.levels_missing(proposal, settlement, values) if proposal.stage == "PROPOSED" else ()
    answer: dict[str, Any] = {
        "proposal_id": proposal.proposal_id,
        "stage": proposal.stage,
        "levels_missing": missing,
        "document": proposal.document,
    }
    mine: list[tuple[str, Any]] = [(proposal.proposal_id, proposal), *books.changed()]
    if settlement is None:
        return Done(tuple(mine), tuple(events), answer)
    return done(settlement.case_id, settlement, *events, also=mine, answer=answer)
