"""What people of finance do beside the cases: payments on blue invoices, and the general ledger."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from contracts.base import CaseId, Code, Day, Name, OptionalCode, Unknown
from finance import handlers
from finance.model.exports import AcknowledgeExport, Answered, ExportedEntry, ExportGL
from finance.model.payments import ReportPayment
from redletter.scenarios.office import Office, Outcome
from redletter.scenarios.spelling import upper
from redletter.scenarios.steps.base import Act

Style = Annotated[
    Literal["OPPOSITE", "RED"] | None, BeforeValidator(lambda value: upper(value) if isinstance(value, str) else value)
]


class PayInvoice(Act):
    """A customer pays on a blue invoice: less of it is open. The same reference again changes nothing."""

    word = "pay-invoice"
    example = "pay-invoice: {invoice: B1, amount: 500.00, reference: BANK-7}"
    invoice: Code = Field(description="the blue invoice")
    amount: Decimal = Field(gt=0, description="how much")
    date: Day | None = Field(None, description="when it was paid; otherwise on the day of the step")
    reference: Code = Field("BANK-1", description="the number of the payment")

    def play(self, office: Office) -> None:
        """Report it."""
        paid_on = self.date or office.who.on
        about = {"entity": office.entity, "invoice": self.invoice, "reference": self.reference}
        office.ask(handlers.REPORT_PAYMENT, ReportPayment(**about, amount=self.amount, paid_on=paid_on))


class Export(Act):
    """What is posted and not exported yet goes to the general ledger as one batch; each entry once."""

    word = "export"
    example = "export: {export: X-1, style: RED}"
    export: CaseId = Field("X-1", description="the name of the batch")
    style: Style = Field(None, description="RED or OPPOSITE; otherwise what the jurisdiction's policy says")
    through: Day | None = Field(None, description="up to this posting date; otherwise everything")

    def play(self, office: Office) -> None:
        """Make the batch."""
        body = ExportGL(entity=office.entity, style=self.style, through=self.through)
        office.ask(handlers.EXPORT, body, self.export)


class Acknowledge(Act):
    """The ERP answers a batch: every entry of it has a number there, or is rejected."""

    word = "acknowledge-export"
    example = "acknowledge-export: {export: X-1, number: 4711}"
    export: CaseId = Field("X-1", description="the batch")
    number: OptionalCode = Field("", description="the ERP's number; each entry gets it with its place behind it")
    rejected: Name = Field("", description="or why the ERP does not take them")

    def play(self, office: Office) -> None:
        """Take it over."""
        entries = [entry.id for entry in office.all(ExportedEntry) if entry.batch == self.export]
        if not entries:
            office.outcome = Outcome("refused", Unknown.code())
            return
        results = tuple(
            Answered(entry=entry, erp_number=f"{self.number}-{place}" if self.number else "", rejected=self.rejected)
            for place, entry in enumerate(sorted(entries), 1)
        )
        office.ask(handlers.ACKNOWLEDGE, AcknowledgeExport(export_id=self.export, results=results))
