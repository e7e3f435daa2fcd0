"""The life of the whole stack, with stand-ins for the services: what is started, left alone, started anew."""

import asyncio
import json
import subprocess
import sys

import httpx
import pytest

from redletter import embedded, republish
from redletter.process import Failed, Process, alive, stop
from redletter.state import read

STAND_IN = """
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

if sys.argv[1:] == ["migrate"]:
    sys.exit(os.environ.get("BREAK") == "migrate" and "no such column")

class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ["KAFKA_BOOTSTRAP_SERVERS"].encode())

if os.environ.get("BREAK") == "start":
    sys.exit("no settings")
HTTPServer((os.environ["REDLETTER_HOST"], int(os.environ["REDLETTER_PORT"])), Answer).serve_forever()
"""
SERVICES = ("intake", "rma")


@pytest.fixture
def env(tmp_path, monkeypatch):
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
    for name in SERVICES:
        package = tmp_path / "stand-ins" / name
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "main.py").write_text(STAND_IN)
    return {"PYTHONPATH": str(tmp_path / "stand-ins")}


@pytest.fixture(autouse=True)
def republished(monkeypatch):
    """Give whose events went out again; the stand-ins have no outbox."""
    calls = []

    async def missing(dsns):
        calls.append(set(dsns))

    monkeypatch.setattr(republish, "missing", missing)
    return calls


def changed(before, after):
    return {name for name in before.pids if before.pids[name] != after.pids.get(name)}


async def test_starting_twice_leaves_everything_alone(home, env):
    first = await embedded.start(home, services=SERVICES, env=env)
    second = await embedded.start(home, services=SERVICES, env=env)

    assert first.complete
    assert second == first
    async with httpx.AsyncClient() as http:
        assert (await http.get(first.urls["rma"])).text == first.bootstrap


async def test_only_what_died_is_started_again(home, kill, env):
    before = await embedded.start(home, services=SERVICES, env=env)
    await kill(before.pids["rma"])
    assert (await embedded.status(home)).ready == {"postgres": True, "broker": True, "intake": True, "rma": False}

    after = await embedded.start(home, services=SERVICES, env=env)

    assert changed(before, after) == {"rma"}
    assert after.urls == before.urls


async def test_services_never_outlive_a_memory_broker_and_a_new_one_is_filled_before_they_start(
    home, kill, env, republished
):
    before = await embedded.start(home, services=SERVICES, env=env)
    await kill(before.pids["broker"])

    after = await embedded.start(home, services=SERVICES, env=env)

    assert changed(before, after) == {"broker", "intake", "rma"}
    assert republished == [set(SERVICES)]


async def test_all_killed_at_once_and_started_again(home, kill, env):
    before = await embedded.start(home, services=SERVICES, env=env)
    await kill(*before.pids.values())

    after = await embedded.start(home, services=SERVICES, env=env)

    assert after.complete
    assert after.dsns == before.dsns


async def test_other_settings_start_a_service_anew(home, env):
    before = await embedded.start(home, services=SERVICES, env=env)

    after = await embedded.start(home, services=SERVICES, roles=["api"], env=env)

    assert changed(before, after) == set(SERVICES)


async def test_stopping_leaves_nothing_running(home, env):
    running = await embedded.start(home, services=SERVICES, env=env)

    assert set(await embedded.stop(home)) == set(running.pids)
    assert await embedded.stop(home) == []
    assert not (await embedded.status(home)).complete


@pytest.mark.parametrize(("what", "words"), [("migrate", "no such column"), ("start", "no settings")])
async def test_a_failure_is_told_with_the_end_of_its_log(home, env, what, words):
    with pytest.raises(Failed, match=words):
        await embedded.start(home, services=["rma"], env={**env, "BREAK": what})


async def test_a_database_is_brought_up_to_date_only_when_something_new_is_shipped(home, env, monkeypatch):
    await embedded.start(home, services=["rma"], env=env)
    broken = {**env, "BREAK": "migrate"}

    assert (await embedded.start(home, services=["rma"], env=broken)).complete
    monkeypatch.setattr(embedded, "_shipped", lambda service: f"a newer {service}")
    with pytest.raises(Failed, match="no such column"):
        await embedded.start(home, services=["rma"], roles=["api"], env=broken)


def test_a_process_that_only_has_the_same_pid_is_not_ours(tmp_path):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        mistaken = Process(pid=stranger.pid, started=1.0, port=0, log=tmp_path / "log")

        asyncio.run(stop(mistaken))

        assert not alive(mistaken)
        assert stranger.poll() is None


async def test_the_state_is_complete_and_readable_as_json(home, env):
    running = await embedded.start(home, services=SERVICES, env=env)

    assert json.loads(running.json())["pids"] == {name: process.pid for name, process in read(home).processes.items()}


async def test_a_tax_platform_to_try_things_on_is_asked_until_everything_stops(home, env):
    first = await embedded.start(home, services=SERVICES, env=env, tax_platform=True)
    async with httpx.AsyncClient() as http:
        lies = (await http.post(f"{first.urls[embedded.TAX_PLATFORM]}/lies", json={"used": ["B1"]})).json()

    again = await embedded.start(home, services=SERVICES, env=env)
    stopped = await embedded.stop(home)

    assert lies["used"] == ["B1"]
    assert first.complete
    assert changed(first, again) == set()
    assert embedded.TAX_PLATFORM in stopped
