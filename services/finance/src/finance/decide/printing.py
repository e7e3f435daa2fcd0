"""When is a paper the first one, and when a copy? The page is archived with its hash when it is printed first."""

import hashlib
from html import escape

from finance.decide import pages
from finance.model import IssuedPaper, Policy
from finance.model.printing import PrintedPaper, Printing, PrintPaper


def key_of(asked: PrintPaper) -> str:
    """Name a printed paper."""
    return f"{asked.sheet}/{asked.entity}/{asked.number}"


def printed(
    known: PrintedPaper | None, asked: PrintPaper, paper: IssuedPaper, buyer: str, values: Policy, who: Printing
) -> PrintedPaper:
    """Print a paper: the first time its page is written, later ones repeat it."""
    if known is not None:
        return known.but(printings=(*known.printings, who))
    company = values.companies.get(asked.entity)
    parties = pages.Parties(company.name if company else asked.entity, buyer or paper.document.customer)
    page = pages.document(paper.document, parties) if asked.sheet == "DOCUMENT" else pages.voucher(paper, values)
    digest = hashlib.sha256(page.encode()).hexdigest()
    return PrintedPaper(key=key_of(asked), page=page, digest=digest, printings=(who,), **dict(asked))


def shown(paper: PrintedPaper, copy: int) -> str:
    """Give the page of one printing; every one but the first is marked as a copy."""
    printing = paper.printings[copy - 1]
    mark = f"<p class='copy'>副本 COPY {copy - 1}</p>" if copy > 1 else ""
    at = f"{printing.at:%Y-%m-%d %H:%M} UTC"
    foot = f"<footer>{escape(at)} {escape(printing.by)} · archived as sha256 {paper.digest}</footer>"
    return paper.page.replace(pages.BEHIND, mark + foot)
