"""Who lends a level to whom?"""

from finance import decide
from finance.handlers.reading import signer
from finance.model import Delegate, Delegations
from servicekit.http import Asked
from servicekit.work import Done, Unit, done


def delegate(unit: Unit, asked: Asked[Delegate]) -> Done:
    """Lend a level of one's own."""
    known, who = unit.get(Delegations, asked.case_id), signer(unit)
    after = decide.approvals.delegate(known, asked.body, who.person, asked.case_id, who.levels)
    return done(asked.case_id, after, answer=after.model_dump())
