"""How much is it? Examples, and properties where a number is involved."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.base import half_up
from finance import rules
from finance.model import AmountNotPositive, AmountTooLarge, CreditExceedsRemaining, QtyNotPositive, Share

D = Decimal


def share(*parts):
    return Share(*(D(part) for part in parts))


LINE = share(10, 1000, 130)
MONEY = st.decimals(min_value=0, max_value=100_000, places=2)
PIECES = st.decimals(min_value=D("0.001"), max_value=10_000, places=3)
MODES = st.sampled_from(["EXCLUSIVE", "INCLUSIVE"])


@pytest.mark.parametrize(
    ("rest", "quantity", "mode", "decimals", "expected"),
    [
        (LINE, "3", "EXCLUSIVE", 2, share(3, 300, 39)),
        (LINE, "10", "EXCLUSIVE", 2, LINE),
        (share(3, 100, 13), "1", "EXCLUSIVE", 2, share(1, "33.33", "4.33")),
        (share(2, "66.67", "8.67"), "1", "EXCLUSIVE", 2, share(1, "33.34", "4.34")),
        (share(7, "2.04", "0.27"), "1", "INCLUSIVE", 2, share(1, "0.29", "0.04")),
        (share(6, "1.75", "0.23"), "3", "INCLUSIVE", 2, share(3, "0.88", "0.11")),
        (share(2, 0, "0.01"), "2", "EXCLUSIVE", 2, share(2, 0, "0.01")),
        (share(3, 0, 0), "1", "EXCLUSIVE", 2, share(1, 0, 0)),
        (share(3, 0, 0), "1", "INCLUSIVE", 2, share(1, 0, 0)),
        (share(3, 100, 5), "1", "EXCLUSIVE", 0, share(1, 33, 2)),
    ],
)
def test_a_return_takes_its_part_of_what_is_left(rest, quantity, mode, decimals, expected):
    assert rules.returned(rest, D(quantity), mode, decimals) == expected


@pytest.mark.req("F-34")
@pytest.mark.parametrize(
    ("quantity", "refusal"),
    [
        ("8", CreditExceedsRemaining),
        ("7.000001", CreditExceedsRemaining),
        ("0", QtyNotPositive),
        ("-1", QtyNotPositive),
    ],
)
def test_a_return_of_more_than_is_left_or_of_nothing_is_refused(quantity, refusal):
    with pytest.raises(refusal) as said:
        rules.returned(share(7, 700, 91), D(quantity), "EXCLUSIVE", 2)
    assert said.value.code() in {"credit-exceeds-remaining", "qty-not-positive"}


@pytest.mark.req("F-09")
def test_a_hundred_small_returns_have_no_tax_spike_at_the_end():
    rest, taxes = share(100, 11, "1.43"), []
    for _ in range(100):
        part = rules.returned(rest, D(1), "EXCLUSIVE", 2)
        rest = share(rest.quantity - 1, rest.net - part.net, rest.tax - part.tax)
        assert part.net == D("0.11")
        taxes.append(part.tax)

    assert (taxes.count(D("0.01")), taxes.count(D("0.02"))) == (57, 43)


@pytest.mark.parametrize(
    ("rest", "amount", "mode", "expected"),
    [
        (LINE, "100", "EXCLUSIVE", share(0, 100, 13)),
        (LINE, "1000", "EXCLUSIVE", share(0, 1000, 130)),
        (LINE, "113", "INCLUSIVE", share(0, 100, 13)),
        (LINE, "1130", "INCLUSIVE", share(0, 1000, 130)),
        (share(0, "0.01", 0), "0.01", "EXCLUSIVE", share(0, "0.01", 0)),
    ],
)
def test_an_allowance_takes_an_amount_and_no_quantity(rest, amount, mode, expected):
    assert rules.allowed(rest, D(amount), mode, 2) == expected


@pytest.mark.req("F-34")
@pytest.mark.parametrize("amount", ["0", "0.00", "-1"])
@pytest.mark.parametrize("rest", [LINE, share(0, 0, 0)])
def test_an_allowance_of_nothing_is_refused(rest, amount):
    with pytest.raises(AmountNotPositive):
        rules.allowed(rest, D(amount), "EXCLUSIVE", 2)


@pytest.mark.parametrize(("amount", "mode"), [("1000.01", "EXCLUSIVE"), ("1130.01", "INCLUSIVE")])
def test_an_allowance_of_more_than_is_left_is_refused(amount, mode):
    with pytest.raises(CreditExceedsRemaining):
        rules.allowed(LINE, D(amount), mode, 2)


@pytest.mark.parametrize(
    ("credit", "rest", "deduction", "kept", "off"),
    [
        (share(1, 100, 13), LINE, "12", share(1, 88, "11.44"), share(0, 12, "1.56")),
        (share(1, 100, 13), LINE, "0", share(1, 100, 13), share(0, 0, 0)),
        (share(1, 100, 13), LINE, "500", share(1, 0, 0), share(0, 100, 13)),
        (share(1, 0, 0), LINE, "12", share(1, 0, 0), share(0, 0, 0)),
        (
            share(2, "2.22", "0.12"),
            share(7, "7.77", "0.43"),
            "0.28",
            share(2, "1.94", "0.11"),
            share(0, "0.28", "0.01"),
        ),
        (share(1, "0.10", "0.01"), share(9, "0.10", "0.05"), "0.01", share(1, "0.09", "0.01"), share(0, "0.01", 0)),
    ],
)
def test_a_missing_accessory_is_taken_off_or_charged_with_its_tax(credit, rest, deduction, kept, off):
    assert rules.reduced(credit, rest, D(deduction), 2) == kept
    assert rules.charged(credit, rest, D(deduction), 2) == off


@pytest.mark.req("F-14")
@pytest.mark.parametrize(
    ("code", "tax"),
    [("S 8.25", "82.50"), ("", "82.54"), ("Z 0", "0.00")],
)
def test_what_is_given_is_taxed_at_the_rate_that_the_original_says(code, tax):
    sold = rules.rate_said(code, share(2, "39.98", "0" if code == "Z 0" else "3.30"))

    assert rules.priced_like(D(1), D(1000), None, sold, "EXCLUSIVE", 2) == (D("1000.00"), D(tax))


@pytest.mark.parametrize(("gross", "expected"), [("113", (D(100), D(13))), ("0", (D(0), D(0)))])
def test_a_gross_amount_is_parted_as_what_is_left_is(gross, expected):
    assert rules.parted(D(gross), LINE, 2) == expected
    assert rules.parted(D(0), share(0, 0, 0), 2) == (D(0), D(0))


@pytest.mark.req("F-12", "F-28")
@pytest.mark.parametrize(
    ("total", "weights", "expected"),
    [
        ("100", {"MFG": "33.3334", "PUR": "33.3333", "QA": "33.3333"}, {"MFG": "33.34", "PUR": "33.33", "QA": "33.33"}),
        ("100.00", {"1": "333.33", "2": "333.33", "3": "333.34"}, {"1": "33.33", "2": "33.33", "3": "33.34"}),
        ("0.01", {"b": "1", "a": "1"}, {"a": "0.01", "b": "0"}),
        ("-0.03", {"a": "1", "b": "1"}, {"a": "-0.02", "b": "-0.01"}),
    ],
)
def test_a_split_loses_nothing_and_its_ties_have_an_order(total, weights, expected):
    parts = rules.split(D(total), {code: D(weight) for code, weight in weights.items()}, 2)

    assert parts == {code: D(amount) for code, amount in expected.items()}


@given(total=MONEY, weights=st.dictionaries(st.text(max_size=3), PIECES, min_size=1, max_size=9))
def test_the_parts_of_any_split_add_up_and_are_within_a_unit_of_their_share(total, weights):
    parts = rules.split(total, weights, 2)

    assert sum(parts.values()) == total
    whole = sum(weights.values())
    assert all(abs(parts[code] - total * weight / whole) < D("0.01") for code, weight in weights.items())


@pytest.mark.parametrize(
    ("quantity", "unit", "expected"),
    [
        ("3", "60", "180"),
        ("3", "33.3333", "100"),
        ("3", "33.3333333333333", "100"),
        ("1", "0.005", "0.01"),
        ("1.000001", "12345678104999.9000000999999", "12345690450678.00"),
    ],
)
def test_a_value_is_rounded_once_at_the_end(quantity, unit, expected):
    assert rules.valued(D(quantity), D(unit), 2) == D(expected)


@pytest.mark.parametrize(
    ("quantity", "unit"), [("100", "1000000000000"), ("999999999999.999999", "99999999999999.9999999999999")]
)
def test_a_value_that_no_document_can_show_is_refused(quantity, unit):
    with pytest.raises(AmountTooLarge):
        rules.valued(D(quantity), D(unit), 4)
    assert rules.valued(D("1"), D("99999999999999.99"), 4) == D("99999999999999.99")


@pytest.mark.parametrize(
    ("amount", "percent", "expected"), [("60", "33.3333", "20"), ("100", "13", "13"), ("9", "0", "0")]
)
def test_a_percentage_is_rounded_half_up(amount, percent, expected):
    assert rules.share_of(D(amount), D(percent), 2) == D(expected)


@pytest.mark.parametrize(
    "counters",
    [("0",) * 8, ("2", "200", "26", "3", "300", "39", "0", "0"), ("2", "180", "20", "3", "250", "30", "70", "15")],
)
def test_what_is_left_is_what_was_sold_less_reserved_and_credited(office, blue, counters):
    from dataclasses import replace

    there = office()
    there.sell([blue()])
    names = [f"{kind}_{what}" for kind in ("reserved", "credited") for what in ("quantity", "net", "tax")]
    names += ["kept_net", "kept_tax"]
    line = replace(there.line(), **{name: D(value) for name, value in zip(names, counters, strict=True)})

    assert rules.left(line) == (LINE if counters[0] == "0" else share(5, 500, 65))


@pytest.mark.req("F-08", "F-10")
@given(
    sold=PIECES, net=MONEY, rate=st.sampled_from(["0", "0.05", "0.13", "0.19"]), mode=MODES,
    steps=st.lists(st.tuples(st.booleans(), st.integers(1, 99)), max_size=12),
)  # fmt: skip
def test_random_returns_and_allowances_never_exceed_the_line_and_close_to_zero(sold, net, rate, mode, steps):
    rest = Share(sold, net, half_up(net * D(rate), 2))
    whole, taken = rest, []
    for allowance, percent in steps:
        if rest.quantity <= D("0.001"):
            break
        if allowance:
            amount = half_up((rest.gross if mode == "INCLUSIVE" else rest.net) * percent / 100, 2)
            part = rules.allowed(rest, amount, mode, 2) if amount else Share(D(0), D(0), D(0))
        else:
            part = rules.returned(rest, half_up(rest.quantity * percent / 100, 3) or D("0.001"), mode, 2)
        rest = Share(rest.quantity - part.quantity, rest.net - part.net, rest.tax - part.tax)
        taken.append(part)
        assert min(rest) >= 0, "more was credited than was sold"
        assert min(part) >= 0, "a credit became a charge"
    if rest.quantity > 0:
        taken.append(rules.returned(rest, rest.quantity, mode, 2))

    if taken and sum(part.quantity for part in taken) == sold:
        assert tuple(map(sum, zip(*taken, strict=True))) == whole
