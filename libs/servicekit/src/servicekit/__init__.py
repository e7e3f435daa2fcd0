"""The plumbing every department shares: one batch, one transaction. It knows no business noun."""
