"""Every scenario comes out live as it does in memory, to the last field of the last record."""

import json
import tempfile
from pathlib import Path

import psutil
import pytest

from finance import handlers
from finance.main import service
from finance.model import Calendar, IssuedPaper, Shelf
from finance.model.audit import AuditRecord
from finance.model.exports import ToExport
from finance.model.keys import period_key
from finance.model.losses import CaseCost
from finance.model.monthend import MonthFacts
from finance.model.reconciliation import ThreeBooks
from redletter import postgres
from redletter.scenarios import reading, running
from redletter.scenarios.comparing import differences
from redletter.scenarios.live import staged
from redletter.scenarios.live.routes import routes
from redletter.scenarios.memory import Memory
from redletter.scenarios.threebooks import three_books
from servicekit.work import Handle

# The database is changed under the service: what it holds of the old one at that moment is closed by nobody.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed connection:ResourceWarning")
FILES = sorted(Path(__file__).parent.glob("*.yaml"))
HEARD_ONLY = {*service.consumes.values(), *service.deadlines.values()}
INDEXES = (
    Shelf,
    Calendar,
    CaseCost,
    MonthFacts,
    ThreeBooks,
    IssuedPaper,
    ToExport,
    AuditRecord,
    ThreeBooks,
)  # and what is done has another name there


@pytest.fixture(scope="module")
def stage(request):
    """PostgreSQL, a broker and accounting's service, once for all scenarios."""
    with pytest.MonkeyPatch.context() as patch:  # a database for each scenario: it need not reach the disk
        patch.setitem(postgres.SETTINGS, "fsync", "off")
        with staged(request.config.getoption("--broker")) as opened:
            yield opened


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_scenario_ends_live_as_it_does_in_memory(stage, path):
    scenario = reading.read(path)
    policy = running.policy_of(scenario.given)
    memory = Memory(policy)
    running.play(scenario, memory)

    with stage.opened(policy) as live:
        office, wrong = running.play(scenario, live)
        assert [*wrong, *differences(scenario.then, office.of(""))] == []
        for kind in service.stores:
            if kind not in INDEXES:  # the database has them as such
                assert records(live, kind) == records(memory, kind)
        for entity in office.companies:
            key = period_key(entity, f"{office.who.on:%Y-%m}")
            assert compared(live.get(ThreeBooks, key)) == compared(three_books(key, memory))


def compared(books):
    """What is compared with other books for the last month, as SQL reads it and as it is read in memory."""
    moved = {role: amount for role, amount in books.movements.items() if amount}
    return sorted(books.papers), moved, sorted(each.name for each in books.told), sorted(books.ties)


def records(accounting, kind):
    """Give all records of a kind; papers in the order in which they were written."""
    every = accounting.all(kind)
    return every if hasattr(kind, "lines") else sorted(every, key=str)


def test_a_changed_cent_is_found_live_too(stage, changed):
    scenario = changed(("net: 300.00, tax", "net: 300.01, tax"), ("CUSTOMER_CREDIT: 339.00", "CUSTOMER_CREDIT: 339.01"))

    result = running.run(scenario, stage.opened)

    assert [(each.place, each.expected, each.actual) for each in result.differences] == [
        ("document", "RED_INVOICE net 300.01 tax 39.00 gross 339.00", "RED_INVOICE net 300.00 tax 39.00 gross 339.00"),
        (
            "entry",
            "D OUTPUT_VAT 39.00  D REVENUE 300.00  C CUSTOMER_CREDIT 339.01",
            "D OUTPUT_VAT 39.00  D REVENUE 300.00  C CUSTOMER_CREDIT 339.00",
        ),
    ]


def test_the_command_plays_live_and_leaves_nothing_behind(redletter, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tmp_path.chmod(0o755)

    [result] = json.loads(redletter("run", FILES[0], "--live", "--json").stdout)

    assert (result["scenario"], result["passed"], result["differences"]) == ("F-01", True, [])
    assert list(tmp_path.iterdir()) == []
    assert [p.pid for p in psutil.process_iter(["cmdline"]) if str(tmp_path) in " ".join(p.info["cmdline"] or ())] == []


def test_nothing_is_played_on_a_broker_that_somebody_may_work_on(redletter, monkeypatch):
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka.example:9092")

    assert "KAFKA_BOOTSTRAP_SERVERS names a broker" in redletter("run", FILES[0], "--live", code=2).output


def test_every_command_of_accounting_has_a_route():
    commands = {name: each for name, each in vars(handlers).items() if isinstance(each, Handle)}
    found = routes(service)

    assert [name for name, each in commands.items() if each not in found and each not in HEARD_ONLY] == []
    assert (found[handlers.APPROVE].path, found[handlers.APPROVE].record) == (
        "/settlements/{case_id}:approve",
        "/settlements/{case_id}",
    )
    assert found[handlers.CLAIM].path == "/claims"
    assert found[handlers.IMPORT].bulk
