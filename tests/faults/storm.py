"""Break everything that can be broken while cases of every kind run; the oracle must find nothing (`make chaos`).

One seed fixes the plan: which faults, in which order, against whom. Several are at work at the same time. Clients are
processes of their own with journals of their own, and the oracle compares what they were told with what is there.
"""

import argparse
import asyncio
import json
import os
import random  # noqa: TID251  the plan is drawn from a seed that the output names
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

sys.path.append(str(Path(__file__).parents[1] / "mutants"))
import mutants
import strikes
import world as worlds
from client import number_of
from world import HERE, NAMES, ROOT, Version

from redletter import oracle
from redletter.broker import kafka_reason
from redletter.process import Failed

PROFILES = {"slice": (12, 150, 3), "ci": (44, 550, 5), "qualification": (310, 5600, 15)}
"""profile → faults, complaints registered at least, rounds of twenty sample cases at most"""
LANES = 8  # so many faults at the same time
LOOKS = 4  # so often the oracle looks while everything runs
AHEAD = 12  # so far a lane looks ahead in the plan for a fault that can begin
LOOK = "the oracle looks"
QUIET_SHARE = 0.25  # so often a lane rests for a while, so that recovery is seen
PATIENCE_SECONDS = 120
ENOUGH = 5  # a plan that has each kind so often on average may have none that nobody felt

Planned: TypeAlias = tuple[str, str, int]
"""A fault of the plan: its kind, its victim, and a seed of its own."""


class World(worlds.World):
    """The running system, and its clients."""

    def __init__(self, home: Path, first_port: int, seed: int, rounds: int) -> None:
        super().__init__(home, first_port)
        self.seed, self.rounds = seed, rounds
        self.clients: dict[str, subprocess.Popen[bytes]] = {}
        self.repeated = self.died_of_it = 0
        self.points: Counter[str] = Counter()

    def start_client(self, what: str) -> None:
        """Start a client, or start it again."""
        urls = {name: f"http://127.0.0.1:{self.edges[f'http-{name}'][0]}" for name in NAMES}
        command = [sys.executable, str(HERE / "client.py"), what, str(self.home), json.dumps(urls)]
        number = self.seed if what == "register" else self.rounds
        with (self.home / "logs" / f"client-{what}.log").open("ab") as log:
            self.clients[what] = subprocess.Popen([*command, str(number)], stdout=log, stderr=log)

    def allow(self, count: int) -> None:
        """Let so many complaints be registered by now."""
        draft = self.home / "allowed.new"
        draft.write_text(str(count))
        draft.replace(self.home / "allowed")

    def journal(self) -> tuple[Any, ...]:
        """Read what the clients wrote down."""
        files = [self.home / f"{name}.journal" for name in ("registered", "played")]
        return tuple(line for file in files if file.exists() for line in oracle.read_journal(file))


class Storm:
    """One run: its lanes, its looks, its verdict."""

    def __init__(self, world: World, plan: Sequence[Planned], cases: int, seconds: float) -> None:
        self.world, self.plan, self.cases = world, list(enumerate(plan, 1)), cases
        self.seconds = seconds
        self.total, self.began = len(plan), time.monotonic()
        self.done: Counter[str] = Counter()
        self.felt: Counter[str] = Counter()
        self.before: oracle.History | None = None
        self.violations: list[str] = []
        self.held: set[str] = set()

    def say(self, words: str) -> None:
        """Print what happens, with the seconds since the beginning."""
        print(f"{time.monotonic() - self.began:7.1f} s  {words}", flush=True)

    async def lane(self) -> None:
        """Take fault after fault from the plan."""
        while (self.plan or self.held) and time.monotonic() < self.began + self.seconds:
            turn = self.turn()
            if turn is None:
                await asyncio.sleep(0.1)
                continue
            number, (kind, name, seed), whom = turn
            self.held |= whom
            if kind == LOOK:
                await self.look()
            else:
                self.say(f"{number}/{self.total} {kind}: {name}")
                await self.once(kind, name, random.Random(seed))
            self.held -= whom

    def turn(self) -> tuple[int, Planned, set[str]] | None:
        """Take the next fault whose victims are free and wanted by none before it; a plan waits as little as it can."""
        taken = set(self.held)
        for place, (number, (kind, name, seed)) in enumerate(self.plan[:AHEAD]):
            whom = set(strikes.holds(kind, name)) if kind != LOOK else {"postgres", "broker"}
            if not whom & taken:
                del self.plan[place]
                return number, (kind, name, seed), whom
            taken |= whom
        return None

    async def once(self, kind: str, name: str, chance: random.Random) -> None:
        """Do one fault, and now and then rest."""
        done = await self.strike(kind, name, chance)
        self.done[kind] += done  # not in one line: other lanes count meanwhile
        if self.done.total() % max(1, self.total // LOOKS) == 0:
            self.plan.insert(0, (0, (LOOK, "", 0)))
        await asyncio.sleep(chance.uniform(2, 4) if chance.random() < QUIET_SHARE else 0.1)

    async def pace(self) -> None:
        """Have complaints come all the while, as fast as the plan goes on: every fault finds something to do."""
        allowed = 0
        while allowed < self.cases:
            ahead = self.cases * min(self.total, self.done.total() + LANES // 2) // self.total
            allowed += -(-(ahead - allowed) // 20)
            self.world.allow(allowed)
            await asyncio.sleep(0.5)

    async def strike(self, kind: str, name: str, chance: random.Random) -> bool:
        """Do it. A fault of another lane may have taken away what this one stands on: then it is tried again."""
        for tries in range(8):
            try:
                felt = await strikes.KINDS[kind][2](self.world, name, chance)
            except (Failed, OSError, *strikes.OUTAGES) as away:
                self.say(f"once more, {kind}: {type(away).__name__} {str(away)[:120]}")
                await asyncio.sleep(1 + tries)
                for each in strikes.holds(kind, name):
                    if each in NAMES:
                        self.world.start(each)
            else:
                self.felt[kind] += felt > 0
                return True
        self.say(f"not possible, {kind}: {name}")
        return False

    async def look(self, *, at_rest: bool = False) -> None:
        """Have the oracle look; nobody kills what it looks at meanwhile."""
        for _ in range(20):
            try:
                history = await oracle.read(self.world.dsns, self.world.bootstrap, at_rest=at_rest)
            except (OSError, TimeoutError, *strikes.OUTAGES):
                await asyncio.sleep(1)
                continue
            await self.judge(replace(history, journal=self.world.journal() if at_rest else ()))
            return
        if at_rest:
            raise Failed("the oracle cannot look")
        self.say("the oracle could not look")

    async def judge(self, history: oracle.History) -> None:
        """Judge one history by itself and against the one before; in a thread, because lanes go on meanwhile."""
        found = await asyncio.to_thread(oracle.judge, history)
        if self.before is not None:
            found += await asyncio.to_thread(oracle.grown, self.before, history)
        self.before = history
        told = [f"{v.invariant}: {v.subject}: {v.words}" for v in found]
        self.violations += [words for words in told if words not in self.violations]
        self.say(f"the oracle has looked: {len(history.events)} events, {len(found)} violations")

    async def run(self) -> dict[str, Any]:
        """Let it storm, then let everything come to rest, and judge."""
        for client in ("register", "play"):
            self.world.start_client(client)
        pacing = asyncio.create_task(self.pace())
        async with asyncio.TaskGroup() as lanes:
            for _ in range(LANES):
                lanes.create_task(self.lane())
        pacing.cancel()
        self.say("the storm is over")
        rest = await self.calm()
        await self.look(at_rest=True)
        lost = await self.world.proxy.tell(lost=True)
        assert self.before is not None
        self.felt.update({kind: lost.get(what, 0) for kind, what in strikes.LOST.items()})
        never = [kind for kind in self.done if not self.felt[kind]]
        if self.total > len(strikes.KINDS) * ENOUGH:
            self.violations += [f"never felt by anybody: {kind}, {self.done[kind]} times" for kind in never]
        kinds = {kind: f"{self.felt[kind]} of {done}" for kind, done in self.done.items()}
        return {"faults": self.done.total(), "felt": kinds, **self.figures(lost), "seconds to rest": rest}

    def figures(self, lost: dict[str, int]) -> dict[str, Any]:
        """Count what was at stake, and what nobody knew."""
        assert self.before is not None
        journal = self.world.journal()
        until = datetime.now(UTC)  # noqa: TID251  the real clock
        played = json.loads((self.world.home / "played.json").read_text())
        return {
            "cases": len(self.before.kind("intake", "complaint")),
            "events": len(self.before.events),
            "records": len(self.before.records or ()),
            "documents": len(self.before.books.documents),
            "commands in the journals": len({(said.department, said.path, said.key) for said in journal}),
            "ends nobody knew": sum(said.end == "unknown" for said in journal),
            "answers lost": lost,
            "events dated by a wrong clock": sum(not self.world.since <= e.time <= until for e in self.before.events),
            "events of a later version": sum("of_a_later_version" in e.body for e in self.before.events),
            "records said again": self.world.repeated,
            "died at": dict(self.world.points),
            "full disk killed": self.world.died_of_it,
            "sample cases played to their end": played["ended"],
            "left open": played["left"],
            "violations": [*self.world.crashes, *self.violations][:100],
        }

    async def calm(self) -> float:
        """Mend everything, wait for the clients and for what is on its way; the seconds that took."""
        began = time.monotonic()
        await self.world.whole()
        for name in NAMES:
            self.world.start(name)
            await self.world.ready(name)
        (self.world.home / "enough").touch()
        self.world.allow(self.cases)
        while time.monotonic() < began + PATIENCE_SECONDS:
            known = oracle.read_journal(self.world.home / "registered.journal")
            ended = {said.key for said in known if said.end != "intent"}
            if {said.key for said in known} == ended and max(map(number_of, ended), default=0) + 1 >= self.cases:
                break
            await asyncio.sleep(0.5)
        else:
            self.world.crashes.append(f"the client has registered {len(ended)} of {self.cases}")
        self.world.clients["register"].kill()
        if await asyncio.to_thread(waited, self.world.clients["play"], PATIENCE_SECONDS) != 0:
            self.world.crashes.append("the sample cases never came to an end")
        rested = time.monotonic()
        await oracle.rest(self.world.dsns, PATIENCE_SECONDS)
        self.say(f"at rest {time.monotonic() - rested:.1f} s after the last command")
        return round(time.monotonic() - began, 1)


def waited(process: subprocess.Popen[bytes], patience: float) -> int | None:
    """Wait for a process; nothing when it takes too long."""
    try:
        return process.wait(patience)
    except subprocess.TimeoutExpired:
        return None


def older(folder: Path) -> list[Version]:
    """Check out the version before the last change of the code, where this is a repository that has one."""
    ask = ["git", "-C", str(ROOT), "log", "--format=%h", "-2", "--", "libs", "services"]
    revisions = subprocess.run(ask, capture_output=True, text=True, check=False).stdout.split()
    if len(revisions) < 2:
        return []
    folder.mkdir()
    tree = subprocess.run(
        ["git", "-C", str(ROOT), "archive", revisions[1], "libs", "services"], capture_output=True, check=False
    )
    subprocess.run(["tar", "-x", "-C", str(folder)], input=tree.stdout, check=True)
    return [Version(f"before ({revisions[1]})", imported_from(folder))]


def imported_from(folder: Path) -> dict[str, str]:
    """Say how a department is started with the code of another checkout."""
    return {"PYTHONPATH": os.pathsep.join(str(path) for path in sorted(folder.glob("*/*/src")))}


def planted(name: str, folder: Path) -> Path:
    """Make a checkout with a known bug in it."""
    [bug] = mutants.planted(name)
    if wrong := mutants.apply(bug, mutants.copy(folder)):
        raise Failed(wrong)
    return folder


async def storm(options: argparse.Namespace, home: Path) -> dict[str, Any]:
    """Run one plan, or what of it there is time for."""
    faults, cases, rounds = PROFILES[options.profile]
    world = World(home, 20_000 + os.getpid() % 5_000, options.seed, rounds)
    world.code = imported_from(planted(options.bug, home / "bug")) if options.bug else {}
    began = time.monotonic()
    try:
        await world.up()
        world.versions += older(home / "older")
        print(f"seed {options.seed}, versions beside ours: {', '.join(version.name for version in world.versions)}")
        needs = {"PostgreSQL's disk full": "postgres", "the broker's disk full": "kafka"}
        possible = [kind for kind in strikes.KINDS if kind.startswith(tuple(options.only))]
        possible = [kind for kind in possible if kind not in needs or needs[kind] in world.volumes]
        plan = strikes.drawn(options.seed, faults, possible)
        result = await Storm(world, plan, cases, options.minutes * 60).run()
    finally:
        for client in world.clients.values():
            client.kill()
            client.wait()
        await world.down()
    missing = [kind for kind, disk in needs.items() if disk not in world.volumes]
    took = round(time.monotonic() - began)
    about = {
        "run": "storm",
        "seed": options.seed,
        "profile": options.profile,
        "bug": options.bug,
        "only": [o for o in options.only if o],
    }
    return {**{k: v for k, v in about.items() if v}, "seconds": took, "not possible here": missing, **result}


def main() -> None:
    """Run one plan and say how it ended; exit 1 when the oracle finds a violation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="qualification", choices=PROFILES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record", type=Path)
    parser.add_argument("--bug", default="", help="run the code with this bug of tests/mutants: it must be found out")
    parser.add_argument("--only", nargs="+", default=[""], help="only faults whose kinds begin so")
    parser.add_argument("--minutes", type=float, default=60, help="begin no fault after so many minutes")
    parser.add_argument("--keep", action="store_true", help="keep the folder with logs, databases and journals")
    options = parser.parse_args()
    if reason := kafka_reason():
        print(f"SKIPPED: the fault run on Apache Kafka: {reason}", file=sys.stderr)
        sys.exit(options.profile == "qualification")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everything that was started is ended
    home = Path(tempfile.mkdtemp(prefix="redletter-storm-"))
    home.chmod(0o755)
    result = asyncio.run(storm(options, home))
    if not options.keep and not result["violations"]:
        shutil.rmtree(home)
    print(json.dumps(result, indent=2))
    if options.record:
        with options.record.open("a") as record:
            record.write(json.dumps(result) + "\n")
    sys.exit(1 if result["violations"] else 0)


if __name__ == "__main__":
    main()
