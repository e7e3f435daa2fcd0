"""What the operator reads of cases that were really played: their story, the books, the stages, the outboxes."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from redletter import reach, samples
from redletter.live import LiveHouse
from redletter.main import app

STORY = """\
Case <case>   complaint <complaint>   reference PO-<customer>   rma <rma>   customer <customer>
intake CLOSED · rma SETTLED · inspection COMPLETED · finance ISSUED

<day> (UTC)
<time>  intake     ComplaintAccepted v1  by clerk  request RETURN  number <complaint>
<time>  rma           ReturnAuthorized v1  request RETURN  rma_number <rma>
                            why review_passed  rma/rules.py:<line>
<time>  inspection GoodsReceived v1  by dock  rma_number <rma>  receipt <receipt>
<time>  inspection InspectionCompleted v2  by inspector  responsibility OWN
                         why fault_confirmed  inspection/rules.py:<line>
<time>  rma           DispositionDecided v2  rma_number <rma>  kind CREDIT
                            why fault_confirmed  inspection/rules.py:<line>
<time>  finance          CreditIssued v1  due 0.00  credited 339.00
                               why fault_confirmed  inspection/rules.py:<line>
<time>  rma                 CaseSettled v3  credited 339.00 CNY  outcome CREDITED
                                  why fault_confirmed  inspection/rules.py:<line>
<time>  intake     ComplaintClosed v2  by customer-desk  outcome CREDITED  satisfied True

Documents
  RED_INVOICE <document>  <day>  net 300.00  tax 39.00  CNY  for <customer>-B1

Postings
  T1 <document>
    Dr REVENUE                           300.00 CNY
    Dr OUTPUT_VAT                         39.00 CNY
    Cr     CUSTOMER_CREDIT               339.00 CNY
  T2 <document>
    Dr RETURNS_QUARANTINE                180.00 CNY
    Cr     COGS                          180.00 CNY
  T3 <document>
    Dr INVENTORY                         180.00 CNY
    Cr     RETURNS_QUARANTINE            180.00 CNY
"""


@pytest.fixture(scope="module")
def play(live):
    """Play a sample with a customer of its own, to its end or as far as its clerks go."""
    numbers = iter(range(70, 100))

    async def played(sample, *, to_its_end):
        house = LiveHouse(live.urls, live.dsns, live.tokens.__getitem__)
        try:
            case = samples.Played(house, sample.__doc__, next(numbers))
            await sample(case)
            if to_its_end:
                await case.ends(to_its_end)
            await house.quiet()
        finally:
            await house.close()
        return case

    return lambda sample, to_its_end="": asyncio.run(played(sample, to_its_end=to_its_end))


@pytest.fixture(scope="module")
def credited(play):
    return play(samples.credit, "CREDITED")


@pytest.fixture
def run(live):
    def command(*words, code=0):
        done = CliRunner().invoke(app, words, env={"REDLETTER_HOME": str(live.home)})
        assert done.exit_code == code, done.output
        return done

    return command


@pytest.fixture
def whole(run, credited):
    return json.loads(run("case", "show", credited.case_id, "--json").stdout)


def test_the_story_of_a_case_is_told_from_the_complaint_to_the_posting(run, credited, whole):
    text = run("case", "show", credited.case_id).stdout

    text = re.sub(r"\S+/src/(\S+\.py):\d+", r"\1:<line>", text)
    text = re.sub(r"^\d\d:\d\d:\d\d\.\d{3}", "<time>", text, flags=re.MULTILINE)
    text = re.sub(r"\d{4}-\d\d-\d\d", "<day>", text)
    numbers = {
        "case": credited.case_id,
        "complaint": credited.complaint["number"],
        "customer": credited.customer,
        "rma": credited.rma_number,
        "receipt": whole["events"][2]["data"]["receipt"],
        "document": whole["documents"][0]["number"],
    }
    for name, number in numbers.items():
        text = re.sub(rf"(?<![\w.]){re.escape(number)}(?!\w)", f"<{name}>", text)
    assert text.replace("PO-" + credited.customer, "PO-<customer>") == STORY


@pytest.mark.req("R-292")
def test_any_number_finds_the_whole_chain(run, credited, whole):
    numbers = [
        credited.complaint["number"],
        credited.rma_number,
        f"PO-{credited.customer}",
        whole["documents"][0]["number"],
        whole["events"][2]["data"]["receipt"],
    ]

    for number in numbers:
        assert json.loads(run("case", "show", number, "--json").stdout) == whole
    assert whole["numbers"]["rma"] == credited.rma_number
    assert whole["stands"] == {
        "intake": "CLOSED",
        "rma": "SETTLED",
        "inspection": "COMPLETED",
        "finance": "ISSUED",
    }


def test_every_rule_of_a_story_leads_to_its_line(whole):
    places = {e["data"]["reason"]["rule"]: e["place"] for e in whole["events"] if "reason" in e["data"]}

    assert places
    for rule, place in places.items():
        file, _, line = place.rpartition(":")
        assert Path(file).read_text("utf-8").splitlines()[int(line) - 1].startswith(f"def {rule.rpartition('.')[2]}(")


def test_a_refusal_shows_the_policy_row_that_decided(run, play):
    refused = play(samples.refused, "REFUSED")

    text = run("case", "show", refused.case_id).stdout

    why = next(line for line in text.splitlines() if "why" in line)
    assert "outside_return_window" in why
    assert why.endswith("return_window_days=7 (profile:ecommerce@1)")


def test_an_open_case_shows_whose_hand_it_waits_for_and_until_when(run, play):
    async def waits(case):
        """Fifty of one model wait for the deputy head."""
        await case.complains("RETURN", await case.bought(60, "10.00"), 50, "10.00")
        await case.see("rma", lambda record: record["approver"])

    case = play(waits)

    open_ones = json.loads(run("case", "show", case.case_id, "--json").stdout)["open"]
    assert {"department": "rma", "what": "waits for the signature of the deputy-head", "when": ""} in open_ones
    assert all(each["when"].endswith(" UTC") for each in open_ones if each["department"] == "intake")
    assert "  rma: waits for the signature of the deputy-head\n" in run("case", "show", case.case_id).stdout


def test_a_parcel_that_waited_unidentified_belongs_to_the_story(run, play):
    case = play(samples.unknown_parcel, "CREDITED")

    names = [e["name"] for e in json.loads(run("case", "show", case.case_id, "--json").stdout)["events"]]
    assert names.index("GoodsUnidentified") < names.index("GoodsReceived")


def test_what_a_case_has_cost_belongs_to_its_story(run, play):
    async def split(case):
        """A loss is split, a supplier asked to bear it, and a department noticed."""
        await samples.credit(case)
        await case.ends("CREDITED")
        about = {"entity": "CN01", "currency": "CNY"}
        loss = {**about, "case_id": case.case_id, "kind": "REWORK", "amount": "9", "reference": "W-1"}
        await case.told("finance", "/losses", loss, "accountant")
        shares = [{"party": "MFG", "percent": "60"}, {"party": "S1", "kind": "SUPPLIER", "percent": "40"}]
        path = f"/losses/{case.case_id}"
        seen = await case.see("finance", lambda _: True, path)
        await case.told("finance", f"{path}:split", {**about, "shares": shares}, "finance-manager", seen["version"])
        body = {**about, "supplier": "S1", "case_id": case.case_id}
        claim = (await case.told("finance", "/supplier-claims", body, "accountant"))["claim_id"]
        await case.told("finance", f"/supplier-claims/{claim}:send", {}, "accountant", 1)
        notice = {**about, "department": "MFG", "offence": "phone-off", "case_id": case.case_id}
        drafted = (await case.told("finance", "/penalties", notice, "accountant"))["penalty_id"]
        await case.told("finance", f"/penalties/{drafted}:approve", {}, "general-manager", 1)

    case = play(split)

    names = [e["name"] for e in json.loads(run("case", "show", case.case_id, "--json").stdout)["events"]]
    assert names[-3:] == ["LossSplit", "SupplierClaimSent", "PenaltyNotified"]
    assert "LossSplit" in run("case", "show", case.case_id).stdout


def test_a_number_nobody_has_is_told_in_a_sentence(run):
    assert run("case", "show", "RMA-0000-0000", code=1).stderr == "No case has the number RMA-0000-0000.\n"


def test_a_reference_that_several_cases_share_names_them(run, play):
    async def twice(case):
        """The customer complains twice about one order."""
        await case.complains("RETURN", reference="shared-order")

    cases = sorted(play(twice).case_id for _ in range(2))

    told = run("case", "show", "shared-order", code=1).stderr
    assert told == f"2 cases have the number shared-order; name one: {cases[0]}, {cases[1]}\n"


def test_balances_are_summed_by_customer_for_scripts(run, credited):
    rows = json.loads(run("ledger", "balances", "--by", "customer", "--json").stdout)

    mine = [row for row in rows if row["customer"] == credited.customer]
    assert mine == [{"customer": credited.customer, "currency": "CNY", "credited": "339.00"}]
    assert [credited.customer, "CNY", "339.00"] in [x.split() for x in run("ledger", "balances").stdout.splitlines()]


def test_entries_and_documents_of_a_case_are_listed_by_any_of_its_numbers(run, credited):
    entries = json.loads(run("ledger", "entries", "--case", credited.rma_number, "--json").stdout)
    documents = json.loads(run("ledger", "documents", "--case", credited.rma_number, "--json").stdout)

    assert sorted([line["side"], line["account"], line["amount"]] for e in entries for line in e["lines"]) == [
        ["C", "COGS", "180.00"],
        ["C", "CUSTOMER_CREDIT", "339.00"],
        ["C", "RETURNS_QUARANTINE", "180.00"],
        ["D", "INVENTORY", "180.00"],
        ["D", "OUTPUT_VAT", "39.00"],
        ["D", "RETURNS_QUARANTINE", "180.00"],
        ["D", "REVENUE", "300.00"],
    ]
    assert [(d["type"], d["net"], d["tax"], d["customer"]) for d in documents] == [
        ("RED_INVOICE", "300.00", "39.00", credited.customer)
    ]
    shown = run("ledger", "documents", "--case", credited.case_id).stdout.splitlines()
    assert shown[0].split()[:3] == ["issued_on", "type", "number"]
    assert shown[1].split()[1:3] == ["RED_INVOICE", documents[0]["number"]]
    assert "REVENUE 300.00" in run("ledger", "entries", "--case", credited.case_id).stdout


def test_watch_counts_every_stage_of_every_department(run, credited):
    seen = {each["department"]: each for each in json.loads(run("watch", "--once", "--json").stdout)["departments"]}

    assert list(seen) == ["intake", "rma", "inspection", "repair", "finance"]
    assert seen["intake"]["stages"]["CLOSED"] >= 1
    assert seen["finance"]["stages"]["ISSUED"] >= 1
    assert set(seen["rma"]) == {"department", "stages", "unpublished", "outbox_age_seconds", "parked", "lag"}
    assert run("watch", "--once").stdout.splitlines()[0].startswith("intake: ")


def test_the_outboxes_say_what_is_out_and_heard(run, credited):
    rows = {row["department"]: row for row in json.loads(run("outbox", "status", "--json").stdout)}

    assert rows["intake"]["events"] >= 2
    assert run("outbox", "status").stdout.split()[0] == "department"


def test_what_is_published_again_changes_nothing(run, credited):
    began = reach.now().isoformat()
    before = json.loads(run("case", "show", credited.case_id, "--json").stdout)

    assert "there is nothing to publish again" in run("outbox", "republish", "--since", began, "--yes").stdout
    assert re.match(r"\d+ events go out again", run("outbox", "republish", "--all", "--yes").stdout)

    for _ in range(100):
        rows = json.loads(run("outbox", "status", "--json").stdout)
        if not any(row["unpublished"] or row["unheard"] for row in rows):
            break
    assert json.loads(run("case", "show", credited.case_id, "--json").stdout) == before
