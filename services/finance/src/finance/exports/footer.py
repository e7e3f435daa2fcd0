"""What stands below the lines of a batch, in every format."""

from collections.abc import Mapping
from typing import Any

FOOTER = ("entries", "lines", "debit", "credit", "hash")


def footer(batch: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Give the control totals: how many, how much on each side, and the hash of the lines."""
    return [(name, batch[name]) for name in FOOTER]
