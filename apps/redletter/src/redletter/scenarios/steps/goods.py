"""What arrives, what is found on it, and what becomes of it."""

from decimal import Decimal

from pydantic import Field

from contracts.base import Code, Day, Magnitude, OptionalCode, QuantityOrNone, Reason, total
from contracts.inspection import DisposedLine, GoodsDisposed
from contracts.rma import ObligationOverdue, ReplacementReleased
from finance import handlers
from finance.model import SellScrap
from redletter.scenarios.office import Office
from redletter.scenarios.steps.base import Act, Case, Differs
from redletter.scenarios.steps.lines import Lines, about, decided


class Receive(Act):
    """The dock counts what came. The decision takes it along; without it everything came that was approved.

    Whoever received the goods neither decides nor signs where signatures are asked for.
    """

    word = "receive"
    example = "receive: {case: K-1, quantity: 98}"
    case: Case
    line: int = Field(1, ge=1, description="the line of the case")
    quantity: QuantityOrNone = Field(description="how many came")

    def play(self, office: Office) -> None:
        """Note it."""
        office.note(self.case, self.line, received=self.quantity, received_by=office.who.name)


class Inspect(Act):
    """The inspectors say what becomes of the goods and what is missing. The decision takes it along.

    Goods that came back with an earlier decision, and wait in quarantine, go where the inspectors say.
    """

    word = "inspect"
    example = "inspect: {case: K-1, becomes: RESTOCK}"
    case: Case
    line: int = Field(1, ge=1, description="the line of the case")
    becomes: OptionalCode = Field("", description="RESTOCK, SCRAP, …; empty: not decided, the goods wait in quarantine")
    deduction: Magnitude = Field(Decimal(0), description="the net price of what is missing, an accessory")

    def play(self, office: Office) -> None:
        """Note it, or tell what becomes of what waits."""
        settlement = office.settlement(self.case)
        here = [goods for goods in settlement.waiting if goods.line == self.line] if settlement else []
        if not (here and self.becomes):
            office.note(self.case, self.line, becomes=self.becomes, deduction=self.deduction)
            return
        if self.deduction:
            raise Differs("what is missing, before the decision", f"{self.case} is decided")
        quantity = total(goods.quantity for goods in here)
        Dispose(case=self.case, line=self.line, quantity=quantity, becomes=self.becomes).play(office)


class Dispose(Act):
    """It is decided what becomes of goods that wait in quarantine; of more than wait there, what does."""

    word = "dispose"
    example = "dispose: {case: K-1, quantity: 3, becomes: SCRAP}"
    case: Case
    line: int = Field(1, ge=1, description="the line of the case")
    quantity: Decimal = Field(gt=0, description="how many")
    becomes: Code = Field(description="RESTOCK, SCRAP, …")

    def play(self, office: Office) -> None:
        """Say so."""
        line = DisposedLine(line=self.line, item="goods", quantity=self.quantity, becomes=self.becomes)
        office.hear(GoodsDisposed(case_id=self.case, lines=(line,), approved_by=office.who.name))


class Scrap(Act):
    """Scrapped goods of a case are sold for cash."""

    word = "sell-scrap"
    example = "sell-scrap: {case: K-1, net: 18.00, tax: 2.34, reference: CASH-7}"
    case: Case
    net: Magnitude = Field(description="the price without tax")
    tax: Magnitude = Field(Decimal(0), description="its tax")
    reference: Code = Field("CASH-1", description="the number of the receipt; the same again changes nothing")

    def play(self, office: Office) -> None:
        """Report it."""
        body = SellScrap(case_id=self.case, net=self.net, tax=self.tax, reference=self.reference)
        office.ask(handlers.SELL_SCRAP, body)


class SendReplacement(Act):
    """A good unit goes out before the bad one is back, which is due on a day.

    When the old unit comes, in time or late, it is a `decide` with `kind: ADVANCE_SETTLED`.
    """

    word = "send-replacement"
    example = "send-replacement: {case: K-1, due: 2026-05-10, lines: [{from: B1/1, approved: 1}]}"
    case: Case
    customer: OptionalCode | None = Field(None, description="otherwise who bought the first line, or C077")
    due: Day | None = Field(None, description="when the old unit is due; without it the unit goes after the old one")
    lines: Lines

    def play(self, office: Office) -> None:
        """Say so."""
        lines = decided(office, self.case, self.lines)
        office.hear(
            ReplacementReleased(
                case_id=self.case,
                due_on=self.due,
                lines=lines,
                **about(office, self.customer, lines),
                scope=office.scope,
            )
        )


class Overdue(Act):
    """The old unit did not come back by its day: the new one is billed; if it comes after all, `decide` says so."""

    word = "overdue"
    example = "overdue: {case: K-1}"
    case: Case

    def play(self, office: Office) -> None:
        """Say so."""
        office.hear(ObligationOverdue(case_id=self.case, due_on=office.who.on, reason=Reason(code="old_unit_overdue")))
