"""May a decision be booked, and as what? The plan of a credit, and what holds it up."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from contracts.base import Reason, because
from contracts.policy import InForce
from contracts.rma import DecidedLine, DispositionDecided
from finance import rules
from finance.decide.books import About, Books
from finance.model import BlueLine, CustomerCredit, Policy, Settlement, Todo, Work
from finance.model.keys import line_key

EXCHANGE, ALLOWANCE, ADVANCE_SETTLED = "EXCHANGE", "ALLOWANCE", "ADVANCE_SETTLED"


class Piece(NamedTuple):
    """What is to be booked of one decided line: a quantity that came back, or an amount that is allowed."""

    line: DecidedLine
    blue: BlueLine | None
    quantity: Decimal
    allowance: Decimal | None

    @property
    def goodwill(self) -> bool:
        """Whether goods are credited without an original."""
        return self.blue is None and self.allowance is None


class Obstacle(NamedTuple):
    """Why a decision cannot be booked now, and who can do something about it."""

    reason: Reason
    worklist: tuple[Todo, ...]
    approver: str = ""


def blue_of(news: DispositionDecided, line: DecidedLine, lines: Mapping[str, BlueLine]) -> BlueLine | None:
    """Find the blue line that a decided line names."""
    return lines.get(line_key(news.entity, line.original.invoice, line.original.line)) if line.original else None


def is_allowance(news: DispositionDecided, line: DecidedLine) -> bool:
    """Tell whether money is allowed while nothing comes back."""
    return news.kind == ALLOWANCE or not line.goods


def planned(news: DispositionDecided, lines: Mapping[str, BlueLine], policy: InForce[Policy]) -> list[Piece]:
    """Say for each line what is to be booked."""
    tolerance = policy.values.quantity_tolerance_percent
    return [
        Piece(line, blue_of(news, line, lines), line.approved, amount)
        if (amount := allowance(news, line)) is not None
        else Piece(
            line,
            blue_of(news, line, lines),
            rules.quantity_to_book(line.approved, line.received, tolerance),
            None,
        )
        for line in news.lines
    ]


def allowance(news: DispositionDecided, line: DecidedLine) -> Decimal | None:
    """Give the amount that a line allows; none when goods come back."""
    if not is_allowance(news, line):
        return None
    return rules.allowance_amount(line.allowance, line.approved, line.unit_price)


def obstacle(
    settlement: Settlement, news: DispositionDecided, pieces: list[Piece], policy: InForce[Policy]
) -> Obstacle | None:
    """Say what holds a decision up: the quantities, then the amounts, then the originals, then the proofs."""
    return (
        _quantities(news, pieces, policy)
        or _amounts(pieces, policy)
        or _originals(news, pieces)
        or _proofs(settlement, pieces, policy)
    )


def _quantities(news: DispositionDecided, pieces: list[Piece], policy: InForce[Policy]) -> Obstacle | None:
    percent = policy.values.quantity_tolerance_percent
    if policy.values.over_tolerance_action == "HOLD":
        over = [
            line
            for line, _, _, amount in pieces
            if amount is None and rules.over_tolerance(line.approved, line.received, percent)
        ]
        if over:
            return Obstacle(
                because(rules.over_tolerance, policy.row("quantity_tolerance_percent")),
                tuple(
                    Todo(work=Work.QTY_OVER_TOLERANCE, line=line.line, quantity=line.received - line.approved)
                    for line in over
                ),
            )
    unknown = [
        line
        for line, _, _, amount in pieces
        if amount is not None and rules.allowance_unknown(line.allowance, goods=line.goods)
    ]
    return Obstacle(because(rules.allowance_unknown), todos(Work.AWAITING_APPROVAL, unknown)) if unknown else None


def _amounts(pieces: list[Piece], policy: InForce[Policy]) -> Obstacle | None:
    if not policy.values.compare_amounts:
        return None
    percent = policy.values.quantity_tolerance_percent
    dearer = [
        line
        for line, blue, _, amount in pieces
        if blue is not None and amount is None and rules.amount_differs(line.unit_price, blue.unit_price, percent)
    ]
    why = because(rules.amount_differs, policy.row("compare_amounts"))
    return Obstacle(why, todos(Work.AMOUNT_DIFFERS, dearer)) if dearer else None


def _originals(news: DispositionDecided, pieces: list[Piece]) -> Obstacle | None:
    lost = [
        line
        for line, blue, _, _ in pieces
        if (line.original is not None or line.replacement is not None)
        and rules.blue_required(blue, news.customer, news.currency)
    ]
    return Obstacle(because(rules.blue_required), todos(Work.FIND_BLUE, lost)) if lost else None


def _proofs(settlement: Settlement, pieces: list[Piece], policy: InForce[Policy]) -> Obstacle | None:
    recorded = [proof.kind for proof in settlement.evidence]
    for key, accepted, allowances in (
        ("return_evidence", policy.values.return_evidence, False),
        ("allowance_evidence", policy.values.allowance_evidence, True),
    ):
        lines = [p.line for p in pieces if p.blue is not None and (p.allowance is not None) is allowances]
        if lines and rules.certificate_missing(accepted, recorded):
            reason = because(rules.certificate_missing, policy.row(key))
            return Obstacle(reason, todos(Work.AWAITING_CERTIFICATE, lines))
    return None


def with_terms(policy: InForce[Policy], credit: CustomerCredit | None) -> InForce[Policy]:
    """Let a customer's own tolerance count before the company's (S3-D, R-261)."""
    if credit is None or credit.tolerance_percent is None:
        return policy
    values = policy.values.model_copy(update={"quantity_tolerance_percent": credit.tolerance_percent})
    return InForce(values, {**policy.rows, "quantity_tolerance_percent": "the customer's terms"})


def unrated(news: DispositionDecided, books: Books, pieces: list[Piece]) -> Obstacle | None:
    """Say that an amount without original has no rate in the books."""
    about = About(news.case_id, news.decision_id, news.entity, news.customer, news.currency)
    lost = [piece.line for piece in pieces if piece.blue is None]
    if lost and rules.rate_unknown(news.currency, books.functional_currency(about), books.rates.today):
        return Obstacle(because(rules.rate_unknown), todos(Work.FIND_BLUE, lost))
    return None


def todos(work: Work, lines: list[DecidedLine]) -> tuple[Todo, ...]:
    return tuple(Todo(work=work, line=line.line, quantity=line.received) for line in lines)
