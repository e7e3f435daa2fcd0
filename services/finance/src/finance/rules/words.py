"""How is an amount written out, so that nobody adds a digit to it?"""

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


def in_capitals(amount: Decimal) -> str:
    """An amount of yuan is written in Chinese capitals, a credit with 负 before it (finance.md 4.2)."""
    cents = int(abs(amount) * 100)
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    text = f"{_whole(yuan)}元" if yuan or not cents else ""
    if jiao:
        text += f"{DIGITS[jiao]}角"
    elif fen and yuan:
        text += "零"
    return ("负" if amount < 0 else "") + text + (f"{DIGITS[fen]}分" if fen else "整")


def _whole(number: int) -> str:
    digits, text, zero = str(number), "", False
    for place, digit in enumerate(digits):
        left = len(digits) - place - 1
        if digit != "0":
            text += ("零" if zero else "") + DIGITS[int(digit)] + PLACES[left % 4]
        zero = digit == "0"
        if left % 4 == 0 and digits[max(0, place - 3) : place + 1].strip("0"):
            text += GROUPS[left // 4]
    return text or DIGITS[0]
