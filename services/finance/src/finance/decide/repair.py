"""What does a repair cost, and who pays before it ships?"""

from decimal import Decimal

from contracts.base import Event, NotYet
from contracts.finance import PaymentGateClosed, PaymentGateOpened
from contracts.repair import QuoteConfirmed, RepairCompleted, RepairShipped
from finance import rules
from finance.decide.books import About, Books, functional_of
from finance.decide.receivables import Worth, owe
from finance.model import (
    Account,
    DiscountTooLarge,
    DocumentLine,
    DocumentType,
    Gate,
    NoPaymentGate,
    Pay,
    PaymentDiffers,
    Policy,
    Settlement,
)
from finance.model.keys import credit_key
from finance.rules import postings

After = tuple[Settlement, list[Event]]


def quote_confirmed(settlement: Settlement | None, news: QuoteConfirmed, values: Policy) -> After | None:
    """Set up the payment gate by the newest confirmed quote; what was paid for an older one counts (F-20, F-22)."""
    known = settlement or Settlement(case_id=news.case_id, entity=news.entity, currency=news.currency)
    before = known.gate
    if before is not None and (news.quote <= before.quote or before.invoiced):
        return None
    gate = Gate(
        repair_number=news.repair_number,
        quote=news.quote,
        currency=news.currency,
        net=news.net,
        tax=news.tax,
        payments=before.payments if before else {},
        given_back=before.given_back if before else Decimal(0),
    )
    if before is not None and before.discount:
        gate = reduced(gate, min(before.discount, gate.net), values)
    key = credit_key(news.entity, news.customer, news.currency)
    after = known.but(customer=news.customer, entity=news.entity, currency=news.currency, gate=gate, credit=key)
    if rules.gate_opens(gate.due, gate.paid):
        return after, [opened(after, gate)]
    return after, [PaymentGateClosed(case_id=news.case_id, currency=news.currency, due=gate.due - gate.paid)]


def pay(settlement: Settlement | None, asked: Pay, books: Books) -> After | None:
    """Take a payment to the gate; the same reference again changes nothing (F-20, F-22).

    Raises:
        NoPaymentGate: nothing is to be paid.
        PaymentDiffers: the reference stands for another amount.
    """
    if settlement is None or settlement.gate is None:
        raise NoPaymentGate
    gate = settlement.gate
    if asked.reference in gate.payments:
        if gate.payments[asked.reference] != asked.amount:
            raise PaymentDiffers
        return None
    paid = gate.but(payments={**gate.payments, asked.reference: asked.amount})
    books.post(about_repair(settlement), "T10-paid", postings.paid_in_advance(asked.amount), key=asked.reference)
    after = given_back(settlement.but(gate=paid), books, asked.reference)
    opens = rules.gate_opens(paid.due, paid.paid) and not rules.gate_opens(gate.due, gate.paid)
    return after, [opened(after, paid)] if opens else []


def discounted(settlement: Settlement | None, amount: Decimal, values: Policy) -> After:
    """Take a discount off the fee of a repair; what is due may be paid with it (R-277).

    Raises:
        NoPaymentGate: there is no fee, or it is invoiced.
        DiscountTooLarge: the fee is smaller.
    """
    if settlement is None or settlement.gate is None or settlement.gate.invoiced:
        raise NoPaymentGate
    gate = reduced(settlement.gate, settlement.gate.discount + amount, values)
    after = settlement.but(gate=gate)
    before = rules.gate_opens(settlement.gate.due, settlement.gate.paid)
    return after, [opened(after, gate)] if not before and rules.gate_opens(gate.due, gate.paid) else []


def reduced(gate: Gate, discount: Decimal, values: Policy) -> Gate:
    """Let a fee cost less, and its tax with it."""
    if discount > gate.net:
        raise DiscountTooLarge
    _, tax = rules.discounted_fee(gate.net, gate.tax, discount, values.decimals.get(gate.currency, 2))
    return gate.but(discount=discount, discount_tax=gate.tax - tax)


def opened(settlement: Settlement, gate: Gate) -> PaymentGateOpened:
    """Say that it may ship."""
    return PaymentGateOpened(case_id=settlement.case_id, currency=settlement.currency, due=gate.due, paid=gate.paid)


def completed(settlement: Settlement | None, news: RepairCompleted, books: Books) -> After | None:
    """Book what a repair cost: the warranty bears it, or the repair invoice covers it (R-278, R-285, F-19, F-20)."""
    known = settlement or Settlement(case_id=news.case_id, entity=news.entity, currency=news.currency)
    if known.repaired == news.repair_number:
        return None
    lines = postings.repaired(news.parts_cost, news.labour_cost, chargeable=news.chargeable)
    books.post(about_repair(known), "T10-cost" if news.chargeable else "T9", lines, key=news.repair_number)
    return known.but(repaired=news.repair_number), []


def shipped(settlement: Settlement | None, news: RepairShipped, books: Books) -> After | None:
    """Book the way back, and invoice a repair that was quoted and done; nothing else is charged (F-20, F-21, R-285).

    Raises:
        NotYet: what there is to book is for a repair that has not been heard of.
    """
    if settlement is None or (news.repaired and not settlement.repaired):
        if news.repaired or news.freight:
            raise NotYet("the repair has not been heard of yet")
        return None
    after = sent_home(settlement, news, books)
    gate = after.gate
    if gate is not None and not gate.invoiced and not gate.ended:
        if news.repaired:
            return invoiced(after, gate, books)
        after = given_back(after.but(gate=gate.but(ended=True)), books, news.repair_number)
    return None if after is settlement else (after, [])


def given_back(settlement: Settlement, books: Books, key: str) -> Settlement:
    """Let what was paid for nothing be the customer's credit: it is set off or paid out like any other (F-21)."""
    gate = settlement.gate
    if gate is None or not settlement.credit:  # a gate of before this rule has named no balance
        return settlement
    surplus = rules.paid_for_nothing(gate.due, gate.paid, invoiced=gate.invoiced, ended=gate.ended)
    if not surplus:
        return settlement
    written = books.post(about_repair(settlement), "T10-left", postings.advance_left(surplus), key=key)
    books.add_credit(surplus, functional_of(written, Account.CUSTOMER_CREDIT))
    return settlement.but(gate=gate.but(given_back=gate.given_back + surplus))


def sent_home(settlement: Settlement, news: RepairShipped, books: Books) -> Settlement:
    """Book what the way back costs, once; only a repair that the customer pays has it in its fee (R-269, R-285)."""
    if not news.freight or settlement.shipped == news.repair_number:
        return settlement
    free = news.repaired and settlement.gate is None
    lines = postings.sent_home(news.freight, free=free)
    books.post(about_repair(settlement), "T9-freight" if free else "T10-freight", lines, key=news.repair_number)
    return settlement.but(shipped=news.repair_number)


def invoiced(settlement: Settlement, gate: Gate, books: Books) -> After:
    """Invoice a repair; what was paid in advance is used first (T10, F-20)."""
    about = about_repair(settlement)
    line = DocumentLine(gate.repair_number, "", Decimal(1), gate.net - gate.discount, gate.tax - gate.discount_tax)
    invoice = books.issue(about, DocumentType.REPAIR_INVOICE, [line])
    from_advance = min(gate.paid, invoice.gross)
    lines = postings.invoiced(Account.REPAIR_REVENUE, invoice.net, invoice.tax, from_advance)
    written = books.post(about, "T10", lines, invoice)
    if owed := invoice.gross - from_advance:
        owe(about, books, invoice, Worth(owed, functional_of(written, Account.AR), books.rate_of(about)))
    after = settlement.but(gate=gate.but(invoiced=True), documents=(*settlement.documents, invoice.number))
    return given_back(after, books, invoice.number), []


def about_repair(settlement: Settlement) -> About:
    """Say whom the repair of a case is about."""
    return About(
        settlement.case_id,
        f"{settlement.case_id}.repair",
        settlement.entity,
        settlement.customer,
        settlement.currency,
    )
