"""Credit documents: drafted by hand, signed, sent to the tax platform, answered there, given up, taken back."""

from typing import ClassVar

from pydantic import Field

from contracts.base import CaseId, Code, Magnitude, Name, OptionalCode, Part
from finance import handlers
from finance.model import (
    CREDITS,
    Approve,
    AskedCredit,
    BlueLine,
    BuyerEnteredForm,
    ConfirmForm,
    CreditDocument,
    Document,
    DocumentState,
    DraftCredit,
    FormState,
    InboundForm,
    Issue,
    PlatformSays,
    Proceed,
    RecordUpload,
    Reverse,
    Upload,
)
from redletter.scenarios.office import Office, Outcome
from redletter.scenarios.steps.base import Act, Differs

ENDED = {DocumentState.ISSUED, DocumentState.REVERSED, DocumentState.CANCELLED}
AT_ONCE = {FormState.NO_CONFIRMATION, FormState.CONFIRMED}


class CreditLine(Part):
    """One line of a credit that is drafted by hand; with neither quantity nor amount it is all that is left."""

    line: int = Field(1, ge=1, description="the line of the blue invoice")
    quantity: Code | None = Field(None, description="how many come back")
    amount: Magnitude | None = Field(None, description="or how much is allowed while nothing comes back")


class DraftByHand(Act):
    """A person drafts a credit of a blue invoice; nothing is reserved yet.

    The tax bureau's reason is checked in China: 01 wrong invoice, in full only; 02 goods come back; 03 services stop;
    04 allowance.
    """

    word = "draft-credit"
    example = 'draft-credit: {credit: D-1, invoice: B1, reason: "02", lines: [{line: 1, quantity: 3}]}\n  by: alice'
    credit: CaseId = Field(description="the name of the credit document")
    invoice: Code = Field(description="the blue invoice")
    reason: OptionalCode = Field("", description="01, 02, 03 or 04; otherwise what fits the lines")
    proofs: tuple[Code, ...] = Field((), description="proofs that are in the file, such as allowance-certificate")
    lines: tuple[CreditLine, ...] = Field((), description="its lines; otherwise the whole invoice")

    def play(self, office: Office) -> None:
        """Draft it."""
        known = [line for line in office.all(BlueLine) if (line.entity, line.invoice) == (office.entity, self.invoice)]
        lines = [AskedCredit(line=each.line, quantity=each.quantity, amount=each.amount) for each in self.lines]
        body = DraftCredit(
            entity=office.entity,
            invoice=self.invoice,
            reason=self.reason,
            scope=office.scope,
            proofs=self.proofs,
            lines=tuple(lines or [AskedCredit(line=each.line) for each in known] or [AskedCredit(line=1)]),
        )
        office.ask(handlers.DRAFT_CREDIT, body, self.credit)


class OfDocument(Act):
    """Something is done with a credit document."""

    case: CaseId | None = Field(None, description="the case whose document it is")
    credit: CaseId | None = Field(None, description="or the credit document that was drafted")
    invoice: OptionalCode = Field("", description="of which blue invoice, where a case has several")
    example: ClassVar[str] = ""

    def document(self, office: Office) -> CreditDocument:
        """Find the document."""
        if self.credit is not None:
            found = [each for each in office.all(CreditDocument) if each.document_id == self.credit]
        else:
            found = [each for each in office.all(CreditDocument) if each.case_id == self.case]
        found = [each for each in found if self.invoice in {"", each.invoice}]
        if not found:
            raise Differs("a credit document", f"there is none of {self.credit or self.case}")
        return min(found, key=lambda each: (each.state in ENDED, -len(each.live), each.document_id))


class SubmitByHand(OfDocument):
    """What a draft takes is reserved, and others are asked to sign."""

    word = "submit-credit"
    example = "submit-credit: {credit: D-1}\n  by: alice"

    def play(self, office: Office) -> None:
        """Submit it."""
        office.ask(handlers.SUBMIT_CREDIT, Proceed(), self.document(office).document_id)


class ApproveByHand(OfDocument):
    """Another person signs for a drafted credit; with the last signature it is issued, or goes to the tax platform."""

    word = "approve-credit"
    example = "approve-credit: {credit: D-1}\n  by: bob"

    def play(self, office: Office) -> None:
        """Sign."""
        office.ask(handlers.APPROVE_CREDIT, Approve(), self.document(office).document_id)


class RejectByHand(OfDocument):
    """Another person refuses to sign for a drafted credit: what it reserved is free again."""

    word = "reject-credit"
    example = "reject-credit: {credit: D-1}\n  by: bob"

    def play(self, office: Office) -> None:
        """Refuse."""
        office.ask(handlers.REJECT_CREDIT, Proceed(), self.document(office).document_id)


class PlatformAnswers(OfDocument):
    """The tax platform says where a red-letter form stands.

    01 no confirmation needed, 02 the buyer has to confirm, 04 confirmed, 05 refused by the buyer, 07 lapsed after 72
    hours, 08 and 09 withdrawn; 10 it is being looked at, 15 and 16 it failed there. With 01 and 04 the platform issues
    the red invoice at once, unless it is `later`. Said again, or said late, it changes nothing.
    """

    word = "platform-answers"
    example = 'platform-answers: {case: K-1, state: "02"}'
    state: OptionalCode = Field("", description="the state of the form; empty when only the number comes")
    number: OptionalCode = Field("", description="the red invoice's number; otherwise the platform gives the next")
    later: bool = Field(default=False, description="true: the red invoice comes with a later answer")
    refused: OptionalCode = Field("", description="or the platform does not take the form at all, for this reason")
    serial: OptionalCode = Field("", description="of which request, such as `K-1.1-1-1`; otherwise the latest")

    def play(self, office: Office) -> None:
        """Say it."""
        document = self.document(office)
        state = FormState(self.state.upper() or document.form.state if document.form else FormState.UNKNOWN)
        issues = (state in AT_ONCE or not self.state) and not self.later and not self.refused
        number = self.number or (next_number(office) if issues else "")
        body = PlatformSays(serial=self.serial, state=state, number=number, refused=self.refused)
        office.ask(handlers.PLATFORM_SAYS, body, document.document_id)


def next_number(office: Office) -> str:
    """Give a number of twenty digits, as the platform counts."""
    given = sum(1 for each in office.all(CreditDocument) if each.number)
    return f"{office.who.on:%y}312{given + 9:015d}"


class BuyerConfirms(OfDocument):
    """The buyer confirms our form (04), and the platform issues the red invoice at once."""

    word = "buyer-confirms"
    example = "buyer-confirms: {case: K-1}"

    def play(self, office: Office) -> None:
        """Hear it from the platform."""
        body = PlatformSays(state=FormState.CONFIRMED, number=next_number(office))
        office.ask(handlers.PLATFORM_SAYS, body, self.document(office).document_id)


class BuyerRefuses(OfDocument):
    """The buyer refuses our form (05): what is reserved is free again."""

    word = "buyer-refuses"
    example = "buyer-refuses: {case: K-1}"

    def play(self, office: Office) -> None:
        """Hear it from the platform."""
        body = PlatformSays(state=FormState.REFUSED_BY_BUYER)
        office.ask(handlers.PLATFORM_SAYS, body, self.document(office).document_id)


class PlatformSilent(OfDocument):
    """The tax platform does not answer: nothing changes, and it will be asked about the same form again."""

    word = "platform-silent"
    example = "platform-silent: {case: K-1}"

    def play(self, office: Office) -> None:
        """Hear nothing."""
        self.document(office)
        office.outcome = Outcome("done")


class NewForm(OfDocument):
    """A form that lapsed or was refused is entered anew, under a new serial; what it takes is reserved again."""

    word = "new-form"
    example = "new-form: {case: K-1}"

    def play(self, office: Office) -> None:
        """Enter it."""
        office.ask(handlers.ISSUE_CREDIT, Issue(), self.document(office).document_id)


class PaperForm(OfDocument):
    """The information form of a paper invoice has its number, or the red invoice is written on it (CN-PAPER)."""

    word = "paper-form"
    example = 'paper-form: {case: K-1, form: "1234567890123456"}'
    form: OptionalCode = Field("", description="the number of the information form")
    number: OptionalCode = Field("", description="the number of the red invoice")

    def play(self, office: Office) -> None:
        """Enter the numbers."""
        body = Issue(form_no=self.form, number=self.number)
        office.ask(handlers.ISSUE_CREDIT, body, self.document(office).document_id)


class CancelDocument(OfDocument):
    """A credit document is given up. A form that is out is withdrawn: the platform's answer 08 or 09 ends it."""

    word = "cancel-credit"
    example = "cancel-credit: {case: K-1}"

    def play(self, office: Office) -> None:
        """Give it up."""
        office.ask(handlers.CANCEL_CREDIT, Proceed(), self.document(office).document_id)


class BuyerEnters(Act):
    """The buyer enters a form at the platform (03): it waits for us."""

    word = "buyer-enters-form"
    example = 'buyer-enters-form: {form: F-1, invoice: B1, reason: "02", net: 300.00, tax: 39.00}'
    form: CaseId = Field(description="the number of the form")
    invoice: Code = Field(description="the blue invoice")
    reason: Code = Field("02", description="the tax bureau's reason")
    net: Magnitude = Field(description="its net amount")
    tax: Magnitude = Field(description="its tax")

    def play(self, office: Office) -> None:
        """Hear of it."""
        body = BuyerEnteredForm(
            form_no=self.form,
            entity=office.entity,
            invoice=self.invoice,
            reason=self.reason,
            net=self.net,
            tax=self.tax,
        )
        office.ask(handlers.ENTER_FORM, body)


class ConfirmBuyers(OfDocument):
    """We confirm a buyer's form for a credit document of ours; amount and tax must be the same."""

    word = "confirm-form"
    example = "confirm-form: {form: F-1, case: K-1}"
    form: CaseId = Field(description="the buyer's form")

    def play(self, office: Office) -> None:
        """Confirm it."""
        office.ask(handlers.CONFIRM_FORM, ConfirmForm(document_id=self.document(office).document_id), self.form)


class RejectBuyers(Act):
    """We refuse a buyer's form; the platform's answer 06 ends it."""

    word = "reject-form"
    example = "reject-form: {form: F-1}"
    form: CaseId = Field(description="the buyer's form")

    def play(self, office: Office) -> None:
        """Refuse it."""
        office.ask(handlers.REFUSE_FORM, Proceed(), self.form)


class FormAnswered(Act):
    """The tax platform says where a buyer's form stands: 06 we refused it, 07 lapsed, 08 withdrawn."""

    word = "form-answered"
    example = 'form-answered: {form: F-1, state: "06"}'
    form: CaseId = Field(description="the buyer's form")
    state: FormState = Field(description="the state of the form")

    def play(self, office: Office) -> None:
        """Say it."""
        form = office.get(InboundForm, self.form)
        if form is not None and form.document_id:
            body = PlatformSays(state=self.state, number=next_number(office) if self.state in AT_ONCE else "")
            office.ask(handlers.PLATFORM_SAYS, body, form.document_id)
        else:
            office.ask(handlers.FORM_SAYS, PlatformSays(state=self.state), self.form)


class TakeBack(Act):
    """An issued credit is taken back: it is never edited.

    By a debit note of its own number, and the blue line has again what was credited. In China a red invoice cannot be
    flushed again: what it credited is sold by a new blue invoice (REPLACEMENT_INVOICE). In Taiwan an allowance is void
    without a document while its tax period of two months lasts, and sold anew after it.
    """

    word = "reverse"
    example = "reverse: {case: K-1}\n  by: carol"
    case: CaseId | None = Field(None, description="the case whose credit it is")
    number: OptionalCode = Field("", description="or the number of the document")
    reason: Name = Field("", description="why")

    def play(self, office: Office) -> None:
        """Take it back."""
        number = self.number or self._number(office)
        office.ask(handlers.REVERSE, Reverse(entity=office.entity, number=number, reason=self.reason))

    def _number(self, office: Office) -> str:
        mine = [each for each in office.all(Document) if each.case_id == self.case and each.type in CREDITS]
        if len(mine) != 1:
            raise Differs("one credit", f"{self.case} has {len(mine)}: say which number")
        return mine[0].number


class UploadCertificate(Act):
    """The authority has an allowance certificate (TW)."""

    word = "upload"
    example = "upload: {case: K-1, reference: MOF-77}"
    case: CaseId = Field(description="the case whose certificate it is")
    reference: Code = Field("MOF-1", description="the receipt of the authority")

    def play(self, office: Office) -> None:
        """Report it."""
        mine = [each for each in office.all(Upload) if each.case_id == self.case]
        if not mine:
            raise Differs("a certificate to upload", f"{self.case} has none")
        name = f"{mine[0].entity}.{mine[0].number}"
        office.ask(handlers.RECORD_UPLOAD, RecordUpload(reference=self.reference), name)


DOCUMENTS: tuple[type[Act], ...] = (
    DraftByHand,
    SubmitByHand,
    ApproveByHand,
    RejectByHand,
    PlatformAnswers,
    BuyerConfirms,
    BuyerRefuses,
    PlatformSilent,
    NewForm,
    PaperForm,
    CancelDocument,
    BuyerEnters,
    ConfirmBuyers,
    RejectBuyers,
    FormAnswered,
    TakeBack,
    UploadCertificate,
)
