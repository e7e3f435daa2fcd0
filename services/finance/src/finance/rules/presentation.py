"""How are entries shown to the general ledger? The same signed values, on the one side or the other."""

from collections.abc import Collection, Sequence
from typing import Literal

from finance.model import Account, EntryLine

Side = Literal["D", "C"]
A = Account
# The side on which an account of income, cost or tax grows; the other accounts use both in earnest.
OWN_SIDE: dict[Account, Side] = {
    A.REVENUE: "C", A.SALES_ALLOWANCE: "C", A.REPAIR_REVENUE: "C", A.SCRAP_INCOME: "C", A.OUTPUT_VAT: "C",
    A.COGS: "D", A.REPAIR_COST: "D", A.QUALITY_LOSS: "D", A.FX_LOSS: "D", A.FX_GAIN: "C",
}  # fmt: skip
EARNED = frozenset({A.REVENUE, A.SALES_ALLOWANCE, A.REPAIR_REVENUE})


def takes_back(line: EntryLine) -> bool:
    """A line on the other side than its account grows on takes back what was posted there before (F-43)."""
    return OWN_SIDE.get(line.account, line.side) != line.side


def red(line: EntryLine, entry: Collection[EntryLine]) -> bool:
    """Red is what takes back, and the receivable of an entry that takes back what was earned (F-43)."""
    if line.account is A.AR:
        return line.side == "C" and any(each.account in EARNED and takes_back(each) for each in entry)
    return takes_back(line)


def shown(line: EntryLine, entry: Sequence[EntryLine], style: str) -> tuple[Side, int]:
    """In the RED style a red line stands on the side it takes back, with a minus; OPPOSITE leaves it (F-43)."""
    if style != "RED" or not red(line, entry):
        return line.side, 1
    return ("C" if line.side == "D" else "D"), -1


def neutralised(text: str) -> str:
    """A text that a spreadsheet would calculate is given a quote before it (finance.md 4.3)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
