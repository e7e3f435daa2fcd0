"""What is proposed and signed for outside a decision (签呈): goodwill, fines, discounts, and a customer's terms."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from contracts.base import CaseId, Code, Currency, Magnitude, Name, OptionalCode, Part
from finance.model.approvals import Signature
from finance.model.requests import PathCode

ProposalKind = Literal["GOODWILL", "COMPENSATION", "FINE", "FEE_DISCOUNT", "OVERDRAFT", "TOLERANCE", "BANK_DATA"]
TERMS = frozenset({"OVERDRAFT", "TOLERANCE", "BANK_DATA"})


GrantedBy = Literal["", "CASH", "VOUCHER", "GIFT"]


class ProposalStage(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "PROPOSED"
    IN_FORCE = "IN_FORCE"
    REFUSED = "REFUSED"


class Propose(Part):
    """Propose something that has to be signed for: money for a case with its reason, or terms of a customer.

    A fine may name the invoice that the customer deducts it from. A tolerance is a percentage. Compensation says what
    was claimed, and by what it is granted: paid out, as credit for what he buys next, or as a gift at its cost.
    """

    kind: ProposalKind
    entity: PathCode
    customer: Code
    currency: Currency
    reason: Name = Field(min_length=1)
    case: CaseId | None = None
    amount: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4, allow_inf_nan=False)] = Decimal(0)
    invoice: OptionalCode = ""
    bank_account: OptionalCode = ""
    claimed: Magnitude = Decimal(0)
    by: GrantedBy = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Money is for a case and above nothing; bank data names an account."""
        if self.kind not in TERMS and (self.case is None or self.amount <= 0):
            raise ValueError("a proposal of money needs a case and an amount above zero")
        if (self.kind == "BANK_DATA") != bool(self.bank_account):
            raise ValueError("bank data, and only bank data, names an account")
        if (self.kind == "COMPENSATION") != bool(self.by) or (self.by and self.claimed < self.amount):
            raise ValueError("compensation, and nothing else, is granted by something, and no more than was claimed")
        return self


class Proposal(Part):
    """Something that is proposed, and who has signed for it."""

    proposal_id: CaseId
    stage: ProposalStage
    kind: ProposalKind
    entity: Code
    customer: Code
    currency: Currency
    credit: str
    reason: Name
    case: OptionalCode = ""
    amount: Magnitude = Decimal(0)
    invoice: OptionalCode = ""
    bank_account: OptionalCode = ""
    claimed: Magnitude = Decimal(0)
    by: GrantedBy = ""
    proposed_by: Name
    signatures: tuple[Signature, ...] = ()
    refused_by: Name = ""
    refused_for: Name = ""
    document: OptionalCode = ""

    @property
    def owed_less(self) -> bool:
        """Whether it is a fine in force of no invoice in particular: the customer owes so much less in all (F-29)."""
        return (self.kind, self.stage, self.invoice) == ("FINE", ProposalStage.IN_FORCE, "")
