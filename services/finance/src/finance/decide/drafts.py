"""A credit that somebody drafts by hand: checked, signed for by others, then issued as the law of the place asks."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from contracts.policy import InForce
from contracts.rma import DecidedLine
from finance import rules
from finance.decide import approvals, documents, forms
from finance.decide.approvals import Signer
from finance.decide.books import ZERO, Books
from finance.decide.documents import Moved
from finance.model import (
    AskedCredit,
    BlueInvoice,
    BlueLine,
    BlueRequired,
    CertificateMissing,
    CreditDocument,
    CreditExceedsRemaining,
    DocumentState,
    DraftCredit,
    Effect,
    LineTwice,
    NotPossibleInThisState,
    PlannedLine,
    Policy,
    RedReasonKind,
    RedReasonNeedsFull,
    Share,
)
from finance.model.keys import credit_key

S = DocumentState
ANYBODY = ""


def draft(document_id: str, asked: DraftCredit, books: Books, policy: InForce[Policy], actor: str) -> CreditDocument:
    """Draft a credit of one blue invoice; it moves nothing yet (F-42).

    Raises:
        BlueRequired: the invoice or a line of it is not known.
        LineTwice: a line is named twice.
        RedReasonKind: the reason does not fit what is credited.
        RedReasonNeedsFull: a wrong invoice is flushed only in full.
        CreditExceedsRemaining: so much is not left.
        QtyNotPositive: a quantity is not above zero.
        AmountNotPositive: an amount is not above zero.
    """
    books.under(asked.entity, policy.values)
    [invoice] = books.invoices.values() or [None]
    blues = {line.line: line for line in books.lines.values()}
    if invoice is None or any(line.line not in blues for line in asked.lines):
        raise BlueRequired
    if len({line.line for line in asked.lines}) < len(asked.lines):
        raise LineTwice
    shares = {blues[line.line].id: share_of(line, blues[line.line]) for line in asked.lines}
    reason = checked_reason(asked, blues.values(), shares, books)
    return CreditDocument(
        document_id=document_id,
        state=S.DRAFT,
        case_id=document_id,
        decision_id=document_id,
        entity=asked.entity,
        customer=invoice.customer,
        currency=invoice.currency,
        scope=asked.scope,
        invoice=asked.invoice,
        blue_invoice=invoice.id,
        reason=reason,
        by_hand=True,
        full=whole(blues.values(), shares),
        lines=tuple(planned(books.lines[key], share) for key, share in shares.items()),
        blue_lines=tuple(shares),
        credit=credit_key(asked.entity, invoice.customer, invoice.currency),
        proofs=asked.proofs,
        made_by=actor,
    )


def share_of(asked: AskedCredit, blue: BlueLine) -> Share:
    """Give what is credited of a line: so many pieces, such an amount, or all that is left.

    Raises:
        CreditExceedsRemaining: so much is not left, or nothing at all.
        QtyNotPositive: a quantity is not above zero.
        AmountNotPositive: an amount is not above zero.
    """
    rest = rules.left(blue)
    if asked.amount is not None:
        return rules.allowed(rest, asked.amount, blue.price_mode, blue.decimals)
    if (asked.quantity is None and not rest.quantity) or not rest.gross:
        raise CreditExceedsRemaining(f"Nothing is left of {blue.invoice}/{blue.line}.")
    quantity = rest.quantity if asked.quantity is None else asked.quantity
    return rules.returned(rest, quantity, blue.price_mode, blue.decimals)


def checked_reason(asked: DraftCredit, blues: Collection[BlueLine], shares: Mapping[str, Share], books: Books) -> str:
    """Give the reason, which has to fit where the tax bureau asks for one.

    Raises:
        RedReasonKind: goods cannot stop, services cannot come back.
        RedReasonNeedsFull: a wrong invoice is flushed only in full.
    """
    kinds = {blue.kind for blue in blues if blue.id in shares}
    allowance = any(line.amount is not None for line in asked.lines)
    reason = asked.reason or rules.red_reason("GOODS" if "GOODS" in kinds else "SERVICE", allowance=allowance)
    if books.law.reasons and (rules.red_reason_unknown(reason) or rules.red_reason_kind(reason, kinds)):
        raise RedReasonKind
    if books.law.reasons and rules.red_reason_needs_full(reason, full=whole(blues, shares)):
        raise RedReasonNeedsFull
    return reason


def whole(blues: Collection[BlueLine], shares: Mapping[str, Share]) -> bool:
    """Tell whether every line of the invoice is credited as it was sold."""
    return all(shares.get(blue.id) == (blue.quantity, blue.net, blue.tax) for blue in blues)


def planned(blue: BlueLine, share: Share) -> PlannedLine:
    """Plan one line."""
    line = DecidedLine(
        line=blue.line, item=blue.item, approved=share.quantity, received=ZERO, unit_price=blue.unit_price
    )
    return PlannedLine(line=line, blue=blue.id, quantity=share.quantity, net=share.net, tax=share.tax)


def submit(document: CreditDocument, books: Books, policy: InForce[Policy]) -> Moved:
    """Reserve what a draft takes and ask for the signatures (F-36); one that was refused may be submitted again.

    Raises:
        NotPossibleInThisState: it is no draft.
        CertificateMissing: one of the accepted proofs is needed.
        CreditExceedsRemaining: so much is not left any more.
    """
    books.under(document.entity, policy.values)
    if not document.by_hand or document.form is not None or document.state not in {S.DRAFT, S.REJECTED}:
        raise NotPossibleInThisState(f"It is {document.state}.")
    allowance = effect(document) is Effect.ALLOWANCE
    accepted = policy.values.allowance_evidence if allowance else policy.values.return_evidence
    if rules.certificate_missing(accepted, document.proofs):
        raise CertificateMissing
    return Moved(forms.moved(document.but(state=S.DRAFT, signatures=()), S.PENDING_APPROVAL, books))


def effect(document: CreditDocument) -> Effect:
    """Say by which row of the matrix it is signed for."""
    allowance = document.reason == rules.red_reason("GOODS", allowance=True)
    return Effect.ALLOWANCE if allowance else Effect.CREDIT


def unsigned(document: CreditDocument, amount: Decimal, policy: InForce[Policy]) -> tuple[str, ...]:
    """Give the levels that have not signed: those of the matrix, and where it says nothing, a second person."""
    matrix: approvals.Matrix = {effect(document): {ZERO: (ANYBODY,)}, **policy.values.approval_matrix}
    return approvals.missing(document.signatures, [effect(document)], amount, matrix)


def approve(document: CreditDocument, books: Books, policy: InForce[Policy], signer: Signer) -> Moved:
    """Sign for a credit document; with the last signature it is issued, or goes to the tax platform (F-36).

    Raises:
        NotPossibleInThisState: it does not wait for a signature.
        FourEyes: the signer has drafted it, or has signed.
        ApproverLevelTooLow: another level has to sign.
    """
    books.under(document.entity, policy.values)
    if document.state is not S.PENDING_APPROVAL:
        raise NotPossibleInThisState(f"It is {document.state}.")
    amount = in_books(document, books.invoices[document.blue_invoice])
    signed = approvals.signed(
        document.signatures,
        lambda signatures: unsigned(document.but(signatures=signatures), amount, policy),
        [document.made_by],
        signer,
        amount,
    )
    after = document.but(signatures=signed.signatures)
    if signed.left:
        return Moved(after)
    approved = forms.moved(after, S.APPROVED, books)
    if books.law.handshake == "NONE":
        return documents.book(approved, "", None, books, policy)
    return Moved(forms.start_if_free(approved, books, policy.values))


def in_books(document: CreditDocument, invoice: BlueInvoice) -> Decimal:
    """Give the gross amount in the currency of the books, at the rate of the invoice."""
    return (document.net + document.tax) * invoice.rate


def reject(document: CreditDocument, books: Books, policy: InForce[Policy]) -> Moved:
    """Refuse to sign: what was reserved is free again.

    Raises:
        NotPossibleInThisState: it does not wait for a signature.
    """
    books.under(document.entity, policy.values)
    if document.state is not S.PENDING_APPROVAL:
        raise NotPossibleInThisState(f"It is {document.state}.")
    return Moved(forms.moved(document, S.REJECTED, books))
