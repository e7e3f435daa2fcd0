"""What can a scenario say? What is given, dated steps, and what must stand at the end."""

from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from contracts.base import (
    Amount,
    CaseId,
    Code,
    Currency,
    Day,
    Magnitude,
    Name,
    OptionalCode,
    Part,
    QuantityOrNone,
)
from redletter.scenarios.apart import StandingDifference
from redletter.scenarios.owed import StandingLoss, StandingSupplierClaim
from redletter.scenarios.seen import (
    StandingCollection,
    StandingExported,
    StandingLossReport,
    StandingStatement,
    StandingTurnover,
)
from redletter.scenarios.sold import GivenInvoice
from redletter.scenarios.spelling import balance, code, kind, place, role, suggested
from redletter.scenarios.standing import StandingRate
from redletter.scenarios.steps import STEPS
from redletter.scenarios.steps.base import Act

Account = Annotated[str, AfterValidator(role)]
Kind = Annotated[str, AfterValidator(kind)]
Balance = Annotated[str, AfterValidator(balance)]
Problem = Annotated[str, AfterValidator(code)]


StepDay = Annotated[Day, BeforeValidator(lambda value: value.split("T")[0] if isinstance(value, str) else value)]
"""A day; what stands behind it as a time of day is left out."""


class Company(Part):
    """Whose books these are."""

    entity: Annotated[str, Field(pattern=r"^[^/\x00-\x1f]{1,64}$")] = Field("CN01", description="the legal entity")
    jurisdiction: Annotated[OptionalCode, AfterValidator(place)] = Field(
        "",
        description="CN (a red invoice is booked when it is decided), CN-E-INVOICE (when the tax platform has it out), "
        "CN-PAPER (when it is written on its information form), TW, EU, US or GENERIC; "
        "otherwise what the profile or the policy says, and CN for CN01 where neither says any",
    )
    currency: Currency = Field("CNY", description="the currency of its books, and of whatever does not say another")


Month = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]


class Given(Part):
    """How things stand before the first step."""

    company: Company = Field(Company(), description="whose books these are")
    companies: tuple[Company, ...] = Field((), description="other companies, for what names their `entity`")
    profile: OptionalCode = Field(
        "",
        description="the shipped policy profile; otherwise the global policy, and in China `manufacturing`, "
        "`cn-e-invoice` or `cn-paper`",
    )
    policy: dict[str, Any] = Field({}, description="policy figures that differ from it")
    invoices: tuple[GivenInvoice, ...] = Field((), description="blue invoices")
    credit: dict[Code, Magnitude] = Field({}, description="credit balances: customer, amount; `C077 USD` in dollars")


class StandingDocument(Part):
    """A document; what is not said of it is not compared."""

    type: Kind = Field(description="what kind of document")
    net: Magnitude = Field(description="its net amount")
    tax: Magnitude = Field(description="its tax")
    gross: Magnitude | None = Field(None, description="net and tax together")
    number: OptionalCode | None = Field(None, description="its number")
    reason: OptionalCode | None = Field(None, description="the tax bureau's reason")
    original: OptionalCode | None = Field(None, description="the blue invoice that it corrects")
    customer: OptionalCode | None = Field(None, description="for whom")
    entity: OptionalCode | None = Field(None, description="whose it is")
    case: CaseId | None = Field(None, description="of which case")
    date: Day | None = Field(None, description="when it was issued")
    quantity: QuantityOrNone | None = Field(None, description="the pieces of all its lines")
    state: Code | None = Field(None, description="ISSUED, REVERSED or VOID")
    rates: dict[str, StandingRate] | None = Field(None, description="net and tax at each rate: `19: {net: …, tax: …}`")
    times: int = Field(1, ge=1, description="how many such documents there are")


class Foreign(Part):
    """What the lines of a posting are in the currency of its document; a difference of rates is nothing there."""

    currency: Currency = Field(description="which currency")
    debit: dict[Account, Magnitude] = Field(description="roles and amounts")
    credit: dict[Account, Magnitude] = Field(description="roles and amounts")


class StandingEntry(Part):
    """A posting by roles of accounts, all of its lines, in the currency of the books."""

    debit: dict[Account, Magnitude] = Field(description="roles and amounts")
    credit: dict[Account, Magnitude] = Field(description="roles and amounts")
    foreign: Foreign | None = Field(None, description="the same in the currency of its document")
    document: OptionalCode | None = Field(None, description="the number of its document")
    entity: OptionalCode | None = Field(None, description="in whose books")
    case: CaseId | None = Field(None, description="of which case or refund")
    date: Day | None = Field(None, description="when it was posted")
    service: Day | None = Field(None, description="when what it books came about")
    times: int = Field(1, ge=1, description="how many such entries there are")


class StandingLeft(Part):
    """What can still be credited of a blue line: less what is credited and what is reserved."""

    quantity: QuantityOrNone | None = Field(None, description="pieces")
    net: Magnitude | None = Field(None, description="net amount")
    tax: Magnitude | None = Field(None, description="tax")


class StandingGate(Part):
    """A payment gate."""

    due: Magnitude = Field(
        description="what has to be paid in all: the fee, or what an exchange gives beyond its credit"
    )
    paid: Magnitude = Field(description="what is paid")
    state: Literal["OPEN", "CLOSED"] = Field(description="whether it may ship")


class StandingClaim(Part):
    """What a claim found."""

    found: QuantityOrNone = Field(description="pieces that it reserves")
    unmatched: QuantityOrNone = Field(description="pieces without an original")


class Standing(Part):
    """What must stand. A part that is not there is not compared. Lists are compared whole: every document, every entry.

    Of what stands under a name (a customer, an invoice, a case) only the names that are there are compared.
    """

    documents: tuple[StandingDocument, ...] | None = Field(
        None, description="every document; a `DELIVERY_NOTE` of 0.00 only where one is listed"
    )
    entries: tuple[StandingEntry, ...] | None = Field(None, description="every entry")
    accounts: dict[Account, Balance] = Field({}, description="what entries left on a role: `D 88.00`, `C 99.44` or 0")
    credit: dict[OptionalCode, Amount] = Field(
        {}, description="credit balances: customer, amount; `C077 USD` in dollars, `C077 of DE01` in another's books"
    )
    open: dict[Code, Magnitude] = Field({}, description="what is still owed of a blue invoice; `B1 of DE01` likewise")
    left: dict[str, StandingLeft] = Field(
        {}, description="what is left of a blue line, named `INVOICE/LINE`; `B1/1 of DE01` likewise"
    )
    worklist: dict[CaseId, tuple[Name, ...]] = Field(
        {}, description="a case's items: `QTY_MISSING 2`, or without the figure"
    )
    cases: dict[CaseId, Code] = Field({}, description="where a case stands: OPEN, HELD, ISSUED or CLOSED")
    gates: dict[CaseId, StandingGate] = Field({}, description="payment gates")
    refunds: dict[CaseId, Code] = Field(
        {}, description="where a refund stands: REQUESTED, APPROVED, SENT, PAID or FAILED"
    )
    advances: dict[CaseId, Code] = Field(
        {}, description="a unit sent in advance: SHIPPED, RETURNED, BILLED or LATE_RETURNED"
    )
    requests: dict[CaseId, Code] = Field({}, description="fines, goodwill, …: PROPOSED, IN_FORCE or REFUSED")
    claims: dict[CaseId, StandingClaim] = Field({}, description="what a claim found")
    credits: dict[CaseId, Name] = Field(
        {},
        description="where a credit document on its way stands, by case or name: DRAFT, PENDING_APPROVAL, APPROVED, "
        "AWAITING_COUNTERPARTY, READY_TO_ISSUE, ISSUING, ISSUED, REVERSED, REJECTED, EXPIRED, CANCELLED or FAILED",
    )
    forms: dict[CaseId, Name] = Field(
        {},
        description="the bureau's state of a form, by case, credit document or the buyer's form: 01 to 09, or UNKNOWN",
    )
    uploads: dict[CaseId, Name] = Field(
        {}, description="a case's certificate, and its last day or without it: `WAITING 2026-03-17`, NEAR or UPLOADED"
    )
    losses: dict[CaseId, StandingLoss] = Field({}, description="what cases have cost, and who bears it")
    supplier_claims: dict[CaseId, StandingSupplierClaim] = Field({}, description="claims on suppliers")
    write_offs: dict[CaseId, Code] = Field({}, description="where a write-off stands: REPORTED, APPROVED or REJECTED")
    penalties: dict[CaseId, Code] = Field({}, description="where a notice stands: DRAFT or NOTIFIED")
    supplier_returns: dict[CaseId, Code] = Field({}, description="where a return stands: SENT or CREDITED")
    periods: dict[Code, Code] = Field(
        {}, description="whether a period is OPEN, SOFT_LOCKED or LOCKED; `2026-03 of DE01` another company's"
    )
    differences: dict[Name, StandingDifference] = Field(
        {}, description="where books differ: a document, an account of the ERP, or a role with its currency, `AR CNY`"
    )
    exported: tuple[StandingExported, ...] | None = Field(None, description="every entry that was exported, as shown")
    turnover: dict[Account, StandingTurnover] = Field({}, description="what moved on a role, blue invoices included")
    statements: dict[OptionalCode, StandingStatement] = Field({}, description="what a customer owes, by age")
    loss_report: dict[Month, StandingLossReport] = Field(
        {}, description="the losses that were split in a month, `2026-03`"
    )
    collection: dict[OptionalCode, StandingCollection] = Field({}, description="what a salesperson has collected")


class Step(Part):
    """One thing that happens, with what must come of it: done, unless one of the words says otherwise."""

    line: int = 0
    on: StepDay | None = Field(None, description="the day, at nine; otherwise the day of the step before")
    happened: Day | None = Field(
        None, description="the day on which it came about, if news of it is heard only now; an order is of its own day"
    )
    by: Name = Field("", description="who does it")
    entity: OptionalCode = Field("", description="in whose books, if not the company's")
    level: OptionalCode = Field("", description="the level that the person may sign for, such as finance-manager")
    refused: Problem = Field("", description="it must be refused with this code, or held for it")
    held: Problem = Field(
        "",
        description="after this step the credit is held for this reason; that its red-letter form is out, or that it "
        "still waits for something after a proof, a paper or a signature, need not be said",
    )
    parked: Problem = Field("", description="the news must wait: not-yet until its predecessor came, otherwise a fault")
    ignored: bool = Field(default=False, description="it must change nothing")
    act: Act | None = None
    check: Standing | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_word(cls, value: Any) -> Any:
        """Find the one word that says what happens."""
        if not isinstance(value, dict):
            raise ValueError("a step is one word with what it needs")  # noqa: TRY004  pydantic tells ValueErrors
        words = [word for word in value if word in STEPS or word == "check"]
        unknown = sorted(set(value) - set(words) - set(cls.model_fields) | set(value) & {"act"})
        if unknown or len(words) != 1:
            known = [*STEPS, "check"]
            perhaps = "".join(suggested(word, [*known, *cls.model_fields]) for word in unknown)
            raise ValueError(f"{', '.join(unknown) or 'a step'}: a step is exactly one of {', '.join(known)}{perhaps}")
        [word] = words
        if word == "check":
            return value
        rest = {name: each for name, each in value.items() if name != word}
        try:
            return {**rest, "act": STEPS[word].model_validate(value[word])}
        except ValidationError as wrong:
            raise Within(word, wrong) from None


class Within(ValueError):
    """Something is wrong inside the word of a step."""

    def __init__(self, word: str, wrong: ValidationError) -> None:
        super().__init__(word)
        self.errors = [{**error, "loc": (word, *error["loc"])} for error in wrong.errors()]


class Scenario(Part):
    """A scenario: what is given, what happens, what must come of it."""

    scenario: Name = Field(description="its number or name")
    title: Name = Field("", description="what it is about")
    given: Given = Field(Given(), description="how things stand before")
    steps: tuple[Step, ...] = Field(description="what happens, in this order")
    then: Standing = Field(Standing(), description="what must stand at the end")

    @model_validator(mode="after")
    def _at_home(self) -> Self:
        """Let every entity that is named be one that is given."""
        known = [company.entity for company in (self.given.company, *self.given.companies)]
        for line, entity in [*((0, i.entity) for i in self.given.invoices), *((s.line, s.entity) for s in self.steps)]:
            if entity and entity not in known:
                where = f"line {line}" if line else "given invoices"
                raise ValueError(f"{where}: there is no company {entity}; there are: {', '.join(known)}")
        return self

    @model_validator(mode="after")
    def _can_fail(self) -> Self:
        """Let something be expected: a scenario that nothing can contradict proves nothing."""
        asks = any(step.check or step.refused or step.held or step.parked or step.ignored for step in self.steps)
        if not (asks or self.then.model_fields_set or any(step.act and step.act.compares for step in self.steps)):
            raise ValueError("nothing is expected; say what must stand: `then:` with documents, entries, credit, …")
        return self

    @model_validator(mode="after")
    def _dated(self) -> Self:
        """Let the first step say its day, and no step go back in time."""
        days = [step.on for step in self.steps if step.on]
        if self.steps and self.steps[0].on is None:
            raise ValueError(
                f"line {self.steps[0].line}: the first step says on which day it happens: `on: 2026-04-10`"
            )
        if days != sorted(days):
            lines = [step.line for step in self.steps if step.on]
            early = next(line for (day, later), line in zip(pairwise(days), lines[1:], strict=True) if later < day)
            raise ValueError(f"line {early}: a step happens on an earlier day than the one before")
        return self
