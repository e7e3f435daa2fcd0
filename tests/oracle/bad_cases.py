"""Bad histories of cases: each function plants one fault in a good history."""

from typing import Any

from tampering import again, department, events, of, record, said, swap, unheard

from redletter.oracle.history import History
from redletter.oracle.rows import Aggregate


def complaint_never_told(h: History) -> History:
    """A complaint was registered and its event was lost."""
    return unheard(h, of(h, "ComplaintAccepted"))


def inspected_twice(h: History) -> History:
    """Findings are final, and were given twice."""
    return again(h, of(h, "InspectionCompleted"), cause=of(h, "GoodsReceived").cause)


def line_went_nowhere(h: History) -> History:
    """An inspection is complete and a line went nowhere."""
    key = of(h, "InspectionCompleted").key
    [line] = h.kind("inspection", "inspection")[key].body["lines"]
    return record(h, "inspection", key, lines=[{**line, "becomes": ""}])


def decision_left_out(h: History) -> History:
    """A case was decided in revision 2, and revision 1 never was."""
    event = of(h, "DispositionDecided", "CREDITED")
    return events(h, event, said(event, revision=event.said["revision"] + 1))


def decided_twice_in_one(h: History) -> History:
    """A decision speaks of the same line twice."""
    event = of(h, "DispositionDecided", "CREDITED")
    return events(h, event, said(event, lines=event.said["lines"] * 2))


def credited_without_goods(h: History) -> History:
    """A return was credited and its goods never came."""
    return unheard(h, of(h, "GoodsReceived", "CREDITED"))


def more_found_than_came(h: History) -> History:
    """Quality looked at more pieces than the dock received."""
    event = of(h, "InspectionCompleted", "CREDITED")
    return events(h, event, said(event, lines=[{**line, "received": "99"} for line in event.said["lines"]]))


def two_receipts(h: History) -> History:
    """Two parcels were taken in for one case."""
    there = h.departments["inspection"].aggregates
    receipt = next(a for a in there if a.kind == "receipt" and a.body["status"] == "ACCEPTED")
    return department(h, "inspection", aggregates=(*there, receipt._replace(id="another", emitted=0)))


def settled_and_refused(h: History) -> History:
    """A case has two ends."""
    refusal = of(h, "ReturnRefused")
    return again(h, refusal, type=of(h, "CaseSettled").type, body=of(h, "CaseSettled").body)


def ended_in_silence(h: History) -> History:
    """A case is settled and nobody was told."""
    key = next(e.key for e in h.departments["inspection"].outbox if e.type.endswith("goods_received.v1"))
    open_ = next(
        a for a in h.departments["rma"].aggregates if a.kind == "rma_case" and a.body["stage"] == "AWAITING_GOODS"
    )
    assert open_.id != key
    return record(h, "rma", open_.id, stage="SETTLED", deadlines={})


def compensated_without_a_step(h: History) -> History:
    """A unit sent in advance was billed and nobody said that the old one is overdue."""
    return unheard(h, of(h, "ObligationOverdue"))


def nobodys_decision(h: History) -> History:
    """Accounting credited what nobody decided."""
    event = of(h, "CreditHeld")
    return events(h, event, said(event, decision_id="another.1"))


def stands(name: str, kind: str, **body: Any) -> Any:
    """Let a record show something else than the log tells."""

    def tamper(h: History) -> History:
        record_ = next(
            a
            for a in h.departments[name].aggregates
            if a.kind == kind and all(a.body.get(f) != v for f, v in body.items())
        )
        return record(h, name, record_.id, **body)

    tamper.__name__ = f"{name}_{'_'.join(map(str, body.values()))}"
    return tamper


def received_otherwise(h: History) -> History:
    """The dock's record shows another quantity than it told."""
    key = of(h, "GoodsReceived").key
    [line] = h.kind("inspection", "inspection")[key].body["lines"]
    return record(h, "inspection", key, lines=[{**line, "received": "7"}])


def no_settlement(h: History) -> History:
    """A case was decided and accounting has lost its record."""
    key = of(h, "CreditHeld").key
    there = h.departments["finance"].aggregates
    gone = next(a for a in there if a.kind == "settlement" and a.id == key)
    return department(h, "finance", aggregates=swap(there, gone))


def case_lost(h: History) -> History:
    """A complaint has no case in the RMA office."""
    key = of(h, "ReturnRefused").key
    there = h.departments["rma"].aggregates
    gone = next(a for a in there if a.kind == "rma_case" and a.id == key)
    return department(h, "rma", aggregates=swap(there, gone))


def told_another_outcome(h: History) -> History:
    """The customer was told another outcome than his case has."""
    key = of(h, "CaseSettled", "CREDITED").key
    answer = h.kind("intake", "complaint")[key].body["answer"]
    return record(h, "intake", key, answer={**answer, "outcome": "REPAIRED"})


def credited_and_repaired(h: History) -> History:
    """A case was credited while its unit was also repaired and shipped."""
    key = of(h, "CaseSettled", "CREDITED").key
    shipped = next(a for a in h.departments["repair"].aggregates if a.body.get("stage") == "SHIPPED")
    both = Aggregate("repair_order", key, 1, 0, {**shipped.body, "repair_number": ""})
    return department(h, "repair", aggregates=(*h.departments["repair"].aggregates, both))


BAD = {
    "no_loss": (complaint_never_told,),
    "one_disposition": (
        inspected_twice, line_went_nowhere, decision_left_out, decided_twice_in_one, credited_without_goods,
        more_found_than_came, two_receipts,
    ),
    "sagas": (settled_and_refused, ended_in_silence, compensated_without_a_step, nobodys_decision),
    "replay": (
        stands("rma", "rma_case", stage="SETTLED"), stands("intake", "complaint", status="REGISTERED"),
        stands("finance", "settlement", credited="1.00"), stands("repair", "repair_order", stage="QUOTED"),
        stands("rma", "rma_case", rma_number="RMA-0000-0000"), received_otherwise, no_settlement,
    ),
    "agreement": (
        case_lost, told_another_outcome, credited_and_repaired, stands("finance", "settlement", stage="HELD"),
    ),
}  # fmt: skip
