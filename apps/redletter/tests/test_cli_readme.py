"""What the README tells a newcomer to type works as it stands there."""

import json
import re
from pathlib import Path

import httpx
from typer.main import get_command
from typer.testing import CliRunner

from redletter.main import app

ROOT = Path(__file__).parents[3]


def test_the_complaint_of_the_readme_is_taken_and_its_story_is_found_by_its_reference(live):
    text = (ROOT / "README.md").read_text("utf-8")
    body = json.loads(re.search(r"--data '(\{.*?\n  \})'", text, re.DOTALL)[1])
    headers = {"Authorization": f"Bearer {live.tokens['clerk']}", "Idempotency-Key": "call-1"}

    answer = httpx.post(f"{live.urls['intake']}/complaints", json=body, headers=headers)

    assert answer.status_code == 201, answer.text
    done = CliRunner().invoke(app, ["case", "show", "PO-77", "--json"], env={"REDLETTER_HOME": str(live.home)})
    assert json.loads(done.stdout)["case_id"] == answer.json()["case_id"]


def test_every_command_is_in_the_operators_manual():
    text = (ROOT / "docs/operating.md").read_text("utf-8")
    assert [words for words in sorted(_commands(get_command(app))) if f"`redletter {words}" not in text] == []


def _commands(group, *before):
    """Give every command with the words that lead to it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, *before, name)
        else:
            yield " ".join((*before, name))
