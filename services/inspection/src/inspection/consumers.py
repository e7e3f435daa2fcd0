"""What do the receiving dock and quality listen to?"""

from contracts.base import Event
from contracts.rma import ReturnAuthorized
from inspection import handlers
from inspection.decide.receiving import TEST_DUE
from servicekit.work import Handle

CONSUMES: dict[type[Event], Handle] = {ReturnAuthorized: handlers.ANNOUNCE}
DEADLINES = {TEST_DUE: handlers.DEADLINE}
