"""When is a paper the first one, and when a copy? The page is archived with its hash when it is printed first."""

import hashlib
from collections.abc import Callable
from html import escape

from finance.decide import notices, pages, sheets
from finance.model import Buyer, IssuedPaper, NoSuchPaper, Policy, Refund, RefundStage, Settlement
from finance.model.printing import PrintedPaper, Printing, PrintPaper
from finance.model.suppliers import SupplierClaim


def key_of(asked: PrintPaper) -> str:
    """Name a printed paper."""
    return f"{asked.sheet}/{asked.entity}/{asked.number}"


def page_of(asked: PrintPaper, paper: IssuedPaper, buyer: Buyer, values: Policy) -> str:
    """Write the page of an issued document or of its voucher."""
    if asked.sheet == "VOUCHER":
        return pages.voucher(paper, values)
    name = buyer.name or paper.document.customer
    return pages.document(paper.document, pages.Parties(company_of(asked.entity, values), named(name, buyer.tax_id)))


def slip_of(asked: PrintPaper, settlement: Settlement, values: Policy) -> str:
    """Write the page of a return slip or an allowance certificate, as the case stands now.

    Raises:
        NoSuchPaper: the decision that is asked for has no such paper, or is not the one in force.
    """
    paper = next((each for each in settlement.papers if each.kind == asked.sheet), None)
    if paper is None or (settlement.entity, settlement.decision_id) != (asked.entity, asked.number):
        raise NoSuchPaper
    return pages.slip(paper, settlement, company_of(asked.entity, values))


def claim_of(asked: PrintPaper, claim: SupplierClaim, values: Policy) -> str:
    """Write the page of a claim on a supplier, as it was sent.

    Raises:
        NoSuchPaper: it is another company's, or not sent yet.
    """
    if claim.entity != asked.entity or claim.stage == "DRAFT":
        raise NoSuchPaper
    return notices.claim(claim, company_of(asked.entity, values))


def payment_of(asked: PrintPaper, refund: Refund, values: Policy) -> str:
    """Write the voucher by which a refund is paid out.

    Raises:
        NoSuchPaper: it is another company's, not approved yet, or not to be paid any more.
    """
    if refund.entity != asked.entity or refund.stage not in {RefundStage.APPROVED, RefundStage.SENT, RefundStage.PAID}:
        raise NoSuchPaper
    return notices.payment(refund, company_of(asked.entity, values))


def company_of(entity: str, values: Policy) -> str:
    """Name a legal entity as its documents do."""
    company = values.companies.get(entity)
    return named(company.name, company.tax_id) if company else entity


def named(name: str, tax_id: str) -> str:
    """Write a name with the tax number behind it, where there is one."""
    return f"{name} · 税号 Tax No. {tax_id}" if tax_id else name


def printed(known: PrintedPaper | None, asked: PrintPaper, write: Callable[[], str], who: Printing) -> PrintedPaper:
    """Print a paper: the first time its page is written, later ones repeat it."""
    if known is not None:
        return known.but(printings=(*known.printings, who))
    page = write()
    digest = hashlib.sha256(page.encode()).hexdigest()
    return PrintedPaper(key=key_of(asked), page=page, digest=digest, printings=(who,), **dict(asked))


def shown(paper: PrintedPaper, copy: int) -> str:
    """Give the page of one printing; every one but the first is marked as a copy."""
    printing = paper.printings[copy - 1]
    mark = f"<p class='copy' data-mark='副本 COPY'>副本 COPY {copy - 1}</p>" if copy > 1 else ""
    at = f"{printing.at:%Y-%m-%d %H:%M} UTC"
    foot = f"<footer>{escape(at)} {escape(printing.by)} · archived as sha256 {paper.digest}</footer>"
    return paper.page.replace(sheets.BEHIND, mark + foot)
