"""Credit documents: drafted by hand, signed, given up, taken back."""

from typing import Any, ClassVar

from pydantic import Field

from contracts.base import CaseId, Code, Magnitude, Name, OptionalCode, Part
from finance import handlers
from finance.model import (
    Approve,
    AskedCredit,
    BlueLine,
    CreditDocument,
    Document,
    DocumentState,
    DraftCredit,
    Proceed,
    RecordUpload,
    Reverse,
    Upload,
)
from redletter.scenarios import standing
from redletter.scenarios.office import Office
from redletter.scenarios.steps.base import Act, Differs

NO_NUMBER = "none"
ENDED = {DocumentState.ISSUED, DocumentState.REVERSED, DocumentState.CANCELLED}


class CreditLine(Part):
    """One line of a credit that is drafted by hand; with neither quantity nor amount it is all that is left."""

    line: int = Field(1, ge=1, description="the line of the blue invoice")
    quantity: Code | None = Field(None, description="how many come back")
    amount: Magnitude | None = Field(None, description="or how much is allowed while nothing comes back")


class DraftByHand(Act):
    """A person drafts a credit of a blue invoice; nothing is reserved yet.

    It moves money only: goods that come back are a case's, by its `decide`.

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


class Moves(OfDocument):
    """A credit document moves on, and nothing more has to be said."""

    handle: ClassVar[Any]
    body: ClassVar[type[Part]]

    def play(self, office: Office) -> None:
        """Ask it."""
        office.ask(self.handle, self.body(), self.document(office).document_id)


class SubmitByHand(Moves):
    """What a draft takes is reserved, and others are asked to sign: one at least, whatever the matrix says."""

    word = "submit-credit"
    example = "submit-credit: {credit: D-1}\n  by: alice"
    handle, body = handlers.SUBMIT_CREDIT, Proceed


class ApproveByHand(Moves):
    """Another person signs for a drafted credit; with the last signature it is issued, or goes to the tax platform."""

    word = "approve-credit"
    example = "approve-credit: {credit: D-1}\n  by: bob"
    handle, body = handlers.APPROVE_CREDIT, Approve


class RejectByHand(Moves):
    """Another person refuses to sign for a drafted credit: what it reserved is free again."""

    word = "reject-credit"
    example = "reject-credit: {credit: D-1}\n  by: bob"
    handle, body = handlers.REJECT_CREDIT, Proceed


class CancelDocument(Moves):
    """A credit document is given up. A form that is out is withdrawn: the platform's answer 08 or 09 ends it."""

    word = "cancel-credit"
    example = "cancel-credit: {case: K-1}"
    handle, body = handlers.CANCEL_CREDIT, Proceed


class TakeBack(Act):
    """An issued credit is taken back: it is never edited.

    By a debit note of its own number, and the blue line has again what was credited. In China a red invoice cannot be
    flushed again: what it credited is sold by a new blue invoice (REPLACEMENT_INVOICE). In Taiwan an allowance is void
    without a document while its tax period of two months lasts, and sold anew after it. What was charged with it
    (DEBIT_NOTE) goes back first, by a credit of its own; where that needs a red-letter form, `draft-credit` it before.
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
        mine = [each for each in office.all(Document) if each.case_id == self.case and each.takes_back]
        stand = [each for each in mine if standing.state_of(each, office) == "ISSUED"] or mine[-1:]
        if len(stand) > 1:
            raise Differs("one credit", f"{self.case} has {len(stand)}: say which number")
        return stand[0].number if stand else NO_NUMBER


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


ALL: tuple[type[Act], ...] = (
    DraftByHand,
    SubmitByHand,
    ApproveByHand,
    RejectByHand,
    CancelDocument,
    TakeBack,
    UploadCertificate,
)
