"""The policy in force for one case: typed values, and for each the row that gave it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True)
class InForce(Generic[P]):
    """The resolved policy document: `values.key` decides, `row("key")` says which row gave it."""

    values: P
    rows: Mapping[str, str]

    def row(self, key: str) -> str:
        """Name the row that decided, e.g. `return_window_days=7 (profile:apparel@1)`."""
        return f"{key}={getattr(self.values, key)} ({self.rows[key]})"[:200]
