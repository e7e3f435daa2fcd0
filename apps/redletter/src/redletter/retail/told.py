"""Read what the ERP or the tax platform says it has, a row for each document or account of a month."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from finance.model.reconciliation import TellAccount, TellDocument
from redletter.retail.rows import MORE, TOO_MANY, columns, rows, said, why

DOCUMENTS = tuple(TellDocument.model_fields)
ACCOUNTS = tuple(TellAccount.model_fields)
ROUTES = {DOCUMENTS: "/other-books/documents:bulk", ACCOUNTS: "/other-books/accounts:bulk"}


@dataclass
class Row:
    """One row as it stands in the file, where it goes, and why it cannot be taken."""

    number: int
    text: dict[str, str]
    route: str
    body: TellDocument | TellAccount | None = None
    reason: str = ""


def read(path: Path) -> list[Row]:
    """Read a CSV file, plain or gzipped; one with a column `account` is about accounts, any other about documents.

    Raises:
        NotABook: a column is missing or strange, or the file cannot be read at all.
    """
    names = ACCOUNTS if "account" in columns(path) else DOCUMENTS
    found = [Row(number, text, ROUTES[names]) for number, text in rows(path, names, names)]
    for row in found:
        model = TellAccount if names is ACCOUNTS else TellDocument
        try:
            row.body = model.model_validate(said(row.text, names))
        except ValidationError as wrong:
            row.reason = why(wrong)
        if MORE in row.text:
            row.body, row.reason = None, TOO_MANY
    return found
