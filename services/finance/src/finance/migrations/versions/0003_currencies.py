"""Each line in two currencies: the document's and that of the books; entries balance in both.

A balance that is not in the currency of the books carries what it stands at there. A credit balance may be overdrawn
as far as the customer's limit says, and what is promised to a refund is held back.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

COLUMNS = (
    "ALTER TABLE blue_invoice ADD COLUMN rate numeric NOT NULL DEFAULT 1 CHECK (rate > 0)",
    "ALTER TABLE blue_invoice ADD COLUMN open_functional numeric",
    "UPDATE blue_invoice SET open_functional = open_amount",
    "ALTER TABLE blue_invoice ALTER COLUMN open_functional SET NOT NULL",
    (
        "ALTER TABLE blue_invoice ADD CONSTRAINT open_carried CHECK (open_functional >= 0"
        " AND (open_amount > 0 OR open_functional = 0))"
    ),
    "ALTER TABLE customer_credit ADD COLUMN functional numeric",
    "UPDATE customer_credit SET functional = balance",
    "ALTER TABLE customer_credit ALTER COLUMN functional SET NOT NULL",
    "ALTER TABLE customer_credit ADD COLUMN reserved numeric NOT NULL DEFAULT 0",
    "ALTER TABLE customer_credit ADD COLUMN overdraft numeric NOT NULL DEFAULT 0 CHECK (overdraft >= 0)",
    "ALTER TABLE customer_credit DROP CONSTRAINT credit_not_negative",
    (
        "ALTER TABLE customer_credit ADD CONSTRAINT credit_within_limit"
        " CHECK (reserved >= 0 AND balance - reserved >= -overdraft)"
    ),
    "ALTER TABLE customer_credit ADD CONSTRAINT credit_carried CHECK (balance <> 0 OR functional = 0)",
    "ALTER TABLE journal_entry ADD COLUMN books_currency char(3)",
    "ALTER TABLE journal_line ADD COLUMN functional numeric",
)
KNOWN = (
    "UPDATE journal_entry SET books_currency = currency",
    "UPDATE journal_line SET functional = amount",
)
STRICT = (
    "ALTER TABLE journal_entry ALTER COLUMN books_currency SET NOT NULL",
    "ALTER TABLE journal_line ALTER COLUMN functional SET NOT NULL",
    "ALTER TABLE journal_line DROP CONSTRAINT journal_line_amount_check",
    # A difference of rates has no amount in the document's currency, a rounded cent none in that of the books.
    (
        "ALTER TABLE journal_line ADD CONSTRAINT line_has_an_amount"
        " CHECK (amount >= 0 AND functional >= 0 AND amount + functional > 0)"
    ),
)
BALANCES = """
CREATE OR REPLACE FUNCTION entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT coalesce(sum(n), 0) < 2 OR sum(functional) <> 0 OR bool_or(amount <> 0) FROM (
      SELECT count(*) AS n, sum(CASE side WHEN 'D' THEN amount ELSE -amount END) AS amount,
        sum(CASE side WHEN 'D' THEN functional ELSE -functional END) AS functional
      FROM journal_line WHERE entry = NEW.id GROUP BY currency) AS currencies) THEN
    RAISE EXCEPTION 'entry % does not balance', NEW.id USING ERRCODE = 'P0405';
  END IF;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Value what is there as it is: until now every document was in the currency of its books."""
    for statement in COLUMNS:
        op.execute(statement)
    for table in ("journal_entry", "journal_line"):
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER never_changes")
    for statement in KNOWN:
        op.execute(statement)
    for table in ("journal_entry", "journal_line"):
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER never_changes")
    for statement in (*STRICT, BALANCES):
        op.execute(statement)
