"""How an amount is written out."""

from decimal import Decimal

import pytest

from finance.rules import words

D = Decimal


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("1130.00", "壹仟壹佰叁拾元整"),
        ("10104.05", "壹万零壹佰零肆元零伍分"),
        ("-339.10", "负叁佰叁拾玖元壹角整"),
        ("20010000.55", "贰仟零壹万元伍角伍分"),
        ("100000000", "壹亿元整"),
        ("100005000", "壹亿零伍仟元整"),
        ("100010000", "壹亿零壹万元整"),
        ("10500000.01", "壹仟零伍拾万元零壹分"),
    ],
)
def test_an_amount_is_written_out_in_capitals(amount, written):
    assert words.in_capitals(D(amount)) == written
