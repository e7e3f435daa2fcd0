"""Which tables are there? Money has columns of its own, with the constraints of migration 0001 on them."""

from typing import Any

import sqlalchemy as sa

from servicekit.schema import aggregate_table, asked_for

metadata = sa.MetaData()
AMOUNT = QUANTITY = sa.Numeric()


def _table(name: str, **columns: Any) -> sa.Table:
    return sa.Table(name, metadata, *(sa.Column(column, kind) for column, kind in columns.items()))


settlements = aggregate_table("settlement", metadata, asked_for("stage"), asked_for("customer"))
claims = aggregate_table("claim", metadata, asked_for("customer"))
refunds = aggregate_table("refund", metadata, asked_for("stage"), asked_for("customer"))
delegations = aggregate_table("delegation", metadata)
proposals = aggregate_table("proposal", metadata, asked_for("stage"), asked_for("customer"), asked_for("case"))
numbers = aggregate_table("numbers", metadata)
pending = aggregate_table(
    "pending_credit", metadata, *(asked_for(n) for n in ("state", "case_id", "entity", "invoice"))
)
inbound = aggregate_table("inbound_form", metadata, *(asked_for(n) for n in ("state", "entity", "invoice")))
uploads = aggregate_table("upload", metadata, *(asked_for(n) for n in ("state", "case_id", "entity")))
reversals = aggregate_table("reversal", metadata, asked_for("case_id"))
blue_invoices = _table(
    "blue_invoice",
    id=sa.Text, entity=sa.Text, invoice=sa.Text, customer=sa.Text, currency=sa.Text,
    issued_at=sa.TIMESTAMP(timezone=False), content=sa.Text, open_amount=AMOUNT,
    rate=AMOUNT, open_functional=AMOUNT, gross=AMOUNT, buyer=sa.Text, form=sa.Text,
    due_on=sa.Date, salesperson=sa.Text, opened=AMOUNT,
)  # fmt: skip
blue_lines = _table(
    "blue_line",
    id=sa.Text, entity=sa.Text, invoice=sa.Text, line=sa.Integer, customer=sa.Text, currency=sa.Text,
    issued_at=sa.TIMESTAMP(timezone=False), shelf=sa.Text, item=sa.Text, kind=sa.Text, price_mode=sa.Text,
    decimals=sa.Integer, unit_price=AMOUNT, unit_cost=AMOUNT, quantity=QUANTITY, net=AMOUNT, tax=AMOUNT,
    tax_code=sa.Text,
    reserved_quantity=QUANTITY, reserved_net=AMOUNT, reserved_tax=AMOUNT,
    credited_quantity=QUANTITY, credited_net=AMOUNT, credited_tax=AMOUNT,
    kept_net=AMOUNT, kept_tax=AMOUNT,
)  # fmt: skip
credit_balances = _table(
    "customer_credit",
    id=sa.Text, entity=sa.Text, customer=sa.Text, currency=sa.Text, balance=AMOUNT, functional=AMOUNT,
    reserved=AMOUNT, overdraft=AMOUNT, tolerance_percent=AMOUNT, bank_account=sa.Text,
)  # fmt: skip
documents = _table(
    "credit_document",
    id=sa.Text, entity=sa.Text, type=sa.Text, series=sa.Text, no=sa.Integer, number=sa.Text, case_id=sa.Text,
    decision_id=sa.Text, customer=sa.Text, currency=sa.Text, reason=sa.Text, original=sa.Text, issued_on=sa.Date,
    net=AMOUNT, tax=AMOUNT, seq=sa.BigInteger,
)  # fmt: skip
document_lines = _table(
    "credit_document_line",
    document=sa.Text, no=sa.Integer, item=sa.Text, blue_line=sa.Text, quantity=QUANTITY, net=AMOUNT, tax=AMOUNT,
)  # fmt: skip
entries = _table(
    "journal_entry",
    id=sa.Text, entity=sa.Text, case_id=sa.Text, template=sa.Text, document=sa.Text, customer=sa.Text,
    currency=sa.Text, books_currency=sa.Text, posted_on=sa.Date, service_on=sa.Date, adjusting=sa.Boolean, run=sa.Text,
    reverses=sa.Text, seq=sa.BigInteger,
)  # fmt: skip
entry_lines = _table(
    "journal_line",
    entry=sa.Text, no=sa.Integer, side=sa.Text, account=sa.Text, currency=sa.Text, amount=AMOUNT, functional=AMOUNT,
    department=sa.Text,
)  # fmt: skip
