"""What else may be given in exchange, as long as nothing is decided?"""

from contracts.base import Event
from rma.model import Case, NothingToOffer, OfferReplacement, Request, Stage

OPEN = frozenset({Stage.PENDING_APPROVAL, Stage.AWAITING_GOODS, Stage.INSPECTING})


def offer_replacement(case: Case, said: OfferReplacement) -> tuple[Case, list[Event]]:
    """Note what is given for a line instead of the same thing, at its own price (F-14, F-15).

    Raises:
        NothingToOffer: it is no exchange, it is decided, the unit is out already, or there is no such line.
    """
    offered = {line.line: line.replacement for line in said.lines}
    goods = {line.line for line in case.lines if line.goods}
    if case.request is not Request.EXCHANGE or case.advance or case.stage not in OPEN or not set(offered) <= goods:
        raise NothingToOffer
    lines = tuple(line.but(replacement=offered.get(line.line, line.replacement)) for line in case.lines)
    return case.but(lines=lines), []
