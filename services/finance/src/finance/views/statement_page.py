"""A statement of account on paper: what the customer owes on a day, and how old it is."""

from collections.abc import Sequence
from datetime import date

from finance.decide import sheets
from finance.decide.pages import total_of
from finance.views.statement import Statement

TITLES = (
    "发票 Invoice", "日期 Date", "到期 Due", "逾期天数 Days overdue", "价税合计 Gross", "已付 Paid", "已红冲 Credited",
    "未付 Open",
)  # fmt: skip
AGES = {
    "not_due": "未到期 Not due",
    "days_1_30": "逾期 Overdue 1-30",
    "days_31_60": "逾期 Overdue 31-60",
    "days_61_90": "逾期 Overdue 61-90",
    "over_90": "逾期 Overdue >90",
}
UNAPPLIED = "未核销贷方余额 Credit not applied"


def page(statements: Sequence[Statement], company: str, customer: str, on: date) -> str:
    """Write it, each currency with its table, its ageing and its sum (F-51)."""
    head = {"核算主体 Company": company, "客户 Customer": customer, "截至 As of": on.isoformat()}
    body = [sheets.facts(head)]
    for one in statements:
        rows = [
            (
                row.invoice, row.issued_on.isoformat(), row.due_on.isoformat(), str(max(row.days_overdue, 0)),
                row.gross, row.paid, row.credited, row.open,
            )
            for row in one.items
        ]  # fmt: skip
        invoices = sheets.table(TITLES, rows, ("合计 Total", "", "", "", "", "", "", one.open)) if rows else ""
        ages = (*(AGES[name] for name in one.ageing), UNAPPLIED)
        body += [
            f"<h2>{one.currency}</h2>",
            invoices,
            sheets.table(ages, [(*one.ageing.values(), one.unapplied)]),
            f"<p>应收合计 Balance due: {total_of(one.total, one.currency)}</p>",
        ]
    if not statements:
        body.append("<p>无未结款项 Nothing is open.</p>")
    return sheets.page("对账单 Statement of account", (), body, (("核对盖章 Confirmed by the customer", ""),))
