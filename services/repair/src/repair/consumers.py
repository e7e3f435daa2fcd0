"""What does the repair shop listen to?"""

from contracts.base import Event
from contracts.finance import PaymentGateClosed, PaymentGateOpened
from contracts.rma import DispositionDecided
from repair import handlers
from repair.decide import PLAN_DUE, REPAIR_DUE
from servicekit.work import Handle

CONSUMES: dict[type[Event], Handle] = {
    DispositionDecided: handlers.DECISION,
    PaymentGateClosed: handlers.GATE,
    PaymentGateOpened: handlers.GATE,
}
DEADLINES: dict[str, Handle] = {PLAN_DUE: handlers.DEADLINE, REPAIR_DUE: handlers.DEADLINE}
