"""What a decided line asks for, for whoever looks at a list: rounded as its document would be, whatever its price."""

from alembic import op

revision = "0019"
down_revision = "0018"

# By the decimals of its original, by those of the policy in force for its currency, or to cents.
ASKED = """
CREATE FUNCTION asked_amount(line jsonb, entity text, currency text) RETURNS numeric LANGUAGE sql STABLE AS $$
  SELECT round(coalesce(($1->>'allowance')::numeric, ($1->>'approved')::numeric * ($1->>'unit_price')::numeric),
    coalesce(
      (SELECT b.decimals FROM blue_line b WHERE b.entity = $2 AND b.invoice = $1->'original'->>'invoice'
         AND b.line = ($1->'original'->>'line')::integer),
      (SELECT (p.values->'decimals'->>$3)::integer FROM policy_row p
         WHERE p.scope = 'global' AND p.values ? 'decimals' AND p.approved_by IS NOT NULL
           AND p.valid_from <= current_date
         ORDER BY p.valid_from DESC, p.version DESC LIMIT 1),
      2))
$$
"""


def upgrade() -> None:
    """Create."""
    op.execute(ASKED)
