"""Accounting's policy document; every figure of its rules, by the keys of procedures.md section 9."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import Code, Currency, Name, OptionalCode, Part
from finance.model.approvals import Effect
from finance.model.books import Account, DocumentType
from finance.model.papers import PaperKind


class Company(Part):
    """A legal entity as its documents name it."""

    name: Name
    tax_id: Code
    street: Name = ""
    city: Name
    postal_code: Code
    country: Code
    account: OptionalCode = ""


class ExchangeException(Part):
    """Where exchanges are written otherwise; what is empty fits everything."""

    entity: OptionalCode = ""
    customer: OptionalCode = ""
    reason: OptionalCode = ""
    documents: Literal["WITH_AMOUNT", "NO_AMOUNT"]


# An amount is tried first: as a word, "50" would be a sanction of that name.
Fine = Annotated[Annotated[Decimal, Field(ge=0)] | Code, Field(union_mode="left_to_right")]


class Distribution(Part):
    """By which day of the next month a monthly report is ready, and who gets it."""

    day: Annotated[int, Field(ge=1, le=28)]
    readers: tuple[Code, ...]


class Policy(BaseModel):
    """What the seed procedures disagree about in accounting."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    quantity_tolerance_percent: Decimal = Field(ge=0, description="P-40 received over approved that is booked as it is")
    over_tolerance_action: Literal["HOLD", "BOOK_APPROVED"] = Field(
        description="P-41 beyond it: hold for a supplementary approval, or book what was approved"
    )
    return_evidence: tuple[Code, ...] = Field(description="P-42 proofs that a return is posted with; none: no proof")
    allowance_evidence: tuple[Code, ...] = Field(description="P-42 the same for an allowance")
    paper_parts: dict[PaperKind, tuple[Code, ...]] = Field(
        description="S3-D for whom the parts of return slips and allowance certificates are, in their order; "
        "nothing is posted before the part for accounting has come"
    )
    compare_amounts: bool = Field(
        description="S3-D whether a credit at a higher unit price than it was sold at, beyond the ratio, is held"
    )
    jurisdictions: dict[str, Code] = Field(description="the jurisdiction of each legal entity")
    default_jurisdiction: Code = Field(description="the jurisdiction of entities that are not listed")
    credit_documents: dict[str, DocumentType] = Field(description="the credit document of each jurisdiction")
    number_prefixes: dict[DocumentType, Code] = Field(description="the prefix of each kind of document's numbers")
    exchange_doc_policy: Literal["WITH_AMOUNT", "NO_AMOUNT"] = Field(
        description="whether an exchange is credited and invoiced anew, or swapped at the warranty's cost"
    )
    exchange_exceptions: tuple[ExchangeException, ...] = Field(
        description="where that is otherwise, the first that fits; `documents` is WITH_AMOUNT or NO_AMOUNT"
    )
    deduction_mode: Literal["REDUCED_CREDIT", "SEPARATE_CHARGE"] = Field(
        description="whether a missing accessory or a fee reduces the credit or is charged by a document of its own"
    )
    accessory_cost_percent: Decimal = Field(ge=0, le=100, description="cost of an accessory, of what is deducted")
    approval_matrix: dict[Effect, dict[Annotated[Decimal, Field(ge=0)], tuple[OptionalCode, ...]]] = Field(
        description="who signs for each effect, from which gross amount on, in the currency of the books and cumulated "
        "over the case; an empty level is anybody, an effect that is not there needs nobody"
    )
    credit_overdraft: Annotated[Decimal, Field(ge=0)] = Field(
        description="how far a customer's credit balance may be overdrawn by refunds"
    )
    refund_desks: dict[Code, tuple[Code, ...]] = Field(
        description="R-284 which desk asks for refunds of a channel, and which others sign besides the matrix"
    )
    refund_booked: Literal["ON_APPROVAL", "ON_PAYMENT"] = Field(
        description="an approved refund is a payable until the bank pays, or is held back and posted when it has paid"
    )
    goods_postings: dict[str, Account] = Field(description="where the value of goods goes by what becomes of them")
    recoverable_percent: Decimal = Field(ge=0, le=100, description="share of its cost that a swapped unit is worth")
    default_tax_percent: Decimal = Field(ge=0, description="tax on a billed replacement whose original is not known")
    functional_currencies: dict[str, Currency] = Field(description="the currency of the books of each legal entity")
    default_functional_currency: Annotated[str, Field(pattern="^([A-Z]{3})?$")] = Field(
        description="that of entities that are not listed; empty: the currency of each document"
    )
    booking_rates: dict[Currency, Annotated[Decimal, Field(gt=0)]] = Field(
        description="rate of each foreign currency for what has no rate of its own; a dated row for each new rate"
    )
    restocking_fee_percent: Decimal = Field(ge=0, le=100, description="fee on goods that are taken back, of their net")
    fee_tax_mode: Literal["FULL_TAX", "NET_TAX"] = Field(
        description="whether the customer gets all the tax back, or only that on what is left after the fee"
    )
    fee_tax_modes: dict[Code, Literal["FULL_TAX", "NET_TAX"]] = Field(
        description="the same for buyers of a region that has a rule of its own"
    )
    form_hours: int = Field(gt=0, le=8760, description="hours that the other side has to confirm a red-letter form")
    platform_first_minutes: int = Field(gt=0, description="minutes until the tax platform is asked again, then doubled")
    platform_longest_minutes: int = Field(gt=0, description="the longest it is left alone")
    upload_business_days: int = Field(
        gt=0, le=365, description="days to upload an allowance certificate of a business (TW)"
    )
    upload_consumer_days: int = Field(gt=0, le=365, description="the same for a consumer")
    upload_warning_days: int = Field(ge=0, le=365, description="days before that it is on the worklist")
    companies: dict[str, Company] = Field(description="how each legal entity is named on its documents")
    charts: dict[str, dict[Account, Code]] = Field(
        description="charts of accounts: the number of each role, by chart; an entity with a chart exports nothing on "
        "a role that has no number in it, one without any exports the names of roles"
    )
    warranty_rate_percent: Decimal = Field(ge=0, le=100, description="warranty provision, of a month's sales of goods")
    unsplit_losses: Literal["NOTE", "BLOCK"] = Field(description="whether a month ends with losses that are not split")
    open_differences: Literal["NOTE", "BLOCK"] = Field(
        description="whether a month ends with differences between the books that nobody has closed with a reason"
    )
    loss_basis: tuple[Account, ...] = Field(description="what a case left on these accounts is its loss")
    offences: dict[str, Fine] = Field(description="the fine of each offence of service staff, or its sanction")
    chart_of_entity: dict[str, Code] = Field(
        description="the chart of an entity, where not that of its jurisdiction or its country"
    )
    decimals: dict[str, int] = Field(description="decimals of documents without a blue invoice, where they are not two")
    reversal_styles: dict[str, Literal["OPPOSITE", "RED"]] = Field(
        description="how the books of a jurisdiction or country show what is taken back; otherwise on the OPPOSITE side"
    )
    payment_terms_days: int = Field(ge=0, le=3650, description="when an invoice is due that does not say")
    expenses_need_a_file: bool = Field(description="R-111 whether an expense is paid only for a customer on file")
    filing_working_days: int = Field(ge=0, le=365, description="BR-C10 working days to file a new customer")
    late_filings_for_penalty: int = Field(
        gt=0, description="R-112 customers filed late although reminded that make a penalty of the month"
    )
    holidays: tuple[date, ...] = Field(description="P-47 the company's holidays")
    monthly_reports: dict[Code, Distribution] = Field(
        description="P-43 by which day of the next month each report is ready, and for whom"
    )
    worklist_days: dict[str, int] = Field(description="after how many days a row of each worklist is late")
