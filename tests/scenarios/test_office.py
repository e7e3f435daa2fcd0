"""The office in memory refuses what the database would refuse, and hears again what came too early."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from finance.model import (
    Account,
    BlueInvoice,
    BlueLine,
    CustomerCredit,
    Document,
    DocumentLine,
    DocumentType,
    EntryLine,
    JournalEntry,
)
from redletter.scenarios import constraints, papers, running
from redletter.scenarios.language import StandingEntry
from redletter.scenarios.memory import Memory
from servicekit.work import Entry

D = Decimal
DAY = date(2026, 4, 10)


def entry(*lines):
    sides = tuple(EntryLine(side, Account.AR, D(amount), D(amount)) for side, amount in lines)
    return JournalEntry("e", "CN01", "K-1", "T1", "", "C077", "CNY", "CNY", DAY, sides)


def document(net, tax, *lines):
    about = {
        "case_id": "K-1",
        "decision_id": "K-1.1",
        "customer": "C077",
        "currency": "CNY",
        "reason": "",
        "original": "",
    }
    numbered = {
        "id": "d",
        "entity": "CN01",
        "type": DocumentType.CREDIT_MEMO,
        "series": "CM26-",
        "no": 1,
        "number": "1",
    }
    made = tuple(DocumentLine("P", "", D(1), D(n), D(t)) for n, t in lines)
    return Document(**numbered, **about, issued_on=DAY, net=D(net), tax=D(tax), lines=made)


def line(**counters):
    about = {"id": "b", "entity": "CN01", "invoice": "B1", "line": 1, "customer": "C077", "currency": "CNY"}
    sold = {"issued_at": DAY, "shelf": "s", "item": "P", "kind": "GOODS", "price_mode": "EXCLUSIVE", "decimals": 2}
    amounts = {"unit_price": D(1), "unit_cost": None, "quantity": D(5), "net": D(5), "tax": D(1)}
    return BlueLine(**about, **sold, **amounts, **counters)


@pytest.mark.parametrize(
    "state",
    [
        entry(("D", 10), ("C", 9)),
        entry(("D", 10)),
        entry(("D", 0), ("C", 0)),
        document(10, 0, (9, 0)),
        document(10, 1, (10, 0)),
        line(credited_quantity=D(6)),
        line(credited_net=D(3), reserved_net=D("2.01")),
        line(reserved_tax=D(-1)),
        CustomerCredit("c", "CN01", "C077", "CNY", D("-0.01")),
        BlueInvoice("i", "CN01", "B1", "C077", "CNY", DAY, "", D(-1)),
    ],
)
def test_what_no_transaction_could_commit_is_refused(state):
    with pytest.raises(constraints.AgainstTheBooks):
        constraints.check([("key", state)], {})


@pytest.mark.parametrize("state", [entry(("D", 10), ("C", 10)), document(10, 1, (10, 1)), line(credited_quantity=D(5))])
def test_what_is_sound_is_taken_and_a_paper_only_once(state):
    constraints.check([("key", state)], {})

    if not isinstance(state, BlueLine):
        with pytest.raises(constraints.AgainstTheBooks):
            constraints.check([("key", state)], {(type(state), "key"): Entry(state)})


def test_a_decision_whose_effect_is_there_already_is_parked_though_its_case_is_forgotten(changed):
    scenario = changed()
    office, [] = running.play(scenario, Memory(running.policy_of(scenario.given)))
    held = office.accounting.held
    for key in [key for key in held if key[0].__name__ == "Settlement"]:
        del held[key]

    [difference] = running.played(scenario.steps[0], office)

    assert difference.actual == "parked refused-by-database"
    assert len(office.all(Document)) == 1


def test_news_that_came_too_early_is_heard_again_when_something_has_moved(changed):
    early = "  - on: 2026-04-10\n    ship-repair: {case: K-5}\n    parked: not-yet\n  - decide"
    done = (
        "then:",
        "  - complete-repair: {case: K-5, chargeable: false}\n  - ship-repair: {case: K-5}\n    ignored: true\nthen:",
    )

    scenario = changed(("  - on: 2026-04-10\n    decide", early), done)
    office, wrong = running.play(scenario, Memory(running.policy_of(scenario.given)))

    assert (wrong, office.accounting.waiting["K-5"]) == ([], [])


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ({"QUALITY_LOSS[MFG]": D(3)}, "D QUALITY_LOSS 2.00  D QUALITY_LOSS[MFG] 3.00  C AR 5.00"),
        ({"QUALITY_LOSS": D(5)}, "D QUALITY_LOSS 5.00  C AR 5.00"),
        ({}, "D QUALITY_LOSS 2.00  D QUALITY_LOSS[MFG] 3.00  C AR 5.00"),
    ],
)
def test_a_department_that_bears_a_loss_is_told_unless_only_the_role_is_said(said, written):
    lines = [("D", Account.QUALITY_LOSS, 3, "MFG"), ("D", Account.QUALITY_LOSS, 2, ""), ("C", Account.AR, 5, "")]
    made = tuple(EntryLine(side, role, D(amount), D(amount), department) for side, role, amount, department in lines)
    posted = replace(entry(("D", 5), ("C", 5)), lines=made)

    assert papers.entry_as(posted, StandingEntry(debit=said, credit={})) == written
