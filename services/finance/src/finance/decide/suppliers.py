"""What do suppliers bear? A claim is sent, answered and settled; goods go back with the supplier's red invoice."""

from decimal import Decimal

from contracts.base import Event, half_up
from contracts.finance import SupplierClaimSent, SupplierClaimSettled
from finance import rules
from finance.decide import goods, losses
from finance.decide.about import of_the_books
from finance.decide.books import ZERO, About, Books
from finance.model import NotPossibleInThisState, Policy, Settlement
from finance.model.losses import CaseCost, Loss
from finance.model.refusals import AlreadyCredited, MoreThanClaimed, NothingToClaim
from finance.model.suppliers import (
    AnswerClaim,
    ClaimFromSupplier,
    SendToSupplier,
    SettleClaim,
    SupplierClaim,
    SupplierCredits,
    SupplierReturn,
)
from finance.rules import recovery


def draft(claim_id: str, asked: ClaimFromSupplier, loss: Loss | None, cost: CaseCost, values: Policy) -> SupplierClaim:
    """Draft a claim; without an amount it is a percentage of the loss, or the supplier's share of its split (R-275).

    Raises:
        NothingToClaim: the case has no loss of which this supplier bears anything.
        CurrencyOfTheBooks: it is in another currency.
    """
    of_the_books(asked.entity, asked.currency, values)
    amount = asked.amount or _share(asked, loss, cost, values)
    if amount <= 0:
        raise NothingToClaim
    words = {"supplier": asked.supplier, "case_id": asked.case_id, "rma_number": asked.rma_number}
    return SupplierClaim(claim_id=claim_id, entity=asked.entity, currency=asked.currency, amount=amount, **words)


def _share(asked: ClaimFromSupplier, loss: Loss | None, cost: CaseCost, values: Policy) -> Decimal:
    if asked.percent is not None:
        whole = losses.loss_of(loss, cost, values)
        return half_up(whole * asked.percent / 100, values.decimals.get(asked.currency, 2))
    if loss is None:
        return ZERO
    bears = rules.losses.borne_by(asked.supplier, loss.shares)
    return max(bears - loss.accepted.get(asked.supplier, ZERO), ZERO)


def send(claim: SupplierClaim, books: Books) -> tuple[SupplierClaim, Event]:
    """Send a claim: what is claimed relieves the loss (T12, F-25).

    Raises:
        NotPossibleInThisState: it is sent already.
    """
    _in(claim, "DRAFT")
    books.post(about(claim), "T12", recovery.claimed_from_supplier(claim.amount))
    event = SupplierClaimSent(
        claim_id=claim.claim_id,
        supplier=claim.supplier,
        case_id=claim.case_id,
        currency=claim.currency,
        amount=claim.amount,
    )
    return claim.but(stage="SENT", sent_on=books.today), event


def answer(
    claim: SupplierClaim, said: AnswerClaim, loss: Loss | None, books: Books, values: Policy
) -> tuple[SupplierClaim, Loss]:
    """Book what the supplier accepts; what he does not accept goes back to the departments (F-25).

    Raises:
        NotPossibleInThisState: it is not sent, or answered for good.
        MoreThanClaimed: more is accepted than is open.
    """
    if not claim.open_amount:
        raise NotPossibleInThisState
    if said.accepted > claim.open_amount:
        raise MoreThanClaimed
    lines = recovery.accepted_by_supplier(said.accepted)
    books.post(about(claim), "T12-accepted", lines, key=str(claim.answers + 1))
    after = claim.but(accepted=claim.accepted + said.accepted, answers=claim.answers + 1, answered_on=books.today)
    borne = accepted(_loss(claim, loss), claim.supplier, said.accepted)
    if said.final:
        return _given_up(after, borne, books, values)
    return _judged(after), borne


def withdraw(claim: SupplierClaim, loss: Loss | None, books: Books, values: Policy) -> tuple[SupplierClaim, Loss]:
    """Give up what is open of a claim: the departments bear what the supplier should have, in their own ratio (F-25).

    Raises:
        NotPossibleInThisState: nothing of it is open.
    """
    if not claim.open_amount:
        raise NotPossibleInThisState
    return _given_up(claim, _loss(claim, loss), books, values)


def _given_up(claim: SupplierClaim, known: Loss, books: Books, values: Policy) -> tuple[SupplierClaim, Loss]:
    rest = claim.open_amount
    ratio = rules.losses.internal(known.shares, claim.supplier)
    back = rules.losses.refused(known.shares, claim.supplier, rest, known.accepted.get(claim.supplier, ZERO))
    parts = rules.split(back, ratio, values.decimals.get(claim.currency, 2)) if ratio and back else {}
    books.post(about(claim), "T12-withdrawn", recovery.withdrawn_claim(rest, parts))
    after = _judged(claim.but(withdrawn=claim.withdrawn + rest, answered_on=books.today))
    return after, let_off(known, claim.supplier, rest, parts)


def _loss(claim: SupplierClaim, known: Loss | None) -> Loss:
    return known or Loss(case_id=claim.case_id, entity=claim.entity, currency=claim.currency)


def accepted(loss: Loss, supplier: str, amount: Decimal) -> Loss:
    """Note what a supplier bears whatever comes, so that a later split knows of it."""
    return loss.but(accepted={**loss.accepted, supplier: loss.accepted.get(supplier, ZERO) + amount})


def let_off(loss: Loss, supplier: str, rest: Decimal, parts: dict[str, Decimal]) -> Loss:
    """Note what a supplier does not bear, so that a later split knows of it, and who bears it instead."""
    before = rules.losses.given_up(loss.shares, loss.given_up)
    shares = rules.losses.moved_back(loss.shares, supplier, parts) if parts else loss.shares
    return loss.but(shares=shares, given_up={**before, supplier: before.get(supplier, ZERO) + rest})


def settle(claim: SupplierClaim, said: SettleClaim, books: Books) -> tuple[SupplierClaim, Event]:
    """Close a claim that was answered: it was set off when it was accepted, or the supplier paid in cash.

    Raises:
        NotPossibleInThisState: something of it is open, or it is settled.
    """
    _in(claim, "ACCEPTED", "PARTLY", "REJECTED")
    if claim.open_amount:
        raise NotPossibleInThisState
    if said.by == "CASH":
        books.post(about(claim), "T12-paid", recovery.paid_by_supplier(claim.accepted))
    event = SupplierClaimSettled(
        claim_id=claim.claim_id,
        supplier=claim.supplier,
        case_id=claim.case_id,
        currency=claim.currency,
        claimed=claim.amount,
        recovered=claim.accepted,
    )
    return claim.but(stage="SETTLED", settled_on=books.today, reference=said.reference), event


def _judged(claim: SupplierClaim) -> SupplierClaim:
    stage = rules.losses.claim_stage(claim.amount, claim.accepted, claim.open_amount)
    return SupplierClaim.model_validate({**claim.model_dump(), "stage": stage})


def _in(claim: SupplierClaim, *stages: str) -> None:
    if claim.stage not in stages:
        raise NotPossibleInThisState


def about(claim: SupplierClaim) -> About:
    """Say whom a claim is about."""
    return About(claim.case_id, f"supplier-claim.{claim.claim_id}", claim.entity, "", claim.currency)


def send_back(
    return_id: str, asked: SendToSupplier, settlement: Settlement | None, values: Policy
) -> tuple[SupplierReturn, Settlement | None]:
    """Note goods that go back to their supplier; only their quantity moves until the red invoice is here (F-26).

    Raises:
        NothingWaiting: the case that they came back with has not so many in quarantine.
        CurrencyOfTheBooks: their value is in another currency.
    """
    of_the_books(asked.entity, asked.currency, values)
    decimals = values.decimals.get(asked.currency, 2)
    cost = rules.valued(asked.quantity, asked.unit_cost, decimals)
    after = goods.gone(settlement, asked.quantity, decimals, valued=cost > 0) if settlement is not None else None
    words = {"supplier": asked.supplier, "case_id": asked.case_id, "entity": asked.entity, "currency": asked.currency}
    sent = SupplierReturn(return_id=return_id, quantity=asked.quantity, cost=cost, input_tax=asked.input_tax, **words)
    return sent, after


def credited(sent: SupplierReturn, said: SupplierCredits, books: Books) -> SupplierReturn | None:
    """Book the supplier's red invoice; the same again changes nothing (T13, F-26).

    Raises:
        AlreadyCredited: another red invoice is booked for these goods.
    """
    if sent.stage == "CREDITED":
        if sent.red_invoice != said.red_invoice:
            raise AlreadyCredited
        return None
    net = sent.cost if said.net is None else said.net
    tax = sent.input_tax if said.tax is None else said.tax
    effect = f"supplier-return.{sent.return_id}"
    whom = About(sent.case_id or sent.return_id, effect, sent.entity, "", sent.currency)
    books.post(whom, "T13", recovery.back_to_supplier(net, tax, sent.cost))
    return sent.but(stage="CREDITED", red_invoice=said.red_invoice)
