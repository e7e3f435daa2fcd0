"""Goods are announced, stand on the dock, and are received for their case or wait in the unidentified queue."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from contracts.base import Event, because, total
from contracts.inspection import GoodsReceived, GoodsUnidentified, ReceivedLine, UnidentifiedLine
from contracts.policy import InForce
from contracts.rma import ReturnAuthorized
from inspection import rules
from inspection.model import (
    AlreadyIdentified,
    AlreadyReceived,
    ArrivedLine,
    DifferencesNotSigned,
    Identify,
    Inspection,
    Line,
    NotAnnounced,
    NotAuthorized,
    Obstacle,
    Policy,
    Receipt,
    ReceiptStatus,
    Receive,
    SignaturesMissing,
    Stage,
)

TEST_DUE = "test"
Taken = tuple[Inspection | None, Receipt, list[Event]]


def announce(news: ReturnAuthorized) -> Inspection:
    """Expect the goods of an authorized return."""
    return Inspection(
        case_id=news.case_id,
        stage=Stage.ANNOUNCED,
        rma_number=news.rma_number,
        customer=news.customer,
        scope=news.scope,
        expires_on=news.expires_on,
        lines=tuple(Line(line=line.line, item=line.item, announced=line.approved) for line in news.lines),
    )


def receive(
    receipt_id: str, said: Receive, inspection: Inspection | None, policy: InForce[Policy], now: datetime, actor: str
) -> Taken:
    """Take a parcel in for its case; one that has none waits in the unidentified queue.

    Raises:
        NotAuthorized: it has none, and the policy refuses such goods.
        Refused: see `accept`.
    """
    receipt = Receipt(
        receipt_id=receipt_id,
        status=ReceiptStatus.UNIDENTIFIED,
        rma_number=said.rma_number,
        lines=said.lines,
        signatures=said.signatures,
        differences_signed=said.differences_signed,
        received_by=actor,
        received_at=now,
        emergency_by=said.emergency_by,
        reason=because(rules.goods_not_announced),
    )
    match expected(inspection, said.rma_number, now):
        case Inspection() as waiting:
            return accept(waiting, receipt, policy, now)
        case Obstacle() as why:
            return queue(receipt, why, policy)


def identify(
    receipt: Receipt, said: Identify, inspection: Inspection | None, policy: InForce[Policy], now: datetime
) -> Taken:
    """Give a parcel that waits to its case, with what was not signed on the dock.

    Raises:
        AlreadyIdentified: it has its case.
        NotAuthorized: there is no such return, or it has lapsed.
        Refused: see `accept`.
    """
    if receipt.status is not ReceiptStatus.UNIDENTIFIED:
        raise AlreadyIdentified(f"This parcel belongs to {receipt.rma_number}.")
    signed = receipt.but(
        signatures=said.signatures or receipt.signatures,
        differences_signed=said.differences_signed or receipt.differences_signed,
    )
    match expected(inspection, said.rma_number, now):
        case Inspection() as waiting:
            return accept(waiting, signed, policy, now)
        case Obstacle() as why:
            raise NotAuthorized(why.words)


def expected(inspection: Inspection | None, rma_number: str, now: datetime) -> Inspection | Obstacle:
    """Find the return that these goods belong to, or say why there is none.

    Raises:
        AlreadyReceived: it has its goods.
    """
    if rules.goods_not_announced(announced=inspection is not None):
        named = f"under RMA number {rma_number}" if rma_number else "because the parcel bears no RMA number"
        why = because(rules.goods_not_announced)
        return Obstacle(reason=why, words=f"No authorized return is known {named}.")
    assert inspection is not None
    if inspection.stage is not Stage.ANNOUNCED:
        raise AlreadyReceived(f"The goods of {rma_number} were received before, as {inspection.receipt}.")
    if rules.authorization_lapsed(inspection.expires_on, now.date()):
        words = f"The authorization {rma_number} lapsed on {inspection.expires_on}."
        return Obstacle(reason=because(rules.authorization_lapsed), words=words)
    return inspection


def queue(receipt: Receipt, why: Obstacle, policy: InForce[Policy]) -> Taken:
    """Keep a parcel without a case, where the policy or a named person allows it (P-31).

    Raises:
        NotAuthorized: neither does.
    """
    row = policy.row("unauthorised_goods")
    if not rules.may_wait(policy.values.unauthorised_goods, receipt.emergency_by):
        raise NotAuthorized(f"{why.words} Such goods are not taken in ({row}).")
    reason = why.reason.but(policy=row)
    told = GoodsUnidentified(
        receipt_id=receipt.receipt_id,
        rma_number=receipt.rma_number,
        lines=tuple(UnidentifiedLine(item=line.item or "unknown", quantity=line.quantity) for line in receipt.lines),
        reason=reason,
    )
    words = f"{why.words} The parcel waits in the unidentified queue."
    return None, receipt.but(reason=reason, explanation=words), [told]


def accept(inspection: Inspection, receipt: Receipt, policy: InForce[Policy], now: datetime) -> Taken:
    """Take the goods in: counted, signed for twice, in quarantine, with the limit of their test (R-169 to R-179).

    Raises:
        SignaturesMissing: one of the two is not there.
        NotAnnounced: something came that this RMA number does not cover.
        DifferencesNotSigned: another quantity came, and nobody signed for that.
    """
    missing = rules.signatures_missing(receipt.signatures.quality, receipt.signatures.storage)
    if not rules.goods_accepted(missing):
        raise SignaturesMissing(f"The signature of {' and of '.join(missing)} is missing.")
    came = arrived(inspection.lines, receipt.lines)
    differs = rules.differs(inspection.lines, came)
    if differs and not receipt.differences_signed:
        raise DifferencesNotSigned
    values = policy.values
    lot = rules.needs_quality_test(total(came.values()), values.qa_lot_over, all_lots=values.qa_all_lots)
    inspection = inspection.but(
        stage=Stage.RECEIVED,
        receipt=receipt.receipt_id,
        lines=tuple(line.but(received=came[line.line]) for line in inspection.lines),
        quality_test=lot,
        deadlines=limit_of_test(values, now),
    )
    receipt = receipt.but(
        status=ReceiptStatus.ACCEPTED,
        rma_number=inspection.rma_number,
        case_id=inspection.case_id,
        reason=because(rules.goods_accepted),
        explanation="",
    )
    return inspection, receipt, [received(inspection, receipt, differs=differs)]


def arrived(announced: tuple[Line, ...], counted: Iterable[ArrivedLine]) -> dict[int, Decimal]:
    """Say how much came of each announced line.

    Raises:
        NotAnnounced: something came that no line takes.
    """
    came = {line.line: Decimal(0) for line in announced}
    for count in counted:
        takers = rules.takers(announced, count)
        if not takers:
            raise NotAnnounced(f"Not announced: {count.item or f'line {count.line}'}.")
        rooms = [max(line.announced - came[line.line], Decimal(0)) for line in takers]
        for line, share in zip(takers, rules.shares(count.quantity, rooms), strict=True):
            came[line.line] += share
    return came


def limit_of_test(values: Policy, now: datetime) -> dict[str, datetime]:
    """Set the moment in which the last day of the test ends; the database's clock judges it (R-179)."""
    if values.test_days is None:
        return {}
    return {TEST_DUE: datetime.combine(now.date() + timedelta(days=values.test_days + 1), time(), UTC)}


def received(inspection: Inspection, receipt: Receipt, *, differs: bool) -> GoodsReceived:
    """Tell the RMA office what came beside what was announced, and who has signed for it."""
    return GoodsReceived(
        case_id=inspection.case_id,
        rma_number=inspection.rma_number,
        receipt=inspection.receipt,
        lines=tuple(
            ReceivedLine(line=line.line, item=line.item, announced=line.announced, received=line.received)
            for line in inspection.lines
        ),
        differs=differs,
        received_by=receipt.received_by,
    )
