"""A batch as CSV: one line per journal line, then the control totals."""

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from finance import rules
from finance.exports.footer import footer
from finance.model.exports import GLLine


def written(batch: Mapping[str, Any], lines: Sequence[GLLine]) -> bytes:
    """Write the file; texts that a spreadsheet would calculate are neutralised, numbers stay numbers."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(GLLine._fields)
    writer.writerows([_cell(value) for value in line] for line in lines)
    writer.writerows(("#", name, value) for name, value in footer(batch))
    return out.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    return (
        f"{value:f}"
        if isinstance(value, Decimal)
        else rules.presentation.neutralised(value)
        if isinstance(value, str)
        else value
    )
