"""Bad histories of the books: each function plants one fault in a good history."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from tampering import TYPES, again, books, department, events, of, record, said, swap

from redletter.oracle.history import History

CENT = Decimal("0.01")


def line_changed(h: History) -> History:
    """A posting was changed afterwards."""
    line = h.books.entry_lines[0]
    return books(h, entry_lines=swap(h.books.entry_lines, line, line._replace(amount=line.amount + CENT)))


def line_lost(h: History) -> History:
    """An entry has lost a line."""
    return books(h, entry_lines=h.books.entry_lines[1:])


def currency_of_a_line(h: History) -> History:
    """A whole entry has lines of another currency."""
    key = h.books.entry_lines[0].entry
    lines = (line._replace(currency="EUR") if line.entry == key else line for line in h.books.entry_lines)
    return books(h, entry_lines=tuple(lines))


def credit_drifts(h: History) -> History:
    """A customer's credit is a cent more than was posted to it."""
    credit = h.books.credits[0]
    return books(h, credits=swap(h.books.credits, credit, credit._replace(balance=credit.balance + CENT)))


def payment_forgotten(h: History) -> History:
    """A payment is posted and not in the gate."""
    key, body = next((k, b) for k, b in h.settlements() if b["gate"])
    return record(h, "finance", key, gate={**body["gate"], "payments": {}})


def goods_left_twice(h: History) -> History:
    """The same goods left quarantine twice."""
    entry = next(e for e in h.books.entries if e.template == "T4")
    more = tuple(line._replace(entry="twice") for line in h.books.lines_of[entry.id])
    twice = books(h, entry_lines=(*h.books.entry_lines, *more))
    return books(twice, entries=(*h.books.entries, entry._replace(id="twice")))


def issued_twice(h: History) -> History:
    """A decision was booked again under the next number, complete in itself."""
    old = next(d for d in h.books.documents if d.type == "GOODWILL_MEMO")
    number = f"{old.series}{old.no + 1:06d}"
    document = old._replace(id="twice", no=old.no + 1, number=number)
    main = next(e for e in h.books.entries if e.document == old.number)
    entry = main._replace(id="twice", document=number)
    lines = tuple(line._replace(document="twice") for line in h.books.document_lines if line.document == old.id)
    posted = tuple(line._replace(entry="twice") for line in h.books.lines_of[main.id])
    return books(
        h,
        documents=(*h.books.documents, document),
        document_lines=(*h.books.document_lines, *lines),
        entries=(*h.books.entries, entry),
        entry_lines=(*h.books.entry_lines, *posted),
    )


def posted_twice(h: History) -> History:
    """A document was posted twice under two ids."""
    entry = next(e for e in h.books.entries if e.template == "T2")
    more = tuple(line._replace(entry="twice") for line in h.books.lines_of[entry.id])
    twice = books(h, entry_lines=(*h.books.entry_lines, *more))
    return books(twice, entries=(*h.books.entries, entry._replace(id="twice")))


def never_posted(h: History) -> History:
    """A document has no entry."""
    number = next(d for d in h.books.documents if d.type == "REPAIR_INVOICE").number
    gone = {e.id for e in h.books.entries if e.document == number}
    lines = tuple(line for line in h.books.entry_lines if line.entry not in gone)
    return books(h, entries=tuple(e for e in h.books.entries if e.id not in gone), entry_lines=lines)


def told_a_cent_more(h: History) -> History:
    """Accounting told a cent more than it wrote."""
    event = of(h, "CreditIssued")
    return events(h, event, said(event, credited=str(Decimal(event.said["credited"]) + CENT)))


def told_another_number(h: History) -> History:
    """Accounting told another document than it wrote."""
    event = of(h, "CreditIssued")
    first, *rest = event.said["documents"]
    return events(h, event, said(event, documents=[{**first, "number": "RI26-999999"}, *rest]))


def handler_ran_twice(h: History) -> History:
    """The same message made its department say the same thing twice."""
    return again(h, of(h, "DispositionDecided"))


def other_books_differ(h: History) -> History:
    """The partner's books say a penny more."""
    expected: dict[tuple[str, str], Decimal] = {}
    for d in h.books.documents:
        if d.type in {"RED_INVOICE", "GOODWILL_MEMO"}:
            expected[d.customer, d.currency] = expected.get((d.customer, d.currency), Decimal(0)) + d.gross
    first = next(iter(expected))
    return replace(h, expected={**expected, first: expected[first] + CENT})


def refund(h: History) -> Any:
    """Find the payout that was paid."""
    return next(a for a in h.departments["finance"].aggregates if a.kind == "refund" and a.body["stage"] == "PAID")


def bank(h: History) -> History:
    """Have the bank's books beside ours, in order."""
    paid = refund(h).body
    return replace(h, bank=((paid["bank_reference"], Decimal(paid["amount"])),))


def paid_and_not_posted(h: History) -> History:
    """The bank has paid, and nothing was posted."""
    key = refund(h).id
    gone = next(e for e in h.books.entries if (e.case_id, e.template) == (key, "T15-paid"))
    lines = tuple(line for line in h.books.entry_lines if line.entry != gone.id)
    return books(h, entries=swap(h.books.entries, gone), entry_lines=lines)


def posted_and_not_approved(h: History) -> History:
    """Money left the credit balance for a payout that nobody has approved."""
    return record(h, "finance", refund(h).id, stage="REQUESTED")


def bank_paid_twice(h: History) -> History:
    """The bank was asked twice under one reference."""
    good = bank(h)
    return replace(good, bank=(good.bank or ()) * 2)


def bank_paid_more(h: History) -> History:
    """The bank has paid a cent more than our books say."""
    [(reference, amount)] = bank(h).bank or ()
    return replace(h, bank=((reference, amount + CENT),))


def blue(h: History, **changes: Any) -> History:
    """Change the first blue line of which something was credited."""
    line = next(line for line in h.books.blue_lines if line.credited.quantity)
    made = line._replace(**{name: change(getattr(line, name)) for name, change in changes.items()})
    return books(h, blue_lines=swap(h.books.blue_lines, line, made))


def more_than_sold(h: History) -> History:
    """More was credited of a blue line than was sold."""
    return blue(h, sold=lambda share: share._replace(quantity=Decimal(1), net=Decimal(1)))


def counter_lost_an_update(h: History) -> History:
    """A counter counts one piece less than its document lines."""
    return blue(h, credited=lambda share: share._replace(quantity=share.quantity - 1))


def reserved_for_nobody(h: History) -> History:
    """A blue line is reserved and no claim says so."""
    return blue(h, reserved=lambda share: share._replace(quantity=share.quantity + 1))


def claim_outlives_its_case(h: History) -> History:
    """A case was refused and its claim still holds blue lines."""
    refusal = next(e for e in h.events if e.type == TYPES["ReturnRefused"] and e.said["claim"])
    line = next(line for line in h.books.blue_lines if not line.reserved.quantity)
    held = line.reserved._replace(quantity=Decimal(1))
    reserved = books(h, blue_lines=swap(h.books.blue_lines, line, line._replace(reserved=held)))
    return record(
        reserved, "finance", refusal.said["claim"], reserved={line.id: {"quantity": "1", "net": "0", "tax": "0"}}
    )


def paid_out_too_much(h: History) -> History:
    """More was paid out than the customer had."""
    credit = h.books.credits[0]
    return books(h, credits=swap(h.books.credits, credit, credit._replace(balance=-CENT)))


def red_without_blue(h: History) -> History:
    """A red invoice names no original."""
    old = next(d for d in h.books.documents if d.type == "RED_INVOICE")
    return books(h, documents=swap(h.books.documents, old, old._replace(original="")))


def blue_line_unknown(h: History) -> History:
    """A red invoice names a blue line of another invoice."""
    old = next(line for line in h.books.document_lines if line.blue_line)
    other = next(line for line in h.books.blue_lines if line.id != old.blue_line)
    return books(h, document_lines=swap(h.books.document_lines, old, old._replace(blue_line=other.id)))


def number_skipped(h: History) -> History:
    """A number was never given."""
    old = next(d for d in h.books.documents if d.type == "REPAIR_INVOICE")
    number = f"{old.series}{old.no + 1:06d}"
    return books(h, documents=swap(h.books.documents, old, old._replace(no=old.no + 1, number=number)))


def sum_is_off(h: History) -> History:
    """A document is not the sum of its lines."""
    old = next(d for d in h.books.documents if d.type == "DEBIT_NOTE")
    return books(h, documents=swap(h.books.documents, old, old._replace(tax=old.tax + CENT)))


def same_number(h: History) -> History:
    """Two complaints have one number."""
    one, other = (a for a in h.departments["intake"].aggregates[:2])
    rows = swap(
        h.departments["intake"].aggregates, one, one._replace(body={**one.body, "number": other.body["number"]})
    )
    return department(h, "intake", aggregates=rows)


BAD = {
    "conservation": (
        line_changed, line_lost, currency_of_a_line, credit_drifts, payment_forgotten, goods_left_twice,
    ),
    "exactly_once": (
        issued_twice, posted_twice, never_posted, told_a_cent_more, told_another_number, handler_ran_twice,
        other_books_differ, paid_and_not_posted, posted_and_not_approved, bank_paid_twice, bank_paid_more,
    ),
    "refund_cap": (
        more_than_sold, counter_lost_an_update, reserved_for_nobody, claim_outlives_its_case, paid_out_too_much,
    ),
    "documents": (red_without_blue, blue_line_unknown, number_skipped, sum_is_off, same_number),
}  # fmt: skip
