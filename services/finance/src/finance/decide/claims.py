"""What was sold, and which of it does a return come from?"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from contracts.base import Original, Part, half_up, total
from finance import rules
from finance.decide.books import ONE, Rates
from finance.model import (
    Allocation,
    AskedLine,
    BlueInvoice,
    BlueInvoiceDiffers,
    BlueLine,
    Claim,
    ClaimDiffers,
    ClaimedLine,
    DiscountTooLarge,
    ImportBlueInvoice,
    ImportedLine,
    LineTwice,
    MakeClaim,
    OpenTooLarge,
    RateMissing,
    Reserved,
)
from finance.model.keys import invoice_key, line_key, shelf_key


def fingerprint(body: Part) -> str:
    """Give the same text for the same content; what is new since the first version counts only where it is said."""
    new = ("discount", "rate", "buyer", "due_on", "salesperson")
    unsaid = {name for name in new if getattr(body, name, None) is None}
    # In JSON a quote within a text is written with a stroke before it: only the key itself can read like this.
    said = body.model_dump_json(exclude=unsaid).replace(',"tax_code":""', "")
    return hashlib.sha256(said.encode()).hexdigest()


def import_blue_invoice(
    known: BlueInvoice | None, body: ImportBlueInvoice, rates: Rates
) -> tuple[BlueInvoice, list[BlueLine]]:
    """Take over an original invoice once, at the rate it was booked at; the same again changes nothing.

    Raises:
        BlueInvoiceDiffers: another content is known under this number.
        RateMissing: it is not in the currency of the books, and nobody says at which rate it stands there.
        LineTwice: a line number stands twice.
        DiscountTooLarge: it is larger than the invoice.
        OpenTooLarge: more is to be open of it than it comes to.
        AmountTooLarge: so much money there is not.
    """
    decimals = rates.decimals.get(body.currency, 2) if body.decimals is None else body.decimals
    content = fingerprint(body if body.decimals is not None else body.but(decimals=decimals))
    if known is not None:
        if known.content != content:
            raise BlueInvoiceDiffers
        return known, []
    if len({line.line for line in body.lines}) != len(body.lines):
        raise LineTwice
    nets = discounted(body, decimals)
    lines = [blue_line(body, line, nets[line.line], decimals) for line in body.lines]
    gross = total(line.net + line.tax for line in lines)
    open_amount = gross if body.open_amount is None else body.open_amount
    if open_amount > gross:
        raise OpenTooLarge(f"{body.invoice} comes to {gross}, {open_amount} cannot be open of it.")
    own = rules.functional_currency(body.entity, rates.functional, rates.default, body.currency)
    if own != body.currency and body.rate is None:
        raise RateMissing
    rate = ONE if own == body.currency or body.rate is None else body.rate
    invoice = BlueInvoice(
        id=invoice_key(body.entity, body.invoice),
        entity=body.entity,
        invoice=body.invoice,
        customer=body.customer,
        currency=body.currency,
        issued_at=body.issued_at,
        content=content,
        open_amount=open_amount,
        gross=gross,
        buyer=body.buyer.model_dump_json() if body.buyer else "",
        rate=rate,
        open_functional=open_amount if rate == 1 else half_up(open_amount * rate, rates.decimals.get(own, 2)),
        due_on=body.due_on,
        salesperson=body.salesperson or "",
        opened=open_amount,
    )
    return invoice, lines


def discounted(body: ImportBlueInvoice, decimals: int) -> dict[int, Decimal]:
    """Give the net amount of each line, less its share of the discount on the whole document (F-12).

    Raises:
        DiscountTooLarge: it is larger than the invoice.
    """
    nets = {
        line.line: rules.valued(line.quantity, line.unit_price, decimals) if line.net is None else line.net
        for line in body.lines
    }
    if not body.discount:
        return nets
    if body.discount > total(nets.values()):
        raise DiscountTooLarge
    shares = rules.split(body.discount, {f"{line:07d}": net for line, net in nets.items()}, decimals)
    return {line: net - shares[f"{line:07d}"] for line, net in nets.items()}


def blue_line(body: ImportBlueInvoice, line: ImportedLine, net: Decimal, decimals: int) -> BlueLine:
    """Make a blue line with nothing reserved and nothing credited."""
    return BlueLine(
        id=line_key(body.entity, body.invoice, line.line),
        entity=body.entity,
        invoice=body.invoice,
        line=line.line,
        customer=body.customer,
        currency=body.currency,
        issued_at=body.issued_at,
        shelf=shelf_key(body.entity, body.customer, body.currency, line.item, line.unit_price),
        item=line.item,
        kind=line.kind,
        price_mode=body.price_mode,
        decimals=decimals,
        unit_price=line.unit_price,
        unit_cost=line.unit_cost,
        quantity=line.quantity,
        net=net,
        tax=line.tax,
        tax_code=line.tax_code,
    )


def make_claim(
    known: Claim | None, body: MakeClaim, shelves: Mapping[str, Sequence[BlueLine]]
) -> tuple[Claim, dict[str, BlueLine]]:
    """Reserve originals for the returned lines, in their order; the same claim again changes nothing.

    Raises:
        ClaimDiffers: another content is known under this claim.
        LineTwice: a line number stands twice.
    """
    content = fingerprint(body)
    if known is not None:
        if known.content != content:
            raise ClaimDiffers
        return known, {}
    if len({line.line for line in body.lines}) != len(body.lines):
        raise LineTwice
    moved: dict[str, BlueLine] = {}
    reserved: dict[str, Reserved] = {}
    lines = tuple(claimed(body, line, shelves, moved, reserved) for line in body.lines)
    claim = Claim(
        claim_id=body.claim_id,
        entity=body.entity,
        customer=body.customer,
        currency=body.currency,
        returned_at=body.returned_at,
        content=content,
        lines=lines,
        reserved=reserved,
    )
    return claim, moved


def shelf_of(body: MakeClaim, line: AskedLine) -> str:
    """Name the shelf on which the originals of a returned line stand."""
    return shelf_key(body.entity, body.customer, body.currency, line.item, line.unit_price)


def claimed(
    body: MakeClaim,
    line: AskedLine,
    shelves: Mapping[str, Sequence[BlueLine]],
    moved: dict[str, BlueLine],
    reserved: dict[str, Reserved],
) -> ClaimedLine:
    """Find the originals of one line and note what is reserved of them."""
    shelf = shelves.get(shelf_of(body, line), ()) if line.goods else ()
    found, unmatched = rules.allocated(
        rules.newest_first((moved.get(blue.id, blue) for blue in shelf), line.returned_at or body.returned_at),
        line.quantity,
    )
    for blue, quantity in found:
        share = rules.returned(rules.left(blue), quantity, blue.price_mode, blue.decimals)
        moved[blue.id] = replace(
            blue,
            reserved_quantity=blue.reserved_quantity + share.quantity,
            reserved_net=blue.reserved_net + share.net,
            reserved_tax=blue.reserved_tax + share.tax,
        )
        before = reserved.get(blue.id)
        reserved[blue.id] = Reserved(
            quantity=share.quantity + (before.quantity if before else 0),
            net=share.net + (before.net if before else 0),
            tax=share.tax + (before.tax if before else 0),
        )
    return ClaimedLine(
        line=line.line,
        allocations=tuple(
            Allocation(original=Original(invoice=blue.invoice, line=blue.line), quantity=quantity)
            for blue, quantity in found
        ),
        unmatched=unmatched,
    )
