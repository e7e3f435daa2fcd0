"""A hundred thousand credits in random parts: a blue line closes to zero, and nothing of it is ever below that."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import product
from random import Random  # noqa: TID251  drawn from a seed that is the name of the test

import pytest

from contracts.base import half_up
from finance import rules
from finance.model import BlueLine, CreditExceedsRemaining, Share

D = Decimal
RATES = (D(0), D("0.05"), D("0.06"), D("0.0825"), D("0.13"), D("0.19"))
DAY = datetime(2026, 3, 5)  # noqa: DTZ001  the books' own clock
KINDS = tuple(product(("EXCLUSIVE", "INCLUSIVE"), (("CNY", 2), ("TWD", 0)), (1, 3)))
CREDITS = 100_000


def sold(random, mode, currency, decimals, rate, places):
    """Sell something: some pieces, or some of what is weighed, for anything from one unit of the currency on."""
    quantity = D(random.randint(1, 60 * 10 ** (places - 1))).scaleb(1 - places)
    amount = D(random.choice((random.randint(1, 99), random.randint(1, 900_000)))).scaleb(-decimals)
    net = half_up(amount / (1 + rate), decimals) if mode == "INCLUSIVE" else amount
    tax = amount - net if mode == "INCLUSIVE" else half_up(net * rate, decimals)
    return BlueLine(
        id="CN01/B/1", entity="CN01", invoice="B", line=1, customer="C", currency=currency, issued_at=DAY, shelf="s",
        item="P", kind="GOODS", price_mode=mode, decimals=decimals, unit_price=amount, unit_cost=None,
        quantity=quantity, net=net, tax=tax,
    )  # fmt: skip


def asked(random, rest, mode, decimals, places):
    """Ask for a part of what is left: an allowance now and then, otherwise pieces, and all of them in the end."""
    whole = rest.gross if mode == "INCLUSIVE" else rest.net
    most = int(whole.scaleb(decimals))
    if most > 1 and random.random() < 0.2:
        amount = D(random.randint(1, max(1, most // 3))).scaleb(-decimals)
        return rules.allowed(rest, amount, mode, decimals)
    pieces = int(rest.quantity.scaleb(places - 1))
    part = D(random.randint(1, random.choice((pieces, max(1, pieces // 8))))).scaleb(1 - places)
    return rules.returned(rest, part, mode, decimals)


def taken(line, share, *, reserved):
    """Count a share on the line: reserved first where a form has to be answered, credited then."""
    if reserved:
        held = replace(line, reserved_quantity=share.quantity, reserved_net=share.net, reserved_tax=share.tax)
        assert min(rules.left(held)) >= 0, (line, share)
    return replace(
        line,
        credited_quantity=line.credited_quantity + share.quantity,
        credited_net=line.credited_net + share.net,
        credited_tax=line.credited_tax + share.tax,
    )


@pytest.mark.req("F-07", "F-08", "F-09", "F-10")
@pytest.mark.parametrize(("mode", "money", "places"), KINDS)
def test_a_line_that_is_credited_in_random_parts_closes_to_zero_and_is_never_below_it(mode, money, places):
    (currency, decimals), random, made, worst = money, Random(f"{mode} {money} {places}"), 0, D(0)
    while made < CREDITS / len(KINDS):
        rate = random.choice(RATES)
        line = sold(random, mode, currency, decimals, rate, places)
        sums = Share(D(0), D(0), D(0))
        while (rest := rules.left(line)).quantity > 0:
            share = asked(random, rest, mode, decimals, places)
            assert min(share) >= 0, (line, share)
            assert share.net == half_up(share.net, decimals), "nothing is smaller than the currency's smallest unit"
            assert share.tax == half_up(share.tax, decimals)
            line = taken(line, share, reserved=random.random() < 0.1)
            assert min(rules.left(line)) >= 0, (line, share)
            sums = Share(*(a + b for a, b in zip(sums, share, strict=True)))
            worst = max(worst, abs(share.tax - share.net * rate).scaleb(decimals))
            made += 1
        assert rules.left(line) == (0, 0, 0)
        assert sums == (line.quantity, line.net, line.tax)
        with pytest.raises(CreditExceedsRemaining):
            rules.returned(rest, D(1), mode, decimals)

    if mode == "EXCLUSIVE":
        # The roundings of many small parts add up in a larger one: in all of these to two units of the last place. That
        # is no bound: of 100 pieces at 0.11, sixteen one by one and then 42 leave that one 2.94 units from its rate.
        assert worst <= 2
