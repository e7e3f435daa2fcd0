"""What is given in exchange: at which price, what is set off, what is due before it ships, and what a payment does."""

from decimal import Decimal
from typing import NamedTuple

from contracts.base import Event, total
from contracts.finance import PaymentGateClosed, PaymentGateOpened
from finance import rules
from finance.decide.books import ZERO, About, Books, functional_of
from finance.decide.credit import Piece
from finance.decide.quarantine import old_of, recovered
from finance.decide.receivables import Worth, owe
from finance.decide.taking import Booking, Result, Taken, cost_of
from finance.model import (
    Account,
    ApplyCredit,
    BlueInvoice,
    BlueLine,
    BlueRequired,
    CreditBalanceTooLow,
    Difference,
    Document,
    DocumentLine,
    DocumentType,
    LineKind,
    MoreThanOpen,
    NoPaymentGate,
    Pay,
    PaymentDiffers,
    Policy,
    PriceMode,
    Settlement,
    Share,
)
from finance.model.keys import invoice_key, line_key, shelf_key
from finance.rules import postings

After = tuple[Settlement, list[Event]]


class Given(NamedTuple):
    """One thing that is given: what, how much of it, at what cost, and how it is priced."""

    line: int
    item: str
    share: Share
    unit_price: Decimal
    unit_cost: Decimal | None
    kind: LineKind = "GOODS"
    price_mode: PriceMode = "EXCLUSIVE"
    decimals: int = 2
    tax_code: str = ""


def replace_goods(booking: Booking, takes: list[Taken], credit: Document, to_credit: Decimal) -> Document:
    """Invoice what is given, and set the credit off against it (F-13, F-14, F-15)."""
    _, about, books, values, result = booking
    original = books.invoices[invoice_key(about.entity, credit.original)]
    things = [given(number, taken, values) for number, taken in enumerate(takes, 1)]
    lines = [DocumentLine(thing.item, "", *thing.share) for thing in things]
    invoice = books.issue(about, DocumentType.REPLACEMENT_INVOICE, lines, "", credit.original)
    rate = books.rates.today.get(about.currency, original.rate)
    written = books.post(about, "T6", postings.invoiced(Account.REVENUE, invoice.net, invoice.tax), invoice, rate=rate)
    sell(about, books, invoice, things, Worth(invoice.gross, functional_of(written, Account.AR), rate, original.buyer))
    set_off(about, books, invoice.number, min(to_credit, invoice.gross), invoice)
    result.cost += total(rules.valued(x.share.quantity, x.unit_cost or ZERO, x.decimals) for x in things)
    return invoice


def balance(about: About, books: Books, result: Result) -> None:
    """What one original leaves over pays for what is given for another of the same decision (F-14, F-15).

    While the other waited for its form the customer may have spent it: that pays for nothing here.
    """
    free = books.credit.balance - books.credit.reserved if books.credit else ZERO
    rest = min(result.spare, max(free, ZERO))
    over = result.over - (result.spare - rest)
    for key in result.given:
        part = min(rest, books.invoices[key].open_amount)
        set_off(about, books, books.invoices[key].invoice, part, None, f"{about.decision_id} {key}")
        rest -= part
    result.due = max(result.due - over, ZERO)


def given(number: int, taken: Taken, values: Policy) -> Given:
    """Say what is given for a line: another thing at its own price, or the same at what the old one cost."""
    blue, other = taken.blue, taken.line.replacement
    like = (blue.kind, blue.price_mode, blue.decimals, blue.tax_code)
    if other is None:
        return Given(number, blue.item, whole(taken, values), blue.unit_price, blue.unit_cost, *like)
    quantity = taken.credit.quantity
    sold = rules.rate_said(blue.tax_code, Share(blue.quantity, blue.net, blue.tax))
    net, tax = rules.priced_like(quantity, other.unit_price, other.tax, sold, blue.price_mode, blue.decimals)
    return Given(number, other.item, Share(quantity, net, tax), other.unit_price, other.unit_cost, *like)


def whole(taken: Taken, values: Policy) -> Share:
    """Give what a unit costs with all its accessories."""
    if values.deduction_mode == "SEPARATE_CHARGE":
        return taken.credit
    return Share(taken.credit.quantity, taken.credit.net + taken.kept_back.net, taken.credit.tax + taken.kept_back.tax)


def sell(about: About, books: Books, invoice: Document, things: list[Given], worth: Worth) -> BlueInvoice:
    """Make what is given known as sold: it can be paid, credited and returned like anything else (F-18)."""
    blue = owe(about, books, invoice, worth)
    for thing in things:
        books.keep_line(
            BlueLine(
                id=line_key(about.entity, invoice.number, thing.line),
                entity=about.entity,
                invoice=invoice.number,
                line=thing.line,
                customer=about.customer,
                currency=about.currency,
                issued_at=blue.issued_at,
                shelf=shelf_key(about.entity, about.customer, about.currency, thing.item, thing.unit_price),
                item=thing.item,
                kind=thing.kind,
                price_mode=thing.price_mode,
                decimals=thing.decimals,
                unit_price=thing.unit_price,
                unit_cost=thing.unit_cost,
                quantity=thing.share.quantity,
                net=thing.share.net,
                tax=thing.share.tax,
                tax_code=thing.tax_code,
            )
        )
    return blue


def set_off(about: About, books: Books, number: str, amount: Decimal, paper: Document | None, key: str = "") -> None:
    """Set credit off against an invoice, each at what it stands at (T16)."""
    if not amount:
        return
    invoice = books.invoices[invoice_key(about.entity, number)]
    carrying = books.use_credit(about, amount)
    carrying[Account.AR] = books.settle_invoice(about, invoice, amount)
    books.post(about, "T16", postings.credit_used(amount), paper, key, rate=invoice.rate, carrying=carrying)


def let_out(about: About, books: Books, cost: Decimal) -> None:
    """Let what is given leave the stock (T6)."""
    books.post(about, "T6-goods", postings.goods_out(cost))


def different(pieces: list[Piece]) -> bool:
    """Tell whether something is given that is not like what came back, so that amounts matter."""
    return any(
        piece.line.replacement is not None
        and not rules.like_for_like(
            (piece.blue.item, piece.blue.unit_price) if piece.blue else (piece.line.item, piece.line.unit_price),
            (piece.line.replacement.item, piece.line.replacement.unit_price),
        )
        for piece in pieces
    )


def opened(settlement: Settlement, result: Result, about: About, books: Books) -> After:
    """Keep what is due beside the case; what is paid for already goes out at once."""
    if not result.given:
        return settlement, []
    difference = Difference(invoices=result.given, due=result.due, cost=result.cost)
    credit = books.credit.id if books.credit else ""
    after = settlement.but(difference=difference, blue_invoices=result.given, credit=credit)
    if rules.gate_opens(difference.due, difference.paid):
        let_out(about, books, difference.cost)
        return after, []
    told = PaymentGateClosed(case_id=about.case_id, currency=about.currency, due=difference.due, exchange=True)
    return after, [told]


def pay(settlement: Settlement, asked: Pay, books: Books) -> After | None:
    """Take a payment to what is given; more than is owed for it is the customer's credit (F-14).

    Raises:
        NoPaymentGate: nothing is to be paid.
        PaymentDiffers: the reference stands for another amount.
    """
    if (difference := known(settlement, asked.reference, asked.amount)) is None:
        return None
    about, rest, carrying = about_case(settlement), asked.amount, ZERO
    for key in difference.invoices:
        invoice = books.invoices[key]
        part = min(rest, invoice.open_amount)
        carrying += books.settle_invoice(about, invoice, part) if part else ZERO
        rest -= part
    lines = postings.paid(asked.amount, asked.amount - rest, rest)
    rate = books.invoices[difference.invoices[0]].rate if asked.rate is None else asked.rate
    written = books.post(
        about, "T6-paid", lines, key=asked.reference, rate=rate, carrying={Account.AR: carrying} if carrying else {}
    )
    books.add_credit(rest, functional_of(written, Account.CUSTOMER_CREDIT))
    return paid(settlement, difference, asked.reference, asked.amount, books)


def apply_credit(settlement: Settlement | None, asked: ApplyCredit, books: Books) -> After | None:
    """Set a customer's credit off against an invoice; for a case, against what was given in exchange (T16).

    Raises:
        BlueRequired: there is no such invoice of this customer.
        MoreThanOpen: less than that is open.
        CreditBalanceTooLow: the free credit is lower than that.
        NoPaymentGate: the case has nothing to be paid.
        PaymentDiffers: the reference stands for another amount.
    """
    difference = None
    if settlement is not None and (difference := known(settlement, asked.reference, asked.amount)) is None:
        return None
    keys = difference.invoices if difference else (invoice_key(asked.entity, asked.invoice),)
    open_amounts = {key: books.invoices[key].open_amount for key in keys if payable(books.invoices.get(key), asked)}
    free = books.credit.balance - books.credit.reserved if books.credit else ZERO
    if not open_amounts:
        raise BlueRequired
    if total(open_amounts.values()) < asked.amount:
        raise MoreThanOpen(f"{total(open_amounts.values())} {asked.currency} are open, {asked.amount} were asked for.")
    if not rules.balance_suffices(free, asked.amount, ZERO):
        raise CreditBalanceTooLow
    case = settlement.case_id if settlement else asked.reference
    about = About(case, f"{keys[0]}/credit", asked.entity, asked.customer, asked.currency)
    rest = asked.amount
    for key, amount in open_amounts.items():
        part = min(rest, amount)
        set_off(about, books, books.invoices[key].invoice, part, None, f"{asked.reference} {key}")
        rest -= part
    if settlement is None or difference is None:
        return None
    return paid(settlement, difference, asked.reference, asked.amount, books)


def payable(invoice: BlueInvoice | None, asked: ApplyCredit) -> bool:
    """Tell whether an invoice is this customer's in this currency."""
    return invoice is not None and (invoice.customer, invoice.currency) == (asked.customer, asked.currency)


def known(settlement: Settlement, reference: str, amount: Decimal) -> Difference | None:
    """Give what is to be paid; None when this payment is known."""
    difference = settlement.difference
    if difference is None:
        raise NoPaymentGate
    if reference in difference.payments:
        if difference.payments[reference] != amount:
            raise PaymentDiffers
        return None
    return difference


def paid(settlement: Settlement, difference: Difference, reference: str, amount: Decimal, books: Books) -> After:
    """Count a payment; with the last one what is given goes out."""
    after = difference.but(payments={**difference.payments, reference: amount})
    settled = settlement.but(difference=after)
    if rules.gate_opens(difference.due, difference.paid) or not rules.gate_opens(after.due, after.paid):
        return settled, []
    let_out(about_case(settlement), books, after.cost)
    case, currency = settlement.case_id, settlement.currency
    told = PaymentGateOpened(case_id=case, currency=currency, due=after.due, paid=after.paid, exchange=True)
    return settled, [told]


def about_case(settlement: Settlement) -> About:
    """Say whom what is given is about."""
    return About(
        settlement.case_id, settlement.decision_id, settlement.entity, settlement.customer, settlement.currency
    )


def come_back_late(booking: Booking, takes: list[Taken], document: Document) -> None:
    """The unit that was billed is a cost of the warranty after all, and the old one relieves it (LATE_RETURNED)."""
    old = [each._replace(cost=cost_of(t.blue, each.quantity)) for t, each in zip(takes, old_of(takes), strict=True)]
    cost = total(each.cost for each in old)
    booking.books.post(booking.about, "T8-late", postings.sold_after_all(cost), document)
    recovered(booking, "T8-late-recovered", old, document)
