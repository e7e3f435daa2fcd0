"""Where is kept what was paid on blue invoices?"""

import sqlalchemy as sa

from finance.storage import AMOUNT, metadata

payments = sa.Table(
    "invoice_payment",
    metadata,
    *(sa.Column(name, sa.Text) for name in ("id", "entity", "invoice", "customer", "currency", "reference")),
    sa.Column("amount", AMOUNT),
    sa.Column("paid_on", sa.Date),
)
