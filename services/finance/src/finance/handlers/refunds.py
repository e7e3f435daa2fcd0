"""How is a customer's credit paid out?"""

from typing import Any

from contracts.base import Scope
from finance import decide
from finance.handlers.reading import open_books
from finance.model import Approve, ConfirmPayment, CustomerCredit, Policy, Refund, RequestRefund
from finance.model.keys import credit_key
from servicekit.http import Asked
from servicekit.work import Done, Unit, done


def request_refund(unit: Unit, asked: Asked[RequestRefund]) -> Done:
    """Ask for a payout."""
    credit = unit.get(CustomerCredit, credit_key(asked.body.entity, asked.body.customer, asked.body.currency))
    values = unit.policy(Policy, Scope()).values
    refund = decide.refunds.request(asked.case_id, asked.body, credit, values, unit.actor)
    return done(asked.case_id, refund, answer=refunded(refund))


def approve_refund(unit: Unit, asked: Asked[Approve]) -> Done:
    """Sign for a payout."""
    refund = unit.need(Refund, asked.case_id)
    books = open_books(unit)
    books.credit = unit.get(CustomerCredit, refund.credit)
    after = decide.refunds.approve(refund, books, unit.actor)
    return done(asked.case_id, after, also=books.changed(), answer=refunded(after))


def confirm_payment(unit: Unit, asked: Asked[ConfirmPayment]) -> Done:
    """Note that the bank has paid."""
    books = open_books(unit)
    after, events = decide.refunds.confirm(unit.need(Refund, asked.case_id), asked.body, books)
    return done(asked.case_id, after, *events, also=books.changed(), answer=refunded(after))


def refunded(refund: Refund) -> dict[str, Any]:
    """Give what a caller hears about a refund."""
    return {
        "refund_id": refund.refund_id,
        "stage": refund.stage,
        "amount": refund.amount,
        "approvals_missing": max(refund.levels - len(refund.approved_by), 0),
    }
