"""What goes to the general ledger?"""

from contracts.base import Scope
from finance import decide
from finance.model import Policy
from finance.model.exports import AcknowledgeExport, ExportedEntry, ExportGL, ToExport, to_export_key
from servicekit.http import Asked
from servicekit.work import Done, Unit, done


def export(unit: Unit, asked: Asked[ExportGL]) -> Done:
    """Make a batch of what waits."""
    body = asked.body
    waiting = unit.get(ToExport, to_export_key(body.entity, body.through, body.most)) or ToExport((), {})
    values = unit.policy(Policy, Scope()).values
    made = decide.exports.make(asked.case_id, body, waiting, values, unit.actor, unit.now)
    batch = made.batch
    told = {name: getattr(batch, name) for name in ("entries", "lines", "debit", "credit", "hash", "style")}
    also = [(entry.id, entry) for entry in made.entries]
    return done(batch.id, batch, also=also, answer={"export_id": batch.id, **told})


def acknowledge(unit: Unit, asked: Asked[AcknowledgeExport]) -> Done:
    """Take over what the ERP says."""
    known = unit.all(ExportedEntry, (said.entry for said in asked.body.results))
    after = decide.exports.acknowledge(asked.body, known, unit.now)
    answer = {"export_id": asked.body.export_id, "answered": len(asked.body.results), "changed": len(after)}
    return Done(tuple((entry.id, entry) for entry in after), answer=answer)
