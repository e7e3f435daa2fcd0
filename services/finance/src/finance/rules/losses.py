"""How large is a loss, and who bears how much of it?"""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from contracts.base import half_up, total
from finance.model import Account
from finance.model.losses import AskedShare, Bearer, Loss
from finance.model.writeoffs import LostGoods
from finance.rules.amounts import split, valued

HUNDRED = Decimal(100)


def costs(template: str) -> bool:
    """What claims on suppliers and splits move says who bears a loss, not how large it is (R-268, F-25)."""
    return not template.startswith(("T12", "T17"))


def loss_total(accounts: Mapping[Account, Decimal], basis: Collection[Account], reported: Iterable[Decimal]) -> Decimal:
    """The loss of a case is what it left on the accounts of the basis, and what other books carry (R-268, F-52)."""
    return total(amount for account, amount in accounts.items() if account in basis) + total(reported)


def shares_not_whole(shares: Iterable[AskedShare]) -> bool:
    """The shares of a loss are a hundred percent together (R-268, I15, F-28)."""
    return total(share.percent for share in shares) != HUNDRED


def party_twice(shares: Collection[AskedShare]) -> bool:
    """A party has one share of a loss (F-28)."""
    return len({share.party for share in shares}) != len(shares)


def parts_of(amount: Decimal, shares: Iterable[AskedShare | Bearer], decimals: int) -> dict[str, Decimal]:
    """A loss is split by largest remainder, so that the parts are the whole (R-268, F-28)."""
    return split(amount, {share.party: share.percent for share in shares}, decimals)


def internal(shares: Collection[Bearer], supplier: str) -> dict[str, Decimal]:
    """What a supplier does not accept of his share goes back to the departments in their own ratio (F-25)."""
    if (supplier, "SUPPLIER") not in {(share.party, share.kind) for share in shares}:
        return {}
    return {share.party: share.percent for share in shares if share.kind == "DEPARTMENT"}


def moved_back(shares: Iterable[Bearer], supplier: str, parts: Mapping[str, Decimal]) -> tuple[Bearer, ...]:
    """What a supplier does not bear the departments bear, and nothing is lost between them (F-25, I15)."""
    given = total(parts.values())
    change = {**parts, supplier: -given}
    return tuple(share.but(moved=share.moved + change.get(share.party, Decimal(0))) for share in shares)


def given_up(shares: Iterable[Bearer], noted: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What suppliers refused stays refused, however a loss is split anew (F-25)."""
    return {**{share.party: -share.moved for share in shares if share.moved < 0}, **noted}


def borne_by(supplier: str, shares: Iterable[Bearer]) -> Decimal:
    """A supplier bears his share of a loss, less what the departments bear of it instead (F-25)."""
    return total(share.amount + share.moved for share in shares if (share.party, share.kind) == (supplier, "SUPPLIER"))


def refused(shares: Iterable[Bearer], supplier: str, given_up: Decimal, accepted: Decimal) -> Decimal:
    """A claim beyond a supplier's share takes nothing back of it: what he has accepted he bears (F-25, I15)."""
    return max(min(given_up, borne_by(supplier, shares) - accepted), Decimal(0))


def carried(loss: Loss, decimals: int) -> tuple[Bearer, ...]:
    """Of a new split's shares the departments bear what suppliers have refused of theirs already (F-25, F-28, I15)."""
    shares = loss.shares
    for share in shares:
        ratio = internal(shares, share.party)
        gone, taken = (told.get(share.party, Decimal(0)) for told in (loss.given_up, loss.accepted))
        rest = refused(shares, share.party, gone, taken)
        if ratio and rest:
            shares = moved_back(shares, share.party, split(rest, ratio, decimals))
    return tuple(share.but(carried=share.moved) for share in shares)


def lost_input_tax(goods: LostGoods, decimals: int) -> Decimal:
    """The input tax of material that is lost by mismanagement is no longer deductible (F-27)."""
    return half_up(goods.quantity * goods.material * goods.input_tax_percent / HUNDRED, decimals)


def lost_cost(goods: LostGoods, decimals: int) -> Decimal:
    """What is lost stands at its cost (F-27)."""
    return valued(goods.quantity, goods.unit_cost, decimals)


def written_down(carrying: Decimal, net_realisable: Decimal) -> Decimal:
    """Refurbished goods stand at no more than what they can be sold for; the rest is a loss (R-273, F-53)."""
    return max(carrying - net_realisable, Decimal(0))


def fine_of(offence: str, table: Mapping[str, Decimal | str]) -> tuple[Decimal, str] | None:
    """An offence of the configured table has a fine or a sanction of its own (R-282)."""
    if offence not in table:
        return None
    told = table[offence]
    return (told, "") if isinstance(told, Decimal) else (Decimal(0), told)


def claim_stage(amount: Decimal, accepted: Decimal, open_amount: Decimal) -> str:
    """A claim is accepted, accepted in part or refused by what the supplier takes of it (R-275, F-25)."""
    if accepted == amount:
        return "ACCEPTED"
    return "PARTLY" if accepted or open_amount else "REJECTED"
