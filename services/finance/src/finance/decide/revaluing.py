"""At what does the open money of other currencies stand when a month ends?"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from finance import rules
from finance.model import Account, BlueInvoice, CustomerCredit, Refund
from finance.model.monthend import MonthFacts


class Foreign(NamedTuple):
    """What is open in the currencies whose rates were given, locked until the step is done."""

    invoices: tuple[BlueInvoice, ...] = ()
    credits: tuple[CustomerCredit, ...] = ()
    refunds: tuple[Refund, ...] = ()

    def within(self, currencies: Container[str]) -> "Foreign":
        """Give what is in these currencies."""
        return Foreign(
            tuple(each for each in self.invoices if each.currency in currencies),
            tuple(each for each in self.credits if each.currency in currencies),
            tuple(each for each in self.refunds if each.currency in currencies),
        )


class Closing(NamedTuple):
    """The rates of the last day, that day, and the decimals of the books."""

    rates: Mapping[str, Decimal]
    last: date
    decimals: int


class Change(NamedTuple):
    """By how much something stands higher than before, and the record as it is then."""

    account: Account
    currency: str
    change: Decimal
    key: str
    record: BlueInvoice | CustomerCredit | Refund


def revalue(foreign: Foreign, closing: Closing, facts: MonthFacts) -> list[Change]:
    """Let everything that was there on the last day and still is stand at the closing rate (2.4)."""
    mine = foreign.within(closing.rates)
    every = (*receivables(mine, closing), *credits_of(mine, closing, facts), *payables(mine, closing, facts))
    return [each for each in every if each.change]


def receivables(foreign: Foreign, closing: Closing) -> Iterator[Change]:
    """Value what customers owe; an invoice of a later day is not of this month."""
    for invoice in foreign.invoices:
        if invoice.issued_at.date() <= closing.last:
            rate, stood = closing.rates[invoice.currency], invoice.open_functional
            change = rules.at_closing_rate(invoice.open_amount, stood, rate, closing.decimals)
            after = replace(invoice, open_functional=stood + change)
            yield Change(Account.AR, invoice.currency, change, invoice.id, after)


def credits_of(foreign: Foreign, closing: Closing, facts: MonthFacts) -> Iterator[Change]:
    """Value what customers have to their credit: the part of it that was there."""
    for credit in foreign.credits:
        part = rules.still_there(credit.balance, facts.credited_since.get(credit.id, Decimal(0)))
        if part:
            stood = rules.carried(credit.functional, part, credit.balance, closing.decimals)
            change = rules.at_closing_rate(part, stood, closing.rates[credit.currency], closing.decimals)
            after = replace(credit, functional=credit.functional + change)
            yield Change(Account.CUSTOMER_CREDIT, credit.currency, change, credit.id, after)


def payables(foreign: Foreign, closing: Closing, facts: MonthFacts) -> Iterator[Change]:
    """Value refunds that the bank has not paid; one that was approved on a later day is not of this month."""
    for refund in foreign.refunds:
        if refund.refund_id not in facts.approved_since:
            rate = closing.rates[refund.currency]
            change = rules.at_closing_rate(refund.amount, refund.functional, rate, closing.decimals)
            after = refund.but(functional=refund.functional + change)
            yield Change(Account.REFUND_PAYABLE, refund.currency, change, refund.refund_id, after)
