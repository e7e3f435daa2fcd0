"""What is decided for the customer, and what a held credit waits for."""

from pydantic import Field

from contracts.base import Code, Day, Name, OptionalCode, Reason
from contracts.rma import DispositionDecided
from finance import handlers
from finance.model import Approve, Delegate, HandOver, RecordEvidence
from redletter.scenarios.office import Office
from redletter.scenarios.steps.base import Act, Case, Decision, Kind
from redletter.scenarios.steps.lines import Lines, about, decided


def receivers(office: Office, case: str) -> tuple[str, ...]:
    """Give who has received goods of a case."""
    noted = (what.get("received_by", "") for (of, _), what in office.noted.items() if of == case)
    return tuple(sorted({name for name in noted if name}))


class Decide(Act):
    """The RMA office decides; accounting issues the documents and posts them, or holds the credit and says why.

    A newer revision replaces an older one that is not issued; an older one, or the same again, changes nothing.
    """

    word = "decide"
    example = "decide: {case: K-1, kind: CREDIT, lines: [{from: B1/1, approved: 3}]}"
    case: Case
    kind: Decision = Field(description="CREDIT (or RETURN), EXCHANGE, ALLOWANCE, REPAIR, SEND_BACK or ADVANCE_SETTLED")
    revision: int = Field(1, ge=1, description="which decision on this case it is")
    customer: OptionalCode | None = Field(None, description="otherwise who bought the first line, or C077")
    claim: OptionalCode = Field("", description="the claim that reserved the originals")
    lines: Lines

    def play(self, office: Office) -> None:
        """Send the decision."""
        lines = decided(office, self.case, self.lines)
        news = DispositionDecided(
            case_id=self.case,
            decision_id=f"{self.case}.{self.revision}",
            revision=self.revision,
            kind=self.kind,
            rma_number=f"RMA-{self.case}",
            claim=self.claim,
            scope=office.scope,
            lines=lines,
            decided_by=office.who.name or "rma-office",
            received_by=receivers(office, self.case),
            reason=Reason(code="complaint_established"),
            **about(office, self.customer, lines),
        )
        office.hear(news)


class ApproveCredit(Act):
    """A person signs for a held credit at a level; with the last signature it is booked if nothing else holds it.

    Who decided, who received the goods and who has signed already does not sign. Signatures stay until a newer decision
    or its amount, cumulated over the case, needs more levels than they were given for.
    """

    word = "approve"
    may_wait = True
    example = "approve: {case: K-1}\n  by: carol\n  level: finance-manager"
    case: Case
    behalf: Name = Field("", description="whose level it is, where it was lent by `delegate`")

    def play(self, office: Office) -> None:
        """Sign."""
        office.ask(handlers.APPROVE, Approve(on_behalf_of=self.behalf), self.case)


class Lend(Act):
    """A person lends a level to another from one day until another."""

    word = "delegate"
    example = "delegate: {to: dave, from: 2026-04-01, until: 2026-04-30}\n  by: carol\n  level: finance-manager"
    to: Name = Field(description="who may sign with it")
    begins: Day = Field(alias="from", description="the first day")
    until: Day = Field(description="the last day")

    def play(self, office: Office) -> None:
        """Lend it."""
        who = office.who
        body = Delegate(level=who.level, to=self.to, valid_from=self.begins, valid_until=self.until)
        office.ask(handlers.DELEGATE, body, who.actor)


class HandPaper(Act):
    """A part of the return slip or the allowance certificate gets to its holder; accounting posts by its own part.

    The first part is with whoever decided.
    """

    word = "hand-over"
    may_wait = True
    example = "hand-over: {case: K-1, paper: RETURN_SLIP, to: accounting}"
    case: Case
    paper: Kind = Field(description="RETURN_SLIP or ALLOWANCE_CERTIFICATE")
    to: Code = Field("accounting", description="business, warehouse or accounting, as the policy names them")

    def play(self, office: Office) -> None:
        """Hand it over."""
        office.ask(handlers.HAND_OVER, HandOver(paper=self.paper, holder=self.to), self.case)


class Prove(Act):
    """A proof is put into the file; a credit that waited for it is booked."""

    word = "prove"
    may_wait = True
    example = "prove: {case: K-1, proof: allowance-certificate}"
    case: Case
    proof: Code = Field(description="what kind of proof")
    reference: Name = Field("file 1", min_length=1, description="its number or place")

    def play(self, office: Office) -> None:
        """Record it."""
        body = RecordEvidence(kind=self.proof, reference=self.reference)
        office.ask(handlers.RECORD_EVIDENCE, body, self.case)
