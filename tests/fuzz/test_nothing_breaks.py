"""Whatever is thrown at the departments is taken or refused in words, and what is taken hurts nobody downstream."""

import copy
import json
import re
import secrets
import warnings
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck
from hypothesis import strategies as st

from redletter.house import NAMES

with warnings.catch_warnings():  # it warns about its own imports
    warnings.simplefilter("ignore")
    import requests
    import schemathesis

MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
SEEN = st.sampled_from(["right", "right", "right", "none", "0", "-1", '"x"', "9" * 40, 'W/"1"', "*"])
NASTY: list[Any] = [
    None, True, 0, -1, 1, 2**31, 2**63, 10**30, 1e300, 0.1, "", "0", "-0", "1e5", "1e-30", "NaN", "Infinity",
    "99999999999999.9999", "999999999999.999999", "0.0001", "0.000001", "0001-01-01", "9999-12-31", "2024-02-30",
    "9999-12-31T23:59:59", "0001-01-01T00:00:00", "2026-01-01T00:00:00+14:00", "a\0b", "\ud800", "\u202e", "😀" * 60,
    "x" * 64, "x" * 200, "x" * 4001, "a/b", "a'b;--", "{}", [], {}, [None], {"invented": 1}, [[[[]]]],
    "RETURN", "ALLOWANCE", "EXCHANGE", "REPAIR", "SCRAP", "REJECT", "online-retail",
]  # fmt: skip
RAW = [b"NaN", b"1e999", b"-1e999", b"1" * 5000, b'"\xff"', b'"\\ud800"', b"[" * 2000, b"{,}", b"0x1", b"'x'"]
TRACES = ["", "x", "00", "00-x-y-z", "00--", "é", f"00-{'0' * 32}-{'0' * 16}-01", "\x80", "-" * 50]


def attack(plan: tuple[int, int], strategy: st.SearchStrategy[Any], shot: Any) -> None:
    """Draw so many examples from the seed."""
    examples, seed = plan
    quiet = {"database": None, "deadline": None, "suppress_health_check": list(HealthCheck), "print_blob": False}
    hypothesis.seed(seed)(hypothesis.settings(max_examples=examples, **quiet)(hypothesis.given(strategy)(shot)))()


def picked(records: dict[str, list[tuple[str, int]]], path: str, number: int) -> tuple[str, int]:
    """Choose a record that exists."""
    known = records[path.split("/{", maxsplit=1)[0]] or [("nothing", 1)]
    return known[number % len(known)]


@pytest.mark.parametrize("department", NAMES)
def test_no_request_that_the_schema_suggests_is_answered_with_a_fault(
    fuzzed: Any, checked: Any, plan: Any, department: str
) -> None:
    schema = schemathesis.openapi.from_dict(fuzzed.house.departments[department].app.openapi())
    cases = [op.ok().as_strategy(generation_mode=m) for op in schema.get_all_operations() for m in MODES]
    known, bearer = fuzzed.records(department), fuzzed.token("fuzzer")

    def shot(drawn: tuple[Any, int, str, str]) -> None:
        case, number, seen, trace = drawn
        version, path = "1", case.operation.path
        if path.split("/{")[0] in known and case.path_parameters and number % 4:
            identity, at = picked(known, path, number // 4)
            case.path_parameters.update(zip(re.findall(r"\{(\w+)\}", path), identity.split("/"), strict=False))
            version = str(at)
        try:
            made = requests.Request(**case.as_transport_kwargs(base_url="http://here")).prepare()
        except (ValueError, requests.exceptions.RequestException):
            hypothesis.reject()
        headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": secrets.token_hex(8)}
        headers |= {"traceparent": trace} if trace.isascii() else {}
        headers |= {} if seen == "none" else {"If-Match": version if seen == "right" else seen}
        if made.headers.get("Content-Type"):
            headers["Content-Type"] = made.headers["Content-Type"]
        body = made.body.encode() if isinstance(made.body, str) else made.body
        url = str(made.url).removeprefix("http://here")
        answer = fuzzed.send(department, str(made.method), url, content=body, headers=headers)
        checked(answer, f"{made.method} {url} {headers} {body!r}")

    attack(plan, st.tuples(st.one_of(cases), st.integers(0, 400), SEEN, st.sampled_from(TRACES)), shot)
    fuzzed.quiet()


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the ways to every field of a body, the body's own parts included."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(leaf for key, below in inside for leaf in leaves(below, (*path, key)))]


def spoiled(body: Any, path: tuple[Any, ...], nasty: Any, raw: bytes | None) -> bytes:
    """Write a body with one field made something else."""
    whole = {"body": copy.deepcopy(body)}
    spot: Any = whole
    for key in ("body", *path)[:-1]:
        spot = spot[key]
    spot[("body", *path)[-1]] = "@@" if raw is not None else nasty
    text = json.dumps(whole["body"]).encode()
    return text if raw is None else text.replace(b'"@@"', raw)


@pytest.mark.parametrize("department", NAMES)
def test_no_good_command_with_one_field_spoiled_is_answered_with_a_fault(
    fuzzed: Any, checked: Any, plan: Any, bodies: Any, department: str
) -> None:
    known, bearer = fuzzed.records(department), fuzzed.token("spoiler")
    places = [
        (path, body, leaf) for (owner, path), body in bodies.items() if owner == department for leaf in leaves(body)
    ]

    def shot(drawn: tuple[Any, Any, int, str]) -> None:
        (path, body, leaf), nasty, number, trace = drawn
        raw = nasty if isinstance(nasty, bytes) else None
        version = 1
        if "/{" in path and path.split("/{")[0] in known:
            identity, version = picked(known, path, number)
            path = fuzzed.filled(path, identity)
        headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": secrets.token_hex(8)}
        headers |= {"If-Match": f'"{version}"', "traceparent": trace, "Content-Type": "application/json"}
        content = spoiled(body, leaf, nasty, raw)
        answer = fuzzed.send(department, "POST", path, content=content, headers={
            name: value.encode("latin-1") for name, value in headers.items()
        })  # fmt: skip
        checked(answer, f"POST {path} {headers} {content!r}")

    values = st.one_of(st.sampled_from(NASTY), st.sampled_from(RAW))
    drawn = st.tuples(st.sampled_from(places), values, st.integers(0, 100), st.sampled_from(TRACES))
    attack((5 * plan[0], plan[1]), drawn, shot)  # these are cheap
    fuzzed.quiet()


@pytest.mark.parametrize("department", NAMES)
@pytest.mark.parametrize(
    "query",
    ["limit=²", "limit=-1", "limit=99999999999999999999", "limit=00000000099999999999999", "limit=1e3", "limit=",
     "limit=" + "0" * 5000 + "1", "stage=%00", "customer=a%00b", "number=%ff%fe", "state=%00", "x=1&x=2", "%00=1", "%"],
)  # fmt: skip
def test_no_question_is_answered_with_a_fault(fuzzed: Any, checked: Any, department: str, query: str) -> None:
    service = fuzzed.house.departments[department].service
    for operation in service.operations:
        method, path = operation.split()
        if method == "GET":
            url = path.replace("{", "").replace("}", "") + f"?{query}"
            headers = {"Authorization": f"Bearer {fuzzed.token('somebody')}"}
            checked(fuzzed.send(department, "GET", url, headers=headers), url)


@pytest.mark.parametrize("department", NAMES)
@pytest.mark.parametrize(
    "identity", ["%00", "a%00b", "..%2f..", "%ff", "%F0%9F%98%80", "x" * 65, "x" * 9000, "%20", "-1"]
)
def test_no_path_is_answered_with_a_fault(
    fuzzed: Any, checked: Any, bodies: Any, department: str, identity: str
) -> None:
    service = fuzzed.house.departments[department].service
    for operation in service.operations:
        method, path = operation.split()
        url = "".join(part.split("}")[-1] if number else part for number, part in enumerate(path.split("{")))
        url = url.replace("//", f"/{identity}/").replace("/:", f"/{identity}:")
        url = url + identity if url.endswith("/") else url
        body = bodies.get((department, path), {})
        headers = {"Authorization": f"Bearer {fuzzed.token('somebody')}", "If-Match": "1", "Idempotency-Key": "k"}
        more = {"json": body} if method == "POST" else {}
        checked(fuzzed.send(department, method, url, headers=headers, **more), url)


@pytest.mark.parametrize("department", NAMES)
def test_a_body_of_one_megabyte_is_refused(fuzzed: Any, checked: Any, bodies: Any, department: str) -> None:
    for (owner, path), body in bodies.items():
        if owner == department and not path.endswith(":bulk"):
            url = path.replace("{", "").replace("}", "")
            answer = fuzzed.post(department, url, {**body, "padding": "x" * 2**20}, 1)
            checked(answer, url)
            assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


@pytest.mark.parametrize("department", NAMES)
def test_a_policy_of_more_years_than_a_calendar_has_is_refused(fuzzed: Any, checked: Any, department: str) -> None:
    model = fuzzed.house.departments[department].service.policy
    spans = [name for name in model.model_fields if name.endswith(("_days", "_hours", "_months"))]
    for name in spans:
        for value in (10**9, 10**30, -1):
            body = {"scope": "contract:fuzz", "valid_from": "2026-01-01", "values": {name: value}}
            answer = fuzzed.post(department, "/policy", body)
            checked(answer, f"{name}={value}")
            assert (answer.status_code, answer.json()["code"]) == (422, "policy-not-valid"), f"{name}={value}"
