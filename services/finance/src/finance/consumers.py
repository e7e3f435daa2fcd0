"""What does accounting listen to?"""

from contracts.base import Event
from contracts.inspection import GoodsDisposed
from contracts.repair import QuoteConfirmed, RepairCompleted, RepairShipped
from contracts.rma import (
    CaseSettled,
    DispositionDecided,
    ObligationOverdue,
    ReplacementReleased,
    ReturnAuthorized,
    ReturnRefused,
)
from finance import handlers
from servicekit.work import Handle

CONSUMES: dict[type[Event], Handle] = {
    ReturnAuthorized: handlers.AUTHORIZED,
    DispositionDecided: handlers.DECIDED,
    ReplacementReleased: handlers.SENT,
    ObligationOverdue: handlers.NUMBERED,
    CaseSettled: handlers.RELEASE,
    ReturnRefused: handlers.RELEASE,
    QuoteConfirmed: handlers.FOLLOW,
    RepairCompleted: handlers.FOLLOW,
    RepairShipped: handlers.SHIPPED,
    GoodsDisposed: handlers.FOLLOW,
}
