"""What can be asked of accounting: the commands and what they may carry."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, NaiveDatetime, StringConstraints, model_validator

from contracts.base import CaseId, Code, Currency, Magnitude, Name, OptionalCode, Part, Quantity, Scope, UnitPrice
from finance.model.blue import LineKind, PriceMode
from finance.model.forms import FormState

PathCode = Annotated[str, StringConstraints(pattern=r"^[^/\x00-\x1f]{1,64}$")]
Positive = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=4, allow_inf_nan=False)]
Rate = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=8, allow_inf_nan=False)]
LineNumber = Annotated[int, Field(ge=1, le=1_000_000)]


class Buyer(Part):
    """Who bought, as the invoice names it; a business where nothing else is said."""

    business: bool = Field(default=True, description="false: a consumer")
    name: Name = Field("", description="the name")
    tax_id: OptionalCode = Field("", description="the tax number")
    street: Name = Field("", description="the street")
    city: Name = Field("", description="the place")
    postal_code: OptionalCode = Field("", description="its code")
    region: OptionalCode = Field("", description="the state or province, where the tax on a fee depends on it")
    country: OptionalCode = Field("", description="the country, such as DE")
    reference: OptionalCode = Field("", description="the order that the buyer wants to read on documents")


class ImportedLine(Part):
    """One line of a blue invoice; without a net amount it is quantity times price; a tax code is `S 19`."""

    line: LineNumber
    item: Code
    quantity: Quantity
    unit_price: UnitPrice
    net: Magnitude | None = None
    tax: Magnitude = Decimal(0)
    kind: LineKind = "GOODS"
    unit_cost: UnitPrice | None = None
    tax_code: Annotated[str, StringConstraints(pattern=r"^([A-Z]{1,2} [0-9]{1,2}(\.[0-9]{1,4})?)?$")] = ""


class ImportBlueInvoice(Part):
    """Take over an original invoice, by the clock of its own books; without an open amount nothing of it is paid,
    and without decimals it has those of its currency.

    One in another currency than the books' says the rate it was booked at: what one of its currency was worth there.

    A discount on the whole document is net, and is spread over the lines; their taxes are those after it.
    """

    entity: PathCode
    invoice: PathCode
    customer: OptionalCode
    currency: Currency
    issued_at: NaiveDatetime
    price_mode: PriceMode = "EXCLUSIVE"
    decimals: Annotated[int, Field(ge=0, le=4)] | None = None
    open_amount: Magnitude | None = None
    discount: Magnitude | None = None
    rate: Rate | None = None
    buyer: Buyer | None = None
    due_on: date | None = None
    salesperson: OptionalCode | None = None
    lines: tuple[ImportedLine, ...] = Field(min_length=1, max_length=10_000)


class AskedLine(Part):
    """One thing that comes back, at a moment of its own where it says one; a line that is no goods has no original."""

    line: LineNumber
    item: Code
    quantity: Quantity
    unit_price: UnitPrice
    goods: bool = True
    returned_at: NaiveDatetime | None = None


class MakeClaim(Part):
    """Find and reserve what was sold, for a list of returned lines in this order."""

    claim_id: CaseId
    entity: PathCode
    customer: OptionalCode
    currency: Currency
    returned_at: NaiveDatetime
    lines: tuple[AskedLine, ...] = Field(min_length=1, max_length=10_000)


class Approve(Part):
    """Sign for what waits for it; on behalf of somebody who has lent the level, or of nobody."""

    note: Name = ""
    on_behalf_of: Name = ""


class Refuse(Part):
    """Decline to sign."""

    note: Name = ""


class RecordEvidence(Part):
    """Say which proof is in the file: the kind and its number or place."""

    kind: Code
    reference: Name = Field(min_length=1)


class Pay(Part):
    """Report a payment of the customer to the payment gate of a case: its repair, or what it gives in exchange."""

    case_id: CaseId
    amount: Positive
    reference: Code
    rate: Rate | None = None


class ApplyCredit(Part):
    """Set a customer's credit off against an invoice, or against what a case gives in exchange."""

    entity: PathCode
    customer: OptionalCode
    currency: Currency
    amount: Positive
    reference: Code
    invoice: OptionalCode = ""
    case: CaseId | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        """Credit is set off in one place."""
        if bool(self.invoice) == (self.case is not None):
            raise ValueError("credit is set off against an invoice or for a case")
        return self


class SellScrap(Part):
    """Report that scrapped goods of a case were sold for cash."""

    case_id: CaseId
    net: Positive
    tax: Magnitude = Decimal(0)
    reference: Code


class RequestRefund(Part):
    """Ask to pay out a customer's credit balance; for a case, signatures are asked for all that is paid out for it."""

    entity: PathCode
    customer: OptionalCode
    currency: Currency
    amount: Positive
    case: CaseId | None = None
    return_slip: OptionalCode = ""
    channel: OptionalCode = ""

    @model_validator(mode="after")
    def _slip_of_case(self) -> Self:
        """A return slip belongs to a case."""
        if self.return_slip and self.case is None:
            raise ValueError("a return slip belongs to a case: name it")
        return self


class SendRefund(Part):
    """Hand an approved refund to the bank."""

    note: Name = ""


class ReportFailure(Part):
    """Report that the bank could not pay a refund, and why."""

    reason: Name = Field(min_length=1)


class ConfirmPayment(Part):
    """Report that the bank has paid; in another currency than the books', at which rate."""

    reference: Code
    rate: Rate | None = None


class AskedCredit(Part):
    """What is to be credited of one line of a blue invoice: pieces, or an amount while the goods stay; neither: all."""

    line: LineNumber
    quantity: Decimal | None = None
    amount: Magnitude | None = None


class DraftCredit(Part):
    """Draft a credit of one blue invoice by hand, with the tax bureau's reason where the law asks for one."""

    entity: PathCode
    invoice: PathCode
    reason: OptionalCode = ""
    scope: Scope = Field(default_factory=Scope)
    proofs: tuple[Code, ...] = Field(default=(), max_length=20)
    lines: tuple[AskedCredit, ...] = Field(min_length=1, max_length=1000)


class Proceed(Part):
    """Let a credit document take its next step."""

    note: Name = ""


class Issue(Part):
    """Go on to the legal document: ask the platform anew, or say which number a paper document has."""

    form_no: OptionalCode = ""
    number: OptionalCode = ""


class PlatformSays(Part):
    """What the tax platform says of a form: its state and, once there is one, the red invoice's number."""

    serial: OptionalCode = ""
    state: FormState = FormState.UNKNOWN
    form_no: OptionalCode = ""
    number: OptionalCode = ""
    refused: OptionalCode = ""


class BuyerEnteredForm(Part):
    """Take over a form that a buyer has entered at the platform."""

    form_no: CaseId
    entity: PathCode
    invoice: PathCode
    reason: Code
    net: Magnitude
    tax: Magnitude


class ConfirmForm(Part):
    """Confirm a buyer's form for one of our credit documents."""

    document_id: Code


class Reverse(Part):
    """Take an issued document back by a document of its own."""

    entity: PathCode
    number: Code
    reason: Name = ""


class RecordUpload(Part):
    """Report that the authority has a certificate."""

    reference: Code
