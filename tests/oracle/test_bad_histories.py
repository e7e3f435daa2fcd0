"""The oracle on trial: what is good it leaves alone, and every planted fault it calls by its name."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import bad_books
import bad_cases
import bad_messages
import pytest
from reasons import SAYS
from tampering import department, record, records

from redletter.house import services
from redletter.oracle import INVARIANTS, grown, judge, law, read_journal
from redletter.oracle.history import Effect, Said
from redletter.oracle.reading import _record
from redletter.oracle.rows import Parked, Record

BAD = [
    pytest.param(invariant, tamper, id=f"{invariant}-{tamper.__name__}")
    for module in (bad_books, bad_messages, bad_cases)
    for invariant, tampers in module.BAD.items()
    for tamper in tampers
]


@pytest.fixture
async def good(history_of):
    return await history_of("plain")


async def test_a_good_history_is_good(good) -> None:
    assert judge(good) == []
    assert judge(replace(good, records=None)) == []
    assert judge(bad_books.bank(good)) == []


@pytest.mark.parametrize(("invariant", "tamper"), BAD)
async def test_a_bad_history_is_rejected_by_its_invariant_and_for_its_reason(good, invariant, tamper) -> None:
    found = judge(tamper(good))

    said = [violation.words for violation in found if violation.invariant == invariant]
    assert any(SAYS[tamper.__name__] in words for words in said), found[:5]
    assert all(violation.subject and violation.words for violation in found)


def test_every_invariant_has_two_bad_histories_at_least() -> None:
    names = [param.values[0] for param in BAD]

    assert {i.__name__: names.count(i.__name__) for i in INVARIANTS.values() if names.count(i.__name__) < 2} == {}


async def test_every_invariant_finds_something_that_no_other_finds(good) -> None:
    found = {param.id: {violation.invariant for violation in judge(param.values[1](good))} for param in BAD}
    alone = {next(iter(names)) for names in found.values() if len(names) == 1}

    assert {invariant.__name__ for invariant in INVARIANTS.values()} - alone == set()


async def test_what_a_test_planted_itself_is_no_violation(good) -> None:
    alien = replace(good.records[0], offset=10**7, headers={}, body=b"\xff")
    parked = Parked(f"{alien.place}@0", "", "dead", "", "no-type")
    bad = department(records(good, lambda rows: [*rows, alien]), "rma", parked=(parked,))

    assert {violation.invariant for violation in judge(bad)} == {"delivery", "liveness"}
    assert judge(replace(bad, planted=frozenset({alien.place}))) == []


async def test_what_a_client_does_not_know_may_be_there_or_not(good) -> None:
    for reference in ("nowhere", good.events[0].said["reference"]):
        effect = Effect("complaint", (("reference", reference),))
        assert judge(replace(good, journal=(Said("K", "intake", "/complaints", "intent", effect),))) == []


async def test_duplicates_in_a_topic_are_no_violation(good) -> None:
    again = [replace(record_, offset=record_.offset + 10**6) for record_ in good.records]

    assert judge(replace(good, records=(*good.records, *again))) == []


async def test_while_it_runs_what_is_on_its_way_is_no_violation(good) -> None:
    event = good.departments["finance"].outbox[-1]
    for name, there in good.departments.items():
        good = department(good, name, inbox=there.inbox - {event.id})

    assert judge(good) != []
    assert judge(replace(good, at_rest=False)) == []


async def test_a_later_history_has_only_grown(good) -> None:
    assert grown(good, good) == []
    line = good.books.entry_lines[0]
    changed = bad_books.books(good, entry_lines=(line._replace(amount=Decimal(1)), *good.books.entry_lines[1:]))
    gone = department(good, "rma", outbox=good.departments["rma"].outbox[1:])
    fallen = record(good, "rma", good.departments["rma"].outbox[0].key, version=-1)

    assert [violation.invariant for violation in grown(good, changed)] == ["conservation"]
    assert [violation.invariant for violation in grown(good, gone)] == ["order"]
    assert [violation.invariant for violation in grown(good, fallen)] == ["order"]


async def test_a_timer_that_has_just_come_may_still_fire(good) -> None:
    there = good.departments["rma"]
    soon = tuple(row._replace(due_at=there.now - timedelta(seconds=5)) for row in there.deadlines)

    assert soon
    assert judge(department(good, "rma", deadlines=soon)) == []


def test_the_oracle_and_the_departments_agree_on_who_listens_to_what() -> None:
    assert {name: frozenset(each.listens_to()) for name, each in services().items()} == law.LISTENS


def test_a_record_is_read_whatever_it_holds() -> None:
    odd = SimpleNamespace(
        topic="t", partition=1, offset=7, key=None, value=None, headers=[("ce_id", None), ("a\0b", b"\xff")]
    )

    assert _record(odd) == Record("t", 1, 7, "", {"ce_id": "", "a\0b": "\ufffd"}, b"")


def test_a_journal_is_read_up_to_the_line_that_was_torn(tmp_path) -> None:
    effect = {"kind": "complaint", "where": {"reference": "R-1"}}
    line = {"end": "acked", "key": "K", "department": "intake", "path": "/complaints", "effect": effect}
    journal = tmp_path / "journal.jsonl"
    journal.write_text(json.dumps(line) + "\n" + json.dumps(line)[:40])

    effect_read = Effect("complaint", (("reference", "R-1"),))
    assert read_journal(journal) == (Said("K", "intake", "/complaints", "acked", effect_read),)
