"""What follows when a day has come and the goods have not?"""

from datetime import UTC, date, datetime, time

from contracts.base import because
from contracts.rma import ObligationOverdue, ObligationReminded
from rma import rules
from rma.decide.life import Decided, settle
from rma.model import Case, Stage

GOODS_DUE, OLD_UNIT_DUE, REMINDER = "goods", "old-unit", "remind"


def deadline_passed(case: Case, name: str, now: datetime) -> Decided:
    """The goods never came: an authorization lapses, a unit sent in advance is billed."""
    if case.stage is not Stage.AWAITING_GOODS or name not in case.deadlines:
        return case, []
    due = case.deadlines[name].date()
    if name == REMINDER:
        return reminded(case)
    if name == OLD_UNIT_DUE and rules.old_unit_overdue(due, now.date()):
        why = because(rules.old_unit_overdue)
        overdue = case.but(stage=Stage.BILLING, billed=True, reason=why, deadlines={})
        return overdue, [ObligationOverdue(case_id=case.case_id, due_on=due, reason=why)]
    return settle(case, "EXPIRED", because(rules.goods_never_came))


def reminded(case: Case) -> Decided:
    """Remind the customer of the old unit, and think of the next reminder (R-124)."""
    assert case.due_on is not None
    coming = case.reminders[1:]
    deadlines = {name: at for name, at in case.deadlines.items() if name != REMINDER}
    if coming:
        deadlines[REMINDER] = midnight(coming[0])
    told = ObligationReminded(
        case_id=case.case_id, reminder=case.reminded + 1, due_on=case.due_on, reason=because(reminded)
    )
    return case.but(reminders=coming, reminded=case.reminded + 1, deadlines=deadlines), [told]


def midnight(day: date) -> datetime:
    """Turn a due day into the moment it begins; the database's clock judges it."""
    return datetime.combine(day, time(), UTC)
