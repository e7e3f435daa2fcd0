"""A scenario is read strictly, what is wrong with it is told with its line, and the page about it is current."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from finance import rules
from redletter.scenarios import manual, reading, running
from redletter.scenarios.language import Step
from redletter.scenarios.memory import Memory
from redletter.scenarios.office import Outcome
from redletter.scenarios.steps import ALL

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("scenario: a return", "scenario: [a", "while parsing"),
        ("net: 300.00,", "net: 300.00, net: 300.00,", "line 11: net stands twice"),
        ("gross: 339.00", "gros: 339.00",
         "line 11: then documents 1: there is no `gros` here; perhaps `gross`; keys: type, net"),
        ("net: 300.00", "net: NaN", "line 11: then documents 1 net"),
        ("decide:", "dicide:", "line 7: steps 1: dicide: a step is exactly one of sell, claim"),
        ("decide:", "dicide:", "; perhaps `decide`"),
        ("from: B1/1", "form: B1/1",
         "line 8: steps 1 decide lines 1: there is no `form` here; perhaps `from`; keys: line, from"),
        ("lines: [{from: B1/1, approved: 3}]", "lines: []",
         "line 8: steps 1 decide lines: Tuple should have at least 1"),
        ("decide: {case: K-1, kind: CREDIT, lines: [{from: B1/1, approved: 3}]}", "decide: yes",
         "line 8: steps 1 decide: has keys: case, kind, revision"),
        ("    decide:", "    overdue: {case: K-1}\n    decide:", "a step: a step is exactly one of"),
        ("approved: 3", "approved: three", "steps 1 decide lines 1 approved: 'three': a number is written 1130.00"),
        ("from: B1/1, approved: 3", "from: B1/1", "line 8: steps 1 decide lines 1: a line says how many are"),
        ("kind: CREDIT", "kind: GIFT", "line 8: steps 1 decide kind: Input should be 'CREDIT'"),
        ("from: B1/1", "from: B1/x", "an original is written INVOICE or INVOICE/LINE"),
        ("    decide:", "    times: many\n    decide:", "line 7: times is a number from 1 to 1000"),
        ("    decide:", "    act: x\n    decide:", "line 7: steps 1: act"),
        ("  entries:\n", "  accounts: {AR: 113.00}\n  entries:\n", "a balance is written `D 88.00`"),
        ("  entries:\n", "  accounts: {REVENU: 0}\n  entries:\n", "there is no role REVENU; perhaps `REVENUE`;"),
        ("type: RED_INVOICE", "type: RED_INVOIC", "there is no document RED_INVOIC; perhaps `RED_INVOICE`"),
        ("    decide:", "    entity: DE01\n    decide:", "line 7: there is no company DE01; there are: CN01"),
        ("invoice: B1,", "invoice: B1, entity: DE01,", "given invoices: there is no company DE01; there are: CN01"),
        ("  - on: 2026-04-10\n    decide", "  - decide", "line 7: the first step says on which day"),
        ("then:", "  - on: 2026-04-09\n    overdue: {case: K-1}\nthen:", "line 9: a step happens on an earlier day"),
        ("  profile: manufacturing", "  company: {jurisdiction: china}",
         "there is no jurisdiction CHINA; there are: CN, CN-E-INVOICE"),
        ("on: 2026-04-10", "on: 10.4.2026", "line 7: steps 1 on: '10.4.2026': a day is written 2026-04-10"),
        ("net: 300.00", "net: 1,300.00", "a number is written 1130.00, with a point and nothing between"),
        ("lines: [{from: B1/1, approved: 3}]", "lines: {from: B1/1, approved: 3}", "a list, each with a dash"),
        ("  - on:", "  - &a [*a]\n  - on:", "a value that contains itself"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_told_with_its_line(text, old, new, told):
    assert old in text

    with pytest.raises(reading.Unreadable) as wrong:
        reading.parse(text.replace(old, new))

    assert told in str(wrong.value)


def test_a_scenario_that_nothing_can_contradict_is_none(text):
    with pytest.raises(reading.Unreadable, match="nothing is expected"):
        reading.parse(text.partition("then:")[0])


@pytest.mark.parametrize("part", ["documents", "entries", ""])
def test_a_part_that_is_not_there_is_not_compared(text, part):
    whole = yaml.safe_load(text)["then"]
    then = {"then": {name: value for name, value in whole.items() if name == part}}

    scenario = reading.parse(text.partition("then:")[0] + "  - check: {credit: {C077: 339}}\n" + yaml.safe_dump(then))

    assert running.run(scenario).passed


def test_what_a_credit_still_waits_for_is_told_on_each_of_its_steps(changed):
    scenario = changed(
        ("profile: manufacturing", "profile: manufacturing-signed"),
        ("approved: 3}]}", ("approved: 10}]}\n    held: APPROVAL_MISSING\n  - by: sam\n    level: sales-manager\n"
         "    approve: {case: K-1}\n    held: APPROVAL_MISSING\n  - check: {worklist: {K-1: [AWAITING_APPROVAL]}}\n"
         "  - by: vic\n    level: vice-president\n    approve: {case: K-1}\n    held: APPROVAL_MISSING")),
    )  # fmt: skip

    [difference] = [each for each in running.run(scenario).differences if each.place.startswith("line")]

    assert difference == ("line 15: approve", "held approval-missing", "done")


@pytest.mark.parametrize("text", ["", "- a list", "just words", "scenario: {n: 1"])
def test_what_is_no_scenario_is_told(text):
    with pytest.raises(reading.Unreadable):
        reading.parse(text)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("profile: manufacturing", "profile: manufactory",
         "there is no policy profile manufactory; perhaps `manufacturing`; profiles: manufacturing, "),
        ("open: 0,", "paid: 1130.01,", "invoice B1: it says `open` and `paid`, or more is paid"),
        ("profile: manufacturing", "policy: {tolerance: 5}", "there is no policy figure tolerance"),
        ("profile: manufacturing", "policy: {quantity_tolerence_percent: 5}", "perhaps `quantity_tolerance_percent`"),
        ("profile: manufacturing", "policy: {deduction_mode: SOMETIMES}", "deduction_mode"),
        ("profile: manufacturing", "policy: {exchange_exceptions: [{buyer: C077}]}",
         "policy exchange_exceptions 0 buyer: Extra inputs are not permitted"),
        ("profile: manufacturing", "policy: {jurisdictions: CN}", "policy jurisdictions: Input should be a valid dict"),
        ("invoice: B1, date", "invoice: B1, currency: EUR, date", "invoice B1: refused rate-missing"),
        ("open: 0,", "discount: 1000.01,", "invoice B1: refused discount-too-large"),
        ("tax: 130.00}]}", "tax: 130.00}]}\n    - {invoice: B1, date: 2026-03-05, lines: [{quantity: 1, price: 1}]}",
         "invoice B1: refused blue-invoice-differs"),
    ],
)  # fmt: skip
def test_what_cannot_be_given_is_told(changed, old, new, told):
    scenario = changed((old, new))

    with pytest.raises(reading.Unreadable, match=told):
        running.run(scenario)


@pytest.mark.parametrize(
    ("old", "new", "expected", "actual"),
    [
        ("net: 300.00, tax", "net: 300.01, tax", "RED_INVOICE net 300.01 tax 39.00 gross 339.00",
         "RED_INVOICE net 300.00 tax 39.00 gross 339.00"),
        ("gross: 339.00}", "gross: 339.00, case: K-2}", "RED_INVOICE net 300.00 tax 39.00 gross 339.00  case K-2",
         "RED_INVOICE net 300.00 tax 39.00 gross 339.00  case K-1"),
        ("approved: 3}]}", "approved: 3}]}\n    refused: CREDIT_EXCEEDS_REMAINING", "refused credit-exceeds-remaining",
         "done"),
        ("approved: 3}]}", "approved: 3}]}\n    refused: FOUR_EYS",
         "refused four-eys (there is no such code; perhaps `four-eyes`)", "done"),
        ("then:", "  - hand-over: {case: K-1, paper: SLIP}\nthen:", "done",
         "refused invalid-request: paper 'SLIP': Input should be 'RETURN_SLIP' or 'ALLOWANCE_CERTIFICATE'"),
        ("  entries", "  losses: {K-1: {total: 300.00}}\n  entries", "total 300.00", "total 0.00"),
        ("then:", "  - receive: {case: K-1, quantity: 2}\nthen:",
         "a decision after the dock and the inspectors", "none"),
        ("gross: 339.00", "gross: 339.01", "RED_INVOICE net 300.00 tax 39.00 gross 339.01",
         "RED_INVOICE net 300.00 tax 39.00 gross 339.00"),
        ("  entries", "  worklist: {K-7: []}\n  entries", "nothing", "no such case"),
        ("  entries", "  left: {B1/2: {net: 0}}\n  entries", "net 0.00", "nothing"),
        ("  entries", "  gates: {K-1: {due: 1, paid: 0, state: CLOSED}}\n  entries", "CLOSED 0.00 of 1.00", "nothing"),
        ("  entries", "  refunds: {R-1: PAID}\n  entries", "PAID", "nothing"),
        ("  entries", "  claims: {C-1: {found: 1, unmatched: 0}}\n  entries", "found 1 unmatched 0", "nothing"),
        ("then:", "  - calculate: {from: B1/1, quantity: 1, net: 100.00, tax: 13.01}\nthen:", "net 100.00 tax 13.01",
         "net 100.00 tax 13.00"),
        ("then:", "  - calculate: {from: B9/1, quantity: 1}\nthen:", "done", "refused unknown"),
        ("then:", "  - acknowledge-export: {export: X-9, number: 1}\nthen:", "done", "refused unknown"),
        ("then:", "  - reverse: {case: K-9}\nthen:", "done", "refused unknown"),
        ("then:", "  - check: {credit: {C077: 338.99}}\nthen:", "338.99", "339.00"),
        ("then:", "  - decide: {case: K-2, kind: CREDIT, lines: [{approved: 1}]}\nthen:", "a price",
         "line 1 has none, and no `from` where it was sold"),
        ("then:", "  - pay: {case: K-1, amount: 1.00001, reference: B}\nthen:", "done",
         "refused invalid-request: amount '1.00001': Decimal input should have no more than 4 decimal places"),
        ("then:", "  - overdue: {case: K-3}\nthen:", "done", "parked not-yet"),
    ],
)  # fmt: skip
def test_what_differs_is_shown_expected_beside_actual(changed, old, new, expected, actual):
    [difference] = running.run(changed((old, new))).differences

    assert (difference.expected, difference.actual) == (expected, actual)


@pytest.mark.parametrize(
    ("words", "open_amount", "lines"),
    [
        ("tax_percent: 13, lines: [{quantity: 3, price: 33.33}]", "112.99", [("99.99", "13.00")]),
        ("tax_percent: 13, paid: 12.99, lines: [{quantity: 3, price: 33.33}]", "100.00", [("99.99", "13.00")]),
        ("tax_percent: 13, discount: 9.99, lines: [{quantity: 1, price: 60}, {quantity: 1, price: 40, tax_percent: 9}]",
         "100.27", [("54.01", "7.02"), ("36.00", "3.24")]),
        ("prices: INCLUSIVE, tax_percent: 13, lines: [{quantity: 7, price: 0.33}]", "2.31", [("2.04", "0.27")]),
        ("prices: INCLUSIVE, lines: [{quantity: 1, price: 119, tax: 19}]", "119.00", [("100.00", "19.00")]),
        ("currency: JPY, rate: 0.05, tax_percent: 10, lines: [{quantity: 3, price: 333}]", "1099", [("999", "100")]),
        ("currency: JPY, rate: 0.05, decimals: 1, tax_percent: 10, lines: [{quantity: 3, price: 333}]",
         "1098.9", [("999.0", "99.9")]),
        ("lines: [{quantity: 2, price: 10}]", "20.00", [("20.00", "0.00")]),
    ],
)  # fmt: skip
def test_an_invoice_is_given_by_prices_and_rates(changed, words, open_amount, lines):
    given = changed(
        ("invoice: B1, date: 2026-03-05, open: 0, lines: [{quantity: 10, price: 100.00, tax: 130.00}]",
         f"invoice: B1, date: 2026-03-05, {words}"),
    ).given  # fmt: skip

    office = running.opened(given, Memory(running.policy_of(given)))

    assert str(office.invoice("B1").open_amount) == open_amount
    made = [office.line("B1", number) for number, _ in enumerate(lines, 1)]
    assert [(str(line.net), str(line.tax)) for line in made] == lines


def test_a_time_of_day_is_left_out(changed):
    assert changed(("2026-04-10", "2026-04-10T17:00+08:00")).steps == changed().steps


@pytest.mark.parametrize("kind", ["RETURN", "return", "credit"])
def test_a_return_is_a_credit(changed, kind):
    assert changed(("kind: CREDIT", f"kind: {kind}")).steps[0].act.kind == "CREDIT"


def test_a_credit_that_is_held_is_refused_for_now(changed):
    held = ("from: B1/1, approved: 3}]}", "from: B9/1, approved: 3}]}\n    refused: BLUE_REQUIRED")

    assert all(each.place != "line 7: decide" for each in running.run(changed(held)).differences)


@pytest.mark.parametrize(("proof", "refused"), [("allowance-certificate", True), ("sealed-copy", False)])
def test_a_step_after_which_a_credit_still_waits_may_be_refused_for_that(changed, proof, refused):
    proved = (
        "approved: 3}]}\n    held: CERTIFICATE_MISSING\n"
        f"  - prove: {{case: K-1, proof: {proof}}}\n    refused: CERTIFICATE_MISSING"
    )
    scenario = changed(("profile: manufacturing", "profile: paper-certificate"), ("approved: 3}]}", proved))

    found = [each for each in running.run(scenario).differences if each.place.startswith("line")]

    assert (found == []) is refused


@pytest.mark.parametrize("upload", ["WAITING 2026-04-17", "WAITING"])
def test_a_certificate_is_told_with_its_last_day_or_without(changed, upload):
    scenario = changed(
        ("profile: manufacturing", "company: {jurisdiction: TW}"),
        ("RED_INVOICE", "ALLOWANCE"),
        ("then:\n", f"then:\n  uploads: {{K-1: {upload}}}\n"),
    )

    assert running.run(scenario).differences == ()


@pytest.mark.parametrize(
    ("documents", "differs"),
    [
        ("[]", False),
        ("[{type: DELIVERY_NOTE, net: 0, tax: 0}]", False),
        ("[{type: DELIVERY_NOTE, net: 0, tax: 0, quantity: 2}]", True),
    ],
)
def test_a_delivery_note_moves_no_money_and_need_not_be_listed(documents, differs):
    scenario = reading.parse(f"""\
scenario: a swap
given:
  policy: {{exchange_doc_policy: NO_AMOUNT}}
  invoices:
    - {{invoice: B1, date: 2026-03-05, lines: [{{quantity: 10, price: 100.00}}]}}
steps:
  - on: 2026-04-10
    decide: {{case: K-1, kind: EXCHANGE, lines: [{{from: B1/1, approved: 1}}]}}
then:
  documents: {documents}
""")

    assert bool(running.run(scenario).differences) is differs


@pytest.mark.parametrize(("tax", "rate"), [("130.00", 13), ("129.99", 13), ("60.00", 6)])
def test_a_tax_that_is_said_is_of_the_rate_that_is_said_beside_it(changed, tax, rate):
    line = changed(("tax: 130.00", f"tax: {tax}, tax_percent: 13")).given

    office = running.opened(line, Memory(running.policy_of(line)))

    assert rules.tax_code(*(getattr(office.line("B1", 1), name) for name in ("tax_code", "net", "tax"))) == f"S {rate}"


@pytest.mark.parametrize(
    ("outcome", "expected", "fits"),
    [
        (("done", ""), ("done", ""), True),
        (("held", "blue-required"), ("held", "blue-required"), True),
        (("held", "blue-required"), ("refused", "blue-required"), True),
        (("held", "blue-required"), ("parked", "blue-required"), False),
        (("held", "blue-required"), ("done", ""), False),
        (("refused", "blue-required"), ("held", "blue-required"), False),
    ],
)
def test_what_came_of_a_step_fits_what_must_come_of_it(outcome, expected, fits):
    assert running.as_expected(Outcome(*outcome), Outcome(*expected)) is fits


@pytest.mark.parametrize("given", ["company: {jurisdiction: CN}", "credit: {}"])
def test_in_china_a_company_without_a_profile_is_a_manufacturer_and_cn01_is_there(changed, given):
    scenario = changed(("profile: manufacturing", given))
    before = changed()

    assert running.run(scenario).differences == running.run(before).differences == ()
    office, _ = running.play(scenario, Memory(running.policy_of(scenario.given)))
    assert office.scope.profile == "manufacturing"


def test_inspectors_may_speak_after_the_decision_of_goods_that_wait(changed):
    goods = """\
    - {debit: {RETURNS_QUARANTINE: 180.00}, credit: {COGS: 180.00}}
    - {debit: {QUALITY_LOSS: 180.00}, credit: {RETURNS_QUARANTINE: 180.00}}
"""
    told = changed(
        ("price: 100.00, tax: 130.00}", "price: 100.00, tax: 130.00, cost: 60.00}"),
        ("then:", "  - inspect: {case: K-1, becomes: SCRAP}\nthen:"),
        ("CUSTOMER_CREDIT: 339.00}}\n", f"CUSTOMER_CREDIT: 339.00}}}}\n{goods}"),
    )

    assert running.run(told).differences == ()
    late = [*told.steps[:1], told.steps[1].but(act=told.steps[1].act.but(deduction=Decimal(1)))]
    [difference, *_] = running.run(told.but(steps=tuple(late))).differences
    assert difference.actual == "K-1 is decided"


def test_a_step_may_be_done_several_times_under_several_names(changed):
    told = changed(
        ("    decide: {case: K-1", '    times: 2\n    decide: {case: "K-{n}"'),
        ("gross: 339.00}", "gross: 339.00, times: 2}"),
        ("339.00}}", "339.00}, times: 2}"),
    )  # fmt: skip

    assert [step.act.case for step in told.steps] == ["K-1", "K-2"]
    assert running.run(told).passed


@pytest.mark.parametrize("act", ALL, ids=[act.word for act in ALL])
def test_the_example_of_every_step_can_be_read(act):
    [example] = yaml.load(f"- {act.example}", Loader=yaml.BaseLoader)

    assert isinstance(Step.model_validate(example).act, act)


def test_every_step_says_what_it_does_and_every_key_what_it_is():
    for act in ALL:
        assert manual.sentence(act).endswith(".")
        assert [name for name, field in act.model_fields.items() if not field.description] == []


def test_the_example_on_the_page_is_a_scenario_that_passes():
    example = manual.BEGINNING.split("```yaml\n")[1].split("```")[0]

    assert running.run(reading.parse(example)).differences == ()


def test_the_page_about_scenarios_is_made_from_the_code():
    assert (ROOT / "docs/scenarios.md").read_text("utf-8") == manual.page()
