"""What is decided for the customer, and what a held credit waits for."""

from pydantic import Field

from contracts.base import Code, Name, OptionalCode, Reason
from contracts.rma import DispositionDecided
from finance import handlers
from finance.model import Approve, RecordEvidence
from redletter.scenarios.office import Office
from redletter.scenarios.steps.base import Act, Case, Decision
from redletter.scenarios.steps.lines import Lines, about, decided


class Decide(Act):
    """The RMA office decides; accounting issues the documents and posts them, or holds the credit and says why.

    A newer revision replaces an older one that is not issued; an older one, or the same again, changes nothing.
    """

    word = "decide"
    example = "decide: {case: K-1, kind: CREDIT, lines: [{from: B1/1, approved: 3}]}"
    case: Case
    kind: Decision = Field(description="CREDIT, EXCHANGE, ALLOWANCE, REPAIR, SEND_BACK or ADVANCE_SETTLED")
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
            reason=Reason(code="complaint_established"),
            **about(office, self.customer, lines),
        )
        office.hear(news)


class ApproveCredit(Act):
    """A person signs for a held credit; it is booked if nothing else stands against it."""

    word = "approve"
    example = "approve: {case: K-1}\n  by: carol\n  level: finance-manager"
    case: Case

    def play(self, office: Office) -> None:
        """Sign."""
        office.ask(handlers.APPROVE, Approve(), self.case)


class Prove(Act):
    """A proof is put into the file; a credit that waited for it is booked."""

    word = "prove"
    example = "prove: {case: K-1, proof: allowance-certificate}"
    case: Case
    proof: Code = Field(description="what kind of proof")
    reference: Name = Field("file 1", min_length=1, description="its number or place")

    def play(self, office: Office) -> None:
        """Record it."""
        body = RecordEvidence(kind=self.proof, reference=self.reference)
        office.ask(handlers.RECORD_EVIDENCE, body, self.case)
