"""What is owed for what we have invoiced ourselves? It is paid, set off and dunned like any other invoice."""

from datetime import datetime, time
from decimal import Decimal
from typing import NamedTuple

from finance.decide.about import About
from finance.decide.books import Books
from finance.model import BlueInvoice, Document
from finance.model.keys import invoice_key


class Worth(NamedTuple):
    """What of an invoice is owed, what that stands at in the books, at which rate, and who bought."""

    open_amount: Decimal
    functional: Decimal
    rate: Decimal
    buyer: str = ""


def owe(about: About, books: Books, invoice: Document, worth: Worth) -> BlueInvoice:
    """Make an invoice of our own known as something that is owed (I18)."""
    blue = BlueInvoice(
        id=invoice_key(about.entity, invoice.number),
        entity=about.entity,
        invoice=invoice.number,
        customer=about.customer,
        currency=about.currency,
        issued_at=datetime.combine(books.today, time()),
        content="",
        open_amount=worth.open_amount,
        rate=worth.rate,
        open_functional=worth.functional,
        gross=invoice.gross,
        buyer=worth.buyer,
    )
    books.keep_invoice(blue)
    return blue
