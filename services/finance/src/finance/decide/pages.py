"""What stands on the sheet of a document, of its voucher, and of a return slip or an allowance certificate?"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from html import escape
from typing import NamedTuple

from finance import rules
from finance.decide import sheets
from finance.decide.exports import chart_of, style_of
from finance.model import Document, DocumentType, IssuedPaper, JournalEntry, Paper, Policy, Settlement
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
# Who signs a return slip or a certificate, by the level (S3-D); the customer puts his seal on a certificate.
LEVELS = {"vice-president": "副总 Vice president", "general-manager": "总经理 General manager"}
SEAL = "客户盖章 Customer's seal"
# An allowance certificate has two parts, each signed and sealed (finance.md 4.2, S3-D).
PARTS = {DocumentType.ALLOWANCE: ("业务 Sales", "财务 Accounting")}
SIGNED = {DocumentType.ALLOWANCE: (*((name, "") for name in LEVELS.values()), (SEAL, ""))}
# What the tax bureau's reasons of a red invoice say (F-01, F-06).
REASONS = {
    "01": "开票有误 wrong invoice",
    "02": "销货退回 return",
    "03": "服务中止 service stopped",
    "04": "销售折让 allowance",
}


# For whom the parts of slips and certificates are; a holder that the policy names otherwise is printed as it is there.
HOLDERS = {
    "business": "业务 Business",
    "warehouse": "成品仓库 Finished-goods warehouse",
    "accounting": "财务 Accounting",
}
SLIPS = {
    "RETURN_SLIP": "成品退货单 Finished-goods return slip",
    "ALLOWANCE_CERTIFICATE": "销货折让证明单 Allowance certificate",
}
SLIP = (
    "品号 Item", "原因 Reason", "处置 Becomes", "核准数量 Approved", "实际数量 Actual",
    "单价 Unit price", "金额 Amount",
)  # fmt: skip
ZERO = Decimal(0)
Posted = tuple[str, str, Decimal | str, Decimal | str, bool]


class Parties(NamedTuple):
    """Between whom a document is."""

    seller: str
    buyer: str


def document(paper: Document, parties: Parties) -> str:
    """Write the page of a document, once for each of its parts; a red invoice is printed with a minus."""
    of_red = paper.type is DocumentType.RED_INVOICE
    sign = -1 if of_red else 1
    head = {
        "编号 No.": paper.number,
        "日期 Date": paper.issued_on.isoformat(),
        "原发票 Original invoice": paper.original,
        "原因 Reason": f"{paper.reason} {REASONS.get(paper.reason, '')}" if of_red else paper.reason,
        "销售方 Seller": parties.seller,
        "购买方 Buyer": parties.buyer,
        "案件 Case": paper.case_id,
    }
    rows = [(line.item, counted(sign * line.quantity), sign * line.net, sign * line.tax) for line in paper.lines]
    total = ("合计 Total", "", sign * paper.net, sign * paper.tax)
    due = f"<p>价税合计 Net and tax: {total_of(sign * paper.gross, paper.currency)}</p>"
    titles = ("项目 Item", "数量 Quantity", f"金额 Net {paper.currency}", f"税额 Tax {paper.currency}")
    body = [sheets.facts(head), sheets.table(titles, rows, total), due]
    title = "退货单 Return note" if paper.takes_back and not paper.gross else TITLES[paper.type]
    return sheets.page(title, PARTS.get(paper.type, ()), body, SIGNED.get(paper.type, ()))


def counted(quantity: Decimal) -> Decimal | str:
    """Write a quantity without the zeros behind it; an amount alone has none."""
    return Decimal(f"{quantity.normalize():f}") if quantity else ""


def total_of(amount: Decimal, currency: str) -> str:
    """Write what a document comes to; yuan are written out as well."""
    words = rules.words.in_capitals(amount) if currency == "CNY" else ""
    return f"<b>{escape(currency)} {sheets.money(amount)}</b> {words}"


def voucher(paper: IssuedPaper, values: Policy) -> str:
    """Write the journal voucher of a document: by account numbers, and red lines in red."""
    chart = chart_of(paper.document.entity, values)
    style = style_of(paper.document.entity, values)
    body = []
    for entry in paper.entries:
        head = {
            "凭证 Entry": entry.id,
            "日期 Posted": entry.posted_on.isoformat(),
            "单据 Document": entry.document,
            "核算主体 Entity": entry.entity,
            "往来单位 Customer": entry.customer,
        }
        rows = list(posted(entry, style, chart))
        debit, credit = (added([row[n] for row in rows]) for n in (2, 3))
        money = entry.books_currency
        titles = ("科目 Account", "用途 Role", f"借方 Debit {money}", f"贷方 Credit {money}")
        body += [sheets.facts(head), sheets.table(titles, rows, ("合计 Total", "", debit, credit))]
    return sheets.page("记账凭证 Journal voucher", (), body, (("制单 Made by", ""), ("审核 Checked by", "")))


def added(column: Iterable[object]) -> Decimal | str:
    """Add a column of amounts up; one without any stays empty."""
    amounts = [each for each in column if isinstance(each, Decimal)]
    return sum(amounts, ZERO) if amounts else ""


def posted(entry: JournalEntry, style: str, chart: rules.charts.Chart | None) -> Iterable[Posted]:
    """Give the lines of an entry as they are shown, a red one with its minus on its own side."""
    for line in entry.lines:
        side, sign = shown(line, entry.lines, style)
        amount = sign * line.functional
        role = f"{line.account}[{line.department}]" if line.department else line.account
        sides = (amount, "") if side == "D" else ("", amount)
        yield (rules.charts.account_number(line.account, chart), role, *sides, red(line, entry.lines))


def slip(paper: Paper, settlement: Settlement, company: str) -> str:
    """Write a return slip or an allowance certificate of a case: each part says for whom it is (R-161, S3-D)."""
    decision, currency = settlement.decision, settlement.currency
    sold = {line.line: line.original.invoice for line in decision.lines if line.original} if decision else {}
    head = {
        "编号 No.": paper.number,
        "案件 Case": settlement.decision_id,
        "公司 Company": company,
        "客户 Customer": settlement.customer,
        "原发票 Original invoice": ", ".join(sorted(set(sold.values()))),
        "处理方式 Disposition": paper.disposition,
        "依据 Basis": paper.basis,
    }
    rows = [
        (
            of_several(line.item, sold.get(line.line, ""), sold), line.reason, line.becomes,
            counted(line.approved) or ZERO, counted(line.actual) or ZERO, line.unit_price, line.amount,
        )
        for line in paper.lines
    ]  # fmt: skip
    amount = sum((line.amount for line in paper.lines), ZERO)
    total = ("合计 Total", "", "", "", "", "", amount)
    due = f"<p>金额 Amount: {total_of(amount, currency)}</p>"
    parts = [HOLDERS.get(part.holder, part.holder) for part in paper.parts]
    body = [sheets.facts(head), sheets.table(SLIP, rows, total), due]
    return sheets.page(SLIPS[paper.kind], parts, body, signed(paper, settlement))


def of_several(item: str, invoice: str, sold: Mapping[int, str]) -> str:
    """Write an item with its invoice, where the lines of a paper are of more than one."""
    return f"{item} ({invoice})" if invoice and len(set(sold.values())) > 1 else item


def signed(paper: Paper, settlement: Settlement) -> list[tuple[str, str]]:
    """Give who signs a slip or a certificate, and who of them has."""
    names = {each.level: each.person for each in settlement.signatures}
    last = "仓库签收 Received by the warehouse" if paper.kind == "RETURN_SLIP" else SEAL
    return [*((name, names.get(level, "")) for level, name in LEVELS.items()), (last, "")]
