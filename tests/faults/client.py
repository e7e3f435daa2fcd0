"""The clients of a fault run, as a process of its own: it may be killed, and goes on where its journal ends.

`client.py register` registers small complaints that end by themselves, as many as the file `allowed` says;
`client.py play` plays every way in which a complaint can end, round after round. Both write down first, then ask.
"""

import argparse
import asyncio
import json
import random  # noqa: TID251  what the clients do is drawn from the seed of the run
import secrets
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from journal import Journal, complaint, step

from redletter import issuer, played, samples
from redletter.live import LiveHouse
from redletter.process import Failed

GIVES_UP = 0.03  # so often a client that does not know never asks again
WORKERS = 3
TOGETHER = 25
TOKEN_MINUTES = 60
UNKNOWN = {401, 429, 500, 502, 503, 504}  # 401: a clock that jumps takes a good token for an expired one


class Tokens:
    """Signs a token for a role, and keeps it for a while."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.known: dict[str, tuple[float, str]] = {}

    def __call__(self, role: str) -> str:
        now = datetime.now(UTC)  # noqa: TID251  judged by the real clock
        signed, token = self.known.get(role, (0.0, ""))
        if now.timestamp() - signed > TOKEN_MINUTES * 30:
            token = issuer.token(self.home, role, now, minutes=TOKEN_MINUTES)
            self.known[role] = (now.timestamp(), token)
        return token


def number_of(reference: str) -> int:
    """Give the number of a reference."""
    return int(reference.rpartition("-")[2])


def body(reference: str) -> dict[str, Any]:
    """Word a complaint that ends by itself: five pounds back, no goods; or one that must be refused."""
    line = {"line": 1, "item": "GOODS", "quantity": "1", "unit_price": "50.00", "goods": False, "allowance": "5.00"}
    if reference.startswith("bad"):
        line["quantity"] = "-1"
    return {
        "customer": f"C-{number_of(reference) % 97}",
        "content": "It came late.",
        "channel": "web",
        "reference": reference,
        "entity": "UK01",
        "currency": "GBP",
        "request": "ALLOWANCE",
        "scope": {"profile": "online-retail"},
        "lines": [line],
    }


class Registrar:
    """Registers complaints, one by one or together, and asks again under the same key until it knows."""

    def __init__(self, url: str, home: Path, seed: int) -> None:
        self.http = httpx.AsyncClient(base_url=url, timeout=20)
        self.home, self.journal, self.tokens = home, Journal(home / "registered.journal"), Tokens(home)
        known = self.journal.known()
        self.chance = random.Random(f"{seed}-{len(known)}")
        self.open = [key for key, end in known.items() if not end]
        self.acked = [key for key, end in known.items() if end == "acked"]
        self.number = 1 + max((number_of(key) for key in known), default=-1)
        self.answers: dict[str, Any] = {}

    def allowed(self) -> int:
        """Read how many complaints may be registered by now."""
        try:
            return int((self.home / "allowed").read_text())
        except (OSError, ValueError):
            return 0

    def next(self) -> list[str]:
        """Give what to register next: what a killed client left open, something old once more, or something new."""
        if self.open:
            some, self.open = self.open[:TOGETHER], self.open[TOGETHER:]
            return some
        if self.acked and self.chance.random() < 0.1:
            return [self.chance.choice(self.acked)]
        room = self.allowed() - self.number
        if room <= 0:
            return []
        size = min(room, self.chance.choice((1, 1, 5, TOGETHER)))
        numbers = range(self.number, self.number + size)
        self.number += size
        return [f"{'bad' if self.chance.random() < 0.04 else 'good'}-{number}" for number in numbers]

    async def work(self) -> None:
        """Register for ever."""
        while True:
            references = self.next()
            if not references:
                await asyncio.sleep(0.1)
                continue
            self.journal.write(complaint(reference, "intent") for reference in references)
            await self.until_known(references)

    async def until_known(self, references: list[str]) -> None:
        """Ask until every one is known, or give up."""
        while references:
            ends = await (self.one(references[0]) if len(references) == 1 else self.many(references))
            self.journal.write(complaint(reference, end) for reference, end in ends.items() if end)
            self.acked += [reference for reference, end in ends.items() if end == "acked"]
            references = [reference for reference in references if not ends.get(reference)]
            if references and self.chance.random() < GIVES_UP:
                self.journal.write(complaint(reference, "unknown") for reference in references)
                return
            if references:
                await asyncio.sleep(self.chance.uniform(0.1, 1.0))

    async def one(self, reference: str) -> dict[str, str]:
        """Send one complaint by itself."""
        headers = {"Authorization": f"Bearer {self.tokens('clerk')}", "Idempotency-Key": reference}
        try:
            answer = await self.http.post("/complaints", json=body(reference), headers=headers)
        except httpx.TransportError:
            return {}
        return (
            {} if answer.status_code in UNKNOWN else {reference: self.end(reference, answer.status_code, answer.json())}
        )

    async def many(self, references: list[str]) -> dict[str, str]:
        """Send several together; where one cannot be read, HTTP refuses them all, and they are sent one by one."""
        items = [{"key": reference, "body": body(reference)} for reference in references]
        headers = {"Authorization": f"Bearer {self.tokens('clerk')}"}
        try:
            answer = await self.http.post("/complaints:bulk", json={"items": items}, headers=headers)
        except httpx.TransportError:
            return {}
        if answer.status_code == 422:
            return {key: end for reference in references for key, end in (await self.one(reference)).items()}
        if not answer.is_success:
            return {}
        results = zip(references, answer.json()["results"], strict=True)
        return {
            r: self.end(r, result["status"], result["body"]) for r, result in results if result["status"] not in UNKNOWN
        }

    def end(self, reference: str, status: int, said: Any) -> str:
        """Say how it ended; who was told something else before has been told both, which the oracle will not have."""
        end = "acked" if status < 300 else "refused"
        if end == "acked" and self.answers.setdefault(reference, said) != said:
            return "refused"
        return end


class PatientHouse(LiveHouse):
    """The departments as a patient clerk sees them: asks until somebody answers, and writes everything down."""

    def __init__(self, urls: dict[str, str], home: Path) -> None:
        super().__init__(urls, {}, Tokens(home))
        self.journal = Journal(home / "played.journal")

    async def post(
        self, department: str, path: str, body: Any, role: str, *, seen: int | None = None, key: str = ""
    ) -> httpx.Response:
        key = key or secrets.token_hex(16)
        line = step(department, path, body, "intent")
        if line:
            self.journal.write([line])
        while True:
            try:
                answer = await super().post(department, path, body, role, seen=seen, key=key)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code not in UNKNOWN:
                break
            await asyncio.sleep(0.3)
        if line and answer.is_success:
            self.journal.write([{**line, "end": "acked"}])
        return answer

    async def get(self, department: str, path: str, role: str = "reader") -> httpx.Response:
        while True:
            try:
                answer = await super().get(department, path, role)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code not in UNKNOWN:
                return answer
            await asyncio.sleep(0.3)


async def register(urls: dict[str, str], home: Path, seed: int) -> None:
    """Register until killed."""
    registrar = Registrar(urls["intake"], home, seed)
    await asyncio.gather(*(registrar.work() for _ in range(WORKERS)))


async def play(urls: dict[str, str], home: Path, rounds: int) -> None:
    """Play rounds of every sample; what does not end as it does in peace is counted, and left to the oracle."""
    played.PATIENCE_SECONDS = 180.0
    house = PatientHouse(urls, home)
    await samples.advance_contract(house)  # type: ignore[arg-type]  # the same verbs
    left: Counter[str] = Counter()
    done = 0
    for number in range(rounds):
        cases = [(s, played.Played(house, s.title, number * 100 + n)) for n, s in enumerate(samples.SAMPLES, 1)]
        ended = await asyncio.gather(*(whole(sample, case) for sample, case in cases))
        done += sum(why == "" for why in ended)
        left.update(why for why in ended if why)
        (home / "played.json").write_text(json.dumps({"rounds": number + 1, "ended": done, "left": left}))
        if (home / "enough").exists():
            break
    await house.close()


async def whole(sample: Any, case: Any) -> str:
    """Play one case to its end; give why it did not get there."""
    try:
        await sample.play(case)
        await case.ends(sample.outcome)
    except (Failed, AssertionError, KeyError) as why:
        return str(why)[:300]
    return ""


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["register", "play"])
    parser.add_argument("home", type=Path)
    parser.add_argument("urls", type=json.loads)
    parser.add_argument("number", type=int, help="the seed of what is registered, or how many rounds are played")
    asked = parser.parse_args()
    asyncio.run((register if asked.what == "register" else play)(asked.urls, asked.home, asked.number))
