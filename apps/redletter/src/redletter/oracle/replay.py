"""Invariant 9: the event log alone tells where every record must stand."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from contracts import finance, inspection, intake, repair, rma
from redletter.oracle import law
from redletter.oracle.history import Found, History, Violation, named
from redletter.oracle.rows import Event

Told = Mapping[str, Sequence[Event]]


def replay(history: History) -> list[Violation]:
    """9: what the log tells is what the tables show, in every department."""
    if not history.at_rest:
        return []
    return named(
        "replay", _complaints(history), _cases(history), _inspections(history), _orders(history), _money(history)
    )


def _in_order(told: Told, topic: str) -> list[Event]:
    """What one department said about a case."""
    mine = [event for events in told.values() for event in events if event.topic == topic]
    return sorted(mine, key=lambda event: event.version)


def _differs(key: str, what: str, shown: Any, told: Any) -> Iterator[Found]:
    if shown != told:
        yield key, f"{what} is {shown}, the log tells {told}"


def _complaints(history: History) -> Iterator[Found]:
    for key, record in history.kind("intake", "complaint").items():
        status, told = record.body["status"], history.told.get(key, {})
        if status not in _statuses(told):
            yield key, f"its complaint is {status}, the log tells {' or '.join(sorted(_statuses(told)))}"
        opened = history.last(key, intake.ComplaintAccepted.TYPE) or {}
        for field in ("number", "customer", "claim", "reference", "lines"):
            yield from _differs(key, field, record.body[field], opened.get(field))


def _statuses(told: Told) -> set[str]:
    """Only the customer's word that he is not satisfied is told to nobody: it reopens what gives him nothing."""
    if intake.ComplaintClosed.TYPE in told:
        return {"CLOSED"}
    outcomes = {event.said["outcome"] for event in told.get(rma.CaseSettled.TYPE, ())}
    if intake.ComplaintNotEstablished.TYPE in told or "NOT_ESTABLISHED" in outcomes:
        return {"ANSWERED", "INVESTIGATING"}
    if outcomes:
        return {"ANSWERED"}
    if rma.ReturnRefused.TYPE in told:
        return {"ANSWERED", "INVESTIGATING"}
    return {"AUTHORIZED"} if rma.ReturnAuthorized.TYPE in told else {"REGISTERED"}


def _cases(history: History) -> Iterator[Found]:
    for key, record in history.kind("rma", "rma_case").items():
        told = history.told.get(key, {})
        yield from _differs(key, "the case's stage", record.body["stage"], _case_stage(told))
        authorized = history.last(key, rma.ReturnAuthorized.TYPE) or {"rma_number": ""}
        yield from _differs(key, "the RMA number", record.body["rma_number"], authorized["rma_number"])
        decided = history.last(key, rma.DispositionDecided.TYPE) or {"revision": 0, "kind": None}
        yield from _differs(key, "the revision", record.body["revision"], decided["revision"])
        yield from _differs(key, "the decision", record.body["kind"], decided["kind"])


def _case_stage(told: Told) -> str:
    stage = "-"
    for event in _in_order(told, rma.TOPIC):
        if event.type == rma.ApprovalRequested.TYPE:
            stage = "PENDING_APPROVAL" if stage == "-" else "HELD"
        elif event.type == rma.DispositionDecided.TYPE and stage not in {"BILLING", "SETTLED"}:  # then it is late
            stage = "REPAIRING" if event.said["kind"] == "REPAIR" else "CREDITING"
        elif event.type == rma.ReplacementReleased.TYPE:
            stage = "REPLACING" if event.said["due_on"] is None else stage  # in advance it changes nothing
        else:
            stage = {
                rma.ReturnAuthorized.TYPE: "AWAITING_GOODS",
                rma.ObligationOverdue.TYPE: "BILLING",
                rma.CaseSettled.TYPE: "SETTLED",
                rma.ReturnRefused.TYPE: "REFUSED",
            }.get(event.type, stage)
    credits_ = told.get(finance.CreditIssued.TYPE, ())
    if stage == "CREDITING" and any(Decimal(event.said["due"]) > 0 for event in credits_):
        return "AWAITING_PAYMENT"
    return "INSPECTING" if stage == "AWAITING_GOODS" and inspection.GoodsReceived.TYPE in told else stage


def _inspections(history: History) -> Iterator[Found]:
    records = history.kind("inspection", "inspection")
    for key, record in records.items():
        told, stage = history.told.get(key, {}), "ANNOUNCED"
        for kind, then in (
            (inspection.GoodsReceived, "RECEIVED"),
            (inspection.InspectionCompleted, "COMPLETED"),
            (inspection.ScrapApprovalRequested, "SCRAP_PENDING"),
            (inspection.GoodsDisposed, "COMPLETED"),
        ):
            stage = then if kind.TYPE in told else stage
        yield from _differs(key, "the inspection's stage", record.body["stage"], stage)
        came = history.last(key, inspection.GoodsReceived.TYPE)
        received = {line["line"]: Decimal(line["received"]) for line in came["lines"]} if came else {}
        for line in record.body["lines"]:
            there = Decimal(line["received"])
            yield from _differs(key, f"line {line['line']} received", there, received.get(line["line"], Decimal(0)))
    for key, told in history.told.items():
        if rma.ReturnAuthorized.TYPE in told and key not in records:
            yield key, "it was authorized and nobody expects its goods"


def _orders(history: History) -> Iterator[Found]:
    for key, record in history.kind("repair", "repair_order").items():
        stage, could_be = record.body["stage"], _order_stages(history.told.get(key, {}))
        if stage not in could_be:
            yield key, f"the repair order is {stage}, the log tells {' or '.join(sorted(could_be))}"
    for key, told in history.told.items():
        kinds = {event.said["kind"] for event in told.get(rma.DispositionDecided.TYPE, ())}
        if "REPAIR" in kinds and key not in history.kind("repair", "repair_order"):
            yield key, "its repair was decided and there is no order"


def _order_stages(told: Told) -> set[str]:
    decisions = told.get(rma.DispositionDecided.TYPE, ())
    stages = {"CLOSED"}
    if any(event.said["kind"] == "REPAIR" for event in decisions):
        stages = {"PLANNED"} if decisions[0].said["chargeable"] else {"IN_REPAIR"}
    for event in _in_order(told, repair.TOPIC):
        stages = {
            repair.RepairQuoted.TYPE: {"QUOTED"},
            repair.QuoteConfirmed.TYPE: {"IN_REPAIR"},
            repair.QuoteDeclined.TYPE: {"DECLINED"},
            repair.RepairCompleted.TYPE: {"REPAIRED", "WAITING_PAYMENT"},
            repair.RepairImpossible.TYPE: {"UNREPAIRABLE"},
            repair.RepairShipped.TYPE: {"SHIPPED"},
        }.get(event.type, stages)
    if finance.PaymentGateOpened.TYPE in told or finance.PaymentGateClosed.TYPE not in told:
        stages -= {"WAITING_PAYMENT"}
    replaced = bool(decisions) and decisions[-1].said["kind"] != "REPAIR" and stages != {"SHIPPED"}
    return {"CLOSED"} if replaced else stages


def _money(history: History) -> Iterator[Found]:
    for key, settlement in history.settlements():
        told = history.told.get(key, {})
        issued = history.last(key, finance.CreditIssued.TYPE)
        credited = Decimal(issued["credited"]) if issued else Decimal(0)
        yield from _differs(key, "the credited total", Decimal(settlement["credited"]), credited)
        yield from _differs(key, "the settlement's stage", settlement["stage"], _settlement_stage(told))
        decided = history.last(key, rma.DispositionDecided.TYPE)
        yield from _differs(key, "the settled revision", settlement["revision"], decided["revision"] if decided else 0)
    for key, told in history.told.items():
        if law.LISTENS["finance"] & told.keys() & MONEY and key not in history.kind("finance", "settlement"):
            yield key, "it was decided and accounting has no settlement"


MONEY = {rma.DispositionDecided.TYPE, repair.QuoteConfirmed.TYPE, repair.RepairCompleted.TYPE}


def _settlement_stage(told: Told) -> str:
    """Stand where accounting said last, or where the last decision leads when it has nothing to say to it."""
    stage = "OPEN"
    decisions = told.get(rma.DispositionDecided.TYPE, ())
    if decisions:
        leads = {"SEND_BACK": "CLOSED", "ADVANCE_SETTLED": "CLOSED", "REPAIR": "OPEN"}
        stage = leads.get(decisions[-1].said["kind"], "HELD or ISSUED")
    for event in _in_order(told, finance.TOPIC):
        stage = {
            finance.CreditHeld.TYPE: "HELD",
            finance.CreditIssued.TYPE: "ISSUED",
            finance.AdvanceReplacementBilled.TYPE: "ISSUED",
        }.get(event.type, stage)
    return stage
