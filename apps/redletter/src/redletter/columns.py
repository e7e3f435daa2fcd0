"""Rows in columns that are as wide as they need: never cut, so that they can be searched, piped and copied."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.text import Text


def lines(rows: Sequence[Mapping[str, Any]], **titles: str) -> Iterator[Text]:
    """Lay out rows under their titles.

    Args:
        rows: what to show.
        titles: the keys to show, with the title of each column.
    """
    cells = [[str(row[key]) for key in titles] for row in rows]
    widths = [max(map(len, column)) for column in zip([*titles.values()], *cells, strict=True)]
    for number, line in enumerate([[*titles.values()], *cells]):
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        yield Text("  ".join(padded).rstrip(), "bold" if number == 0 else "")
