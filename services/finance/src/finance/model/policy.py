"""Accounting's policy document; every figure of its rules, by the keys of procedures.md section 9."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import Code, OptionalCode
from finance.model.books import Account, DocumentType


class Policy(BaseModel):
    """What the seed procedures disagree about in accounting."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    quantity_tolerance_percent: Decimal = Field(ge=0, description="P-40 received over approved that is booked as it is")
    over_tolerance_action: Literal["HOLD", "BOOK_APPROVED"] = Field(
        description="P-41 beyond it: hold for a supplementary approval, or book what was approved"
    )
    return_evidence: tuple[Code, ...] = Field(description="P-42 proofs that a return is posted with; none: no proof")
    allowance_evidence: tuple[Code, ...] = Field(description="P-42 the same for an allowance")
    jurisdictions: dict[str, Code] = Field(description="the jurisdiction of each legal entity")
    default_jurisdiction: Code = Field(description="the jurisdiction of entities that are not listed")
    credit_documents: dict[str, DocumentType] = Field(description="the credit document of each jurisdiction")
    number_prefixes: dict[DocumentType, Code] = Field(description="the prefix of each kind of document's numbers")
    exchange_doc_policy: Literal["WITH_AMOUNT", "NO_AMOUNT"] = Field(
        description="whether an exchange is credited and invoiced anew, or swapped at the warranty's cost"
    )
    deduction_mode: Literal["REDUCED_CREDIT", "SEPARATE_CHARGE"] = Field(
        description="whether a missing accessory reduces the credit or is charged by a document of its own"
    )
    accessory_cost_percent: Decimal = Field(ge=0, le=100, description="cost of an accessory, of what is deducted")
    goodwill_approver: OptionalCode = Field(description="who signs for a credit without original; empty: nobody")
    approval_thresholds: tuple[Decimal, ...] = Field(description="gross from which one more signature is needed")
    goods_postings: dict[str, Account] = Field(description="where the value of goods goes by what becomes of them")
    recoverable_percent: Decimal = Field(ge=0, le=100, description="share of its cost that a swapped unit is worth")
    default_tax_percent: Decimal = Field(ge=0, description="tax on a billed replacement whose original is not known")
    decimals: dict[str, int] = Field(description="decimals of documents without a blue invoice, where they are not two")
