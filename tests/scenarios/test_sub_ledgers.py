"""I18: at the end of every scenario the journal and its sub-ledgers tie, whatever happened in it."""

from pathlib import Path

import pytest

from redletter.scenarios.memory import Memory
from redletter.scenarios.reading import read
from redletter.scenarios.running import play, policy_of
from redletter.scenarios.threebooks import ties

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
# Where a credit balance is given, it was posted before our books begin.
GIVEN = "CUSTOMER_CREDIT"


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_sub_ledgers_tie_with_the_journal(path):
    scenario = read(path)
    accounting = Memory(policy_of(scenario.given))
    office, _ = play(scenario, accounting)

    apart = [tie for entity in office.companies for tie in ties(entity, accounting) if tie.ledger != tie.sub_ledger]

    assert [tie for tie in apart if not (scenario.given.credit and tie.role == GIVEN)] == []
