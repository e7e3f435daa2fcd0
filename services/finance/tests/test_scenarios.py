"""The golden scenarios (scenarios.yaml) through the real handlers: every document, entry and balance, exactly."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from contracts.base import Refused
from contracts.finance import CreditHeld, CreditIssued, PaymentGateClosed, PaymentGateOpened
from contracts.inspection import DisposedLine, GoodsDisposed
from contracts.repair import QuoteConfirmed, RepairCompleted, RepairShipped
from contracts.rma import ObligationOverdue, ReplacementReleased
from finance import handlers, rules
from finance.model import Approve, ConfirmPayment, Document, JournalEntry, Pay, RecordEvidence, RequestRefund

SCENARIOS = yaml.load(Path(__file__).with_name("scenarios.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)
LINE = {"approved", "received", "allowance", "deduction", "becomes", "goods"}


class Stage:
    """Plays the steps of a scenario in an office."""

    def __init__(self, office, returned, blue, given):
        self.returned = returned
        self.office = office(given.get("profile", ""), **given.get("policy", {}))
        if "blue" in given:
            quantity, price, tax, *cost = given["blue"]
            line = blue(quantity=quantity, unit_price=price, tax=tax, unit_cost=cost[0] if cost else None)
            if "net" in given:
                line["net"] = given["net"]
            more = {"price_mode": given.get("mode", "EXCLUSIVE")}
            self.office.sell([line], open_amount=given.get("open"), **more)
        self.price = given["blue"][1] if "blue" in given else "100"

    def line(self, step):
        """Make the decided line of a step."""
        more = {name: value for name, value in step.items() if name in LINE}
        if step.get("original") == "none":
            more["original"] = None
        return self.returned(unit_price=self.price, **more)

    def play(self, step):
        """Play one step; a refusal and a silence are expected where the step says so."""
        [(name, said)] = step.items()
        expected, act = said.pop("refused", None), getattr(self, name.replace("-", "_"))
        if expected is None:
            act(said)
        else:
            with pytest.raises(Refused) as refused:
                act(said)
            assert refused.value.code() == expected

    def decide(self, said):
        about = {"case_id": said.get("case", "K-1"), "revision": int(said.get("revision", 1))}
        events = self.office.decide(said["kind"], [self.line(said)], **about)
        if "held" in said:
            [held] = events
            assert isinstance(held, CreditHeld)
            assert held.reason.code == said["held"]
        elif "nothing" in said or said["kind"] == "ADVANCE_SETTLED":
            assert events == []
        else:
            [issued] = events
            assert isinstance(issued, CreditIssued)
            assert issued.credited == issued.to_receivable + issued.to_credit

    def dispose(self, said):
        line = DisposedLine(line=said["line"], item="P-100", quantity=said["quantity"], becomes=said["becomes"])
        self.office.hear(GoodsDisposed(case_id="K-1", lines=(line,), approved_by="quality"))

    def approve(self, said):
        scopes = [f"level:{said['level']}"] if "level" in said else []
        self.office.ask(handlers.APPROVE, Approve(), "K-1", said["by"], scopes)

    def prove(self, said):
        self.office.ask(handlers.RECORD_EVIDENCE, RecordEvidence(kind=said["kind"], reference="file 7"), "K-1", "alice")

    def refund(self, said):
        body = RequestRefund(entity="CN01", customer="C077", currency="CNY", amount=said["amount"])
        self.office.ask(handlers.REQUEST_REFUND, body, said["id"], said["by"])

    def approve_refund(self, said):
        self.office.ask(handlers.APPROVE_REFUND, Approve(), said["id"], said["by"])

    def confirm_refund(self, said):
        self.office.ask(handlers.CONFIRM_PAYMENT, ConfirmPayment(reference="B-9"), said["id"])

    def release_replacement(self, said):
        about = {"customer": "C077", "entity": "CN01", "currency": "CNY", "scope": self.office.scope}
        due = date(2026, 5, 10)
        self.office.hear(ReplacementReleased(case_id="K-1", lines=(self.line(said),), due_on=due, **about))

    def overdue(self, _said):
        reason = {"code": "old_unit_overdue"}
        self.office.hear(ObligationOverdue(case_id="K-1", due_on=date(2026, 5, 10), reason=reason))

    def confirm_quote(self, said):
        about = {"customer": "C077", "entity": "CN01", "currency": "CNY", "confirmed_by": "customer"}
        quote = {name: said[name] for name in ("quote", "net", "tax")}
        self.gate(said, self.office.hear(QuoteConfirmed(case_id="K-1", repair_number="W-1", **quote, **about)))

    def pay(self, said):
        before = len(self.office.events)
        body = Pay(case_id="K-1", amount=said["amount"], reference=said["reference"])
        self.office.ask(handlers.PAY, body)
        self.gate(said, self.office.events[before:])

    def gate(self, said, events):
        """Compare what the gate said."""
        told = [
            f"closed {e.due}" if isinstance(e, PaymentGateClosed) else f"opened {e.paid}"
            for e in events
            if isinstance(e, PaymentGateClosed | PaymentGateOpened)
        ]
        assert told == ([said["gate"]] if "gate" in said else [])

    def repair_completed(self, said):
        cost = {"parts_cost": 0, "labour_cost": 0} if "free" in said else {"parts_cost": 25, "labour_cost": 15}
        about = {"repair_number": "W-1", "entity": "CN01", "currency": "CNY", **cost}
        self.office.hear(RepairCompleted(case_id="K-1", chargeable=said["chargeable"] == "true", **about))

    def ship_repaired(self, _said):
        self.office.hear(RepairShipped(case_id="K-1", repair_number="W-1", repaired=True))


def entry(text):
    """Read an entry as the data file writes it."""
    return tuple((side, account, Decimal(amount)) for side, account, amount in map(str.split, text.split(", ")))


def document(text):
    """Read a document as the data file writes it."""
    kind, net, tax = text.split()
    return kind, Decimal(net), Decimal(tax), Decimal(net) + Decimal(tax)


def balance(office, account):
    """Add up an account: what stands more on its usual side for the customer's story."""
    signed = {"D": 1, "C": -1}
    return sum(
        signed[line.side] * line.amount for e in office.all(JournalEntry) for line in e.lines if line.account == account
    )


@pytest.mark.req(
    "F-01", "F-02", "F-03", "F-04", "F-06", "F-07", "F-08", "F-10", "F-13", "F-16", "F-17", "F-18", "F-19", "F-20",
    "F-22", "F-23", "F-24", "F-30", "F-31", "F-32", "F-33", "F-35", "F-54",
)  # fmt: skip
@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario["id"] for scenario in SCENARIOS])
def test_a_golden_scenario_ends_in_exactly_these_documents_entries_and_balances(scenario, office, returned, blue):
    stage = Stage(office, returned, blue, scenario["given"])

    for step in scenario["when"]:
        stage.play({name: dict(said) for name, said in step.items()})

    there = stage.office
    assert there.documents() == [document(text) for text in scenario["documents"]]
    assert Counter(there.entries()) == Counter(entry(text) for text in scenario["entries"])
    if "left" in scenario:
        assert tuple(rules.left(there.line())) == tuple(Decimal(x) for x in scenario["left"])
    if "ar" in scenario:
        assert there.open_amount() == Decimal(scenario["ar"])
    if "credit" in scenario:
        assert there.credit() == Decimal(scenario["credit"])
    if "worklist" in scenario:
        todos = [f"{todo.work} {todo.quantity}" for todo in there.settlement().worklist]
        assert todos == scenario["worklist"]
    if "reason" in scenario:
        assert [paper.reason for paper in there.all(Document)] == [scenario["reason"]]
    for account, expected in scenario.get("ledger", {}).items():
        assert balance(there, account) == Decimal(expected)
