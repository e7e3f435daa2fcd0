"""Due dates, payments on blue invoices, batches for the general ledger, and indexes of what is on worklists.

A batch never changes, an entry is in one batch at most, and of that only what the ERP says may move.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

SCRIPT = """
ALTER TABLE blue_invoice ADD COLUMN due_on date, ADD COLUMN salesperson text NOT NULL DEFAULT '',
  ADD COLUMN opened numeric;
UPDATE blue_invoice b SET opened = open_amount + (SELECT coalesce(sum(l.amount), 0) FROM credit_document d
  JOIN journal_entry e ON e.entity = d.entity AND e.document = d.number AND e.template IN ('T1', 'T5')
  JOIN journal_line l ON l.entry = e.id AND l.account = 'AR' AND l.side = 'C'
  WHERE d.entity = b.entity AND d.original = b.invoice);
CREATE INDEX blue_invoice_customer ON blue_invoice (customer, entity);
CREATE TABLE invoice_payment (
  id text PRIMARY KEY, entity text NOT NULL, invoice text NOT NULL, customer text NOT NULL, currency char(3) NOT NULL,
  reference text NOT NULL, amount numeric NOT NULL CHECK (amount > 0), paid_on date NOT NULL,
  CONSTRAINT one_payment_per_reference UNIQUE (entity, invoice, reference));
CREATE TABLE export_batch (
  id text PRIMARY KEY, entity text NOT NULL, style text NOT NULL CHECK (style IN ('OPPOSITE', 'RED')),
  made_by text NOT NULL, made_at timestamptz NOT NULL, entries integer NOT NULL CHECK (entries > 0),
  lines integer NOT NULL, debit numeric NOT NULL, credit numeric NOT NULL, hash text NOT NULL, content text NOT NULL,
  CONSTRAINT batch_balances CHECK (debit = credit));
CREATE TABLE exported_entry (
  id text PRIMARY KEY REFERENCES journal_entry (id), batch text NOT NULL REFERENCES export_batch (id),
  state text NOT NULL CHECK (state IN ('PENDING', 'ACKNOWLEDGED', 'REJECTED')), erp_number text NOT NULL,
  answer text NOT NULL, answered_at timestamptz,
  CONSTRAINT acknowledged_with_a_number CHECK ((state = 'ACKNOWLEDGED') = (erp_number <> '')));
CREATE INDEX exported_entry_batch ON exported_entry (batch);
CREATE INDEX exported_entry_state ON exported_entry (state) WHERE state <> 'ACKNOWLEDGED';
CREATE FUNCTION export_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state <> 'ACKNOWLEDGED' AND (NEW.id, NEW.batch) = (OLD.id, OLD.batch) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'an exported entry stays in its batch: % refused', TG_OP USING ERRCODE = 'P0402';
END $$;
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON exported_entry FOR EACH ROW EXECUTE FUNCTION export_stays();
ALTER TABLE settlement ADD COLUMN created_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX settlement_todo ON settlement (changed_at) WHERE body->'worklist' <> '[]';
CREATE INDEX settlement_gate ON settlement (changed_at) WHERE body->'gate' <> 'null';
CREATE INDEX settlement_ahead ON settlement (changed_at) WHERE body->'ahead' <> '[]';
"""


def upgrade() -> None:
    """Create."""
    body, inside = [""], False
    for line in SCRIPT.strip().splitlines():
        inside = inside != (line.count("$$") % 2 == 1)
        body[-1] += line + "\n"
        if line.endswith(";") and not inside:
            body.append("")
    for statement in body:
        if statement:
            op.execute(statement)
    for table in ("invoice_payment", "export_batch"):
        op.execute(
            f"CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION never_changes()"
        )
