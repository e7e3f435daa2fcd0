"""What has a case cost, and who bears it?"""

from decimal import Decimal

from contracts.base import Event, total
from contracts.finance import LossShare, LossSplit
from finance import rules
from finance.decide.about import of_the_books
from finance.decide.books import ZERO, About, Books
from finance.decide.reversing import take_back
from finance.model import Account, Policy
from finance.model.losses import Bearer, CaseCost, Loss, ReportedLoss, ReportLoss, SplitLoss
from finance.model.refusals import LossDiffers, NothingToSplit, PartyTwice, SharesNotWhole
from finance.rules import recovery
from finance.rules.postings import mirrored

NOTHING = CaseCost()
SHOWN = (Account.QUALITY_LOSS, Account.WARRANTY_PROVISION, Account.SALES_ALLOWANCE, Account.SCRAP_INCOME)


def report(known: Loss | None, asked: ReportLoss, values: Policy) -> Loss | None:
    """Note a loss that other books carry; the same reference again changes nothing (R-276).

    Raises:
        LossDiffers: the reference stands for another amount.
        CurrencyOfTheBooks: it is in another currency.
    """
    of_the_books(asked.entity, asked.currency, values)
    loss = known or Loss(case_id=asked.case_id, entity=asked.entity, currency=asked.currency)
    told = ReportedLoss(kind=asked.kind, amount=asked.amount)
    before = loss.reported.get(asked.reference)
    if before is not None:
        if before != told:
            raise LossDiffers
        return None
    return loss.but(reported={**loss.reported, asked.reference: told}, cause=asked.cause or loss.cause)


def loss_of(loss: Loss | None, cost: CaseCost, values: Policy) -> Decimal:
    """Give what a case has cost by the configured basis."""
    reported = loss.reported.values() if loss else ()
    return rules.losses.loss_total(cost.accounts, values.loss_basis, (each.amount for each in reported))


def split(known: Loss | None, case_id: str, asked: SplitLoss, cost: CaseCost, books: Books, values: Policy) -> Loss:
    """Decide who bears the loss of a case; a new split takes the one before back (T17, F-28).

    So it does with what claims moved to its departments; what suppliers refused is the new departments' (F-25).

    Raises:
        SharesNotWhole: they are not a hundred percent together.
        PartyTwice: a party has two shares.
        NothingToSplit: the case has cost nothing.
        CurrencyOfTheBooks: it is in another currency.
    """
    of_the_books(asked.entity, asked.currency, values)
    if rules.losses.shares_not_whole(asked.shares):
        raise SharesNotWhole
    if rules.losses.party_twice(asked.shares):
        raise PartyTwice
    loss = known or Loss(case_id=case_id, entity=asked.entity, currency=asked.currency)
    whole, decimals = loss_of(loss, cost, values), values.decimals.get(loss.currency, 2)
    if whole <= 0:
        raise NothingToSplit
    parts = rules.losses.parts_of(whole, asked.shares, decimals)
    shares = tuple(
        Bearer(party=each.party, kind=each.kind, percent=each.percent, amount=parts[each.party])
        for each in asked.shares
    )
    refused = rules.losses.given_up(loss.shares, loss.given_up)
    undone(loss, books)
    new = loss.but(cause=asked.cause or loss.cause, total=whole, shares=shares, given_up=refused)
    return allocated(new.but(shares=rules.losses.carried(new, decimals)), cost, books, decimals)


def undone(loss: Loss, books: Books) -> None:
    """Let what claims have moved to the departments of a split be nobody's in particular again."""
    back = {x.party: x.moved - x.carried for x in loss.shares if x.kind == "DEPARTMENT" and x.moved != x.carried}
    books.post(about(loss), "T17-moved", mirrored(recovery.allocated_loss(back)))


def allocated(loss: Loss, cost: CaseCost, books: Books, decimals: int) -> Loss:
    """Move what stands as a quality loss to the departments; a warranty cost or an allowance stays where it is."""
    before, now = about(loss), about(loss.but(revision=loss.revision + 1))
    take_back(books, before, "T17", recovery.allocated_loss(dict(loss.allocated)))
    movable = cost.accounts.get(Account.QUALITY_LOSS, ZERO) + total(each.amount for each in loss.reported.values())
    departments = {share.party for share in loss.shares if share.kind == "DEPARTMENT"}
    parts = rules.losses.parts_of(max(movable, ZERO), loss.shares, decimals)
    whole = {x.party: parts[x.party] + x.carried for x in loss.shares if x.party in departments}
    mine = tuple((party, part) for party, part in whole.items() if part)
    books.post(now, "T17", recovery.allocated_loss(dict(mine)))
    return loss.but(
        stage="SPLIT",
        revision=loss.revision + 1,
        booked={account: cost.accounts[account] for account in SHOWN if account in cost.accounts},
        allocated=mine,
        split_on=books.dates.service_on(books.today),
    )


def told(loss: Loss) -> Event:
    """Say who bears a loss."""
    shares = (LossShare(party=x.party, kind=x.kind, percent=x.percent, amount=x.amount) for x in loss.shares)
    return LossSplit(
        case_id=loss.case_id,
        revision=loss.revision,
        currency=loss.currency,
        amount=loss.total,
        cause=loss.cause,
        shares=tuple(shares),
    )


def about(loss: Loss) -> About:
    """Say whom a split is about: each revision is an effect of its own."""
    return About(loss.case_id, f"{loss.case_id}.loss.{loss.revision}", loss.entity, "", loss.currency)


def grown(loss: Loss, cost: CaseCost, values: Policy) -> bool:
    """Tell whether a case has cost more or less since its loss was split."""
    return loss.stage == "SPLIT" and max(loss_of(loss, cost, values), ZERO) != loss.total


def split_again(loss: Loss, cost: CaseCost, books: Books, values: Policy) -> Loss:
    """Split what a case has cost by now in the ratio that was decided (T17); what claims have moved stays moved."""
    whole, decimals = max(loss_of(loss, cost, values), ZERO), values.decimals.get(loss.currency, 2)
    parts = rules.losses.parts_of(whole, loss.shares, decimals)
    shares = tuple(share.but(amount=parts[share.party]) for share in loss.shares)
    return allocated(loss.but(total=whole, shares=shares), cost, books, decimals)
