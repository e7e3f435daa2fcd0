"""How is a sheet written? Plain HTML with a print stylesheet: a browser makes paper or PDF of it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape

STYLE = """
body { font: 11pt/1.4 "Noto Sans CJK SC", "Noto Sans", sans-serif; color: #111; }
section { position: relative; max-width: 180mm; margin: 0 auto 12mm; page-break-after: always; }
section:last-of-type { page-break-after: auto; }
h1 { font-size: 16pt; line-height: 1.2; margin: 0 40mm 3mm 0; } h2 { font-size: 12pt; margin: 0 0 4mm; }
dl { display: grid; grid-template-columns: 48mm auto; margin: 0 0 4mm; break-inside: avoid; break-after: avoid; }
dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; table-layout: fixed; border-collapse: collapse; margin-bottom: 6mm; font-size: 9.5pt; }
thead { display: table-header-group; } tr { break-inside: avoid; }
th, td { border-bottom: 1px solid #999; padding: 1mm 2mm; text-align: left; overflow-wrap: anywhere; }
th { vertical-align: bottom; overflow-wrap: normal; } tr.sum td { border-top: 2px solid #111; font-weight: bold; }
th.n, td.n { text-align: right; font-variant-numeric: tabular-nums; } .red { color: #c00; }
.sign { display: flex; gap: 8mm; break-inside: avoid; } .sign p { flex: 1; margin: 0; }
.sign b { display: block; height: 14mm; border-bottom: 1px solid #111; align-content: end; font-weight: normal; }
.copy { position: absolute; top: 0; right: 0; margin: 0; border: 2px solid #c00; color: #c00; padding: 0 3mm;
  font-weight: bold; }
footer { color: #555; font-size: 8pt; margin-top: 4mm; overflow-wrap: anywhere; }
@media print { section { margin-bottom: 0; } section:first-of-type .copy::after { content: attr(data-mark);
  position: fixed; top: 40%; left: 0; right: 0; text-align: center; font-size: 72pt; opacity: .12;
  transform: rotate(-25deg); } }
@page { size: A4; margin: 15mm; }
"""
HEADERS = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
BEHIND = "<!-- how often it was printed stands here -->"


def facts(head: dict[str, str]) -> str:
    """Write what stands above the lines; what is not said is left out."""
    rows = (f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in head.items() if value)
    return f"<dl>{''.join(rows)}</dl>"


def table(titles: Sequence[str], rows: Iterable[Sequence[object]], total: Sequence[object] = ()) -> str:
    """Write rows of texts and amounts; one that ends with True is red. Amounts and their titles stand to the right."""
    rows = list(rows)
    right = {n for row in (*rows, total) for n, value in enumerate(row) if isinstance(value, Decimal)}
    head = "".join(f"<th{' class=n' if n in right else ''}>{escape(title)}</th>" for n, title in enumerate(titles))
    lines = []
    for row in rows:
        cells = "".join(cell(value) for value in row if not isinstance(value, bool))
        lines.append(f"<tr class='red'>{cells}</tr>" if row[-1] is True else f"<tr>{cells}</tr>")
    last = f"<tr class='sum'>{''.join(cell(value) for value in total)}</tr>" if total else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}{last}</tbody></table>"


def cell(value: object) -> str:
    """Write one cell."""
    if not isinstance(value, Decimal):
        return f"<td>{escape(str(value))}</td>"
    return f"<td class='n{' red' if value < 0 else ''}'>{money(value)}</td>"


def money(amount: Decimal) -> str:
    """Write an amount or a quantity with its thousands apart."""
    return f"{amount:,f}"


def page(title: str, parts: Sequence[str], body: Sequence[str], signed: Sequence[tuple[str, str]]) -> str:
    """Write the whole sheet, once for each of its parts: with room to sign, or with the name of who has signed."""
    sign = "".join(f"<p><b>{escape(by)}</b>{escape(who)}</p>" for who, by in signed)
    inside = f"{''.join(body)}<div class='sign'>{sign}</div>{BEHIND}"
    named = [f"<h2>第{n}联 Part {n} of {len(parts)}: {escape(part)}</h2>" for n, part in enumerate(parts, 1)]
    sections = "".join(f"<section><h1>{escape(title)}</h1>{part}{inside}</section>" for part in named or [""])
    return (
        f"<!doctype html><html lang='zh'><head><meta charset='utf-8'><title>{escape(title)}</title>"
        f"<style>{STYLE}</style></head><body>{sections}</body></html>"
    )
