"""Settlements, blue invoices, documents and the journal, beside the kit's tables.

What must hold of money is said here once more, in constraints that hold even if the code or the inbox fails:
red never exceeds blue, an effect happens once, entries balance and never change, numbers have no gap.
Amounts are plain `numeric`: they keep the decimals of their document, and 339.00 stays 339.00 in every answer.
"""

from alembic import op

from servicekit.migrate import create_kit_tables, frozen_aggregate

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE blue_invoice (
  id text PRIMARY KEY, entity text NOT NULL, invoice text NOT NULL, customer text NOT NULL, currency char(3) NOT NULL,
  issued_at timestamp NOT NULL, content text NOT NULL,
  open_amount numeric NOT NULL CONSTRAINT open_not_negative CHECK (open_amount >= 0),
  CONSTRAINT one_invoice_per_number UNIQUE (entity, invoice));

CREATE TABLE blue_line (
  id text PRIMARY KEY, entity text NOT NULL, invoice text NOT NULL, line integer NOT NULL, customer text NOT NULL,
  currency char(3) NOT NULL, issued_at timestamp NOT NULL, shelf text NOT NULL, item text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('GOODS', 'SERVICE')),
  price_mode text NOT NULL CHECK (price_mode IN ('EXCLUSIVE', 'INCLUSIVE')),
  decimals integer NOT NULL CHECK (decimals BETWEEN 0 AND 4),
  unit_price numeric NOT NULL, unit_cost numeric,
  quantity numeric NOT NULL CHECK (quantity > 0),
  net numeric NOT NULL CHECK (net >= 0), tax numeric NOT NULL CHECK (tax >= 0),
  reserved_quantity numeric NOT NULL, reserved_net numeric NOT NULL, reserved_tax numeric NOT NULL,
  credited_quantity numeric NOT NULL, credited_net numeric NOT NULL, credited_tax numeric NOT NULL,
  CONSTRAINT one_line_per_number UNIQUE (entity, invoice, line),
  CONSTRAINT counters_not_negative CHECK (least(reserved_quantity, reserved_net, reserved_tax,
    credited_quantity, credited_net, credited_tax) >= 0),
  CONSTRAINT red_quantity_le_blue CHECK (reserved_quantity + credited_quantity <= quantity),
  CONSTRAINT red_net_le_blue CHECK (reserved_net + credited_net <= net),
  CONSTRAINT red_tax_le_blue CHECK (reserved_tax + credited_tax <= tax)) WITH (fillfactor = 80);
CREATE INDEX blue_line_shelf ON blue_line (shelf);

CREATE TABLE customer_credit (
  id text PRIMARY KEY, entity text NOT NULL, customer text NOT NULL, currency char(3) NOT NULL,
  balance numeric NOT NULL CONSTRAINT credit_not_negative CHECK (balance >= 0),
  CONSTRAINT one_balance UNIQUE (entity, customer, currency)) WITH (fillfactor = 80);

-- The key is the effect: one of each kind per decision, held even if the inbox were lost.
CREATE TABLE credit_document (
  id text PRIMARY KEY, entity text NOT NULL, type text NOT NULL, series text NOT NULL,
  no integer NOT NULL CHECK (no > 0), number text NOT NULL, case_id text NOT NULL, decision_id text NOT NULL,
  customer text NOT NULL,
  currency char(3) NOT NULL, reason text NOT NULL, original text NOT NULL, issued_on date NOT NULL,
  net numeric NOT NULL CHECK (net >= 0), tax numeric NOT NULL CHECK (tax >= 0),
  xact xid8 NOT NULL DEFAULT pg_current_xact_id(),
  CONSTRAINT credit_needs_blue CHECK (type NOT IN ('RED_INVOICE', 'CREDIT_NOTE', 'ALLOWANCE') OR original <> ''),
  CONSTRAINT one_document_per_number UNIQUE (entity, type, number),
  CONSTRAINT one_document_per_place UNIQUE (entity, series, no));
CREATE INDEX credit_document_case ON credit_document (case_id);
CREATE INDEX credit_document_customer ON credit_document (customer, currency) INCLUDE (type, net, tax);

CREATE TABLE credit_document_line (
  document text NOT NULL, no integer NOT NULL, item text NOT NULL, blue_line text NOT NULL,
  quantity numeric NOT NULL CHECK (quantity >= 0), net numeric NOT NULL CHECK (net >= 0),
  tax numeric NOT NULL CHECK (tax >= 0), PRIMARY KEY (document, no));

CREATE TABLE journal_entry (
  id text PRIMARY KEY, entity text NOT NULL, case_id text NOT NULL, template text NOT NULL, document text NOT NULL,
  customer text NOT NULL, currency char(3) NOT NULL, posted_on date NOT NULL,
  xact xid8 NOT NULL DEFAULT pg_current_xact_id());
CREATE INDEX journal_entry_case ON journal_entry (case_id);
CREATE INDEX journal_entry_customer ON journal_entry (customer);

CREATE TABLE journal_line (
  entry text NOT NULL, no integer NOT NULL, side char(1) NOT NULL CHECK (side IN ('D', 'C')), account text NOT NULL,
  currency char(3) NOT NULL, amount numeric NOT NULL CHECK (amount > 0), PRIMARY KEY (entry, no));
"""

# One check per entry at commit, by the key of its lines. That is enough because the lines are sealed: they can only be
# written in the transaction that wrote the entry, which one set-based check per statement holds (no row trigger, no
# foreign key to look up line by line).
FUNCTIONS = """
CREATE FUNCTION entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) < 2 FROM journal_line WHERE entry = NEW.id) OR EXISTS (
      SELECT FROM journal_line WHERE entry = NEW.id GROUP BY currency
      HAVING sum(CASE side WHEN 'D' THEN amount ELSE -amount END) <> 0) THEN
    RAISE EXCEPTION 'entry % does not balance', NEW.id USING ERRCODE = 'P0405';
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION document_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT (sum(net), sum(tax)) IS DISTINCT FROM (NEW.net, NEW.tax) FROM credit_document_line
      WHERE document = NEW.id) THEN
    RAISE EXCEPTION 'document % is not the sum of its lines', NEW.id USING ERRCODE = 'P0410';
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION lines_are_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'journal_line' THEN
    PERFORM FROM added LEFT JOIN journal_entry e ON e.id = added.entry
      WHERE e.xact IS DISTINCT FROM pg_current_xact_id();
  ELSE
    PERFORM FROM added LEFT JOIN credit_document d ON d.id = added.document
      WHERE d.xact IS DISTINCT FROM pg_current_xact_id();
  END IF;
  IF FOUND THEN
    RAISE EXCEPTION '% takes lines only together with their head', TG_TABLE_NAME USING ERRCODE = 'P0409';
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% never changes: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'P0402';
END $$;
CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON journal_entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_balances();
CREATE CONSTRAINT TRIGGER document_adds_up AFTER INSERT ON credit_document
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION document_adds_up();
CREATE TRIGGER sealed AFTER INSERT ON journal_line REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION lines_are_sealed();
CREATE TRIGGER sealed AFTER INSERT ON credit_document_line REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION lines_are_sealed();
"""

# Both must always be empty: finance looks at them every night, and so do the tests.
VIEWS = """
CREATE VIEW number_gap AS
  SELECT entity, series, before + 1 AS gap_from, no - 1 AS gap_to FROM (
    SELECT entity, series, no, lag(no, 1, 0) OVER (PARTITION BY entity, series ORDER BY no) AS before
    FROM credit_document) numbered
  WHERE no > before + 1;
CREATE VIEW counter_drift AS
  SELECT b.id, b.credited_quantity, b.credited_net, b.credited_tax, d.quantity, d.net, d.tax
  FROM blue_line b LEFT JOIN (
    SELECT l.blue_line, sum(l.quantity) AS quantity, sum(l.net) AS net, sum(l.tax) AS tax
    FROM credit_document_line l JOIN credit_document c ON c.id = l.document
    WHERE c.type IN ('RED_INVOICE', 'CREDIT_NOTE', 'ALLOWANCE', 'CREDIT_MEMO') GROUP BY 1) d ON d.blue_line = b.id
  WHERE (b.credited_quantity, b.credited_net, b.credited_tax)
    IS DISTINCT FROM (coalesce(d.quantity, 0), coalesce(d.net, 0), coalesce(d.tax, 0));
"""
WRITTEN_ONCE = ("credit_document", "credit_document_line", "journal_entry", "journal_line")


def upgrade() -> None:
    """Create."""
    create_kit_tables(op)
    frozen_aggregate(op, "settlement", "stage", "customer")
    frozen_aggregate(op, "claim", "customer")
    frozen_aggregate(op, "refund", "stage", "customer")
    frozen_aggregate(op, "numbers")
    for script in (TABLES, FUNCTIONS, VIEWS):
        for statement in _statements(script):
            op.execute(statement)
    for table in WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION never_changes()"
        )


def _statements(script: str) -> list[str]:
    """Part a script at the ends of its statements; a function's body keeps its own semicolons."""
    lines = [line for line in script.strip().splitlines() if not line.startswith("--")]
    statements, inside = [""], False
    for line in lines:
        inside = inside != (line.count("$$") % 2 == 1)
        statements[-1] += line + "\n"
        if line.endswith(";") and not inside:
            statements.append("")
    return [statement.strip().removesuffix(";") for statement in statements if statement.strip()]
