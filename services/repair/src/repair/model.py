"""What is a repair order, and what can be asked of the repair shop?"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import (
    CaseId,
    Code,
    Currency,
    Magnitude,
    Name,
    OptionalCode,
    Part,
    Quantity,
    Reason,
    Refused,
    Scope,
    Text,
)
from contracts.policy import Span


class Stage(StrEnum):
    """Where a repair order stands (procedures.md 4.5)."""

    PLANNED = "PLANNED"
    QUOTED = "QUOTED"
    DECLINED = "DECLINED"
    IN_REPAIR = "IN_REPAIR"
    WAITING_PAYMENT = "WAITING_PAYMENT"
    REPAIRED = "REPAIRED"
    SHIPPED = "SHIPPED"
    UNREPAIRABLE = "UNREPAIRABLE"
    CLOSED = "CLOSED"


class Gate(StrEnum):
    """The payment gate as far as this shop knows; once open it stays open."""

    NONE = "NONE"
    CLOSED = "CLOSED"
    OPEN = "OPEN"


class RepairLine(Part):
    """One unit, or several of a kind, on the bench."""

    line: int
    item: Code
    quantity: Quantity


class Quote(Part):
    """The price of a chargeable repair; each new one has the next version."""

    version: int
    material: Magnitude
    labour: Magnitude
    transport: Magnitude
    tax: Magnitude
    net: Magnitude


class RepairOrder(Part):
    """One repair order; its id is the case's (docs/glossary.md: repair order 维修单)."""

    case_id: CaseId
    revision: int
    stage: Stage
    repair_number: OptionalCode = ""
    customer: OptionalCode
    entity: Code
    currency: Currency
    scope: Scope
    chargeable: bool = False
    reason: Reason
    lines: tuple[RepairLine, ...] = ()
    quote: Quote | None = None
    confirmed_by: Name = ""
    gate: Gate = Gate.NONE
    due: Magnitude = Decimal(0)
    parts_cost: Magnitude = Decimal(0)
    labour_cost: Magnitude = Decimal(0)
    report: Text = ""
    parcel: Name = ""
    overdue: tuple[Code, ...] = ()
    deadlines: dict[str, datetime] = Field(default_factory=dict)


class Series(Part):
    """The running number of a month; taken under lock, so a number that was rolled back is given again."""

    next: int = 1


class Policy(BaseModel):
    """The repair shop's policy document; every figure of its rules, by the keys of procedures.md section 9."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    payment_before_shipment: bool = Field(description="P-22 whether a chargeable unit waits for its payment")
    plan_hours: Span = Field(gt=0, description="P-39 hours until a repair demand is answered with a plan or a quote")
    repair_working_days: Span = Field(
        gt=0, description="P-39 working days for a repair, from the day after it may begin"
    )
    batch_pieces: Decimal = Field(gt=0, description="P-25 pieces in one order that make a batch")
    batch_extra_hours: Span = Field(description="P-39 hours that a batch has longer")
    holidays: tuple[date, ...] = Field(description="P-47 the company's holidays")


class Command(BaseModel):
    """A request: frozen, and closed to fields nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MakeQuote(Command):
    """Quote a chargeable repair: its three parts, and the tax on their sum."""

    material: Magnitude
    labour: Magnitude
    transport: Magnitude
    tax: Magnitude


class ConfirmQuote(Command):
    """The customer will pay this version of the quote."""

    quote: int = Field(ge=1, le=100_000)
    confirmed_by: Name = Field(min_length=1)


class DeclineQuote(Command):
    """The customer will not pay this version of the quote; without a version, the current one."""

    quote: int | None = Field(default=None, ge=1, le=100_000)


class Complete(Command):
    """The work is done: what it cost, and how the unit passed its outgoing check."""

    parts_cost: Magnitude
    labour_cost: Magnitude
    complaint_points_tested: bool
    report: Text


class GiveUp(Command):
    """The unit cannot be repaired, and why."""

    explanation: Name = Field(min_length=1)


class Ship(Command):
    """The unit leaves for the customer, and what its way costs us."""

    parcel: Name = Field(min_length=1)
    freight: Magnitude = Decimal(0)


class RepairIsFree(Refused):
    """This repair is free of charge; there is nothing to quote."""


class NotToBeQuoted(Refused):
    """The price of this repair is settled; it cannot be quoted now."""


class NoOpenQuote(Refused):
    """No quote of this order waits for the customer's word."""


class QuoteOutdated(Refused):
    """There is a newer quote; only the current one can be confirmed or declined."""


class NotInRepair(Refused):
    """This order is not in repair."""


class OutgoingCheckMissing(Refused):
    """A unit leaves the bench only after the customer's complaint points were tested and reported."""


class TooLateToGiveUp(Refused):
    """The work on this order has ended; it cannot be given up now."""


class NoReasonGiven(Refused):
    """Say why the unit cannot be repaired."""

    status = 422


class NothingToShip(Refused):
    """This order has no unit that is ready to ship."""


class PaymentOutstanding(Refused):
    """The repair is not paid yet; the unit may not leave."""


class UnexpectedNews(Exception):
    """News that no line of `follow` expects at this stage."""

    def __init__(self, stage: Stage, news: Any) -> None:
        super().__init__(f"{type(news).__name__} at stage {stage}")
