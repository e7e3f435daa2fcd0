"""What can be asked without anything being written?"""

from typing import Literal

from pydantic import Field

from contracts.base import CaseId, Currency, OptionalCode, Part, Reason, Scope
from contracts.rma import DecidedLine, DispositionDecided
from finance.model.requests import PathCode


class PreviewCredit(Part):
    """A decision that has not been made: what would be issued, posted or held if it were."""

    case_id: CaseId
    decision_id: OptionalCode = ""
    revision: int = Field(1, ge=1, lt=2**31)
    rma_number: OptionalCode = ""
    kind: Literal["CREDIT", "EXCHANGE", "ALLOWANCE", "REPAIR", "SEND_BACK", "ADVANCE_SETTLED"]
    entity: PathCode
    customer: OptionalCode = ""
    currency: Currency
    scope: Scope = Field(default_factory=Scope)
    claim: OptionalCode = ""
    lines: tuple[DecidedLine, ...] = Field(min_length=1, max_length=10_000)

    def decision(self, asked_by: str) -> DispositionDecided:
        """Write it as the RMA office would say it."""
        return DispositionDecided(
            case_id=self.case_id,
            decision_id=self.decision_id or f"{self.case_id}.{self.revision}"[:64],
            revision=self.revision,
            kind=self.kind,
            rma_number=self.rma_number,
            claim=self.claim,
            customer=self.customer,
            entity=self.entity,
            currency=self.currency,
            scope=self.scope,
            lines=self.lines,
            decided_by=asked_by[:64] or "preview",
            reason=Reason(code="preview"),
        )
