"""What does one decision write? A working copy of what is locked, filled while the decision is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from finance import rules
from finance.model import (
    Account,
    BlueInvoice,
    BlueLine,
    BlueRequired,
    Claim,
    CustomerCredit,
    Document,
    DocumentLine,
    DocumentType,
    EntryLine,
    JournalEntry,
    Numbers,
    Share,
)
from finance.model.keys import invoice_key

ZERO = Decimal(0)


class About(NamedTuple):
    """Whom and what the papers of a decision are about."""

    case_id: str
    decision_id: str
    entity: str
    customer: str
    currency: str


@dataclass
class Books:
    """What a decision may change. It is thrown away when the decision ends without any effect."""

    today: date
    prefixes: Mapping[DocumentType, str]
    numbers: Numbers
    credit: CustomerCredit | None = None
    lines: dict[str, BlueLine] = field(default_factory=dict)
    invoices: dict[str, BlueInvoice] = field(default_factory=dict)
    claim: Claim | None = None
    documents: list[Document] = field(default_factory=list)
    entries: list[JournalEntry] = field(default_factory=list)
    moved: dict[tuple[type, str], Any] = field(default_factory=dict)

    def changed(self) -> list[tuple[str, Any]]:
        """Give every record that is to be saved, with its key."""
        records = [(key, state) for (_, key), state in self.moved.items()]
        documents: list[tuple[str, Any]] = [(document.id, document) for document in self.documents]
        return [*records, *documents, *((entry.id, entry) for entry in self.entries)]

    def issue(
        self, about: About, kind: DocumentType, lines: Sequence[DocumentLine], reason: str = "", original: str = ""
    ) -> Document:
        """Issue a document under the next number of its series.

        Raises:
            BlueRequired: this kind needs an original.
        """
        if rules.needs_blue(kind) and not original:
            raise BlueRequired
        series = rules.series(self.prefixes[kind], self.today)
        no = self.numbers.next.get(series, 1)
        self.numbers = Numbers(next={**self.numbers.next, series: no + 1})
        self.moved[Numbers, about.entity] = self.numbers
        document = Document(
            id=f"{about.decision_id}/{kind}/{original}/{reason}",
            entity=about.entity,
            type=kind,
            series=series,
            no=no,
            number=rules.number(series, no),
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
        self, about: About, template: str, lines: tuple[EntryLine, ...], document: Document | None = None, key: str = ""
    ) -> None:
        """Write an entry; one of nothing but zeros is none."""
        if lines:
            effect = document.id.partition("/")[2] if document else key
            entry = JournalEntry(
                id=f"{about.decision_id}/{template}/{effect}",
                entity=about.entity,
                case_id=about.case_id,
                template=template,
                document=document.number if document else "",
                customer=about.customer,
                currency=about.currency,
                posted_on=self.today,
                lines=lines,
            )
            self.entries.append(entry)

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

    def take(self, line: BlueLine, share: Share) -> None:
        """Count a share of a blue line as credited."""
        self.keep_line(
            replace(
                line,
                credited_quantity=line.credited_quantity + share.quantity,
                credited_net=line.credited_net + share.net,
                credited_tax=line.credited_tax + share.tax,
            )
        )

    def keep_line(self, line: BlueLine) -> None:
        """Remember a blue line as it is now."""
        self.lines[line.id] = self.moved[BlueLine, line.id] = line

    def credit_invoice(self, about: About, document: Document, account: Account) -> tuple[Decimal, Decimal]:
        """Post a credit with an original: its own receivable first, then the customer's credit."""
        invoice = self.invoices[invoice_key(about.entity, document.original)]
        to_receivable, to_credit = rules.receivable_first(document.gross, invoice.open_amount)
        if to_receivable:
            invoice = replace(invoice, open_amount=invoice.open_amount - to_receivable)
            self.invoices[invoice.id] = self.moved[BlueInvoice, invoice.id] = invoice
        self.add_credit(to_credit)
        lines = rules.postings.credited(account, document.net, document.tax, to_receivable, to_credit)
        self.post(about, "T1" if account is Account.REVENUE else "T5", lines, document)
        return to_receivable, to_credit

    def add_credit(self, amount: Decimal) -> None:
        """Change the customer's credit balance."""
        if amount:
            assert self.credit is not None
            self.credit = replace(self.credit, balance=self.credit.balance + amount)
            self.moved[CustomerCredit, self.credit.id] = self.credit
