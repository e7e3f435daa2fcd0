"""Four eyes, said once more where no code can forget it: nobody signs twice, and nobody signs for what he asked for."""

from alembic import op

revision = "0011"
down_revision = "0010"

# Whoever lends a level has signed as well. A signature is a person, or the person on whose behalf it is given.
FUNCTION = """
CREATE FUNCTION signed_by_others(signatures jsonb, makers text[]) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$
  SELECT count(*) = count(DISTINCT hand) AND coalesce(bool_and(hand <> ALL (makers)), true)
  FROM jsonb_array_elements(signatures) AS signature,
    LATERAL (VALUES (signature->>'person'), (nullif(signature->>'on_behalf_of', ''))) AS hands (hand)
  WHERE hand IS NOT NULL
$$
"""
MAKERS = {
    "refund": "ARRAY[body->>'requested_by']",
    "proposal": "ARRAY[body->>'proposed_by']",
    "settlement": "ARRAY[coalesce(body->'decision'->>'decided_by', '')]",
}


def upgrade() -> None:
    """Hold it; a case that nobody has signed costs one look."""
    op.execute(FUNCTION)
    for table, makers in MAKERS.items():
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT four_eyes CHECK (coalesce(body->'signatures', '[]') = '[]'"
            f" OR signed_by_others(body->'signatures', {makers}))"
        )
