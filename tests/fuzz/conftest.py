"""The five departments in this process, on databases of their own, with cases at many stages to throw things at."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from contracts.access import operations
from redletter import embedded, issuer
from redletter.house import NAMES, services
from servicekit import migrate
from servicekit.settings import Settings
from servicekit.testing import House, open_house

PROBLEM = {"type", "title", "status", "code"}
INNARDS = re.compile(r"Traceback|\bFile \"|\.py\b|asyncpg|sqlalchemy|psycopg|SELECT |INSERT |UPDATE |/site-packages/|/home/")


def check_answer(answer: httpx.Response, said: str) -> None:
    """See that an answer is none of our faults, and that a refusal is a problem in words without our insides."""
    assert answer.status_code < 500, f"{said} → {answer.status_code} {answer.text[:2000]}"
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", f"{said} → {answer.headers}"
        problem = answer.json()
        assert set(problem) >= PROBLEM, f"{said} → {problem}"
        assert problem["status"] == answer.status_code
        assert problem["code"], problem
        ours = json.dumps({**problem, "errors": []})
        assert INNARDS.search(ours) is None, f"{said} → {answer.text}"


class Fuzzed:
    """A running house in one event loop of its own, which a synchronous test can call."""

    def __init__(self, home: Path, settings: dict[str, Settings], runner: asyncio.Runner) -> None:
        self.home, self.runner = home, runner
        self.house: House = open_house(list(services().values()), settings, self.token, "plain", 1)
        self.known: dict[str, list[tuple[str, int]]] = {name: [] for name in NAMES}

    def token(self, role: str, scopes: str | None = None) -> str:
        """Sign a token: of a role, or of these scopes."""
        signed = issuer.token(self.home, role if role in issuer.ROLES else "reader", NOW, minutes=600)
        if scopes is None and role in issuer.ROLES:
            return signed
        head = jwt.get_unverified_header(signed)
        claims = jwt.decode(signed, options={"verify_signature": False})
        claims |= {"sub": role, "scope": scopes if scopes is not None else ALL_SCOPES}
        key = (self.home / "issuer.pem").read_bytes()
        return jwt.encode(claims, key, algorithm="EdDSA", headers={"typ": "at+jwt", "kid": head["kid"]})

    def send(self, department: str, method: str, path: str, **more: Any) -> httpx.Response:
        """Send one request and wait for its answer."""
        return self.runner.run(self.house.departments[department].client.request(method, path, **more))

    def run(self, work: Any) -> Any:
        """Wait for something of the house."""
        return self.runner.run(work)
