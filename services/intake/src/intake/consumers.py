"""What does the intake department listen to?"""

from contracts.base import Event
from contracts.rma import CaseSettled, ReturnAuthorized, ReturnRefused
from intake import handlers
from intake.decide import CLOSING, FIRST_ANSWER
from servicekit.work import Handle

CONSUMES: dict[type[Event], Handle] = {
    ReturnAuthorized: handlers.FOLLOW,
    ReturnRefused: handlers.FOLLOW,
    CaseSettled: handlers.FOLLOW,
}
DEADLINES = {FIRST_ANSWER: handlers.DEADLINE, CLOSING: handlers.DEADLINE}
