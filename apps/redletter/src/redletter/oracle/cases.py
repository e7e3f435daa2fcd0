"""Invariants of a case: 1 no loss, 5 one disposition, 8 processes that end, 13 departments that agree."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from contracts import finance, inspection, intake, rma
from redletter.oracle import law
from redletter.oracle.history import Effect, Found, History, Violation, named
from redletter.oracle.journal import ends

OPENS, CLOSES = intake.ComplaintAccepted.TYPE, intake.ComplaintClosed.TYPE
SETTLES, REFUSES = rma.CaseSettled.TYPE, rma.ReturnRefused.TYPE
DECIDES = rma.DispositionDecided.TYPE


def no_loss(history: History) -> list[Violation]:
    """1: what was acknowledged has its effect, what was refused has none, what nobody knows has one or none."""
    return named("no_loss", _journal(history), _refused(history), _accepted(history))


def _journal(history: History) -> Iterator[Found]:
    counts = _counts(history)
    allowed = {"acked": (1, 1), "refused": (0, 0), "unknown": (0, 1)}
    for line, told in ends(history.journal):
        if len(told) > 1:
            yield line.key, f"{line.department} {line.path} was both {' and '.join(sorted(told))}"
            continue
        end = next(iter(told), "unknown")
        least, most = allowed[end]
        there = counts.get((line.department, line.effect), 0)
        if not least <= there <= most:
            yield line.key, f"{line.department} {line.path} was {end} and has {there} of {line.effect.kind}"


def _counts(history: History) -> Mapping[tuple[str, Effect], int]:
    """Count how often each effect that a journal speaks of is there."""
    fields: dict[tuple[str, str], set[tuple[str, ...]]] = defaultdict(set)
    for said in history.journal:
        fields[said.department, said.effect.kind].add(tuple(name for name, _ in said.effect.where))
    found: Counter[tuple[str, Effect]] = Counter()
    for (department, kind), shapes in fields.items():
        for shown in _shown(history, department, kind):
            for names in shapes:
                found[department, Effect(kind, tuple((name, str(shown.get(name))) for name in names))] += 1
    return found


def _shown(history: History, department: str, kind: str) -> Iterator[Mapping[str, Any]]:
    for key, record in history.kind(department, kind).items():
        yield {"id": key, **record.body}
    there = history.departments.get(department)
    for event in there.outbox if there else ():
        if event.type == kind:
            yield event.said


def _refused(history: History) -> Iterator[Found]:
    """A command that was refused has said nothing."""
    for department in history.departments.values():
        refused = {asked.id for asked in department.asked if asked.status >= 400}  # noqa: PLR2004  HTTP's refusals
        for event in department.outbox:
            if event.cause in refused:
                yield event.key, f"{department.name} refused {event.cause} and yet told {event.type}"


def _accepted(history: History) -> Iterator[Found]:
    """Every complaint that is registered was told, and the RMA office has its case."""
    for key, complaint in history.kind("intake", "complaint").items():
        if not history.told.get(key, {}).get(OPENS):
            yield key, f"the complaint {complaint.body.get('number')} was never told"
    for key, told in history.told.items():
        if OPENS in told and key not in history.kind("intake", "complaint"):
            yield key, "a complaint was told that intake does not have"


def one_disposition(history: History) -> list[Violation]:
    """5: every line is received, found and disposed of once, and ends somewhere."""
    streams = [_once(history), _revisions(history), _findings(history)]
    if history.at_rest:
        streams.append(_goods(history))
    return named("one_disposition", *streams)


def _once(history: History) -> Iterator[Found]:
    for key, told in history.told.items():
        for kind in law.ONCE & told.keys():
            if len(told[kind]) > (_times_settled(history, key) if kind == SETTLES else 1):
                yield key, f"{kind} was told {len(told[kind])} times"


def _times_settled(history: History, key: str) -> int:
    """A case whose old unit came after its bill has ended twice."""
    ended = history.last(key, SETTLES)
    return 2 if ended and ended["outcome"] == law.AFTER_ITS_BILL else 1


def _revisions(history: History) -> Iterator[Found]:
    """Decisions are numbered 1..n; none speaks of a line twice, or of one that nobody complained about."""
    for key, told in history.told.items():
        revisions = [event.said["revision"] for event in told.get(DECIDES, ())]
        if revisions != list(range(1, len(revisions) + 1)):
            yield key, f"its decisions have the revisions {revisions}"
        known = {line["line"] for event in told.get(OPENS, ()) for line in event.said["lines"]}
        for event in told.get(DECIDES, ()):
            lines = [line["line"] for line in event.said["lines"]]
            if len(set(lines)) < len(lines) or (known and not known.issuperset(lines)):
                yield key, f"decision {event.said['decision_id']} is about the lines {lines}"


def _findings(history: History) -> Iterator[Found]:
    """What quality found stands in its record, as it was told last; at the end every line that came went somewhere."""
    for key, record in history.kind("inspection", "inspection").items():
        found = history.last(key, inspection.InspectionCompleted.TYPE)
        if found is None:
            continue
        became = {line["line"]: line["becomes"] for line in found["lines"]}
        disposed = history.last(key, inspection.GoodsDisposed.TYPE)
        for line in disposed["lines"] if disposed else ():
            if became.get(line["line"]) != "SCRAP_PENDING":
                yield key, f"line {line['line']} was disposed of twice"
            became[line["line"]] = line["becomes"]
        for line in record.body["lines"]:
            if line["becomes"] != became.get(line["line"]):
                yield key, f"line {line['line']} became {line['becomes']}, told was {became.get(line['line'])}"
            elif record.body["stage"] == "COMPLETED" and line["becomes"] in {"", "SCRAP_PENDING"}:
                yield key, f"line {line['line']} went nowhere"


def _goods(history: History) -> Iterator[Found]:
    """What was received is what was found and what was decided on; a case that needs its goods has them."""
    receipts = Counter(
        receipt.body["case_id"]
        for receipt in history.kind("inspection", "receipt").values()
        if receipt.body["status"] == "ACCEPTED"
    )
    for key, told in history.told.items():
        came = history.last(key, inspection.GoodsReceived.TYPE)
        received = {line["line"]: line["received"] for line in came["lines"]} if came else {}
        if receipts[key] != (1 if came else 0):
            yield key, f"{receipts[key]} receipts were accepted for it"
        found = history.last(key, inspection.InspectionCompleted.TYPE)
        if found and {line["line"]: line["received"] for line in found["lines"]} != received:
            yield key, "what quality looked at is not what the dock received"
        ended = history.last(key, SETTLES)
        if ended and ended["outcome"] in law.NEEDS_GOODS and rma.ReturnAuthorized.TYPE in told and not came:
            yield key, f"it ended as {ended['outcome']} and its goods never came"


def sagas(history: History) -> list[Violation]:
    """8: each process ends in one outcome, no step before its cause, and the timers are those of its record."""
    streams = [_outcomes(history), _timers(history)]
    if history.at_rest:
        streams.append(_steps(history))
    return named("sagas", *streams)


def _outcomes(history: History) -> Iterator[Found]:
    for key, case in history.kind("rma", "rma_case").items():
        told = history.told.get(key, {})
        ends_as = [kind for kind in (SETTLES, REFUSES) for _ in told.get(kind, ())]
        should = {"SETTLED": [SETTLES] * _times_settled(history, key), "REFUSED": [REFUSES]}.get(case.body["stage"], [])
        if ends_as != should:
            yield key, f"it stands at {case.body['stage']} and has told {ends_as or 'no end'}"
        if should and case.body["deadlines"]:
            yield key, f"it has ended and still has the timers {sorted(case.body['deadlines'])}"
    for key, complaint in history.kind("intake", "complaint").items():
        if (complaint.body["status"] == "CLOSED") != (CLOSES in history.told.get(key, {})):
            yield key, f"its complaint is {complaint.body['status']}, which is not what was told"


def _timers(history: History) -> Iterator[Found]:
    """A timer that a record set is in the table, and none is there that no record set."""
    for kind, (name, table) in law.TIMED.items():
        if name not in history.departments:
            continue
        department = history.departments[name]
        set_ = {(key, timer) for key, record in history.kind(name, table).items() for timer in record.body["deadlines"]}
        rows = {(row.id, row.name) for row in department.deadlines if row.kind == kind}
        for key, timer in set_ ^ rows:
            yield key, f"{name}: the timer {timer} is only in the {'record' if (key, timer) in set_ else 'table'}"


def _steps(history: History) -> Iterator[Found]:
    for key, told in history.told.items():
        for kind in law.BEFORE.keys() & told.keys():
            if not any(before in told for before in law.BEFORE[kind]):
                yield key, f"{kind} came and none of {', '.join(law.BEFORE[kind])} before it"
        decided = {event.said["decision_id"] for event in told.get(DECIDES, ())}
        for event in (*told.get(finance.CreditIssued.TYPE, ()), *told.get(finance.CreditHeld.TYPE, ())):
            if event.said["decision_id"] not in decided:
                yield key, f"{event.type} is about {event.said['decision_id']}, which nobody decided"


def agreement(history: History) -> list[Violation]:
    """13: where the departments stand with a case is a row of the table, and the customer was told its outcome."""
    return named("agreement", _stand(history), _answers(history)) if history.at_rest else []


PLACES = (
    ("intake", "complaint", "status"),
    ("inspection", "inspection", "stage"),
    ("repair", "repair_order", "stage"),
    ("finance", "settlement", "stage"),
)


def _stand(history: History) -> Iterator[Found]:
    cases = history.kind("rma", "rma_case")
    for key in {key for name, kind, _ in PLACES for key in history.kind(name, kind)} | cases.keys():
        stage = cases[key].body["stage"] if key in cases else "-"
        ended = history.last(key, SETTLES)
        where = f"SETTLED {ended['outcome']}" if stage == "SETTLED" and ended else stage
        legal = law.LEGAL.get(where)
        stands = []
        for name, kind, field in PLACES:
            record = history.kind(name, kind).get(key)
            stands.append(record.body[field] if record else "-")
        if legal is None or any(at not in allowed for at, allowed in zip(stands, legal, strict=True)):
            yield (
                key,
                f"rma {where}, intake {stands[0]}, inspection {stands[1]}, repair {stands[2]}, finance {stands[3]}",
            )


def _answers(history: History) -> Iterator[Found]:
    for key, case in history.kind("rma", "rma_case").items():
        complaint = history.kind("intake", "complaint").get(key)
        answer = (complaint.body["answer"] if complaint else None) or {}
        ended = history.last(key, SETTLES)
        if case.body["stage"] == "REFUSED" and answer.get("outcome") not in {"REFUSED", "NOT_ESTABLISHED"}:
            yield key, f"it was refused and the customer was told {answer.get('outcome')}"
        elif case.body["stage"] == "SETTLED" and ended:
            for field in ("outcome", "credited", "documents"):
                if answer.get(field) != ended[field]:
                    yield key, f"{field} is {ended[field]} and the customer was told {answer.get(field)}"
