"""Rows of a CSV file, plain or gzipped: what each says, and why a file or a row cannot be read."""

import csv
import gzip
import io
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from redletter.retail.files import NotABook
from servicekit.http import InvalidRequest

MORE = "more"
TOO_MANY = "a row has more cells than the file has columns"


def columns(path: Path) -> list[str]:
    """Give the columns of a file.

    Raises:
        NotABook: it cannot be read at all.
    """
    try:
        with _opened(path) as text:
            return list(csv.DictReader(text).fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        raise NotABook(f"{path}: {wrong}") from None


def rows(path: Path, needed: Iterable[str], known: Collection[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Give each row with its number.

    Raises:
        NotABook: a column is missing or strange, or the file cannot be read at all.
    """
    there = columns(path)
    told = [*(f"{name} is missing" for name in needed if name not in there)]
    told += [f"{name} is unknown" for name in there if name not in known]
    if told:
        raise NotABook(f"{path}: {', '.join(told)}")
    try:
        with _opened(path) as text:
            reader = csv.DictReader(text, restkey=MORE, restval="")
            for row in reader:
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        raise NotABook(f"{path}: {wrong}") from None


def _opened(path: Path) -> io.TextIOWrapper:
    return io.TextIOWrapper(gzip.open(path) if path.suffix == ".gz" else path.open("rb"), "utf-8-sig", newline="")


def said(row: dict[str, str], names: Iterable[str]) -> dict[str, Any]:
    """Give what a row says; an empty cell says nothing."""
    return {name: text for name in names if (text := (row.get(name) or "").strip())}


def why(wrong: ValidationError) -> str:
    """Say what is wrong with a row, under the code that a department would refuse it with."""
    told = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in wrong.errors()[:5])
    return f"{InvalidRequest.code()}: {told}"
