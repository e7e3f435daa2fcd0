"""What could not be heard is listed, shown and tried again."""

import asyncio
import json
from itertools import count

import pytest
from aiokafka import AIOKafkaProducer
from typer.testing import CliRunner

from redletter import embedded, samples
from redletter.house import connect
from redletter.live import LiveHouse
from redletter.main import app

PUT = """
INSERT INTO parked (message_id, key, state, reason, detail, type, version, topic, partition, position, headers, body)
VALUES ($1, $2, 'failed', 'KeyError', 'a fault', 'redletter.repair.shipped.v1', 1, 'repair.order.v1', 0, 0, '{}', $3)
"""
NUMBERS = count(40)


@pytest.fixture
def run(live):
    def command(*words, code=0):
        done = CliRunner().invoke(app, words, env={"REDLETTER_HOME": str(live.home)})
        assert done.exit_code == code, done.output
        return done

    return command


@pytest.fixture
def parked(live, run):
    """Put a record on a topic and wait until a department has parked it; nothing of it is left behind."""
    found = []

    async def put(topic, key, headers, body):
        producer = AIOKafkaProducer(bootstrap_servers=(await embedded.status(live.home)).bootstrap)
        await producer.start()
        await producer.send_and_wait(topic, body, key=key.encode(), headers=headers)
        await producer.stop()

    def wait(topic, key, headers, body):
        asyncio.run(put(topic, key, headers, body))
        for _ in range(150):
            rows = [row for row in json.loads(run("dlq", "ls", "--json").stdout) if row["key"] == key]
            if rows:
                found.append(key)
                return rows
        raise AssertionError(f"nothing is parked under {key}")

    yield wait
    asyncio.run(clean(live, found))


async def clean(live, keys):
    for dsn in live.dsns.values():
        conn = await connect(dsn)
        await conn.execute("DELETE FROM parked WHERE key = ANY($1)", keys)
        await conn.close()


def test_a_record_that_nobody_can_read_is_dead_with_its_bytes(run, parked):
    [row] = parked("finance.settlement.v1", "stray-1", [("x-from", b"a stranger")], b"\xffno event")[:1]

    shown = run("dlq", "show", row["message_id"]).stdout
    assert row["state"] == "dead"
    assert "reason: no-type: The record has no ce_type header of this house.\n" in shown
    assert "came from: finance.settlement.v1, partition " in shown
    assert "header x-from: a stranger\n" in shown
    assert "body, 9 bytes: \\xffno event\n" in shown
    assert row["message_id"] in run("dlq", "ls", "--state", "dead").stdout
    assert row["message_id"] not in run("dlq", "ls", "--state", "failed").stdout
    assert json.loads(run("dlq", "show", row["message_id"], "--json").stdout.splitlines()[0])["body"] == "\\xffno event"


def test_what_is_still_unreadable_stays_dead_and_ends_with_exit_code_1(run, parked):
    [row] = parked("finance.settlement.v1", "stray-2", [], b"")[:1]

    told = run("dlq", "redrive", row["message_id"], code=1).stdout

    assert told.splitlines()[0].startswith(f"{row['department']} {row['message_id']}: still dead: no-type")


def test_news_of_a_case_nobody_knows_waits_and_is_part_of_its_story(run, parked):
    headers = [
        ("ce_id", b"early-1"),
        ("ce_type", b"redletter.repair.shipped.v1"),
        ("ce_subject", b"case-of-nobody"),
        ("ce_aggregateversion", b"1"),
    ]
    body = b'{"case_id": "case-of-nobody", "repair_number": "R-1", "repaired": true}'

    rows = parked("repair.order.v1", "case-of-nobody", headers, body)

    assert {row["state"] for row in rows} == {"waiting"}
    told = run("dlq", "redrive", "early-1", code=1).stdout
    [office] = [line for line in told.splitlines() if line.startswith("rma early-1: still waiting: ")]
    assert office.endswith("the complaint has not been heard of yet")


@pytest.fixture
def failed(live):
    """Have a message in the RMA office's care that failed, for a case that a sample has played so far."""
    found = []

    async def put(sample, message_id):
        house = LiveHouse(live.urls, live.dsns, live.tokens.__getitem__)
        case = samples.Played(house, sample.__doc__, next(NUMBERS))
        await sample(case)
        await case.see("rma", lambda record: record["stage"])
        await house.close()
        conn = await connect(live.dsns["rma"])
        body = json.dumps({"case_id": case.case_id, "repair_number": "R-1", "repaired": True}).encode()
        await conn.execute(PUT, message_id, case.case_id, body)
        await conn.close()
        found.append(case.case_id)
        return case.case_id

    yield lambda sample, message_id: asyncio.run(put(sample, message_id))
    asyncio.run(clean(live, found))


def test_a_failed_message_is_done_when_its_cause_is_gone(run, failed):
    case_id = failed(samples.refused, "failed-1")  # as if a fault of ours had been repaired since

    story = run("case", "show", case_id).stdout
    assert "  rma: failed redletter.repair.shipped.v1: KeyError: a fault\n    redletter dlq show failed-1\n" in story
    assert run("dlq", "redrive", "--all").stdout == "rma failed-1: done\n"

    assert "failed-1" not in run("dlq", "ls").stdout
    assert run("dlq", "redrive", "failed-1", code=1).stderr == "No message failed-1 is parked: redletter dlq ls\n"
    assert run("dlq", "show", "failed-1", code=1).stderr == "No message failed-1 is parked: redletter dlq ls\n"


def test_a_message_that_fails_again_is_kept(run, failed):
    async def waits(case):
        """A batch waits for its signature: nothing of it can have been shipped."""
        await case.complains("RETURN", "", 50)

    failed(waits, "failed-2")

    told = run("dlq", "redrive", "failed-2", code=1).stdout
    assert told.startswith("rma failed-2: still failed: UnexpectedNews")
    [row] = json.loads(run("dlq", "ls", "--state", "failed", "--json").stdout)
    assert (row["message_id"], row["attempts"]) == ("failed-2", 2)
