"""HTTP of a toy department: who may, what is readable, what is repeated; never a 5xx for bad input."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import Response
from pydantic import Field
from sqlalchemy.ext.asyncio import create_async_engine

from contracts.base import CaseId, Name, Part
from servicekit import http, ops
from servicekit.auth import LEEWAY_SECONDS, NotAuthenticated, Verifier
from servicekit.http import Asked, Bulk, Calling
from servicekit.runtime import Runtime
from servicekit.schema import aggregate_table, kit_tables
from servicekit.settings import Settings
from servicekit.store import Documents
from servicekit.work import Done, Service, Unit, done, of_case


class Note(Part):
    """A text that was kept."""

    text: str


class Keep(Part):
    """Keep a text."""

    text: Name = Field(min_length=1)
    amount: int = Field(default=0, le=1000)


class Nothing(Part):
    """No policy."""


def keep(unit: Unit, asked: Asked[Keep]) -> Done:
    """Keep the text."""
    return done(asked.case_id, Note(text=asked.body.text), answer={"id": asked.case_id})


KEEP = of_case(Note, keep)
metadata = sa.MetaData()
kit_tables(metadata)
notes = aggregate_table("note", metadata)
routes = http.router()


@routes.post("/notes", status_code=201)
async def new(body: Keep, call: Calling) -> Response:
    """Keep a new text."""
    return await call.do(KEEP, body, status=201)


@routes.post("/notes:bulk")
async def many(body: Bulk[Keep], call: Calling) -> Response:
    """Keep many."""
    return await call.do_many(KEEP, body)


@routes.post("/notes/{case_id}:change")
async def change(case_id: CaseId, body: Keep, call: Calling) -> Response:
    """Change a text."""
    return await call.do(KEEP, body, case_id)


@routes.get("/notes/{case_id}")
async def read(case_id: CaseId, call: Calling) -> Response:
    """Read a text."""
    return await call.read_one(notes, case_id, "note")


KIT = {f"{m} {r.path}": "toy:operate" for r in ops.router.routes for m in r.methods}  # type: ignore[attr-defined]  # routes of ours
OPERATIONS = {
    "POST /notes": "toy:write",
    "POST /notes:bulk": "toy:write",
    "POST /notes/{case_id}:change": "toy:write",
    "GET /notes/{case_id}": "toy:read",
    **KIT,
}


def toy(operations: dict[str, str]) -> Service:
    """Make the department with this access table."""
    return Service(
        name="toy",
        topic="toy.note.v1",
        stores={Note: Documents(notes, Note)},
        consumes={},
        deadlines={},
        policy=Nothing,
        routers=(routes, ops.router),
        operations=operations,
        package="toy",
        topics={},
    )


KEYS = {"good": Ed25519PrivateKey.generate(), "stranger": Ed25519PrivateKey.generate()}
NOW = int(datetime.now(UTC).timestamp())  # noqa: TID251  tokens are judged by the real clock
CLAIMS = {
    "iss": "https://issuer.test",
    "aud": "redletter",
    "sub": "ann",
    "iat": NOW,
    "exp": NOW + 36_000,  # the whole suite is collected first, and takes longer than ten minutes
    "jti": "1",
    "scope": "toy:read toy:write",
}


def token(key: str = "good", head: dict[str, Any] | None = None, drop: str = "", **claims: Any) -> str:
    """Sign a token; what is named differs from a good one."""
    said = {k: v for k, v in {**CLAIMS, **claims}.items() if k != drop}
    return jwt.encode(said, KEYS[key], algorithm="EdDSA", headers={"typ": "at+jwt", "kid": "good", **(head or {})})


@pytest.fixture
def url(database: Callable[[str], str]) -> str:
    """An empty database."""
    return database("toy_http")


@pytest.fixture
def key_set(tmp_path: Path) -> Path:
    """The file that says whose tokens are good."""
    jwk = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(KEYS["good"].public_key()))
    keys = tmp_path / "jwks.json"
    keys.write_text(json.dumps({"keys": [{**jwk, "kid": "good", "alg": "EdDSA"}]}))
    return keys


@pytest.fixture
async def client(url: str, key_set: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The application, called without a network."""
    settings = Settings(DATABASE_URL=url, issuer="https://issuer.test", jwks_file=key_set)
    engine = create_async_engine(url)
    async with engine.begin() as conn:
        await conn.run_sync(metadata.create_all)
    app = http.build(toy(OPERATIONS), Runtime(engine), Verifier(settings))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://toy") as opened:
        yield opened
    await engine.dispose()


def sent(key: str = "k", credential: str | None = None, **more: str) -> dict[str, str]:
    """Headers of a good request."""
    return {"Authorization": f"Bearer {credential or token()}", "Idempotency-Key": key, **more}


NONE = jwt.encode(CLAIMS, None, algorithm="none", headers={"typ": "at+jwt", "kid": "good"})
PUBLIC = KEYS["good"].public_key().public_bytes_raw()


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer garbage",
        "Basic YTpi",
        f"bearer {token()}",
        f"Bearer {token()} {token()}",
        "Bearer " + "x" * 65536,
        f"Bearer {token(exp=NOW - 3600)}",
        f"Bearer {token(exp=NOW - 31)}",
        f"Bearer {token(nbf=NOW + 3600)}",
        f"Bearer {token(iat=NOW + 3600)}",
        f"Bearer {token(drop='exp')}",
        f"Bearer {token(exp=str(NOW + 36_000))}",
        f"Bearer {token(exp=-1)}",
        f"Bearer {token(iss='https://elsewhere.test')}",
        f"Bearer {token(aud='another')}",
        f"Bearer {token(aud=['a', 'b'])}",
        f"Bearer {token(drop='sub')}",
        f"Bearer {token(sub='')}",
        f"Bearer {token(drop='jti')}",
        f"Bearer {token(head={'typ': 'JWT'})}",
        f"Bearer {NONE}",
        f"Bearer {jwt.encode(CLAIMS, PUBLIC, algorithm='HS256', headers={'typ': 'at+jwt', 'kid': 'good'})}",
        f"Bearer {token()[:-6]}AAAAAA",
        f"Bearer {token(head={'kid': 'unknown'})}",
        f"Bearer {token(head={'kid': '../../etc/passwd'})}",
        f"Bearer {token(head={'jku': 'https://evil.test'})}",
        f"Bearer {token('stranger')}",
    ],
)
async def test_without_a_good_token_nothing_is_read_and_nothing_is_said(
    client: httpx.AsyncClient, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}

    answer = await client.post("/notes", content=b"{broken", headers={**headers, "Idempotency-Key": "k"})

    assert answer.status_code == 401, answer.text
    assert answer.json()["code"] == "not-authenticated"


async def test_a_token_in_the_query_or_twice_in_the_header_does_not_count(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"/notes/x?access_token={token()}")).status_code == 401
    twice = [("Authorization", f"Bearer {token()}"), ("Authorization", f"Bearer {token()}")]
    assert (await client.get("/notes/x", headers=twice)).status_code == 401


async def test_the_right_person_without_the_scope_is_told_which_one_it_needs(client: httpx.AsyncClient) -> None:
    answer = await client.post("/notes", json={"text": "x"}, headers=sent(credential=token(scope="toy:read")))

    assert (answer.status_code, answer.json()["detail"]) == (403, "This needs the scope toy:write.")


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_every_operation_asks_for_its_own_scope(client: httpx.AsyncClient, operation: str) -> None:
    method, path = operation.split()
    path = path.replace("{case_id}", "x").replace("{message_id}", "x").replace("{version}", "1")
    others = " ".join(set(OPERATIONS.values()) - {OPERATIONS[operation]})

    answer = await client.request(method, path, headers=sent(credential=token(scope=others)))

    assert (answer.status_code, answer.json()["detail"]) == (403, f"This needs the scope {OPERATIONS[operation]}.")


def test_a_token_that_was_good_ends_when_it_expires(key_set: Path) -> None:
    verifier = Verifier(Settings(DATABASE_URL="", issuer="https://issuer.test", jwks_file=key_set))
    good = f"Bearer {token()}"

    assert verifier.principal(good, NOW).name == "ann"
    assert verifier.principal(good, CLAIMS["exp"] + LEEWAY_SECONDS).name == "ann"
    with pytest.raises(NotAuthenticated):
        verifier.principal(good, CLAIMS["exp"] + LEEWAY_SECONDS + 1)


def test_a_route_without_a_scope_or_a_scope_without_a_route_stops_the_start() -> None:
    routed = [route for each in toy({}).routers for route in each.routes]
    with pytest.raises(RuntimeError, match="GET /notes"):
        http.check_operations(toy({k: v for k, v in OPERATIONS.items() if not k.startswith("GET /notes")}), routed)
    with pytest.raises(RuntimeError, match="POST /ghost"):
        http.check_operations(toy({**OPERATIONS, "POST /ghost": "toy:write"}), routed)


BAD = [
    (b"", 422),
    (b"{broken", 400),
    (b"null", 422),
    (b"[]", 422),
    (b'"text"', 422),
    (b'{"text": "x", "stranger": 1}', 422),
    (b'{"text": 5}', 422),
    (b'{"text": ""}', 422),
    (b'{"text": "' + b"x" * 201 + b'"}', 422),
    (b'{"text": "a\\u0000b"}', 422),
    (b'{"text": "\\ud800"}', 422),
    (b'{"text": "x", "amount": NaN}', 400),
    (b'{"text": "x", "amount": Infinity}', 400),
    (b'{"text": "x", "amount": 1e400}', 422),
    (b'{"text": "x", "amount": 1e3}', 201),
    (b'{"text": "x", "amount": ' + b"9" * 5000 + b"}", 400),
    (b'{"text": "x", "amount": ' + b"9" * 4000 + b"}", 422),
    (b"[" * 100_000, 400),
    (b'{"text": "\xff"}', 400),
    (b'\xef\xbb\xbf{"text": "x"}', 400),
    (b'{"text": "x"}' * 2, 400),
    (b'{"text": "' + b"x" * 1_000_000 + b'"}', 413),
]


@pytest.mark.parametrize(("body", "status"), BAD)
async def test_bad_bodies_get_a_problem_in_words(client: httpx.AsyncClient, body: bytes, status: int) -> None:
    answer = await client.post("/notes", content=body, headers=sent(**{"Content-Type": "application/json"}))

    assert answer.status_code == status, answer.text
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        said = answer.json()
        assert {"type", "title", "status", "code"} <= set(said)
        assert "Traceback" not in answer.text


async def test_a_body_without_a_declared_length_ends_at_the_limit(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 10_000

    answer = await client.post("/notes", content=endless(), headers=sent())

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Idempotency-Key": ""}, 400, "key-missing"),
        ({"Idempotency-Key": "k" * 256}, 400, "key-missing"),
        ({"Idempotency-Key": "k", "If-Match": "soup"}, 428, "version-missing"),
        ({"Idempotency-Key": "k"}, 428, "version-missing"),
        ({"Idempotency-Key": "k", "If-Match": '"7"'}, 412, "stale-version"),
    ],
)
async def test_a_change_needs_its_key_and_the_version_it_has_seen(
    client: httpx.AsyncClient, headers: dict[str, str], status: int, code: str
) -> None:
    made = (await client.post("/notes", json={"text": "one"}, headers=sent("first"))).json()["id"]

    answer = await client.post(
        f"/notes/{made}:change", json={"text": "two"}, headers={"Authorization": f"Bearer {token()}", **headers}
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await client.get(f"/notes/{made}", headers=sent())).json()["text"] == "one"


async def test_a_repeated_request_is_answered_as_it_was(client: httpx.AsyncClient) -> None:
    first = await client.post("/notes", json={"text": "one"}, headers=sent("same"))
    again = await client.post("/notes", json={"text": "one"}, headers=sent("same"))
    other = await client.post("/notes", json={"text": "two"}, headers=sent("same"))
    stranger = await client.post("/notes", json={"text": "one"}, headers=sent("same", token(sub="bob")))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert other.json()["code"] == "key-reused"
    assert stranger.json() != first.json()


@pytest.mark.parametrize("header", ["", "soup", "00-zz-1-1", "00-" + "0" * 32 + "-" + "1" * 16 + "-01", "a-b-c-d"])
async def test_a_trace_that_is_none_harms_nothing(client: httpx.AsyncClient, header: str) -> None:
    answer = await client.post("/notes", json={"text": "x"}, headers=sent(traceparent=header))

    assert answer.status_code == 201


async def test_each_of_many_has_its_own_answer(client: httpx.AsyncClient) -> None:
    items = [
        {"key": "a", "body": {"text": "one"}},
        {"key": "a", "body": {"text": "two"}},
        {"key": "b", "body": {"text": "x"}},
    ]

    results = (await client.post("/notes:bulk", json={"items": items}, headers=sent())).json()["results"]
    again = (await client.post("/notes:bulk", json={"items": items}, headers=sent())).json()["results"]

    assert [r["status"] for r in results] == [200, 422, 200]
    assert [r["body"] for r in again] == [r["body"] for r in results]


async def test_policy_needs_four_eyes_and_a_typed_value(client: httpx.AsyncClient) -> None:
    ann, bob = sent(credential=token(scope="toy:operate")), sent(credential=token(scope="toy:operate", sub="bob"))
    wrong = {"scope": "global", "valid_from": "2026-01-01", "values": {"nonsense": 1}}

    refused = await client.post("/policy", json=wrong, headers=ann)
    assert (refused.status_code, refused.json()["code"]) == (422, "policy-not-valid")
    missing = await client.post("/policy/9:approve", headers=bob)
    assert missing.status_code == 404


@pytest.mark.parametrize("path", ["/notes/nope", "/parked?state=dead", "/nowhere", "/notes/%00", "/notes/%ff"])
async def test_questions_about_nothing_are_answered(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers=sent(credential=token(scope="toy:read toy:operate")))

    assert answer.status_code < 500
