"""What the ERP and the tax platform say they have, and how the three books are compared."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from contracts.base import Amount, Code, Currency, Day, Magnitude, Name
from finance import handlers
from finance.model import Document
from finance.model.reconciliation import CloseDifference, Reconcile, TellAccount, TellDocument
from redletter.scenarios.apart import known
from redletter.scenarios.office import Office
from redletter.scenarios.spelling import upper
from redletter.scenarios.steps.base import Act, Differs

Other = Annotated[
    Literal["ERP", "TAX_PLATFORM"], BeforeValidator(lambda value: upper(value) if isinstance(value, str) else value)
]
Month = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]


class BookHasDocument(Act):
    """The ERP says that it has booked a document, or the tax platform that it has issued it.

    What is not said is as our document has it. The latest word of a book counts; the same again changes nothing.
    """

    word = "book-has-document"
    example = "book-has-document: {book: ERP, document: RI26-000001, tax: 38.00}"
    book: Other = Field("ERP", description="ERP or TAX_PLATFORM")
    document: Code = Field(description="its number")
    net: Magnitude | None = Field(None, description="its net amount there")
    tax: Magnitude | None = Field(None, description="its tax there")
    currency: Currency | None = Field(None, description="its currency there")
    date: Day | None = Field(None, description="when it was issued, as it says there")

    def play(self, office: Office) -> None:
        """Tell it."""
        mine = (d for d in office.all(Document) if (d.entity, d.number) == (office.entity, self.document))
        ours = next(mine, None)
        net, tax = ours.net if ours else Decimal(0), ours.tax if ours else Decimal(0)
        body = TellDocument(
            book=self.book,
            entity=office.entity,
            number=self.document,
            issued_on=self.date or (ours.issued_on if ours else office.who.on),
            currency=self.currency or (ours.currency if ours else office.currency),
            net=net if self.net is None else self.net,
            tax=tax if self.tax is None else self.tax,
            told_on=office.who.on,
        )
        office.ask(handlers.TELL_DOCUMENT, body)


class ErpHasAccount(Act):
    """The ERP says what it has booked on an account in a month of what it got from here."""

    word = "erp-has-account"
    example = 'erp-has-account: {account: "1122", period: 2026-04, credit: 339.00}'
    account: Code = Field(description="the account number of the company's chart, or the role where it has no chart")
    period: Month = Field(description="the month")
    debit: Amount = Field(Decimal(0), description="on its debit side")
    credit: Amount = Field(Decimal(0), description="on its credit side")

    def play(self, office: Office) -> None:
        """Tell it."""
        about = {"entity": office.entity, "account": self.account, "period": self.period}
        body = TellAccount(**about, debit=self.debit, credit=self.credit, told_on=office.who.on)
        office.ask(handlers.TELL_ACCOUNT, body)


class CompareBooks(Act):
    """Our books, the ERP's and the tax platform's are compared for a month, and our sub-ledgers with the journal.

    What differs is a task until somebody closes it with a reason, or it is gone. Nothing is missing in a book before it
    is complete. A month end compares too, and with `open_differences: BLOCK` waits: `held: differences`.
    """

    word = "compare-books"
    example = "compare-books: {period: 2026-04, complete: [ERP, TAX_PLATFORM]}"
    period: Month = Field(description="the month")
    complete: tuple[Other, ...] = Field(
        (),
        description="the books that have told everything of it: ERP, TAX_PLATFORM (of what it issues, "
        "CN-E-INVOICE, or gets uploaded, TW)",
    )

    def play(self, office: Office) -> None:
        """Compare."""
        office.ask(handlers.RECONCILE, Reconcile(entity=office.entity, period=self.period, complete=self.complete))


class Close(Act):
    """A difference between the books may stand, for a reason; when it moves it is open again."""

    word = "close-difference"
    example = "close-difference: {difference: RI26-000001, reason: a cent of rounding in the ERP}"
    difference: Name = Field(description="the document, the account, or the role with its currency: `AR CNY`")
    reason: Name = Field(min_length=1, description="why it may stand")

    def play(self, office: Office) -> None:
        """Close it."""
        found = known(office, self.difference)
        if found is None:
            raise Differs("a difference", "there is none of that name")
        office.ask(handlers.CLOSE_DIFFERENCE, CloseDifference(reason=self.reason), found.difference_id)


ALL: tuple[type[Act], ...] = (BookHasDocument, ErpHasAccount, CompareBooks, Close)
