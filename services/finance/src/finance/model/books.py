"""What accounting writes: documents, journal entries, balances and numbers."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal, NamedTuple

from pydantic import Field

from contracts.base import Part


class Account(StrEnum):
    """The roles of accounts; each legal entity maps a role to its chart."""

    AR = "AR"
    CUSTOMER_CREDIT = "CUSTOMER_CREDIT"
    ADVANCE_RECEIVED = "ADVANCE_RECEIVED"
    REFUND_PAYABLE = "REFUND_PAYABLE"
    REFUND_LIABILITY = "REFUND_LIABILITY"
    RIGHT_TO_RECOVER = "RIGHT_TO_RECOVER"
    SUPPLIER_CLAIM = "SUPPLIER_CLAIM"
    AP = "AP"
    BANK = "BANK"
    REVENUE = "REVENUE"
    SALES_ALLOWANCE = "SALES_ALLOWANCE"
    REPAIR_REVENUE = "REPAIR_REVENUE"
    SCRAP_INCOME = "SCRAP_INCOME"
    RESTOCKING_INCOME = "RESTOCKING_INCOME"
    OUTPUT_VAT = "OUTPUT_VAT"
    INPUT_VAT = "INPUT_VAT"
    INPUT_VAT_OUT = "INPUT_VAT_OUT"
    SALES_TAX_PAYABLE = "SALES_TAX_PAYABLE"
    INVENTORY = "INVENTORY"
    INVENTORY_B = "INVENTORY_B"
    RETURNS_QUARANTINE = "RETURNS_QUARANTINE"
    ADV_REPLACEMENT = "ADV_REPLACEMENT"
    PARTS = "PARTS"
    COGS = "COGS"
    REPAIR_COST = "REPAIR_COST"
    LABOUR_ABSORBED = "LABOUR_ABSORBED"
    WARRANTY_COST = "WARRANTY_COST"
    WARRANTY_PROVISION = "WARRANTY_PROVISION"
    QUALITY_LOSS = "QUALITY_LOSS"
    PENDING_LOSS = "PENDING_LOSS"
    NON_OPERATING_LOSS = "NON_OPERATING_LOSS"
    FX_LOSS = "FX_LOSS"
    FX_GAIN = "FX_GAIN"


class DocumentType(StrEnum):
    """The kinds of documents; which one a credit takes is the jurisdiction's matter (policy)."""

    RED_INVOICE = "RED_INVOICE"
    CREDIT_NOTE = "CREDIT_NOTE"
    ALLOWANCE = "ALLOWANCE"
    CREDIT_MEMO = "CREDIT_MEMO"
    GOODWILL_MEMO = "GOODWILL_MEMO"
    COMMERCIAL_MEMO = "COMMERCIAL_MEMO"
    DEBIT_NOTE = "DEBIT_NOTE"
    REPLACEMENT_INVOICE = "REPLACEMENT_INVOICE"
    REPAIR_INVOICE = "REPAIR_INVOICE"
    DELIVERY_NOTE = "DELIVERY_NOTE"


CREDITS = frozenset(
    {
        DocumentType.RED_INVOICE,
        DocumentType.CREDIT_NOTE,
        DocumentType.ALLOWANCE,
        DocumentType.CREDIT_MEMO,
        DocumentType.GOODWILL_MEMO,
        DocumentType.COMMERCIAL_MEMO,
    }
)


class EntryLine(NamedTuple):
    """One line of an entry: its side, and positive magnitudes in the document's currency and in that of the books.

    A loss may say which department bears it.
    """

    side: Literal["D", "C"]
    account: Account
    amount: Decimal
    functional: Decimal
    department: str = ""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A balanced entry; its id is the effect it has, so that no effect happens twice.

    `posted_on` decides the period, `service_on` says when it happened. Only an adjuster's entry may be `adjusting`: a
    softly closed period takes it. `run` names the policy run that wrote it, `reverses` the entry that it takes back.
    """

    id: str
    entity: str
    case_id: str
    template: str
    document: str
    customer: str
    currency: str
    books_currency: str
    posted_on: date
    lines: tuple[EntryLine, ...]
    service_on: date | None = None
    adjusting: bool = False
    run: str = ""
    reverses: str = ""


class DocumentLine(NamedTuple):
    """One line of a document."""

    item: str
    blue_line: str
    quantity: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Document:
    """A document with its number; its id is the effect it has: one of each kind per decision."""

    id: str
    entity: str
    type: DocumentType
    series: str
    no: int
    number: str
    case_id: str
    decision_id: str
    customer: str
    currency: str
    reason: str
    original: str
    issued_on: date
    net: Decimal
    tax: Decimal
    lines: tuple[DocumentLine, ...]

    @property
    def gross(self) -> Decimal:
        """Net and tax."""
        return self.net + self.tax

    @property
    def takes_back(self) -> bool:
        """Whether it takes something of a sale back: a credit, or goods that came back for nothing."""
        goods = self.type == DocumentType.DELIVERY_NOTE and any(line.blue_line for line in self.lines)
        return goods or self.type in CREDITS


@dataclass(frozen=True, slots=True)
class IssuedPaper:
    """An issued document with the entries that it made, as both were written."""

    document: Document
    entries: tuple[JournalEntry, ...]


@dataclass(frozen=True, slots=True)
class CustomerCredit:
    """What a customer has to his credit with one entity in one currency, and at what it stands in the books.

    What is reserved is promised to a refund that the bank has not paid yet; his own terms stand beside it.
    """

    id: str
    entity: str
    customer: str
    currency: str
    balance: Decimal
    functional: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)
    overdraft: Decimal = Decimal(0)
    tolerance_percent: Decimal | None = None
    bank_account: str = ""


class Numbers(Part):
    """The next number of every series of an entity; under lock, so a number that was rolled back is given again."""

    next: dict[str, int] = Field(default_factory=dict)
