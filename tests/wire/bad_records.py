"""Records that nobody can use, and what a department makes of each: skipped, or dead for this reason."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.structs import RecordMetadata

from contracts import inspection, intake
from contracts.catalog import PARTITIONS

KIND = "redletter.intake.complaint_accepted.v1"
GOOD = {
    "case_id": "x",
    "number": "C-1",
    "customer": "C",
    "entity": "UK01",
    "currency": "GBP",
    "request": "ALLOWANCE",
    "scope": {"profile": "online-retail"},
    "lines": [{"line": 1, "item": "GOODS", "quantity": "1", "unit_price": "5", "goods": False, "allowance": "5"}],
    "circumstances": {},
    "accepted_on": "2026-01-01",
}
HEADERS = {"ce_id": b"", "ce_type": KIND.encode(), "ce_subject": b"x", "ce_aggregateversion": b"1"}


@dataclass(frozen=True)
class Bad:
    """One record, and what the RMA office makes of it: the state and the reason, or nothing at all."""

    value: bytes | None = json.dumps(GOOD).encode()
    headers: tuple[tuple[str, bytes | None], ...] = tuple(HEADERS.items())
    topic: str = intake.TOPIC
    partitions: int = PARTITIONS
    state: str = "dead"
    reason: str = ""
    detail: str = ""

    def but(self, **headers: bytes | None) -> tuple[tuple[str, bytes | None], ...]:
        """Give the headers with some changed."""
        return tuple({**dict(self.headers), **headers}.items())


PLAIN = Bad()


def body(**changes: Any) -> bytes:
    """Write a body with some fields changed."""
    return json.dumps({**GOOD, **changes}).encode()


RECORDS = {
    "a type of a newer release is skipped": Bad(headers=PLAIN.but(ce_type=b"redletter.intake.invented.v9"), state=""),
    "a type of another house is dead": Bad(headers=PLAIN.but(ce_type=b"com.example.order"), reason="no-type"),
    "a record without headers is dead": Bad(headers=(), reason="no-type"),
    "a type without a value is dead": Bad(headers=PLAIN.but(ce_type=None), reason="no-type"),
    "broken JSON is dead": Bad(value=b'{"case_id": "x', reason="ValidationError", detail="Invalid JSON"),
    "a body that is not UTF-8 is dead": Bad(
        value=b'{"case_id": "\xff"}', reason="ValidationError", detail="Invalid JSON"
    ),
    "a lone surrogate is dead": Bad(value=body(number="\ud800"), reason="ValidationError"),
    "a body that is not an object is dead": Bad(value=b"[1, 2]", reason="ValidationError"),
    "bottomless nesting is dead": Bad(value=b"[" * 100_000, partitions=1, reason="ValidationError"),
    "an empty body is dead": Bad(value=b"", reason="ValidationError"),
    "a tombstone is dead": Bad(value=None, reason="ValidationError"),
    "a body of two megabytes is dead": Bad(value=b" " * 2**21, partitions=1, reason="ValueError", detail="2097152"),
    "a wrong type of a field is dead": Bad(value=body(lines="none"), reason="ValidationError", detail="lines"),
    "no number is dead": Bad(value=body().replace(b'"quantity": "1"', b'"quantity": NaN'), reason="ValidationError"),
    "a huge number is dead": Bad(value=body().replace(b'"1"', b"1" + b"0" * 5000), reason="ValidationError"),
    "a missing field is dead": Bad(value=b'{"case_id": "x"}', reason="ValidationError", detail="missing"),
    "the topic of another department is dead": Bad(
        topic=inspection.TOPIC, reason="ValueError", detail="does not belong"
    ),
    "a header that is not UTF-8 is dead": Bad(headers=PLAIN.but(ce_time=b"\xff\xfe"), reason="UnicodeDecodeError"),
    "a header without a value is dead": Bad(headers=PLAIN.but(ce_time=None), reason="ValueError", detail="ce_time"),
    "a header of a megabyte is dead": Bad(headers=PLAIN.but(ce_id=b"x" * 900_000), partitions=1, reason="ValueError"),
    "a NUL in the name of a header is dead": Bad(headers=(*PLAIN.headers, ("a\0b", b"1")), reason="ValueError"),
    "no subject is dead": Bad(headers=tuple(h for h in HEADERS.items() if h[0] != "ce_subject"), reason="KeyError"),
    "a NUL in the subject is dead": Bad(headers=PLAIN.but(ce_subject=b"x\0y"), reason="ValueError"),
    "a NUL in the id is dead": Bad(headers=PLAIN.but(ce_id=b"x\0y"), reason="ValueError"),
    "a version that is no number is dead": Bad(headers=PLAIN.but(ce_aggregateversion=b"one"), reason="ValueError"),
    "a version that no column holds is dead": Bad(
        headers=PLAIN.but(ce_aggregateversion=b"9" * 30), reason="ValueError"
    ),
}


async def send(bootstrap: str, bad: Bad, partition: int, value: bytes | None = None) -> RecordMetadata:
    """Publish one record as it is: compressed, because a broker would refuse the large ones."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, compression_type="gzip", max_request_size=2**23)
    await producer.start()
    # Every record has an id of its own, or the inbox would take the second one for the first.
    headers = [(n, secrets.token_hex(16).encode() if n == "ce_id" and v == b"" else v) for n, v in bad.headers]
    try:
        return await producer.send_and_wait(bad.topic, bad.value, key=b"x", partition=partition, headers=headers)
    finally:
        await producer.stop()
