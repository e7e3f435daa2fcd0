"""Whatever is done in whatever order: balances tie to their accounts; split amounts are signed for like whole ones."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.base import Refused
from contracts.rma import Replacement
from finance import handlers, rules
from finance.model import (
    Account,
    AlreadyIssued,
    ApplyCredit,
    Approve,
    BlueInvoice,
    ConfirmPayment,
    CustomerCredit,
    JournalEntry,
    Pay,
    Propose,
    ReportFailure,
    RequestRefund,
)

D = Decimal
CENTS = st.decimals(min_value="0.01", max_value="400", places=2)
WORDS = st.sampled_from(["credit", "revise", "exchange", "pay", "set-off", "fine", "ask", "sign", "confirm", "fail"])
STEPS = st.lists(st.tuples(WORDS, st.integers(1, 3), CENTS), max_size=14)
ABOUT = {"entity": "CN01", "customer": "C077"}
slow = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


def act(there, currency, returned, n, step):  # noqa: C901  one case for each word
    word, case, amount = step
    about, name = {**ABOUT, "currency": currency}, f"R-{case}"
    match word:
        case "credit":
            there.decide("CREDIT", [returned(approved="1")], f"C-{n}", currency=currency)
        case "revise":
            there.decide("CREDIT", [returned(approved=str(case))], "C-R", revision=n, currency=currency)
        case "exchange":
            other = Replacement(item="P-9", unit_price=amount, unit_cost=D(5))
            there.decide("EXCHANGE", [returned(approved="1", replacement=other)], f"K-{case}", currency=currency)
        case "pay":
            there.ask(handlers.PAY, Pay(case_id=f"K-{case}", amount=amount, reference=f"B-{n}"))
        case "set-off":
            body = ApplyCredit(**about, amount=amount, invoice="26312000000000000001", reference=f"S-{n}")
            there.ask(handlers.APPLY_CREDIT, body)
        case "fine":
            body = Propose(
                **about, kind="FINE", case="K-F", amount=amount, reason="late", invoice="26312000000000000001"
            )
            there.ask(handlers.PROPOSE, body, f"F-{n}", "alice")
            there.ask(handlers.APPROVE_PROPOSAL, Approve(), f"F-{n}", "bob", ["level:finance-manager"])
        case "ask":
            there.ask(handlers.REQUEST_REFUND, RequestRefund(**about, amount=amount), name, "alice")
        case "sign":
            there.ask(handlers.APPROVE_REFUND, Approve(), name, f"signer {n}")
        case "confirm":
            there.ask(handlers.CONFIRM_PAYMENT, ConfirmPayment(reference="B", rate=D("7.45")), name)
        case "fail":
            there.ask(handlers.REPORT_FAILURE, ReportFailure(reason="closed"), name)


def left_on(there, account):
    lines = [line for entry in there.all(JournalEntry) for line in entry.lines if line.account is account]
    return sum((x.functional if x.side == "D" else -x.functional for x in lines), start=D(0))


@pytest.mark.req("F-44", "F-14")
@pytest.mark.parametrize(
    ("currency", "booked"), [("CNY", "ON_APPROVAL"), ("USD", "ON_APPROVAL"), ("USD", "ON_PAYMENT")]
)
@slow
@given(steps=STEPS)
def test_receivables_and_credits_tie_to_their_accounts(office, blue, returned, currency, booked, steps):
    there = office()
    there.everywhere(
        functional_currencies={"CN01": "CNY"},
        booking_rates={"USD": "7.3"},
        refund_booked=booked,
        approval_matrix={"REFUND": {"0": [""]}, "FINE": {"0": ["finance-manager"]}},
    )
    there.sell([blue(quantity="20", tax="260")], currency=currency, rate="7.1", open_amount="500")
    began = sum(invoice.open_functional for invoice in there.all(BlueInvoice))

    for n, step in enumerate([("exchange", 1, D(120)), *steps]):
        try:
            act(there, currency, returned, n, step)
        except (Refused, AlreadyIssued):
            continue

    now = sum(invoice.open_functional for invoice in there.all(BlueInvoice))
    credits_ = there.all(CustomerCredit)
    assert left_on(there, Account.AR) == now - began
    assert -left_on(there, Account.CUSTOMER_CREDIT) == sum((c.functional for c in credits_), start=D(0))
    for entry in there.all(JournalEntry):
        for what in ("amount", "functional"):
            assert sum(getattr(x, what) * (1 if x.side == "D" else -1) for x in entry.lines) == 0
    assert all(i.open_amount >= 0 and (i.open_amount or not i.open_functional) for i in there.all(BlueInvoice))
    assert all(c.balance >= c.reserved >= 0 and (c.balance or not c.functional) for c in credits_)


TIERS = {"0": ["finance-manager"], "100": ["finance-manager", "general-manager"], "500": ["a", "b", "c"]}


@pytest.mark.req("F-36")
@slow
@given(parts=st.lists(CENTS, min_size=1, max_size=6))
def test_an_amount_that_is_split_needs_as_many_signatures_as_the_whole(office, parts):
    there = office(approval_matrix={"GOODWILL": TIERS})
    there.decide("REPAIR", [], "K-1")  # the case has its policy
    for n, amount in enumerate(parts):
        body = Propose(**ABOUT, currency="CNY", kind="GOODWILL", case="K-1", amount=amount, reason="kind")
        answer = there.ask(handlers.PROPOSE, body, f"P-{n}", "alice")

    whole = rules.levels_needed({D(k): tuple(v) for k, v in TIERS.items()}, sum(parts))
    assert answer["levels_missing"] == whole
