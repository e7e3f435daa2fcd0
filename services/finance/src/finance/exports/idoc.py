"""A batch in the shape of SAP's IDoc ACC_DOCUMENT: one document per entry, its amounts linked by item number.

Credits are negative; XNEGP marks a line that takes back turnover instead of adding to the other side.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from finance.exports.footer import footer
from finance.model.exports import GLLine

RECEIVABLE, PAYABLE, TAX = "E1BPACAR09", "E1BPACAP09", "E1BPACTX09"
SEGMENTS = {
    "AR": RECEIVABLE,
    "CUSTOMER_CREDIT": RECEIVABLE,
    "ADVANCE_RECEIVED": RECEIVABLE,
    "AP": PAYABLE,
    "OUTPUT_VAT": TAX,
    "INPUT_VAT": TAX,
    "INPUT_VAT_OUT": TAX,
    "SALES_TAX_PAYABLE": TAX,
}


def written(batch: Mapping[str, Any], lines: Sequence[GLLine]) -> bytes:
    """Write the documents, and the control totals beside them."""
    documents = [_document(entry, list(own)) for entry, own in groupby(lines, key=lambda line: line.entry)]
    body = {
        "IDOCTYP": "ACC_DOCUMENT05",
        "MESTYP": "ACC_DOCUMENT",
        "documents": documents,
        "footer": dict(footer(batch)),
    }
    return json.dumps(body, ensure_ascii=False, indent=1, default=str).encode()


def _document(entry: str, lines: Sequence[GLLine]) -> dict[str, Any]:
    first = lines[0]
    head = {
        "OBJ_TYPE": "BKPFF",
        "OBJ_KEY": entry[:20],
        "HEADER_TXT": first.text[:25],
        "COMP_CODE": first.entity[:4],
        "DOC_DATE": _day(first.service_date),
        "PSTNG_DATE": _day(first.posting_date),
        "DOC_TYPE": "DG" if any(line.role == "AR" for line in lines) else "SA",
        "REF_DOC_NO": first.document[:16],
        "entry": entry,
    }
    return {"E1BPACHE09": head, **_items(lines), "E1BPACCR09": list(_amounts(lines))}


def _items(lines: Sequence[GLLine]) -> dict[str, list[dict[str, Any]]]:
    """Give the accounts by their segments; a line of no party and no tax is of the general ledger."""
    segments: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        item = {
            "ITEMNO_ACC": f"{line.line:010d}",
            "GL_ACCOUNT": line.account[:10],
            "ITEM_TEXT": line.text[:50],
            "ALLOC_NMBR": line.case[:18],
            "XNEGP": line.red,
        }
        segment = SEGMENTS.get(line.role, "E1BPACGL09")
        party = {RECEIVABLE: "CUSTOMER", PAYABLE: "VENDOR_NO"}.get(segment)
        if party:
            item[party] = line.partner[:10]
        if line.department:
            item["COSTCENTER"] = line.department[:10]
        segments.setdefault(segment, []).append(item)
    return segments


def _amounts(lines: Iterable[GLLine]) -> Iterable[dict[str, Any]]:
    """Give the amounts in the currency of the document (00) and in that of the books (10)."""
    for line in lines:
        for kind, currency, amount in (
            ("00", line.currency, line.document_amount),
            ("10", line.books_currency, line.functional_amount),
        ):
            yield {
                "ITEMNO_ACC": f"{line.line:010d}",
                "CURR_TYPE": kind,
                "CURRENCY": currency,
                "AMT_DOCCUR": f"{amount:f}",
            }


def _day(iso: str) -> str:
    return iso.replace("-", "")
