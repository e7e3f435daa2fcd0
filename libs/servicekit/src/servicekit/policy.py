"""Policy documents: typed, versioned, dated rows, resolved contract → product line → channel → profile → global."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from contracts.base import Scope
from contracts.policy import InForce

P = TypeVar("P", bound=BaseModel)
GLOBAL = "global"


@dataclass(frozen=True)
class PolicyRow:
    """Values of one scope from one day on, e.g. scope `profile:apparel`."""

    scope: str
    version: int
    valid_from: date
    values: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.scope}@{self.version}"


@dataclass
class PolicyBook:
    """All approved rows of one service."""

    rows: Sequence[PolicyRow]
    resolved: dict[Any, InForce[Any]] = field(default_factory=dict)

    def resolve(self, model: type[P], scope: Scope, today: date) -> InForce[P]:
        """Pick for each key the row of the narrowest scope that has it, the newest one in force today."""
        key = (model, scope.contract, scope.product_line, scope.channel, scope.profile, today)
        if key not in self.resolved:
            self.resolved[key] = self._resolve(model, scope, today)
        return self.resolved[key]

    def _resolve(self, model: type[P], scope: Scope, today: date) -> InForce[P]:
        values: dict[str, Any] = {}
        source: dict[str, str] = {}
        for name in reversed(scopes(scope)):
            rows = [row for row in self.rows if row.scope == name and row.valid_from <= today]
            for row in sorted(rows, key=lambda row: (row.valid_from, row.version)):
                values.update(row.values)
                source.update(dict.fromkeys(row.values, str(row)))
        return InForce(model.model_validate(values), source)


def scopes(scope: Scope) -> list[str]:
    """List the scopes that apply, the narrowest first."""
    named = (
        ("contract", scope.contract),
        ("product_line", scope.product_line),
        ("channel", scope.channel),
        ("profile", scope.profile),
    )
    return [*(f"{kind}:{name}" for kind, name in named if name), GLOBAL]


def check_values(model: type[BaseModel], values: Mapping[str, Any], shipped: PolicyBook) -> None:
    """Refuse values that the typed document does not know or cannot hold.

    Raises:
        ValueError: in words, one line per wrong key.
    """
    unknown = sorted(set(values) - set(model.model_fields))
    if unknown:
        raise ValueError(f"unknown policy keys: {', '.join(unknown)}")
    whole = {**shipped.resolve(model, Scope(), date.max).values.model_dump(), **values}
    try:
        model.model_validate(whole)
    except ValidationError as wrong:
        raise ValueError("; ".join(f"{e['loc'][0]}: {e['msg']}" for e in wrong.errors())) from None


def shipped_rows(text: str) -> list[PolicyRow]:
    """Read the profiles that come with the package: `{"global": {...}, "profile:apparel": {...}}`, version 1."""
    return [PolicyRow(scope, 1, date(2000, 1, 1), values) for scope, values in json.loads(text).items()]
