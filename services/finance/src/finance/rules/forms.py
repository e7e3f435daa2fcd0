"""May it be asked for, where does it stand after an answer, and when is the platform asked again?"""

from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import Decimal

from finance.model import DocumentState, FormState, LineKind, Share
from finance.rules.documents import ALLOWANCE, RETURN, SERVICE_STOPPED, WRONG_INVOICE

S, F = DocumentState, FormState

# finance.md 5.2, and nothing beyond it.
MOVES = {
    S.DRAFT: {S.PENDING_APPROVAL, S.CANCELLED},
    S.PENDING_APPROVAL: {S.APPROVED, S.REJECTED, S.CANCELLED},
    S.APPROVED: {
        S.AWAITING_COUNTERPARTY,
        S.READY_TO_ISSUE,
        S.ISSUING,
        S.ISSUED,
        S.REJECTED,
        S.EXPIRED,
        S.CANCELLED,
        S.FAILED,
    },
    S.AWAITING_COUNTERPARTY: {S.READY_TO_ISSUE, S.ISSUING, S.REJECTED, S.EXPIRED, S.CANCELLED, S.ISSUED, S.FAILED},
    S.READY_TO_ISSUE: {S.ISSUING, S.CANCELLED, S.ISSUED},
    S.ISSUING: {S.ISSUED, S.FAILED, S.CANCELLED},
    S.ISSUED: {S.REVERSED},
    S.REVERSED: set[DocumentState](),
    S.REJECTED: {S.DRAFT, S.APPROVED, S.CANCELLED},
    S.EXPIRED: {S.APPROVED, S.CANCELLED},
    S.CANCELLED: set[DocumentState](),
    S.FAILED: {S.APPROVED, S.READY_TO_ISSUE, S.CANCELLED},
}
AFTER = {
    F.NO_CONFIRMATION: S.ISSUING,
    F.BUYER_TO_CONFIRM: S.AWAITING_COUNTERPARTY,
    F.SELLER_TO_CONFIRM: S.AWAITING_COUNTERPARTY,
    F.CONFIRMED: S.ISSUING,
    F.REFUSED_BY_BUYER: S.REJECTED,
    F.REFUSED_BY_SELLER: S.REJECTED,
    F.LAPSED: S.EXPIRED,
    F.WITHDRAWN: S.CANCELLED,
    F.WITHDRAWN_LATE: S.CANCELLED,
}
KEPT = {S.PENDING_APPROVAL, S.APPROVED, S.AWAITING_COUNTERPARTY, S.READY_TO_ISSUE, S.ISSUING, S.FAILED}
LIVE = {S.APPROVED, S.AWAITING_COUNTERPARTY, S.READY_TO_ISSUE, S.ISSUING}


def red_reason_unknown(reason: str) -> bool:
    """The tax bureau knows four reasons (F-42)."""
    return reason not in {WRONG_INVOICE, RETURN, SERVICE_STOPPED, ALLOWANCE}


def red_reason_kind(reason: str, kinds: Collection[LineKind]) -> bool:
    """Lines that are all services cannot come back, lines that are all goods cannot be stopped (F-42)."""
    return (reason == RETURN and "GOODS" not in kinds) or (reason == SERVICE_STOPPED and "SERVICE" not in kinds)


def red_reason_needs_full(reason: str, *, full: bool) -> bool:
    """A wrong invoice is flushed only in full (F-42)."""
    return reason == WRONG_INVOICE and not full


def awaiting_red_form(forms: int) -> bool:
    """A red invoice is booked when the tax platform has issued it, not when it is decided (F-40, F-41, I10)."""
    return forms > 0


def red_form_ended(documents: int) -> bool:
    """A decision whose forms were all refused, lapsed or withdrawn credits nothing: enter it anew, or decide (F-41)."""
    return documents == 0


def live_red_form(form: str, own: str) -> bool:
    """Only one red-letter form at a time is out on a blue invoice; after it the next is approved (F-41, I19)."""
    return form not in {"", own}


def may_move(before: DocumentState, after: DocumentState) -> bool:
    """A credit document moves only along the table of states (I10)."""
    return after in MOVES[before]


def stands_after(state: FormState) -> DocumentState | None:
    """What the bureau says of the form decides where the document stands; no answer decides nothing (F-40, F-41)."""
    return AFTER.get(state)


def still_reserved(state: DocumentState) -> bool:
    """What a document takes stays reserved until it is issued, refused, lapsed or cancelled (F-41)."""
    return state in KEPT


def form_has_ended(state: DocumentState) -> bool:
    """What was refused, has lapsed, or was not taken by the platform leads nowhere by itself any more (F-41, 5.2)."""
    return state is S.FAILED or not still_reserved(state)


def form_is_live(state: DocumentState, *, form: bool) -> bool:
    """A form blocks others on its blue invoice while it may still lead to a red invoice (I19)."""
    return form and state in LIVE


def form_mismatch(net: Decimal, tax: Decimal, ours: Share) -> bool:
    """A buyer's form is confirmed only when amount and tax are those of our document (finance.md 1.1)."""
    return (net, tax) != (ours.net, ours.tax)


def next_question(now: datetime, asked: int, first: int, longest: int, expires_at: datetime | None) -> datetime:
    """The platform is asked again after minutes that double, and at the moment when a form would lapse (F-41)."""
    again = now + timedelta(minutes=min(first * 2 ** min(asked, 20), longest))
    return min(again, expires_at) if expires_at is not None and expires_at > now else again
