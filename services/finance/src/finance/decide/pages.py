"""What does a printed page look like? Plain HTML with a print stylesheet: a browser makes paper or PDF of it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from typing import NamedTuple

from finance import rules
from finance.decide.exports import chart_of, style_of
from finance.model import Document, DocumentType, IssuedPaper, JournalEntry, Policy
from finance.rules.presentation import red, shown

TITLES = {
    DocumentType.RED_INVOICE: "红字发票 Red invoice",
    DocumentType.CREDIT_NOTE: "Credit note",
    DocumentType.ALLOWANCE: "銷貨退回、進貨退出或折讓證明單 Allowance certificate",
    DocumentType.CREDIT_MEMO: "Credit memo",
    DocumentType.GOODWILL_MEMO: "Goodwill memo",
    DocumentType.COMMERCIAL_MEMO: "Commercial memo",
    DocumentType.DEBIT_NOTE: "Debit note",
    DocumentType.REPLACEMENT_INVOICE: "发票 Invoice",
    DocumentType.REPAIR_INVOICE: "维修发票 Repair invoice",
    DocumentType.DELIVERY_NOTE: "送货单 Delivery note",
}
# An allowance certificate has two parts, each signed and sealed (finance.md 4.2, S3-D).
PARTS = {DocumentType.ALLOWANCE: ("1 业务 Sales", "2 财务 Accounting")}
SIGNED = {DocumentType.ALLOWANCE: ("副总 Vice president", "总经理 General manager", "客户盖章 Customer's seal")}
STYLE = """
body { font: 11pt/1.4 "Noto Sans CJK SC", "Noto Sans", sans-serif; color: #111; }
section { max-width: 180mm; margin: 0 auto; page-break-after: always; }
section:last-of-type { page-break-after: auto; }
h1 { font-size: 16pt; margin: 0 0 4mm; }
dl { display: grid; grid-template-columns: 40mm auto; margin: 0 0 6mm; }
dt { color: #555; } dd { margin: 0; }
table { width: 100%; border-collapse: collapse; margin-bottom: 6mm; }
th, td { border-bottom: 1px solid #999; padding: 1mm 2mm; text-align: left; }
.n { text-align: right; font-variant-numeric: tabular-nums; } .red { color: #c00; }
.sign { display: flex; gap: 8mm; } .sign p { flex: 1; border-top: 1px solid #111; padding-top: 1mm; margin-top: 18mm; }
.copy { border: 2px solid #c00; color: #c00; display: inline-block; padding: 0 3mm; }
footer { color: #555; font-size: 8pt; overflow-wrap: anywhere; }
@page { size: A4; margin: 15mm; }
"""
BEHIND = "<!-- how often it was printed stands here -->"


class Parties(NamedTuple):
    """Between whom a document is."""

    seller: str
    buyer: str


def document(paper: Document, parties: Parties) -> str:
    """Write the page of a document, once for each of its parts; a red invoice is printed with a minus."""
    sign = -1 if paper.type is DocumentType.RED_INVOICE else 1
    head = {
        "No.": paper.number,
        "日期 Date": paper.issued_on.isoformat(),
        "原发票 Original": paper.original,
        "原因 Reason": paper.reason,
        "销售方 Seller": parties.seller,
        "购买方 Buyer": parties.buyer,
        "Case": paper.case_id,
    }
    rows = [
        (line.item, f"{line.quantity.normalize():f}" if line.quantity else "", sign * line.net, sign * line.tax)
        for line in paper.lines
    ]
    total = ("合计 Total", "", sign * paper.net, sign * paper.tax)
    due = f"<p><b>{escape(paper.currency)} {money(sign * paper.gross)}</b> {words(sign * paper.gross, paper)}</p>"
    body = [facts(head), table(("Item", "Quantity", "Net", "Tax"), [*rows, total]), due]
    return page(TITLES[paper.type], PARTS.get(paper.type, ("",)), body, SIGNED.get(paper.type, ()))


def words(amount: Decimal, paper: Document) -> str:
    """Write an amount of yuan out."""
    return rules.words.in_capitals(amount) if paper.currency == "CNY" else ""


def voucher(paper: IssuedPaper, values: Policy) -> str:
    """Write the journal voucher of a document: by account numbers, and red lines in red."""
    chart = chart_of(paper.document.entity, values)
    style = style_of(paper.document.entity, values)
    body = []
    for entry in paper.entries:
        head = {"凭证 Entry": entry.id, "日期 Posted": entry.posted_on.isoformat(), "Document": entry.document}
        body += [facts(head), table(("Account", "Role", "借 Debit", "贷 Credit"), posted(entry, style, chart))]
    return page("记账凭证 Journal voucher", ("",), body, ("制单 Made by", "审核 Checked by"))


def posted(entry: JournalEntry, style: str, chart: rules.charts.Chart | None) -> Iterable[tuple[object, ...]]:
    """Give the lines of an entry as they are shown, a red one with its minus on its own side."""
    for line in entry.lines:
        side, sign = shown(line, entry.lines, style)
        amount = sign * line.functional
        role = f"{line.account}[{line.department}]" if line.department else line.account
        sides = (amount, "") if side == "D" else ("", amount)
        yield (rules.charts.account_number(line.account, chart), role, *sides, red(line, entry.lines))


def facts(head: dict[str, str]) -> str:
    """Write what stands above the lines; what is not said is left out."""
    rows = (f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in head.items() if value)
    return f"<dl>{''.join(rows)}</dl>"


def table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write rows of texts and amounts; one that ends with True is red."""
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    lines = []
    for row in rows:
        cells = "".join(cell(value) for value in row if not isinstance(value, bool))
        lines.append(f"<tr class='red'>{cells}</tr>" if row[-1] is True else f"<tr>{cells}</tr>")
    return f"<table><tr>{head}</tr>{''.join(lines)}</table>"


def cell(value: object) -> str:
    """Write one cell."""
    if not isinstance(value, Decimal):
        return f"<td>{escape(str(value))}</td>"
    return f"<td class='n{' red' if value < 0 else ''}'>{money(value)}</td>"


def money(amount: Decimal) -> str:
    """Write an amount with its thousands apart."""
    return f"{amount:,f}"


def page(title: str, parts: Sequence[str], body: Sequence[str], signed: Sequence[str]) -> str:
    """Write the whole page."""
    sign = "".join(f"<p>{escape(who)}</p>" for who in signed)
    inside = f"{''.join(body)}<div class='sign'>{sign}</div>{BEHIND}"
    heads = (f"<h1>{escape(title)} {escape(part)}</h1>" for part in parts)
    sections = "".join(f"<section>{head}{inside}</section>" for head in heads)
    return (
        f"<!doctype html><html lang='zh'><head><meta charset='utf-8'><title>{escape(title)}</title>"
        f"<style>{STYLE}</style></head><body>{sections}</body></html>"
    )
