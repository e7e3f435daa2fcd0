"""A batch as an Excel workbook: numbers are numbers, and no text is a formula."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from finance import rules
from finance.exports.footer import footer
from finance.model.exports import GLLine

# The clock stays out of the file: the same batch is the same bytes.
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}


def written(batch: Mapping[str, Any], lines: Sequence[GLLine]) -> bytes:
    """Write the workbook: a sheet of lines and a sheet with the control totals."""
    import xlsxwriter  # noqa: PLC0415  few processes ever write a workbook, and each would pay for it in memory

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, TEXT) as book:
        book.set_properties({"created": ALWAYS, "title": f"General ledger {batch['id']}"})
        bold, red = book.add_format({"bold": True}), book.add_format({"font_color": "red"})
        sheet = book.add_worksheet("lines")
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, GLLine._fields, bold)
        for row, line in enumerate(lines, 1):
            for column, value in enumerate(line):
                _write(sheet, row, column, value, red if line.red else None)
        totals = book.add_worksheet("totals")
        for row, (name, value) in enumerate(footer(batch)):
            totals.write_string(row, 0, name, bold)
            _write(totals, row, 1, value, None)
    return out.getvalue()


def _write(sheet: Any, row: int, column: int, value: object, style: Any) -> None:
    if isinstance(value, int | Decimal):
        sheet.write_number(row, column, float(value), style)
    else:
        sheet.write_string(row, column, rules.presentation.neutralised(str(value)), style)
