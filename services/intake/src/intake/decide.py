"""When may it happen, and what follows? A complaint is registered, answered, and closed by the customer's word."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from contracts.base import Event, Reason, because
from contracts.intake import ComplaintAccepted, ComplaintClosed, ComplaintNotEstablished
from contracts.policy import InForce
from contracts.rma import CaseSettled, ReturnAuthorized, ReturnRefused
from intake import rules
from intake.model import (
    AlreadyClosed,
    AlreadyDecided,
    Answer,
    Classified,
    Complaint,
    Defects,
    FieldsMissing,
    ForTheLevelAbove,
    Heard,
    LinesNotDistinct,
    NotAnsweredYet,
    NotEstablish,
    Policy,
    RegisterComplaint,
    Series,
    Severity,
    Status,
    UnknownCategory,
    UnknownChannel,
    Urge,
)

Decided = tuple[Complaint, list[Event]]
FIRST_ANSWER = "first-answer"
CLOSING = "closing"
REFUSED = "REFUSED"
NOT_ESTABLISHED = "NOT_ESTABLISHED"
KEPT = 50


def register(
    case_id: str, said: RegisterComplaint, series: Series, policy: InForce[Policy], now: datetime, actor: str
) -> tuple[Complaint, Series, list[Event]]:
    """Accept a complaint that is complete and give it its number (R-011, R-059).

    Raises:
        FieldsMissing: something that the policy asks for is empty.
        UnknownChannel: not in the reference list.
        UnknownCategory: not in the reference list.
        LinesNotDistinct: a line number stands twice.
    """
    receiver = said.receiver or actor
    accepted = checked(said, receiver, policy)
    complaint = Complaint(
        case_id=case_id,
        number=rules.complaint_number(now.date(), series.next),
        status=Status.REGISTERED,
        customer=said.customer,
        contact=said.contact,
        content=said.content,
        channel=said.channel,
        receiver=receiver,
        category=said.category,
        reference=said.reference,
        claim=said.claim,
        entity=said.entity,
        currency=said.currency,
        request=said.request,
        scope=said.scope,
        lines=said.lines,
        circumstances=said.circumstances,
        abroad=said.abroad,
        previous=said.previous,
        registered_at=now,
        accepted=accepted,
        severity=None if said.defects is None else classified(said.defects, policy.values),
        timeline=(Heard(event="ComplaintAccepted", at=now),),
        deadlines=limits(said, policy.values, now),
    )
    return complaint, Series(next=series.next + 1), [accepted_event(complaint)]


def checked(said: RegisterComplaint, receiver: str, policy: InForce[Policy]) -> Reason:
    """Look whether everything is there; the reason names the policy row, so that nothing is left out in silence."""
    given = {**said.model_dump(include=FIELDS), "receiver": receiver}
    missing = rules.fields_missing(given, policy.values.mandatory_fields)
    if not rules.complaint_complete(missing):
        raise FieldsMissing(f"Missing: {', '.join(missing)}.")
    if said.channel not in policy.values.channels:
        raise UnknownChannel(f"Channels are: {', '.join(policy.values.channels)}.")
    if said.category and said.category not in policy.values.categories:
        raise UnknownCategory(f"Categories are: {', '.join(policy.values.categories)}.")
    if not rules.lines_distinct([line.line for line in said.lines]):
        raise LinesNotDistinct
    return because(rules.complaint_complete, policy.row("mandatory_fields"))


FIELDS = {name for name, field in RegisterComplaint.model_fields.items() if field.annotation is str}


def accepted_event(complaint: Complaint) -> ComplaintAccepted:
    """Tell the RMA office."""
    return ComplaintAccepted(
        case_id=complaint.case_id,
        number=complaint.number,
        reference=complaint.reference,
        claim=complaint.claim,
        customer=complaint.customer,
        entity=complaint.entity,
        currency=complaint.currency,
        request=complaint.request,
        scope=complaint.scope,
        lines=complaint.lines,
        circumstances=complaint.circumstances,
        accepted_on=complaint.registered_at.date(),
    )


def classified(defects: Defects, values: Policy) -> Classified:
    """Evaluate every severity scheme; the highest counts (R-040, P-01)."""
    d = defects
    by_count = rules.severity_by_count(
        major=rules.count_reaches(d.functional, d.appearance, values.functional_major, values.appearance_major),
        general=rules.count_reaches(d.functional, d.appearance, values.functional_general, values.appearance_general),
        rate=d.rate,
        low_rate=values.low_rate,
    )
    special = rules.special_major(
        d.cost, d.complainants, values.special_major_cost, values.special_major_people, lawsuit=d.lawsuit, media=d.media
    )
    by_effect = Severity.SPECIAL_MAJOR if special else Severity.OTHER
    return Classified(by_count=by_count, by_effect=by_effect, effective=max(by_count, by_effect))


def limits(said: RegisterComplaint, values: Policy, now: datetime) -> dict[str, datetime]:
    """Set the limits that the policy knows for this complaint."""
    today, due = now.date(), {}
    if values.first_answer_working_days is not None:
        day = rules.add_working_days(today, values.first_answer_working_days, values.holidays)
        due[FIRST_ANSWER] = end_of(day)
    closing = rules.close_by(today, values.close_days_domestic, values.close_days_abroad, from_abroad=said.abroad)
    if closing is not None:
        due[CLOSING] = end_of(closing)
    return due


def end_of(day: date) -> datetime:
    """Turn the last good day into the moment it ends; the database's clock judges it."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def follow(complaint: Complaint, news: Any, policy: InForce[Policy], now: datetime) -> Decided:
    """Say what news from the RMA office means for the customer: happy path first, then what changes nothing."""
    match complaint.status, news:
        case Status.REGISTERED, ReturnAuthorized():
            told = complaint.but(status=Status.AUTHORIZED, rma_number=news.rma_number, instructions=news.instructions)
            return noted(without(told, FIRST_ANSWER), news, now), []
        case Status.REGISTERED, ReturnRefused():
            answer = answer_of(REFUSED, news.reason, now, text=news.explanation, final=False)
            return answered(noted(complaint, news, now), answer, policy)
        # A settlement answers whatever was heard before it: an allowance is never authorized, a parcel may be late
        case ((Status.REGISTERED | Status.AUTHORIZED | Status.INVESTIGATING), CaseSettled()) if not objected(
            complaint, news
        ):
            return answered(noted(complaint, news, now), settlement(news, policy, now), policy)
        # The RMA office had gone further than we knew when we answered: what it did belongs into the answer
        case ((Status.ANSWERED | Status.CLOSED), CaseSettled()) if complaint.answer and differs(complaint.answer, news):
            return noted(complaint.but(answer=settlement(news, policy, now)), news, now), []
        case ((Status.INVESTIGATING | Status.ANSWERED | Status.CLOSED), ReturnAuthorized()) if not complaint.rma_number:
            numbered = complaint.but(rma_number=news.rma_number, instructions=news.instructions)
            return noted(numbered, news, now), []
        # Old news changes nothing
        case _, (ReturnAuthorized() | ReturnRefused() | CaseSettled()):
            return complaint, []
    raise UnexpectedNews(complaint.status, news)


def objected(complaint: Complaint, news: CaseSettled) -> bool:
    """Tell whether news only says once more what the customer has objected to."""
    return bool(complaint.escalated_to and complaint.answer and not differs(complaint.answer, news))


class UnexpectedNews(Exception):
    """News that no line of `follow` expects: parked for a person, never swallowed."""

    def __init__(self, status: Status, news: object) -> None:
        super().__init__(f"{type(news).__name__} at status {status}")


def noted(complaint: Complaint, news: object, now: datetime) -> Complaint:
    """Keep in the short history what was heard."""
    heard = Heard(event=news if isinstance(news, str) else type(news).__name__, at=now)
    return complaint.but(timeline=(*complaint.timeline[1 - KEPT :], heard))


def without(complaint: Complaint, *names: str) -> Complaint:
    """Take limits away that are kept."""
    return complaint.but(deadlines={name: at for name, at in complaint.deadlines.items() if name not in names})


def answer_of(outcome: str, reason: Reason, now: datetime, *, text: str, final: bool) -> Answer:
    """Say it to the customer."""
    return Answer(outcome=outcome, reason=reason.code, text=text, final=final, at=now)


def settlement(news: CaseSettled, policy: InForce[Policy], now: datetime) -> Answer:
    """Turn what the departments did into the customer's answer."""
    text = policy.values.answer_texts.get(news.outcome, news.outcome)
    answer = answer_of(news.outcome, news.reason, now, text=text, final=True)
    return answer.but(credited=news.credited, documents=news.documents)


def differs(answer: Answer, news: CaseSettled) -> bool:
    """Tell a settlement that the answer does not hold yet from one that was heard before."""
    return (answer.outcome, answer.documents) != (news.outcome, news.documents)


def answered(complaint: Complaint, answer: Answer, policy: InForce[Policy]) -> Decided:
    """Answer the customer; the answer closes the complaint, or waits for the customer's word."""
    complaint = without(complaint.but(status=Status.ANSWERED, answer=answer), FIRST_ANSWER)
    if rules.closes_at_once(needs_confirmation=policy.values.closing_needs_confirmation):
        return closed(complaint, satisfied=None)
    return complaint, []


def closed(complaint: Complaint, *, satisfied: bool | None) -> Decided:
    """Close a complaint that has its answer."""
    assert complaint.answer is not None
    told = ComplaintClosed(case_id=complaint.case_id, outcome=complaint.answer.outcome, satisfied=satisfied)
    return complaint.but(status=Status.CLOSED, satisfied=satisfied, deadlines={}), [told]


def not_establish(
    complaint: Complaint,
    said: NotEstablish,
    policy: InForce[Policy],
    now: datetime,
    actor: str,
    levels: Collection[str] = (),
) -> Decided:
    """Answer that it is no complaint of ours, with the approver's name; the receivable goes back to collection (R-076).

    Raises:
        AlreadyDecided: it has its answer.
        ForTheLevelAbove: the customer has objected, and this level does not decide that.
    """
    if complaint.status in {Status.ANSWERED, Status.CLOSED}:
        raise AlreadyDecided
    if complaint.escalated_to and complaint.escalated_to not in levels:
        raise ForTheLevelAbove
    why = because(not_establish)
    told = ComplaintNotEstablished(
        case_id=complaint.case_id, reason=why, explanation=said.explanation, approved_by=actor[:64]
    )
    answer = answer_of(NOT_ESTABLISHED, why, now, text=said.explanation, final=True)
    complaint, events = answered(noted(complaint, told, now), answer, policy)
    return complaint, events if complaint.escalated_to else [told, *events]


def confirm(complaint: Complaint, *, satisfied: bool, now: datetime, above: str = "") -> Decided:
    """Take the customer's word: it closes, or it is looked at again, maybe by the level above (R-073, R-077).

    Raises:
        AlreadyClosed: there is nothing left to confirm.
        NotAnsweredYet: there is no answer that could satisfy.
    """
    complaint = noted(complaint, "CustomerSatisfied" if satisfied else "CustomerDissatisfied", now)
    match complaint.status, complaint.answer:
        case Status.CLOSED, _:
            raise AlreadyClosed
        case ((Status.ANSWERED | Status.INVESTIGATING), Answer() as answer):
            if not satisfied and goes_up(complaint, answer, above):
                return complaint.but(status=Status.INVESTIGATING, satisfied=False, escalated_to=above), []
            waits = complaint.status is Status.INVESTIGATING
            if rules.reopens(satisfied=satisfied, final=answer.final and not waits):
                return complaint.but(status=Status.INVESTIGATING, satisfied=False), []
            return closed(complaint, satisfied=satisfied)
        case _ if satisfied:
            raise NotAnsweredYet
    return complaint, []


def goes_up(complaint: Complaint, answer: Answer, above: str) -> bool:
    """Tell whether an objection is for the level above."""
    mine, before = answer.outcome == NOT_ESTABLISHED, bool(complaint.escalated_to)
    return rules.objection_goes_up(above, not_established=mine, escalated=before)


def deadline_passed(complaint: Complaint, name: str, now: datetime) -> Complaint:
    """Write the one urge note of a limit that passed (R-060)."""
    if not rules.limit_passed(complaint.deadlines, name):
        return complaint
    urge = Urge(limit=name, unit=complaint.receiver, at=now)
    return without(noted(complaint.but(urges=(*complaint.urges, urge)), f"overdue:{name}", now), name)
