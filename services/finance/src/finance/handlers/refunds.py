"""How is a customer's credit paid out?"""

from collections.abc import Iterable
from typing import Any

from contracts.base import Event, Scope
from finance import decide
from finance.decide import Books
from finance.handlers.reading import credit_of, open_books, signer
from finance.model import (
    Approve,
    ConfirmPayment,
    Policy,
    Refund,
    ReportFailure,
    RequestRefund,
    SendRefund,
    Settlement,
)
from servicekit.http import Asked
from servicekit.work import Done, Unit, done


def request_refund(unit: Unit, asked: Asked[RequestRefund]) -> Done:
    """Ask for a payout."""
    body = asked.body
    settlement = unit.get(Settlement, body.case) if body.case else None
    books = open_books(unit)
    books.credit = credit_of(unit, body.entity, body.customer, body.currency)
    values = values_of(unit, settlement)
    refund, after = decide.refunds.request(asked.case_id, body, books, settlement, values, signer(unit))
    return moved(refund, after, books, values)


def approve_refund(unit: Unit, asked: Asked[Approve]) -> Done:
    """Sign for a payout."""
    refund, settlement, books = at_hand(unit, asked.case_id)
    values = values_of(unit, settlement)
    who = signer(unit, asked.body.on_behalf_of)
    after, case, events = decide.refunds.approve(refund, settlement, books, values, who)
    return moved(after, case, books, values, events)


def send_refund(unit: Unit, asked: Asked[SendRefund]) -> Done:
    """Hand a payout to the bank."""
    refund, settlement, books = at_hand(unit, asked.case_id)
    return moved(decide.refunds.send(refund, books), settlement, books, values_of(unit, settlement))


def confirm_payment(unit: Unit, asked: Asked[ConfirmPayment]) -> Done:
    """Note that the bank has paid."""
    refund, settlement, books = at_hand(unit, asked.case_id)
    after, events = decide.refunds.confirm(refund, asked.body, books)
    return moved(after, settlement, books, values_of(unit, settlement), events)


def report_failure(unit: Unit, asked: Asked[ReportFailure]) -> Done:
    """Note that the bank could not pay."""
    refund, settlement, books = at_hand(unit, asked.case_id)
    after, case, events = decide.refunds.fail(refund, settlement, asked.body, books)
    return moved(after, case, books, values_of(unit, settlement), events)


def at_hand(unit: Unit, refund_id: str) -> tuple[Refund, Settlement | None, Books]:
    """Give a refund with its case, and the books with the balance that it is paid from."""
    refund = unit.need(Refund, refund_id)
    books = open_books(unit)
    books.credit = credit_of(unit, refund.entity, refund.customer, refund.currency)
    return refund, unit.get(Settlement, refund.case) if refund.case else None, books


def values_of(unit: Unit, settlement: Settlement | None) -> Policy:
    """Give the policy of the case that is paid out; otherwise that of the house."""
    values: Policy = unit.policy(Policy, settlement.scope if settlement else Scope()).values
    return values


def moved(
    refund: Refund, settlement: Settlement | None, books: Books, values: Policy, events: Iterable[Event] = ()
) -> Done:
    """Say what was decided for a refund."""
    also = [*books.changed(), *([(settlement.case_id, settlement)] if settlement else [])]
    return done(refund.refund_id, refund, *events, also=also, answer=refunded(refund, settlement, values))


def refunded(refund: Refund, settlement: Settlement | None, values: Policy) -> dict[str, Any]:
    """Give what a caller hears about a refund."""
    missing = decide.refunds.levels_missing(refund, settlement, values) if refund.stage == "REQUESTED" else ()
    return {
        "refund_id": refund.refund_id,
        "stage": refund.stage,
        "amount": refund.amount,
        "approvals_missing": len(missing),
        "levels_missing": missing,
    }
