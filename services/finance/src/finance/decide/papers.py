"""When are the papers of a return or an allowance where they have to be?"""

from datetime import date
from decimal import Decimal

from contracts.base import because, half_up
from contracts.policy import InForce
from contracts.rma import DispositionDecided
from finance import rules
from finance.decide.credit import Obstacle, Piece, todos
from finance.model import HandOver, NoSuchPart, Paper, PaperLine, PaperPart, Policy, Settlement, Work


def written(
    settlement: Settlement, news: DispositionDecided, pieces: list[Piece], policy: InForce[Policy], today: date
) -> Settlement:
    """Write the papers of a decision; what was handed over of an earlier one of the same kind stays handed over."""
    values = policy.values
    if not values.paper_parts:
        return settlement
    kinds = rules.paper_kinds(
        returned=any(piece.allowance is None for piece in pieces),
        allowed=any(piece.allowance is not None for piece in pieces),
        printed=values.paper_parts,
    )
    before = {paper.kind: paper for paper in settlement.papers}
    papers = []
    for kind in kinds:
        parts = before[kind].parts if kind in before else fresh(values.paper_parts[kind], news, today)
        papers.append(
            Paper(
                kind=kind,
                number=news.rma_number,
                disposition=news.kind,
                basis=news.reason.rule or news.reason.code,
                parts=parts,
                lines=tuple(line_of(piece, values, news.currency) for piece in pieces),
            )
        )
    return settlement.but(papers=tuple(papers))


def fresh(holders: tuple[str, ...], news: DispositionDecided, today: date) -> tuple[PaperPart, ...]:
    """Number the parts; the first one stays with whoever decided."""
    return tuple(
        PaperPart(no=no, holder=holder, handed_on=today, handed_by=news.decided_by)
        if no == 1
        else PaperPart(no=no, holder=holder)
        for no, holder in enumerate(holders, 1)
    )


def line_of(piece: Piece, values: Policy, currency: str) -> PaperLine:
    """Write a line: what was approved beside what came, and what it is worth."""
    line = piece.line
    actual = line.received if piece.allowance is None else line.approved
    return PaperLine(
        line=line.line,
        item=line.item,
        approved=line.approved,
        actual=actual,
        unit_price=line.unit_price,
        amount=worth(piece, actual, values.decimals.get(currency, 2)),
        reason=line.reason,
        becomes=line.becomes,
    )


def worth(piece: Piece, actual: Decimal, decimals: int) -> Decimal:
    """Say what a line is worth: at the price of its original so much as is left of that, as it will be credited."""
    line, blue = piece.line, piece.blue
    if piece.allowance is not None:
        return half_up(piece.allowance, decimals)
    if blue is None or line.unit_price != blue.unit_price:
        return rules.valued(actual, line.unit_price, decimals)
    rest = rules.disputes.unreserved(blue)
    share = rules.disputes.asked_of(rest, actual, None, blue.price_mode, blue.decimals)
    return share.gross if blue.price_mode == "INCLUSIVE" else share.net


def missing(settlement: Settlement, pieces: list[Piece], policy: InForce[Policy]) -> Obstacle | None:
    """Say that accounting does not have its part yet."""
    if any(rules.paper_missing(paper.parts) for paper in settlement.papers):
        reason = because(rules.paper_missing, policy.row("paper_parts"))
        return Obstacle(reason, todos(Work.AWAITING_CERTIFICATE, [piece.line for piece in pieces]))
    return None


def handed_over(settlement: Settlement, asked: HandOver, today: date, actor: str) -> Settlement:
    """Note that a part has got to its holder.

    Raises:
        NoSuchPart: there is no such paper, or no part of it is on its way to that holder.
    """
    paper = next((each for each in settlement.papers if each.kind == asked.paper), None)
    part = rules.part_of(paper.parts, asked.holder) if paper else None
    if paper is None or part is None:
        raise NoSuchPart
    moved = part.but(handed_on=today, handed_by=actor)
    parts = tuple(moved if each.no == part.no else each for each in paper.parts)
    papers = tuple(paper.but(parts=parts) if each.kind == paper.kind else each for each in settlement.papers)
    return settlement.but(papers=papers)
