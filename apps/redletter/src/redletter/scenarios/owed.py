"""What must stand of losses, suppliers, write-offs, notices and periods, and what does."""

from decimal import Decimal
from typing import Any

from pydantic import Field

from contracts.base import Amount, Code, Magnitude, Part
from finance import decide
from finance.model import JournalEntry, Period
from finance.model.keys import loss_key, period_key
from finance.model.losses import Loss
from finance.model.suppliers import SupplierClaim, SupplierReturn
from finance.model.writeoffs import Penalty, WriteOff
from redletter.scenarios.indexes import case_cost
from redletter.scenarios.office import Office
from redletter.scenarios.seen import figures
from redletter.scenarios.spelling import amount

NOTHING = "nothing"


class StandingLoss(Part):
    """What a case has cost, and who bears how much of it after what suppliers have answered, where that is said."""

    total: Magnitude = Field(description="the loss by the basis of the policy, and what was reported")
    shares: dict[Code, Amount] | None = Field(None, description="departments and suppliers with what they bear")


class StandingSupplierClaim(Part):
    """How a claim on a supplier stands."""

    state: Code = Field(description="DRAFT, SENT, ACCEPTED, PARTLY, REJECTED or SETTLED")
    amount: Magnitude | None = Field(None, description="what was claimed")
    recovered: Magnitude | None = Field(None, description="what the supplier has accepted")
    open: Magnitude | None = Field(None, description="what is neither accepted nor given up")


def loss_told(loss: StandingLoss) -> str:
    """Write a loss."""
    shares = (f"{party} {amount(value)}" for party, value in sorted((loss.shares or {}).items()) if value)
    return "  ".join((f"total {amount(loss.total)}", *shares))


def loss_of(office: Office, case: str, wanted: StandingLoss) -> str:
    """Say what a case has cost, and who bears it as far as it is asked for."""
    known = office.get(Loss, loss_key(case))
    if known is not None and known.stage == "SPLIT":
        shares = {x.party: x.amount + x.moved for x in known.shares}
        return loss_told(StandingLoss(total=known.total, shares=None if wanted.shares is None else shares))
    entries = [entry for entry in office.all(JournalEntry) if entry.case_id == case]
    if known is None and not entries:
        return NOTHING
    whole = decide.losses.loss_of(known, case_cost(case, entries), figures(office))
    return loss_told(StandingLoss(total=max(whole, Decimal(0))))


def claim_told(claim: StandingSupplierClaim) -> str:
    """Write a claim on a supplier."""
    words = {"amount": claim.amount, "recovered": claim.recovered, "open": claim.open}
    return "  ".join((claim.state, *(f"{k} {amount(v)}" for k, v in words.items() if v is not None)))


def claim_of(office: Office, name: str, wanted: StandingSupplierClaim) -> str:
    """Say how a claim on a supplier stands, as far as it is asked for."""
    known = office.get(SupplierClaim, name)
    if known is None:
        return NOTHING
    stands: dict[str, Any] = {"amount": known.amount, "recovered": known.accepted, "open": known.open_amount}
    asked = {k: v for k, v in stands.items() if getattr(wanted, k) is not None}
    return claim_told(StandingSupplierClaim(state=known.stage, **asked))


def state_of(office: Office, name: str) -> str:
    """Say where a write-off, a notice or a return to a supplier stands."""
    found = office.get(WriteOff, name) or office.get(Penalty, name) or office.get(SupplierReturn, name)
    return found.stage if found else NOTHING


def period_of(office: Office, name: str) -> str:
    """Say whether a period is open."""
    office, name = office.whose(name)
    known = office.get(Period, period_key(office.entity, name))
    return known.status if known else "OPEN"
