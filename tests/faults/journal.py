"""The outer truth of a fault run: what a client means to do, on the disk before it asks, and how it ended."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from contracts import inspection, intake, repair
from redletter.oracle import read_journal
from redletter.oracle.journal import ends

Line = dict[str, Any]
TOLD: dict[tuple[str, str], str] = {
    ("intake", "confirm"): intake.ComplaintClosed.TYPE,
    ("intake", "not-establish"): intake.ComplaintNotEstablished.TYPE,
    ("inspection", "complete"): inspection.InspectionCompleted.TYPE,
    ("repair", "quote"): repair.RepairQuoted.TYPE,
    ("repair", "confirm-quote"): repair.QuoteConfirmed.TYPE,
    ("repair", "decline-quote"): repair.QuoteDeclined.TYPE,
    ("repair", "complete"): repair.RepairCompleted.TYPE,
    ("repair", "give-up"): repair.RepairImpossible.TYPE,
    ("repair", "ship"): repair.RepairShipped.TYPE,
}
"""department and verb → what is told about the case when it is done"""


class Journal:
    """A file of JSON lines that survives the kill of its writer; a line that was torn is cut off by the next one."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.touch()
        whole = file.read_bytes().rpartition(b"\n")
        file.write_bytes(whole[0] + whole[1])
        self.to = file.open("ab", buffering=0)

    def write(self, lines: Iterable[Line]) -> None:
        """Write lines, and come back when they are on the disk."""
        self.to.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        os.fsync(self.to.fileno())

    def known(self) -> dict[str, str]:
        """Give every key with how it ended: acked, refused, or nothing."""
        found = dict.fromkeys((said.key for said in read_journal(self.file)), "")
        for said, told in ends(read_journal(self.file)):
            found[said.key] = next(iter(told), "")
        return found


def complaint(reference: str, end: str) -> Line:
    """Word a line about the registration of a complaint."""
    effect = {"kind": "complaint", "where": {"reference": reference}}
    return {"end": end, "key": reference, "department": "intake", "path": "/complaints", "effect": effect}


def step(department: str, path: str, body: Any, end: str) -> Line | None:
    """Word a line about any other command; nothing where what it brings about cannot be told apart from outside."""
    if path == "/complaints":
        return complaint(body["reference"], end)
    where, _, verb = path.partition(":")
    kind = TOLD.get((department, verb))
    if kind is None:
        return None
    effect = {"kind": kind, "where": {"case_id": where.rpartition("/")[2]}}
    return {"end": end, "key": path, "department": department, "path": path, "effect": effect}
