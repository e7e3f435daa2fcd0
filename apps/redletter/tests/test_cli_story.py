"""The parts of a story that need no department: rules are found, causes come first, rows are never cut."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from redletter import columns, story, telling
from redletter.main import app

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def told(name, cause, seconds=0, version=1):
    return story.Told("rma", name, name, NOON + timedelta(seconds=seconds), "case", version, cause, {}, "")


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("rma.rules.outside_return_window", "def outside_return_window("),
        ("rma.rules.batch_return", "def batch_return("),
        ("finance.rules.quantities.over_tolerance", "def over_tolerance("),
    ],
)
def test_a_rule_is_found_in_the_installed_package(rule, line):
    file, _, number = story.place(rule).rpartition(":")

    assert Path(file).read_text("utf-8").splitlines()[int(number) - 1].startswith(line)


@pytest.mark.parametrize("rule", ["", "rma.rules.no_such_rule", "no_such_package.rules.x", "rma", "contracts"])
def test_a_rule_that_is_not_there_any_more_has_no_place(rule):
    assert story.place(rule) == ""


def test_what_was_caused_stands_under_its_cause_and_beginnings_stand_by_time():
    events = [told("late", "a person", 9), told("c", "b", 3), told("a", "a person", 0), told("b", "a", 5)]

    assert [(e.id, e.depth) for e in story.in_causal_order(events)] == [("a", 0), ("b", 1), ("c", 2), ("late", 0)]


def test_two_events_of_one_cause_stand_in_the_order_of_their_versions():
    events = [told("second", "x", version=2), told("first", "x", version=1)]

    assert [e.id for e in story.in_causal_order(events)] == ["first", "second"]


@pytest.mark.parametrize(
    ("amount", "written"), [("339.0000", "339.00"), ("0", "0.00"), ("0.125", "0.125"), ("1E+3", "1000.00")]
)
def test_amounts_are_written_with_two_decimals_or_as_many_as_they_have(amount, written):
    assert telling.money(amount) == written


def test_columns_are_as_wide_as_their_longest_word():
    rows = [{"n": 1, "word": "x" * 200}, {"n": 20, "word": "y"}]

    assert [line.plain for line in columns.lines(rows, n="n", word="word")] == ["n   word", "1   " + "x" * 200, "20  y"]


@pytest.mark.parametrize(
    "command",
    [
        "case show 1",
        "watch --once",
        "ledger balances",
        "ledger entries",
        "ledger documents",
        "outbox status",
        "outbox republish",
        "dlq ls",
        "dlq show 1",
        "dlq redrive --all",
    ],
)
def test_a_command_says_so_when_nothing_runs(command, tmp_path):
    done = CliRunner().invoke(app, command.split(), env={"REDLETTER_HOME": str(tmp_path)})

    assert done.exit_code == 3
    assert done.stderr.startswith("Not running: postgres")
    assert done.stderr.endswith("Start it with: redletter up\n")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("outbox republish --missing --all", "Choose one of --missing, --since and --all."),
        ("outbox republish --all", "This publishes every event that was ever said again; say --yes."),
        ("outbox republish --since yesterday --yes", "yesterday is not a moment such as 2026-11-22T08:00:00Z."),
        ("outbox republish --since 2026-11-22 --yes", "2026-11-22 has no time zone; write for example"),
        ("dlq ls --state lost", "There is no state lost; there are: dead, failed, waiting."),
        ("dlq redrive", "Name a message, or say --all."),
        ("dlq redrive 1 --all", "Name a message, or say --all."),
    ],
)
def test_wrong_usage_is_told_in_a_sentence(command, words):
    done = CliRunner().invoke(app, command.split())

    assert done.exit_code == 2
    assert done.stderr.startswith(words)


@pytest.mark.parametrize(
    "command",
    [
        "demo",
        "watch",
        "case show",
        "ledger balances",
        "ledger entries",
        "ledger documents",
        "outbox status",
        "outbox republish",
        "dlq ls",
        "dlq show",
        "dlq redrive",
    ],
)
def test_every_command_shows_an_example(command):
    done = CliRunner().invoke(app, [*command.split(), "--help"])

    assert done.exit_code == 0
    assert f"Example: redletter {command}" in " ".join(done.stdout.split())
