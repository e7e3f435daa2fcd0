"""`redletter scenarios run` tells accountants and scripts what differs."""

import json
from pathlib import Path

from redletter.scenarios import running

HERE = Path(__file__).parent


def test_scenarios_that_pass_are_counted(redletter):
    said = redletter("run", HERE / "F-01.yaml", HERE / "F-02.yaml").stdout

    assert said.startswith("2 of 2 scenarios as expected, in ")


def test_a_difference_is_a_table_and_an_exit_code(redletter, text, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(text.replace("CUSTOMER_CREDIT: 339.00", "CUSTOMER_CREDIT: 339.01"), "utf-8")

    said = redletter("run", wrong, code=1).stdout.splitlines()

    assert said[0] == f"a return  {wrong}"
    assert said[1].split() == ["where", "expected", "actual"]
    assert said[2].startswith("  entry  D OUTPUT_VAT 39.00")
    assert said[2].index("339.01") < said[2].rindex("339.00")
    assert said[-1].startswith("0 of 1 scenarios as expected")


def test_for_scripts_it_is_a_list_with_every_difference_and_every_error(redletter, text, tmp_path):
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    (tmp_path / "b.yml").write_text(text.replace("net: 300.00", "net: 299.99"), "utf-8")
    (tmp_path / "c.yaml").write_text(text.replace("steps:", "stebs:"), "utf-8")
    (tmp_path / "d.yaml").write_bytes(b"\xff\xfe")
    (tmp_path / "notes.txt").write_text("no scenario", "utf-8")

    good, wrong, broken, bytes_ = json.loads(redletter("run", tmp_path, "--json", code=1).stdout)

    assert (good["passed"], good["differences"], good["scenario"]) == (True, [], "a return")
    assert good["milliseconds"] < 1000
    assert wrong["differences"] == [
        {
            "place": "document",
            "expected": "RED_INVOICE net 299.99 tax 39.00 gross 339.00",
            "actual": "RED_INVOICE net 300.00 tax 39.00 gross 339.00",
        }
    ]
    assert "line 6: there is no `stebs` here; perhaps `steps`" in broken["error"]
    assert not bytes_["passed"]


def test_a_fault_of_ours_stops_no_other_scenario(redletter, text, tmp_path, monkeypatch):
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    (tmp_path / "b.yaml").write_text(text, "utf-8")
    opened, first = running.opened, [ZeroDivisionError("a bug")]

    def sometimes(given, accounting):
        if first:
            raise first.pop()
        return opened(given, accounting)

    monkeypatch.setattr(running, "opened", sometimes)
    faulty, good = json.loads(redletter("run", tmp_path, "--json", code=1).stdout)

    assert faulty["error"] == "a fault of ours: ZeroDivisionError: a bug"
    assert good["passed"]


def test_no_scenario_at_all_is_wrong_usage(redletter, tmp_path):
    assert "There is no scenario" in redletter("run", tmp_path, code=2).output
    redletter("run", tmp_path / "nothing.yaml", code=2)


def test_the_page_can_be_printed(redletter):
    assert redletter("manual").stdout == (HERE.parents[1] / "docs/scenarios.md").read_text("utf-8")
