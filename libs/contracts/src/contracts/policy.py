"""The policy in force for one case: typed values, and for each the row that gave it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, Field

P = TypeVar("P", bound=BaseModel)
Span = Annotated[int, Field(ge=0, le=10_000)]
"""Hours, days or months that a policy sets: added to any day of a case, they still give a day."""


@dataclass(frozen=True)
class InForce(Generic[P]):
    """The resolved policy document: `values.key` decides, `row("key")` says which row gave it."""

    values: P
    rows: Mapping[str, str]

    def row(self, key: str) -> str:
        """Name the row that decided, e.g. `return_window_days=7 (profile:apparel@1)`."""
        return f"{key}={getattr(self.values, key)} ({self.rows[key]})"[:200]
