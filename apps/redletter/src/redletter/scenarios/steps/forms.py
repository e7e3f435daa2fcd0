"""Red-letter forms: sent to the tax platform and answered there, or entered by the buyer."""

from pydantic import Field

from contracts.base import CaseId, Code, Magnitude, OptionalCode
from finance import handlers
from finance.model import (
    BuyerEnteredForm,
    ConfirmForm,
    CreditDocument,
    DocumentState,
    FormState,
    InboundForm,
    Issue,
    PlatformSays,
    Proceed,
)
from redletter.scenarios.office import Office, Outcome
from redletter.scenarios.steps.base import Act
from redletter.scenarios.steps.documents import Moves, OfDocument

AT_ONCE = {FormState.NO_CONFIRMATION, FormState.CONFIRMED}


class PlatformAnswers(OfDocument):
    """The tax platform says where a red-letter form stands.

    01 no confirmation needed, 02 the buyer has to confirm, 04 confirmed, 05 refused by the buyer, 07 lapsed after 72
    hours, 08 and 09 withdrawn; 10 it is being looked at, 15 and 16 it failed there. With 01 and 04 the platform issues
    the red invoice at once, unless it is `later`. Said again, or said late, it changes nothing. A second form of a case
    on one blue invoice goes out when the first has ended: the next answer is to that one.
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
        document = going(self, office)
        state = FormState(self.state.upper() or document.form.state if document.form else FormState.UNKNOWN)
        issues = (state in AT_ONCE or not self.state) and not self.later and not self.refused
        number = self.number or (next_number(office) if issues else "")
        body = PlatformSays(serial=self.serial, state=state, number=number, refused=self.refused)
        office.ask(handlers.PLATFORM_SAYS, body, document.document_id)


def going(step: OfDocument, office: Office) -> CreditDocument:
    """Find the document; a form that has waited for another on its blue invoice goes out first."""
    document = step.document(office)
    if document.state is DocumentState.APPROVED and document.form is None:
        office.ask(handlers.ISSUE_CREDIT, Issue(), document.document_id)
    return step.document(office)


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
        document = going(self, office)
        body = PlatformSays(state=FormState.CONFIRMED, number=next_number(office))
        office.ask(handlers.PLATFORM_SAYS, body, document.document_id)


class BuyerRefuses(OfDocument):
    """The buyer refuses our form (05): what is reserved is free again."""

    word = "buyer-refuses"
    example = "buyer-refuses: {case: K-1}"

    def play(self, office: Office) -> None:
        """Hear it from the platform."""
        document = going(self, office)
        office.ask(handlers.PLATFORM_SAYS, PlatformSays(state=FormState.REFUSED_BY_BUYER), document.document_id)


class PlatformSilent(OfDocument):
    """The tax platform does not answer: nothing changes, and it will be asked about the same form again."""

    word = "platform-silent"
    example = "platform-silent: {case: K-1}"

    def play(self, office: Office) -> None:
        """Hear nothing."""
        self.document(office)
        office.outcome = Outcome("done")


class NewForm(Moves):
    """A form that lapsed or was refused is entered anew, under a new serial; what it takes is reserved again."""

    word = "new-form"
    example = "new-form: {case: K-1}"
    handle, body = handlers.ISSUE_CREDIT, Issue


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


ALL: tuple[type[Act], ...] = (
    PlatformAnswers,
    BuyerConfirms,
    BuyerRefuses,
    PlatformSilent,
    NewForm,
    PaperForm,
    BuyerEnters,
    ConfirmBuyers,
    RejectBuyers,
    FormAnswered,
)
