"""How is a batch for the general ledger written? Each format from the same lines, always the same bytes."""
