"""What leaves the house beside documents? A claim on a supplier, and the voucher by which a refund is paid out."""

from decimal import Decimal

from finance.decide import sheets
from finance.decide.pages import total_of
from finance.model import Refund
from finance.model.suppliers import SupplierClaim

AMOUNT = "金额 Amount"


def claim(sent: SupplierClaim, company: str) -> str:
    """Write what a supplier is asked to make good: an amount without tax, for he pays for nothing (F-25)."""
    head = {
        "编号 No.": sent.claim_id,
        "日期 Date": sent.sent_on.isoformat() if sent.sent_on else "",
        "索赔方 Claimant": company,
        "供应商 Supplier": sent.supplier,
        "案件 Case": sent.case_id,
        "退货单 RMA": sent.rma_number,
    }
    what = ("项目 Item", "质量损失赔偿 (不含税) Compensation for quality losses, without tax")
    body = asked_for(head, what, sent.amount, sent.currency)
    signed = (("制单 Made by", ""), ("供应商确认盖章 Confirmed by the supplier", ""))
    return sheets.page("供应商索赔单 Claim on a supplier", (), body, signed)


def payment(refund: Refund, company: str) -> str:
    """Write the voucher of a refund: who asked for it, who has signed, and where the money goes (T15)."""
    head = {
        "编号 No.": refund.refund_id,
        "付款方 Payer": company,
        "收款方 Payee": refund.customer,
        "收款账号 Bank account": refund.bank_account,
        "银行流水号 Bank reference": refund.bank_reference,
        "案件 Case": refund.case,
        "退货单 Return slip": refund.return_slip,
    }
    what = ("用途 Purpose", "退还客户贷方余额 Refund of the credit balance")
    body = asked_for(head, what, refund.amount, refund.currency)
    approved = [(f"审批 Approved by {each.level}".rstrip(), each.person) for each in refund.signatures]
    signed = (("申请 Requested by", refund.requested_by), *approved, ("出纳 Paid by", ""), ("签收 Received by", ""))
    return sheets.page("付款凭证 Payment voucher", (), body, signed)


def asked_for(head: dict[str, str], what: tuple[str, str], amount: Decimal, currency: str) -> list[str]:
    """Write one amount, in figures and in words, and what it is for."""
    title, purpose = what
    return [
        sheets.facts(head),
        sheets.table((title, f"{AMOUNT} {currency}"), [(purpose, amount)]),
        f"<p>{AMOUNT}: {total_of(amount, currency)}</p>",
    ]
