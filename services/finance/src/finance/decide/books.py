"""What does one decision write? A working copy of what is locked, filled while the decision is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from contracts.base import half_up
from finance import rules
from finance.decide.about import ANY_DAY, ONE, ZERO, About, Dates, Rates, functional_of
from finance.model import (
    Account,
    BlueInvoice,
    BlueLine,
    BlueRequired,
    Claim,
    CreditDocument,
    CustomerCredit,
    Document,
    DocumentLine,
    DocumentType,
    EntryLine,
    IssuedPaper,
    JournalEntry,
    Jurisdiction,
    Numbers,
    Policy,
    RateMissing,
    Share,
)
from finance.model.keys import invoice_key

__all__ = ["ONE", "ZERO", "About", "Books", "Rates", "functional_of"]
GENERIC = rules.law("GENERIC")
NO_SHARE = Share(ZERO, ZERO, ZERO)


@dataclass
class Books:
    """What a decision may change. It is thrown away when the decision ends without any effect."""

    today: date
    now: datetime
    prefixes: Mapping[DocumentType, str]
    numbers: Numbers
    rates: Rates = field(default_factory=Rates)
    dates: Dates = ANY_DAY
    credit: CustomerCredit | None = None
    lines: dict[str, BlueLine] = field(default_factory=dict)
    invoices: dict[str, BlueInvoice] = field(default_factory=dict)
    claim: Claim | None = None
    law: Jurisdiction = GENERIC
    papers: Sequence[IssuedPaper] = ()
    """What is out of a case whose decision is changed, without those that are taken back (`taken_back`)."""
    taken_back: frozenset[str] = frozenset()
    on_their_way: Sequence[CreditDocument] = ()
    """The documents of an older decision that are not issued."""
    documents: list[Document] = field(default_factory=list)
    entries: list[JournalEntry] = field(default_factory=list)
    moved: dict[tuple[type, str], Any] = field(default_factory=dict)

    def trial(self) -> "Books":
        """Give books in which something can be tried out: nothing that is written there is written here."""
        return replace(self, lines=dict(self.lines), invoices=dict(self.invoices), documents=[], entries=[], moved={})

    def back_to(self, moved: dict[tuple[type, str], Any]) -> None:
        """Forget all but these records, which had changed before something was tried that came to nothing."""
        self.moved, self.documents, self.entries = moved, [], []

    def under(self, entity: str, values: Policy) -> None:
        """Say whose law the books are kept by."""
        self.law = rules.law(rules.jurisdiction_of(entity, values.jurisdictions, values.default_jurisdiction))

    def changed(self) -> list[tuple[str, Any]]:
        """Give every record that is to be saved, with its key."""
        records = [(key, state) for (_, key), state in self.moved.items()]
        documents: list[tuple[str, Any]] = [(document.id, document) for document in self.documents]
        return [*records, *documents, *((entry.id, entry) for entry in self.entries)]

    def issue(
        self,
        about: About,
        kind: DocumentType,
        lines: Sequence[DocumentLine],
        reason: str = "",
        original: str = "",
        number: str = "",
        series_of: DocumentType | None = None,
    ) -> Document:
        """Issue a document under the next number of its series, or under the one that the tax platform gave it.

        Raises:
            BlueRequired: this kind needs an original.
        """
        if rules.needs_blue(kind) and not original:
            raise BlueRequired
        series = rules.series(self.prefixes[series_of or kind], self.today)
        no = self.numbers.next.get(series, 1)
        self.numbers = Numbers(next={**self.numbers.next, series: no + 1})
        self.moved[Numbers, about.entity] = self.numbers
        document = Document(
            id=f"{about.decision_id}/{kind}/{original}/{reason}",
            entity=about.entity,
            type=kind,
            series=series,
            no=no,
            number=number or rules.number(series, no),
            case_id=about.case_id,
            decision_id=about.decision_id,
            customer=about.customer,
            currency=about.currency,
            reason=reason,
            original=original,
            issued_on=self.today,
            net=sum((line.net for line in lines), start=ZERO),
            tax=sum((line.tax for line in lines), start=ZERO),
            lines=tuple(lines),
        )
        self.documents.append(document)
        return document

    def post(
        self,
        about: About,
        template: str,
        lines: tuple[EntryLine, ...],
        document: Document | None = None,
        key: str = "",
        *,
        rate: Decimal | None = None,
        carrying: Mapping[Account, Decimal] = MappingProxyType({}),
    ) -> tuple[EntryLine, ...]:
        """Write an entry; one of nothing but zeros is none. Give its lines as they stand in the books."""
        if not lines:
            return ()
        if self.law.tax_account is not Account.OUTPUT_VAT:
            taxed = {Account.OUTPUT_VAT: self.law.tax_account}
            lines = tuple(line._replace(account=taxed.get(line.account, line.account)) for line in lines)
        own = self.functional_currency(about)
        currency = about.currency if rules.with_customer(lines) else own
        if currency != own and any(line.amount for line in lines):
            at = self.rate_of(about) if rate is None else rate
            lines = rules.converted(lines, at, self.decimals_of(own), carrying)
        effect = document.id.partition("/")[2] if document else key
        entry = JournalEntry(
            id=f"{about.decision_id}/{template}/{effect}",
            entity=about.entity,
            case_id=about.case_id,
            template=template,
            document=document.number if document else "",
            customer=about.customer,
            currency=currency,
            books_currency=own,
            posted_on=self.dates.posted_on(about.entity, self.today),
            lines=lines,
            service_on=self.dates.service_on(self.today),
            adjusting=self.dates.adjusting,
            run=self.dates.run,
        )
        self.entries.append(entry)
        return lines

    def functional_currency(self, about: About) -> str:
        """Name the currency of the entity's books."""
        return rules.functional_currency(about.entity, self.rates.functional, self.rates.default, about.currency)

    def rate_of(self, about: About) -> Decimal:
        """Give today's rate of a currency.

        Raises:
            RateMissing: nobody has said it.
        """
        if about.currency == self.functional_currency(about):
            return ONE
        if about.currency not in self.rates.today:
            raise RateMissing(f"There is no booking rate for {about.currency} in the books of {about.entity}.")
        return self.rates.today[about.currency]

    def decimals_of(self, currency: str) -> int:
        """Give the decimals of the books."""
        return self.rates.decimals.get(currency, 2)

    def in_books(self, about: About, amount: Decimal, rate: Decimal | None = None) -> Decimal:
        """Give an amount in the currency of the books."""
        own = self.functional_currency(about)
        if about.currency == own:
            return amount
        return half_up(amount * (self.rate_of(about) if rate is None else rate), self.decimals_of(own))

    def release_claim(self) -> None:
        """Give back everything that the claim reserves."""
        if self.claim is None or not self.claim.reserved:
            return
        for key, held in self.claim.reserved.items():
            line = self.lines[key]
            self.keep_line(
                replace(
                    line,
                    reserved_quantity=line.reserved_quantity - held.quantity,
                    reserved_net=line.reserved_net - held.net,
                    reserved_tax=line.reserved_tax - held.tax,
                )
            )
        self.claim = self.claim.but(reserved={})
        self.moved[Claim, self.claim.claim_id] = self.claim

    def reserve(self, line: BlueLine, share: Share, off: Share = NO_SHARE) -> None:
        """Count a share of a blue line, and what is kept of it, as reserved; a negative one gives back."""
        self.keep_line(
            replace(
                line,
                reserved_quantity=line.reserved_quantity + share.quantity,
                reserved_net=line.reserved_net + share.net + off.net,
                reserved_tax=line.reserved_tax + share.tax + off.tax,
            )
        )

    def take(self, line: BlueLine, share: Share, off: Share = NO_SHARE) -> None:
        """Count a share of a blue line as credited, and what stays with us of it as kept."""
        self.keep_line(
            replace(
                line,
                credited_quantity=line.credited_quantity + share.quantity,
                credited_net=line.credited_net + share.net,
                credited_tax=line.credited_tax + share.tax,
                kept_net=line.kept_net + off.net,
                kept_tax=line.kept_tax + off.tax,
            )
        )

    def keep_line(self, line: BlueLine) -> None:
        """Remember a blue line as it is now."""
        self.lines[line.id] = self.moved[BlueLine, line.id] = line

    def credit_invoice(
        self, about: About, document: Document, account: Account, fee: Decimal = ZERO
    ) -> tuple[Decimal, Decimal]:
        """Post a credit with an original at its rate: its own receivable first, then the customer's credit."""
        invoice = self.invoices[invoice_key(about.entity, document.original)]
        to_receivable, to_credit = rules.receivable_first(document.gross, invoice.open_amount)
        carrying = {}
        if to_receivable:
            carrying[Account.AR] = self.settle_invoice(about, invoice, to_receivable)
        lines = rules.postings.credited(account, document.net, document.tax, to_receivable, to_credit, fee)
        template = "T1" if account is Account.REVENUE else "T5"
        written = self.post(about, template, lines, document, rate=invoice.rate, carrying=carrying)
        self.add_credit(to_credit, functional_of(written, Account.CUSTOMER_CREDIT))
        return to_receivable, to_credit

    def settle_invoice(self, about: About, invoice: BlueInvoice, amount: Decimal) -> Decimal:
        """Take an amount off what is open of an invoice; give at what that stood in the books."""
        decimals = self.decimals_of(self.functional_currency(about))
        stood = rules.carried(invoice.open_functional, amount, invoice.open_amount, decimals)
        self.keep_invoice(
            replace(invoice, open_amount=invoice.open_amount - amount, open_functional=invoice.open_functional - stood)
        )
        return stood

    def keep_invoice(self, invoice: BlueInvoice) -> None:
        """Remember a blue invoice as it is now."""
        self.invoices[invoice.id] = self.moved[BlueInvoice, invoice.id] = invoice

    def add_credit(self, amount: Decimal, functional: Decimal) -> None:
        """Add to the customer's credit balance what it stands at in the books."""
        if amount:
            assert self.credit is not None
            self.keep_credit(balance=self.credit.balance + amount, functional=self.credit.functional + functional)

    def use_credit(self, about: About, amount: Decimal) -> dict[Account, Decimal]:
        """Take from the customer's credit balance; give at what that stood in the books."""
        if not amount:
            return {}
        assert self.credit is not None
        stood = self.credit_stands_at(about, amount)
        self.keep_credit(balance=self.credit.balance - amount, functional=self.credit.functional - stood)
        return {Account.CUSTOMER_CREDIT: stood}

    def credit_stands_at(self, about: About, amount: Decimal) -> Decimal:
        """Say at what a part of the credit balance stands in the books; an overdraft begins at today's rate."""
        credit = self.credit
        if credit is None or credit.balance <= 0:
            return self.in_books(about, amount)
        decimals = self.decimals_of(self.functional_currency(about))
        return rules.carried(credit.functional, amount, credit.balance, decimals)

    def hold_credit(self, amount: Decimal) -> None:
        """Promise a part of the credit balance to a refund, or give it back."""
        assert self.credit is not None
        self.keep_credit(reserved=self.credit.reserved + amount)

    def keep_credit(self, **changes: Any) -> None:
        """Remember the credit balance as it is now."""
        assert self.credit is not None
        self.credit = replace(self.credit, **changes)
        self.moved[CustomerCredit, self.credit.id] = self.credit
