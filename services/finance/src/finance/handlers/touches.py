"""What has to be locked for it? One function per kind of work, each naming records by their keys."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from contracts.rma import CaseSettled, DispositionDecided, ReplacementReleased, ReturnRefused
from finance import decide
from finance.model import (
    ApplyCredit,
    Approve,
    BlueInvoice,
    BlueLine,
    BuyerEnteredForm,
    Calendar,
    Claim,
    ConfirmForm,
    CreditDocument,
    CustomerCredit,
    Delegations,
    DraftCredit,
    ImportBlueInvoice,
    InboundForm,
    IssuedPaper,
    MakeClaim,
    Numbers,
    Pay,
    Proposal,
    Propose,
    Refund,
    RequestRefund,
    Reversal,
    Reverse,
    SellScrap,
    Settlement,
    Shelf,
    Upload,
)
from finance.model.keys import (
    credit_key,
    invoice_key,
    line_key,
    of_case,
    of_claim,
    of_document,
    of_form,
    of_invoice,
    of_paper,
    of_proposal,
    of_refund,
    of_shelf,
    paper_key,
)
from finance.model.monthend import ExpectedReturn
from servicekit.http import Asked
from servicekit.work import Ref

BOOKED = frozenset({"CREDIT", "EXCHANGE", "ALLOWANCE"})


def calendar(news: Any, _now: datetime) -> Iterable[Ref]:
    """Read the periods of the entity that the news names, or whose case it is."""
    yield Calendar, getattr(news, "entity", "") or of_case(news.case_id)


def imported(asked: Asked[ImportBlueInvoice], _now: datetime) -> Iterable[Ref]:
    """Lock the invoice, whose lines are new when it is."""
    yield BlueInvoice, invoice_key(asked.body.entity, asked.body.invoice)


def claimed(asked: Asked[MakeClaim], _now: datetime) -> Iterable[Ref]:
    """Lock the claim, and every line on the shelves that it asks for."""
    yield Claim, asked.body.claim_id
    for line in asked.body.lines:
        if line.goods:
            key = decide.claims.shelf_of(asked.body, line)
            yield Shelf, key
            yield BlueLine, of_shelf(key)


def claim(news: Any, _now: datetime) -> Iterable[Ref]:
    """Lock a claim and the lines that it reserves."""
    if news.claim:
        yield Claim, news.claim
        yield BlueLine, of_claim(news.claim)


def released(news: CaseSettled | ReturnRefused, now: datetime) -> Iterable[Ref]:
    """Lock what an end without a credit gives back."""
    if getattr(news, "credited", None) is None:  # a credit has used its claim up
        yield from claim(news, now)
        yield ExpectedReturn, news.case_id


def originals(news: DispositionDecided | ReplacementReleased, _now: datetime) -> Iterable[Ref]:
    """Lock the lines that are named as originals."""
    for line in news.lines:
        if line.original is not None:
            yield BlueLine, line_key(news.entity, line.original.invoice, line.original.line)


def out_already(news: DispositionDecided, _now: datetime) -> Iterable[Ref]:
    """Read what may be out by an older decision, and lock what is on its way by it."""
    if news.revision > 1:
        for kind in (CreditDocument, BlueInvoice, BlueLine):
            yield kind, of_case(news.case_id)
        yield IssuedPaper, of_case(news.case_id)
        yield Reversal, of_case(news.case_id)


def decided(news: DispositionDecided, now: datetime) -> Iterable[Ref]:
    """Lock everything that a decision may be booked on."""
    yield from claim(news, now)
    yield from out_already(news, now)
    if news.kind == "ADVANCE_SETTLED":  # it may be late, and credit what was billed
        yield BlueInvoice, of_case(news.case_id)
        yield BlueLine, of_case(news.case_id)
        yield CustomerCredit, of_case(news.case_id)
        yield Numbers, news.entity
    if news.kind in BOOKED:
        yield from originals(news, now)
        for line in news.lines:
            if line.original is not None:
                yield BlueInvoice, invoice_key(news.entity, line.original.invoice)
        yield CustomerCredit, credit_key(news.entity, news.customer, news.currency)
        yield Numbers, news.entity


def numbers(news: Any, _now: datetime) -> Iterable[Ref]:
    """Lock the numbers of the case's entity."""
    yield Numbers, of_case(news.case_id)


def shipped(news: Any, now: datetime) -> Iterable[Ref]:
    """Lock the numbers, and the balance to which goes what was paid for nothing."""
    yield from numbers(news, now)
    yield CustomerCredit, of_case(news.case_id)


def held(asked: Asked[Any], _now: datetime) -> Iterable[Ref]:
    """Lock everything that a held decision waits with."""
    for kind in (Claim, BlueLine, BlueInvoice, CustomerCredit, Numbers):
        yield kind, of_case(asked.case_id)
    yield from lender(asked, _now)


def lender(asked: Asked[Any], _now: datetime) -> Iterable[Ref]:
    """Read what the person has lent on whose behalf somebody signs."""
    if getattr(asked.body, "on_behalf_of", ""):
        yield Delegations, asked.body.on_behalf_of


def paid(asked: Asked[Pay | SellScrap], _now: datetime) -> Iterable[Ref]:
    """Lock the case that is paid for, and what it gives in exchange."""
    yield Settlement, asked.body.case_id
    yield Calendar, of_case(asked.body.case_id)
    yield BlueInvoice, of_case(asked.body.case_id)
    yield CustomerCredit, of_case(asked.body.case_id)


def applied(asked: Asked[ApplyCredit], _now: datetime) -> Iterable[Ref]:
    """Lock the credit balance, and what it is set off against."""
    body = asked.body
    if body.case:
        yield Settlement, body.case
        yield BlueInvoice, of_case(body.case)
    else:
        yield BlueInvoice, invoice_key(body.entity, body.invoice)
    yield CustomerCredit, credit_key(body.entity, body.customer, body.currency)
    yield Calendar, body.entity


def refund_credit(asked: Asked[Any], now: datetime) -> Iterable[Ref]:
    """Lock the balance that a refund is paid from, and the case that it is for."""
    yield Settlement, of_refund(asked.case_id)
    yield CustomerCredit, of_refund(asked.case_id)
    yield Calendar, of_refund(asked.case_id)
    yield from lender(asked, now)


def requested(asked: Asked[RequestRefund], _now: datetime) -> Iterable[Ref]:
    """Lock the new refund, its case and the balance."""
    yield Refund, asked.case_id
    if asked.body.case:
        yield Settlement, asked.body.case
    yield CustomerCredit, credit_key(asked.body.entity, asked.body.customer, asked.body.currency)


def proposed(asked: Asked[Propose], _now: datetime) -> Iterable[Ref]:
    """Lock the new proposal, its case, its invoice and the customer's terms."""
    body = asked.body
    if body.case:
        yield Settlement, body.case
    yield Proposal, asked.case_id
    if body.invoice:
        yield BlueInvoice, invoice_key(body.entity, body.invoice)
    yield CustomerCredit, credit_key(body.entity, body.customer, body.currency)


def proposal(asked: Asked[Any], now: datetime) -> Iterable[Ref]:
    """Lock everything that a proposal changes when it comes into force, the payout that it may become included."""
    yield Refund, asked.case_id
    for kind in (Settlement, BlueInvoice, CustomerCredit, Numbers, Calendar):
        yield kind, of_proposal(asked.case_id)
    yield from lender(asked, now)


def document(news: Any, _now: datetime) -> Iterable[Ref]:
    """Lock everything that a credit document on its way may need: its own, and what its case waits with."""
    yield CreditDocument, news.case_id
    for kind in (Settlement, Claim, BlueLine, BlueInvoice, CustomerCredit, Numbers, Calendar):
        yield kind, of_document(news.case_id)


def drafted(asked: Asked[DraftCredit], _now: datetime) -> Iterable[Ref]:
    """Lock the new draft, and the whole invoice that it credits."""
    yield CreditDocument, asked.case_id
    key = invoice_key(asked.body.entity, asked.body.invoice)
    yield BlueInvoice, key
    yield BlueLine, of_invoice(key)


def signed(asked: Asked[Approve], now: datetime) -> Iterable[Ref]:
    """Lock the document and what was lent to the signer."""
    yield from document(asked, now)
    if asked.body.on_behalf_of:
        yield Delegations, asked.body.on_behalf_of


def entered(asked: Asked[BuyerEnteredForm], _now: datetime) -> Iterable[Ref]:
    """Lock the buyer's form and its blue invoice."""
    yield InboundForm, asked.body.form_no
    yield BlueInvoice, invoice_key(asked.body.entity, asked.body.invoice)


def form(news: Any, _now: datetime) -> Iterable[Ref]:
    """Lock a buyer's form and its blue invoice."""
    yield InboundForm, news.case_id
    yield BlueInvoice, of_form(news.case_id)


def confirmed(asked: Asked[ConfirmForm], now: datetime) -> Iterable[Ref]:
    """Lock a buyer's form and our document."""
    yield from form(asked, now)
    yield from document(Asked(asked.body.document_id, asked.body), now)


def reversed_(asked: Asked[Reverse], _now: datetime) -> Iterable[Ref]:
    """Lock what an issued document has moved."""
    key = paper_key(asked.body.entity, asked.body.number)
    yield IssuedPaper, of_paper(key)
    for kind in (Settlement, CreditDocument, Reversal, BlueInvoice, BlueLine, CustomerCredit):
        yield kind, of_paper(key)
    yield Numbers, asked.body.entity
    yield Calendar, asked.body.entity


def upload(news: Any, _now: datetime) -> Iterable[Ref]:
    """Lock one upload."""
    yield Upload, news.case_id
