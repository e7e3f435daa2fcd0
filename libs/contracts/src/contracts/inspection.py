"""Facts of the receiving dock and of quality."""

from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from contracts.base import (
    CaseEvent,
    CaseId,
    Code,
    Event,
    Magnitude,
    Name,
    OptionalCode,
    Part,
    Quantity,
    QuantityOrNone,
    Reason,
)

TOPIC = "inspection.receipt.v1"


class ReceivedLine(Part):
    """What arrived of one line beside what was announced."""

    line: int
    item: Code
    announced: QuantityOrNone
    received: QuantityOrNone


class GoodsReceived(CaseEvent):
    """The goods are counted, signed for and in quarantine."""

    TYPE: ClassVar[str] = "redletter.inspection.goods_received.v1"
    rma_number: Code
    receipt: Code
    lines: tuple[ReceivedLine, ...]
    differs: bool
    received_by: Name = ""


class UnidentifiedLine(Part):
    """A thing on the dock that no authorization announced."""

    item: Code
    quantity: Quantity


class GoodsUnidentified(Event):
    """A parcel came without a valid RMA number and waits in the unidentified queue."""

    TYPE: ClassVar[str] = "redletter.inspection.goods_unidentified.v1"
    receipt_id: CaseId
    rma_number: OptionalCode
    lines: tuple[UnidentifiedLine, ...]
    reason: Reason


class InspectedLine(Part):
    """The finding on one line: is the fault confirmed, can it be repaired, what becomes of the goods."""

    line: int
    item: Code
    received: QuantityOrNone
    established: bool
    repairable: bool = False
    customer_fault: bool = False
    missing_parts: tuple[Code, ...] = ()
    deduction: Magnitude = Decimal(0)
    becomes: Code


class InspectionCompleted(CaseEvent):
    """Quality has looked at every line; findings are final."""

    TYPE: ClassVar[str] = "redletter.inspection.completed.v1"
    lines: tuple[InspectedLine, ...]
    responsibility: Code
    inspector: Code
    reason: Reason


class ScrapApprovalRequested(CaseEvent):
    """So much is to be scrapped that quality may not decide alone."""

    TYPE: ClassVar[str] = "redletter.inspection.scrap_approval_requested.v1"
    pieces: Quantity
    approver: Code
    reason: Reason


class DisposedLine(Part):
    """Where the goods of one line ended."""

    line: int
    item: Code
    quantity: Quantity
    becomes: Code


class GoodsDisposed(CaseEvent):
    """The goods that waited for a decision have gone their way."""

    TYPE: ClassVar[str] = "redletter.inspection.goods_disposed.v1"
    lines: tuple[DisposedLine, ...] = Field(min_length=1)
    approved_by: Name


EVENTS = (GoodsReceived, GoodsUnidentified, InspectionCompleted, ScrapApprovalRequested, GoodsDisposed)
