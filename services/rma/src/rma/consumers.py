"""What does the RMA office listen to?"""

from contracts.base import Event
from contracts.finance import AdvanceReplacementBilled, CreditHeld, CreditIssued, PaymentGateOpened
from contracts.inspection import GoodsReceived, InspectionCompleted
from contracts.intake import ComplaintAccepted, ComplaintNotEstablished
from contracts.repair import QuoteDeclined, RepairCompleted, RepairImpossible, RepairShipped
from rma import handlers
from rma.decide import GOODS_DUE, OLD_UNIT_DUE, REMINDER
from servicekit.work import Handle

CONSUMES: dict[type[Event], Handle] = {
    ComplaintAccepted: handlers.OPEN,
    ComplaintNotEstablished: handlers.FOLLOW,
    GoodsReceived: handlers.FOLLOW,
    InspectionCompleted: handlers.FOLLOW,
    CreditIssued: handlers.FOLLOW,
    CreditHeld: handlers.FOLLOW,
    AdvanceReplacementBilled: handlers.FOLLOW,
    PaymentGateOpened: handlers.FOLLOW,
    RepairCompleted: handlers.FOLLOW,
    RepairImpossible: handlers.FOLLOW,
    RepairShipped: handlers.FOLLOW,
    QuoteDeclined: handlers.FOLLOW,
}
DEADLINES = {GOODS_DUE: handlers.DEADLINE, OLD_UNIT_DUE: handlers.DEADLINE, REMINDER: handlers.DEADLINE}
