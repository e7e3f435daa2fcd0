"""Every scenario file comes out as it says, and would not with one cent, one paper or one word more or less."""

from decimal import Decimal
from pathlib import Path

import pytest

from contracts.base import Part
from finance.model import JournalEntry
from redletter.scenarios import reading, running
from redletter.scenarios.comparing import differences
from redletter.scenarios.language import StandingDocument, StandingEntry
from redletter.scenarios.memory import Memory

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
CENT = Decimal("0.01")
ONE_MORE = {
    "documents": StandingDocument(type="RED_INVOICE", net=CENT, tax=Decimal(0), gross=CENT),
    "entries": StandingEntry(debit={"BANK": CENT}, credit={"AR": CENT}),
}
TEMPLATES = {  # of the entries that take no other one back
    "ADJ", "FX", "T1", "T2", "T2-lacks", "T3", "T3-B", "T3-cost", "T4", "T4-sold", "T5", "T6", "T6-goods", "T6-paid",
    "T7", "T7-recovered", "T8", "T8-goods", "T8-late", "T8-late-recovered", "T8-settled", "T8-settled-recovered", "T9",
    "T9-freight", "T10", "T10-cost", "T10-freight", "T10-left", "T10-paid", "T11", "T12", "T12-accepted", "T12-paid",
    "T12-withdrawn", "T13", "T14", "T14-approved", "T15", "T15-failed", "T15-paid", "T16", "T17", "T17-moved", "T18",
    "T19", "T20", "T20-goods", "T21", "T21-gift",
}  # fmt: skip
each_file = pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])


@pytest.mark.req(
    "F-01", "F-02", "F-03", "F-04", "F-05", "F-06", "F-07", "F-08", "F-09", "F-10", "F-11", "F-12", "F-13", "F-14",
    "F-15", "F-16", "F-17", "F-18", "F-19", "F-20", "F-21", "F-22", "F-23", "F-24", "F-25", "F-26", "F-27", "F-28",
    "F-29", "F-30", "F-31", "F-32", "F-33", "F-34", "F-35", "F-36", "F-37", "F-38", "F-39", "F-40", "F-41", "F-42",
    "F-43", "F-44", "F-45", "F-46", "F-47", "F-48", "F-49", "F-50", "F-51", "F-52", "F-53", "F-54",
)  # fmt: skip
@each_file
def test_a_scenario_ends_in_exactly_these_documents_entries_and_balances(path):
    assert running.run(reading.read(path)).differences == ()


def test_what_is_marked_as_proved_is_what_there_are_files_for():
    [marks] = [
        m for m in test_a_scenario_ends_in_exactly_these_documents_entries_and_balances.pytestmark if m.name == "req"
    ]
    whole = {path.stem for path in FILES if path.stem.removeprefix("F-").isdecimal()}

    assert set(marks.args) == whole
    assert {reading.read(path).scenario for path in FILES if path.stem in whole} == whole


def test_the_templates_of_the_books_are_these_and_each_is_used():
    used = set()
    for path in FILES:
        scenario = reading.read(path)
        office, _ = running.play(scenario, Memory(running.policy_of(scenario.given)))
        used |= {entry.template for entry in office.all(JournalEntry)}

    assert {name.removesuffix("-reversed").removesuffix("-back") for name in used} == TEMPLATES


@each_file
def test_a_changed_cent_or_paper_makes_a_scenario_fail(path):
    scenario = reading.read(path)
    office, wrong = running.play(scenario, Memory(running.policy_of(scenario.given)))
    assert wrong == []

    variants = list(tampered(scenario.then))
    taken = [what for what, then in variants if not list(differences(then, office))]

    assert taken == []
    assert len(variants) >= 2


@each_file
def test_a_changed_cent_in_what_must_stand_on_the_way_makes_a_scenario_fail(path):
    scenario = reading.read(path)
    for number, step in enumerate(scenario.steps):
        for where, other in a_cent_more(step.check) if step.check else ():
            steps = (*scenario.steps[:number], step.but(check=other), *scenario.steps[number + 1 :])
            assert running.run(scenario.but(steps=steps)).differences, f"line {step.line}{where}"


@each_file
def test_a_step_that_must_fail_or_wait_is_noticed_when_it_must_not(path):
    scenario = reading.read(path)
    blind = {"refused": "", "held": "", "parked": "", "ignored": False}
    for number, step in enumerate(scenario.steps):
        if any(getattr(step, word) for word in blind) and step.held not in running.FORMS:
            waits = step.held and step.act.may_wait  # it is done all the same: another reason is noticed
            other = step.but(held="blue-required") if waits else step.but(**blind)
            steps = [*scenario.steps[:number], other, *scenario.steps[number + 1 :]]
            [difference, *_] = running.run(scenario.but(steps=tuple(steps))).differences
            assert difference.expected == ("held blue-required" if waits else "done")


def tampered(then):
    """Give the expectation with a cent more in each amount, a paper less and one more, and every balance moved."""
    for papers in ("documents", "entries"):
        have = getattr(then, papers)
        yield f"one more of {papers}", then.but(**{papers: (*have, ONE_MORE[papers])})
        for number in range(len(have)):
            if getattr(have[number], "type", "") == "DELIVERY_NOTE":
                continue  # it need not be listed
            yield f"without {papers} {number}", then.but(**{papers: (*have[:number], *have[number + 1 :])})
    for role in then.accounts:
        yield f"account {role}", then.but(accounts={**then.accounts, role: "D 77.77"})
    for number, one in enumerate(then.exported or ()):
        rest = [*then.exported[:number], *then.exported[number + 1 :]]
        yield f"without exported {number}", then.but(exported=tuple(rest))
        yield f"exported {number} not red", then.but(exported=(*rest, one.but(red=("BANK",))))
    yield from a_cent_more(then)


def a_cent_more(there, place=""):
    """Give a copy for each amount in it, wherever it stands, in which that amount is a cent more."""
    if isinstance(there, Decimal):
        yield place, there + CENT
        return
    things, put = inside(there)
    for name, one in things:
        for where, other in a_cent_more(one, f"{place} {name}"):
            yield where, put(name, other)


def inside(there):
    """Give what is in it, and how a copy is made with another thing in one place."""
    match there:
        case Part():
            return there, lambda name, other: there.but(**{name: other})
        case dict():
            return there.items(), lambda name, other: {**there, name: other}
        case tuple():
            return enumerate(there), lambda number, other: (*there[:number], other, *there[number + 1 :])
    return (), None
