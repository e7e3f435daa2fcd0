"""The five departments in this process, on databases of their own, with cases at many stages to throw things at."""

import asyncio
import json
import os
import re
import secrets
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from contracts.access import ROLES, operations
from redletter import embedded, issuer
from redletter.house import NAMES, services
from redletter.inprocess import House, open_house
from servicekit import migrate
from servicekit.settings import Settings

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "100"))
SEED = int(os.environ.get("SEED", "20261122"))
PROBLEM = {"type", "title", "status", "code"}
INNARDS = re.compile(r"Traceback|\bFile \"|\.py\b|asyncpg|sqlalchemy|psycopg|SELECT |INSERT |UPDATE |/site-packages/")
EVERYTHING = sorted({s for n in NAMES for s in operations(n).values()} | {s for r in ROLES.values() for s in r})
RECORDS = {  # where the records of a department are listed
    "intake": ["/complaints"],
    "rma": ["/cases"],
    "inspection": ["/inspections", "/receipts"],
    "repair": ["/orders"],
    "finance": [
        "/settlements", "/proposals", "/credit-documents", "/supplier-claims", "/supplier-returns", "/write-offs",
        "/penalties", "/adjustments", "/red-forms", "/uploads", "/losses", "/differences", "/periods",
    ],
}  # fmt: skip
DRAFTED = (  # what people of accounting draft, claim and propose
    "/proposals", "/credit-documents", "/supplier-claims", "/supplier-returns", "/write-offs", "/penalties",
    "/adjustments",
)  # fmt: skip


class Fuzzed:
    """A running house in an event loop of its own, which a synchronous test can call."""

    def __init__(self, home: Path, settings: dict[str, Settings], runner: asyncio.Runner) -> None:
        self.home, self.runner = home, runner
        self.signed: dict[str, str] = {}
        self.refunds: list[str] = []
        self.seeds = 0
        self.house: House = open_house(list(services().values()), settings, self.token, "plain", SEED)

    def token(self, name: str, scopes: list[str] | None = None) -> str:
        """Sign a token for somebody of this name: with all scopes, or with these."""
        if scopes is None and name in self.signed:
            return self.signed[name]
        head = jwt.get_unverified_header(issuer.token(self.home, "reader", NOW))
        key = load_pem_private_key((self.home / "issuer.pem").read_bytes(), password=None)
        issued = int(NOW.timestamp())
        claims = {"iss": issuer.ISSUER, "aud": issuer.AUDIENCE, "sub": name, "iat": issued, "exp": issued + 36_000}
        claims |= {"jti": secrets.token_hex(8), "scope": " ".join(EVERYTHING if scopes is None else scopes)}
        signed = jwt.encode(claims, key, algorithm="EdDSA", headers={"typ": "at+jwt", "kid": head["kid"]})
        if scopes is None:
            self.signed[name] = signed
        return signed

    def send(self, department: str, method: str, path: str, **more: Any) -> httpx.Response:
        """Send one request as it is, and wait for its answer."""
        return self.runner.run(self.house.departments[department].client.request(method, path, **more))

    def post(self, department: str, path: str, body: Any, seen: Any = None, **headers: str) -> httpx.Response:
        """Give a command that lacks nothing."""
        given = {"Authorization": f"Bearer {self.token('somebody')}", "Idempotency-Key": secrets.token_hex(8)}
        given |= {} if seen is None else {"If-Match": f'"{seen}"'}
        return self.send(department, "POST", path, json=body, headers=given | headers)

    def get(self, department: str, path: str) -> Any:
        """Read what must be there."""
        answer = self.send(department, "GET", path, headers={"Authorization": f"Bearer {self.token('somebody')}"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def more(self) -> None:
        """Bring more cases to each stage."""
        seeded(self)

    def quiet(self) -> None:
        """Deliver everything, and see that nobody failed over it."""
        self.runner.run(self.house.quiet())
        stuck = self.runner.run(self.house.stuck())
        failed = [(row.type, row.reason, row.detail[:400], row.body[:600]) for row in stuck if row.state == "failed"]
        assert failed == []

    def done(self, path: str, body: Any, seen: Any = None, who: str = "somebody") -> Any:
        """Give accounting a command that it must take."""
        answer = self.post("finance", path, body, seen, Authorization=f"Bearer {self.token(who)}")
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    def records(self, department: str) -> dict[str, list[tuple[str, int]]]:
        """List ids and versions of what a department knows, by where it is listed."""
        rows = {path: self.get(department, f"{path}?limit=50")["items"] for path in RECORDS[department]}
        found = {
            path: [(row["case_id" if path == "/losses" else "id"], row["version"]) for row in listed]
            for path, listed in rows.items()
        }
        if department == "finance":
            unlisted = [("/refunds", one) for one in self.refunds] + [("/delegations", "somebody")]
            for path, one in unlisted:
                found.setdefault(path, []).append((one, self.get("finance", f"{path}/{one}")["version"]))
        return found

    def of_path(self, department: str, path: str) -> list[tuple[str, int]]:
        """List ids and versions of what a path can be about."""
        return self.records(department)[path.split("/{", maxsplit=1)[0]]

    def filled(self, path: str, identity: str = "unknown-1") -> str:
        """Put an id where the path wants one."""
        if "/" in identity:
            path = path.replace("{entity}/{period}", identity)
        return re.sub(r"\{\w+\}", identity, path.replace("{version}", "2000000000").replace("{period}", "2019-01"))


def check_answer(answer: httpx.Response, said: str) -> None:
    """See that an answer is no fault of ours, and that a refusal is a problem in words without our insides."""
    assert answer.status_code < 500, f"{said} → {answer.status_code} {answer.text[:2000]}"
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", f"{said} → {answer.headers}"
        problem = answer.json()
        assert set(problem) >= PROBLEM, f"{said} → {problem}"
        assert problem["status"] == answer.status_code
        assert problem["code"], problem
        assert INNARDS.search(json.dumps({**problem, "detail": problem.get("detail", "")[:60]})) is None, answer.text


NOW = datetime.now(UTC)  # noqa: TID251  tokens are judged by the real clock
COMPLAINT: dict[str, Any] = {
    "customer": "FUZZ",
    "contact": "+86 21 5555 0100",
    "content": "It does not work.",
    "channel": "phone",
    "category": "product-quality",
    "entity": "CN01",
    "currency": "CNY",
    "request": "RETURN",
    "scope": {"profile": "manufacturing"},
    "lines": [{"line": 1, "item": "GOODS", "quantity": "1", "unit_price": "100.00"}],
    "circumstances": {"shipped_on": str(NOW.date())},
}
BLUE: dict[str, Any] = {
    "entity": "CN01",
    "invoice": "B-1",
    "customer": "FUZZ",
    "currency": "CNY",
    "issued_at": "2026-01-02T03:04:05",
    "open_amount": "0",
    "lines": [{"line": 1, "item": "GOODS", "quantity": "9", "unit_price": "100.00", "tax": "117", "unit_cost": "60"}],
}
TOLD: dict[str, Any] = {
    "book": "ERP",
    "entity": "CN01",
    "number": "CM26-000001",
    "issued_on": "2026-03-10",
    "currency": "CNY",
    "net": "100.00",
    "tax": "13.00",
    "told_on": "2026-04-02",
}
MOVED: dict[str, Any] = {
    "entity": "CN01",
    "period": "2026-03",
    "account": "AR",
    "debit": "0",
    "credit": "113.00",
    "told_on": "2026-04-02",
}
CLAIM: dict[str, Any] = {
    "claim_id": "claim-1",
    "entity": "CN01",
    "customer": "FUZZ",
    "currency": "CNY",
    "returned_at": "2026-10-02T03:04:05",
    "lines": [{"line": 1, "item": "GOODS", "quantity": "2", "unit_price": "100.00", "returned_at": None}],
}
RECEIPT: dict[str, Any] = {
    "rma_number": "",
    "lines": [{"line": 1, "quantity": "1"}],
    "signatures": {"quality": "Q. Li", "storage": "S. Wang"},
    "differences_signed": True,
}
FINDINGS: dict[str, Any] = {
    "inspector": "I. Chen",
    "responsibility": "OWN",
    "lines": [{"line": 1, "established": True, "repairable": True, "becomes": "REPAIR", "part_prices": {"knob": "3"}}],
}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("intake", "/complaints"): COMPLAINT,
    ("intake", "/complaints/{case_id}:not-establish"): {"explanation": "Used under water."},
    ("intake", "/complaints/{case_id}:confirm"): {"satisfied": True},
    ("rma", "/cases/{case_id}:approve"): {"note": ""},
    ("rma", "/cases/{case_id}:refuse"): {"note": "no"},
    ("rma", "/cases/{case_id}:ship-replacement"): {"parcel": "SF-1"},
    ("inspection", "/receipts"): RECEIPT,
    ("inspection", "/receipts/{receipt_id}:identify"): {"rma_number": "R-1", "differences_signed": True},
    ("inspection", "/inspections/{case_id}:complete"): FINDINGS,
    ("inspection", "/inspections/{case_id}:approve-scrap"): {
        "cosigned_by": "Z",
        "decision": "REJECT",
        "becomes": "RESTOCK",
    },
    ("repair", "/orders/{case_id}:quote"): {"material": "100", "labour": "80", "transport": "20", "tax": "26"},
    ("repair", "/orders/{case_id}:confirm-quote"): {"quote": 1, "confirmed_by": "Ms Zhao"},
    ("repair", "/orders/{case_id}:decline-quote"): {"quote": 1},
    ("repair", "/orders/{case_id}:complete"): {
        "parts_cost": "30",
        "labour_cost": "20",
        "complaint_points_tested": True,
        "report": "new capacitor",
    },
    ("repair", "/orders/{case_id}:give-up"): {"explanation": "broken"},
    ("repair", "/orders/{case_id}:ship"): {"parcel": "SF-2"},
    ("finance", "/blue-invoices:bulk"): {"items": [{"key": "blue", "body": BLUE}]},
    ("finance", "/claims"): CLAIM,
    **{
        ("finance", f"/{what}/approvals:bulk"): {
            "items": [{"key": "sign", "case_id": "unknown-1", "if_match": 1, "body": {"note": ""}}]
        }
        for what in ("settlements", "credit-documents", "proposals", "refunds")
    },
    ("finance", "/settlements/{case_id}:approve"): {"note": ""},
    ("finance", "/settlements/{case_id}:record-evidence"): {"kind": "allowance-certificate", "reference": "Z-1"},
    ("finance", "/payments"): {"case_id": "case-1", "amount": "226.00", "reference": "bank-1"},
    ("finance", "/scrap-sales"): {"case_id": "case-1", "net": "9.00", "tax": "1.00", "reference": "cash-1"},
    ("finance", "/refunds"): {"entity": "CN01", "customer": "FUZZ", "currency": "CNY", "amount": "1.00"},
    ("finance", "/refunds/{refund_id}:approve"): {"note": ""},
    ("finance", "/refunds/{refund_id}:confirm-payment"): {"reference": "bank-2"},
    ("finance", "/month-ends"): {"entity": "CN09", "period": "2019-01"},
    ("finance", "/month-ends:bulk"): {"items": [{"key": "step", "body": {"entity": "CN08", "period": "2019-01"}}]},
    ("finance", "/other-books/documents:bulk"): {"items": [{"key": "told", "body": TOLD}]},
    ("finance", "/other-books/accounts:bulk"): {"items": [{"key": "told", "body": MOVED}]},
    ("finance", "/reconciliations"): {"entity": "CN01", "period": "2026-03", "complete": ["ERP", "TAX_PLATFORM"]},
    ("finance", "/differences/{difference_id}:close"): {"reason": "rounding"},
    ("finance", "/adjustments"): {
        "entity": "CN01",
        "currency": "CNY",
        "posted_on": "2026-03-31",
        "reason": "late bill",
        "lines": [
            {"side": "D", "account": "COGS", "amount": "1"},
            {"side": "C", "account": "AP", "amount": "1"},
        ],
    },
    ("finance", "/adjustments/{adjustment_id}:reverse"): {"reason": "twice"},
    ("finance", "/losses"): {
        "case_id": "case-1",
        "entity": "CN01",
        "currency": "CNY",
        "kind": "REWORK",
        "amount": "9",
        "reference": "W-1",
    },
    ("finance", "/losses/{case_id}:split"): {
        "entity": "CN01",
        "currency": "CNY",
        "shares": [{"party": "MFG", "percent": "100"}],
    },
    ("finance", "/settlements/{case_id}:refurbish"): {"line": 1, "parts": "9", "labour": "1", "reference": "W-1"},
    ("finance", "/settlements/{case_id}:take-grade-b"): {"line": 1, "quantity": "1", "net_realisable": "70"},
    ("finance", "/supplier-claims"): {
        "supplier": "S1",
        "case_id": "case-1",
        "entity": "CN01",
        "currency": "CNY",
        "amount": "300",
    },
    ("finance", "/supplier-claims/{claim_id}:send"): {},
    ("finance", "/supplier-claims/{claim_id}:answer"): {"accepted": "250"},
    ("finance", "/supplier-claims/{claim_id}:withdraw"): {},
    ("finance", "/supplier-claims/{claim_id}:settle"): {"by": "CASH", "reference": "bank-3"},
    ("finance", "/supplier-returns"): {
        "supplier": "S1",
        "entity": "CN01",
        "currency": "CNY",
        "quantity": "5",
        "unit_cost": "40",
        "input_tax": "26",
    },
    ("finance", "/supplier-returns/{return_id}:credit"): {"red_invoice": "RI-1"},
    ("finance", "/write-offs"): {
        "entity": "CN01",
        "currency": "CNY",
        "cause": "theft",
        "goods": [{"quantity": "10", "unit_cost": "60", "material": "40", "input_tax_percent": "13"}],
    },
    ("finance", "/write-offs/{write_off_id}:approve"): {"note": ""},
    ("finance", "/write-offs/{write_off_id}:reject"): {"note": "found again"},
    ("finance", "/penalties"): {"entity": "CN01", "department": "SERVICE", "currency": "CNY", "offence": "phone-off"},
    ("finance", "/penalties/{penalty_id}:approve"): {"note": ""},
    ("finance", "/customer-files"): {
        "entity": "CN01",
        "currency": "CNY",
        "customer": "FUZZ",
        "department": "SALES",
        "contacted_on": "2026-03-02",
        "filed_on": "2026-03-09",
    },
    ("finance", "/service-costs"): {
        "kind": "TRANSPORT",
        "entity": "CN01",
        "currency": "CNY",
        "customer": "FUZZ",
        "amount": "9",
        "spent_on": "2026-03-09",
    },
    ("finance", "/periods"): {"entity": "CN01", "period": "2019-01"},
    ("finance", "/periods/{entity}/{period}:soft-lock"): {"reason": "month end"},
    ("finance", "/periods/{entity}/{period}:lock"): {"reason": "month end"},
    ("finance", "/periods/{entity}/{period}:reopen"): {"reason": "a late invoice"},
    ("rma", "/cases/{case_id}:offer-replacement"): {
        "lines": [{"line": 1, "replacement": {"item": "P-150", "unit_price": "150", "tax": "19.50"}}]
    },
    ("finance", "/settlements/{case_id}:hand-over"): {"paper": "RETURN_SLIP", "holder": "warehouse"},
    ("finance", "/refunds/{refund_id}:send"): {"note": ""},
    ("finance", "/refunds/{refund_id}:report-failure"): {"reason": "account closed"},
    ("finance", "/proposals"): {
        "kind": "FINE",
        "entity": "CN01",
        "customer": "FUZZ",
        "currency": "CNY",
        "reason": "contract",
        "case": "case-1",
        "amount": "9",
    },
    ("finance", "/proposals/{proposal_id}:approve"): {"note": ""},
    ("finance", "/proposals/{proposal_id}:refuse"): {"note": "no"},
    ("finance", "/credit-applications"): {
        "entity": "CN01",
        "customer": "FUZZ",
        "currency": "CNY",
        "amount": "1",
        "reference": "set-off-1",
        "invoice": "B-1",
    },
    ("finance", "/delegations/{person}"): {
        "level": "finance-manager",
        "to": "carol",
        "valid_from": "2026-01-01",
        "valid_until": "2026-02-01",
    },
    ("finance", "/credit-documents"): {"entity": "CN01", "invoice": "B-1", "reason": "02", "lines": [{"line": 1}]},
    **{
        ("finance", f"/credit-documents/{{document_id}}:{verb}"): {}
        for verb in ("submit", "approve", "reject", "issue", "cancel", "told")
    },
    ("finance", "/red-forms"): {
        "form_no": "F-1",
        "entity": "CN01",
        "invoice": "B-1",
        "reason": "02",
        "net": "100",
        "tax": "13",
    },
    ("finance", "/red-forms/{form_no}:confirm"): {"document_id": "document-1"},
    ("finance", "/red-forms/{form_no}:reject"): {"note": "not ours"},
    ("finance", "/red-forms/{form_no}:told"): {},
    ("finance", "/uploads/{upload_id}:record"): {"reference": "U-1"},
    ("finance", "/prints"): {"entity": "CN01", "number": "CN26-000001"},
    ("finance", "/reversals"): {"entity": "CN01", "number": "CN26-000001", "reason": "not accepted"},
    ("finance", "/credit-documents:preview"): {
        "case_id": "case-1",
        "kind": "CREDIT",
        "entity": "CN01",
        "currency": "CNY",
        "lines": [{"line": 1, "item": "GOODS", "approved": "1", "received": "1", "unit_price": "100"}],
    },
    ("finance", "/invoice-payments"): {
        "entity": "CN01",
        "invoice": "B-1",
        "amount": "1",
        "paid_on": "2026-02-01",
        "reference": "bank-4",
    },
    ("finance", "/exports/gl"): {"entity": "CN01"},
    ("finance", "/exports:acknowledge"): {"export_id": "x-1", "results": [{"entry": "e-1", "erp_number": "1"}]},
    **{(name, "/policy"): {"scope": "contract:fuzz", "valid_from": "2026-01-01", "values": {}} for name in NAMES},
}
POLICIES: dict[str, dict[str, Any]] = {
    "intake": {"close_days_domestic": 15, "low_rate": "0.01", "answer_texts": {"CREDITED": "Yes."}},
    "rma": {"return_window_days": 7, "batch_total": "100", "goods_validity_days": 30, "holidays": ["2026-01-01"]},
    "inspection": {"test_days": 7, "missing_part_prices": {"knob": "10"}, "scrap_approval_pieces": "50"},
    "repair": {"plan_hours": 8, "batch_pieces": "50", "batch_extra_hours": 48},
    "finance": {"quantity_tolerance_percent": "5", "approval_matrix": {"REFUND": {"0": [""]}}, "decimals": {"JPY": 0}},
}
for _name, _values in POLICIES.items():
    BODIES[_name, "/policy"] = {**BODIES[_name, "/policy"], "values": _values}


def seeded(fuzzed: Fuzzed) -> None:
    """Bring a few cases to each stage, for a customer whose day is no batch yet."""
    fuzzed.seeds += 1
    nth = "" if fuzzed.seeds == 1 else f"-{fuzzed.seeds}"
    complaint, blue = (
        {**COMPLAINT, "customer": f"FUZZ{nth}"},
        {**BLUE, "customer": f"FUZZ{nth}", "invoice": f"B-1{nth}"},
    )
    fuzzed.post("finance", "/blue-invoices:bulk", {"items": [{"key": f"blue{nth}", "body": blue}]})
    long_ago = {"circumstances": {"shipped_on": "2020-01-01", "paid_agreement": True}}
    allowance = {"request": "ALLOWANCE", "lines": [{**COMPLAINT["lines"][0], "goods": False, "allowance": "5"}]}
    original = {"lines": [{**COMPLAINT["lines"][0], "original": {"invoice": blue["invoice"], "line": 1}}]}
    kinds: list[dict[str, Any]] = [
        {}, original, {"request": "REPAIR"}, {"request": "REPAIR", **long_ago}, {"request": "EXCHANGE"}, allowance,
    ]  # fmt: skip
    made: list[tuple[str, str]] = []
    for changes in kinds * 3:
        answer = fuzzed.post("intake", "/complaints", {**complaint, **changes})
        assert answer.status_code == 201, answer.text
        made.append((changes.get("request", "RETURN"), answer.json()["case_id"]))
    fuzzed.quiet()
    fuzzed.post("inspection", "/receipts", {**RECEIPT, "scope": {"profile": "ecommerce"}})
    reached: Counter[str] = Counter()
    for asked, case in made:
        if asked in {"ALLOWANCE", "EXCHANGE"}:  # no goods come for the one; the other waits for approval
            continue
        inspection = fuzzed.get("inspection", f"/inspections/{case}")
        reached[asked] += 1
        if reached[asked] > 1:
            answer = fuzzed.post("inspection", "/receipts", {**RECEIPT, "rma_number": inspection["rma_number"]})
            assert answer.status_code == 201, answer.text
        if reached[asked] > 3:
            finding = {"line": 1, "established": True, "repairable": True}
            finding["becomes"] = "REPAIR" if asked == "REPAIR" else "RESTOCK"
            path, seen = f"/inspections/{case}:complete", inspection["version"] + 1
            answer = fuzzed.post("inspection", path, {**FINDINGS, "lines": [finding]}, seen)
            assert answer.status_code == 200, answer.text
    fuzzed.quiet()
    for _ in range(3):
        fuzzed.refunds.append(fuzzed.done("/refunds", BODIES["finance", "/refunds"])["refund_id"])
    for path in DRAFTED * 3:
        body = BODIES["finance", path]
        if path == "/credit-documents":  # other tests credit B-1 to its end
            body = {**body, "invoice": blue["invoice"]}
        fuzzed.done(path, body)
    for number in range(3):
        told_of(fuzzed, f"{fuzzed.seeds}-{number}", made[number][1])


def told_of(fuzzed: Fuzzed, name: str, case: str) -> None:
    """Have a buyer's form, a certificate to be uploaded, a loss, a period, and a difference between books."""
    form, upload = ({**BLUE, "invoice": f"{what}-{name}"} for what in ("B-FORM", "B-UPLOAD"))
    fuzzed.done("/blue-invoices:bulk", {"items": [{"key": each["invoice"], "body": each} for each in (form, upload)]})
    fuzzed.done("/red-forms", {**BODIES["finance", "/red-forms"], "form_no": name, "invoice": form["invoice"]})
    proofs = ["original-stamped", "sealed-copy", "return-certificate"]
    draft = {**BODIES["finance", "/credit-documents"], "invoice": upload["invoice"], "reason": "", "proofs": proofs}
    drafted = fuzzed.done("/credit-documents", {**draft, "scope": {"profile": "paper-certificate"}})
    fuzzed.done(f"/credit-documents/{drafted['document_id']}:submit", {}, 1)
    fuzzed.done(f"/credit-documents/{drafted['document_id']}:approve", {}, 2, "a second person")
    fuzzed.done("/losses", {**BODIES["finance", "/losses"], "case_id": case})
    fuzzed.done("/periods", {"entity": f"CN9{fuzzed.seeds}", "period": f"2019-1{name[-1]}"})
    other = {**TOLD, "number": f"CM26-{name}"}
    fuzzed.done("/other-books/documents:bulk", {"items": [{"key": name, "body": other}]})
    fuzzed.done("/reconciliations", BODIES["finance", "/reconciliations"])


@pytest.fixture(scope="session")
def fuzzed(home: Path) -> Iterator[Fuzzed]:
    """Five departments with cases at many stages, and a loop to call them in."""
    named = asyncio.run(embedded.postgres(home, [f"fuzz_{name}" for name in NAMES]))
    jwks, settings = issuer.key_set(home), {}
    for name, service in services().items():
        settings[name] = Settings(DATABASE_URL=named[f"fuzz_{name}"], issuer=issuer.ISSUER, jwks_file=jwks)
        asyncio.run(migrate.upgrade(service, settings[name].database_url))
    with asyncio.Runner() as runner:
        house = Fuzzed(home, settings, runner)
        seeded(house)
        house.done("/delegations/somebody", BODIES["finance", "/delegations/{person}"], 1)
        yield house
        runner.run(house.house.close())


@pytest.fixture
def checked() -> Any:
    """See that an answer is a clear one."""
    return check_answer


@pytest.fixture
def bodies() -> dict[tuple[str, str], dict[str, Any]]:
    """Give a good body for every command, by department and path."""
    return BODIES


@pytest.fixture
def plan() -> tuple[int, int]:
    """Say how many examples, and from which seed: FUZZ_EXAMPLES and SEED."""
    return EXAMPLES, SEED
