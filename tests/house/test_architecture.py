"""B3: who may import whom; B4: nobody reads the clock; B10: every service runs without the others."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tools.source import ROOT

SERVICES = ("intake", "rma", "inspection", "repair", "finance")
SOURCES = [*(ROOT / "libs").glob("*/src"), *(ROOT / "services").glob("*/src"), *(ROOT / "apps").glob("*/src")]
BIN = Path(sys.executable).parent


def run(*command, cwd=ROOT, text=None, **environ):
    return subprocess.run(
        [str(each) for each in command],
        cwd=cwd,
        input=text,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of all sources, to plant violations in."""
    root = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", root)
    for path in SOURCES:
        shutil.copytree(path, root / path.relative_to(ROOT), ignore=shutil.ignore_patterns("__pycache__"))
    return root


def contracts_of(root):
    paths = os.pathsep.join(str(root / path.relative_to(ROOT)) for path in SOURCES)
    return run(BIN / "lint-imports", "--no-cache", cwd=root, PYTHONPATH=paths, COLUMNS="300")


@pytest.mark.parametrize(
    ("file", "planted", "broken"),
    [
        ("", "", ""),
        ("services/repair/src/repair/handlers.py", "import finance", "Services never import each other"),
        ("libs/servicekit/src/servicekit/work.py", "import rma", "Services sit on libs"),
        ("libs/contracts/src/contracts/base.py", "import servicekit", "Services sit on libs"),
        ("services/rma/src/rma/rules.py", "import sqlalchemy", "Decisions do no IO"),
        ("services/intake/src/intake/decide.py", "import servicekit.work", "Decisions do no IO"),
        ("services/rma/src/rma/storage.py", "import rma.api", "Inside a service, imports point inwards"),
    ],
)
def test_a_planted_import_breaks_its_contract_and_none_is_broken_without(copy, file, planted, broken):
    target = copy / file
    before = target.read_text("utf-8") if planted else ""
    if planted:
        target.write_text(f"{before}\n{planted}\n", "utf-8")
    try:
        done = contracts_of(copy)
    finally:
        if planted:
            target.write_text(before, "utf-8")

    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    told = [line for line in lines if line.endswith("BROKEN")]
    assert done.returncode == (1 if broken else 0), done.stdout + done.stderr
    assert any(line.startswith(broken) for line in told) if broken else told == []


@pytest.mark.parametrize(
    ("planted", "banned"),
    [
        ("import datetime\nNOW = datetime.datetime.now(datetime.UTC)\n", 1),
        ("from datetime import datetime\nCLOCK = datetime.now\n", 1),
        ("from datetime import datetime\nNOW = datetime.utcnow()\n", 1),
        ("from datetime import date\nTODAY = date.today()\n", 1),
        ("import time\nNOW = time.time()\n", 1),
        ("import uuid\nKEY = uuid.uuid4()\n", 1),
        ("import uuid\nKEY = uuid.uuid1()\n", 1),
        ("import random\n", 1),
        ("from datetime import date\nDAY = date(2026, 7, 6)\n", 0),
    ],
)
def test_a_clock_or_a_random_id_is_found(planted, banned):
    as_a_rule = "--stdin-filename=services/rma/src/rma/rules.py"
    done = run(BIN / "ruff", "check", "--select=TID251", "--output-format=concise", as_a_rule, "-", text=planted)

    assert done.stdout.count("TID251") == banned, done.stdout + done.stderr
    assert done.returncode == banned


def alone(service, code):
    """Run code with the libs and one service on the path: no editable installs, no other department."""
    installed = [path for path in sys.path if path.endswith("site-packages")]
    own = [*(ROOT / "libs").glob("*/src"), ROOT / "services" / service / "src"]
    return run(sys.executable, "-S", "-c", code, PYTHONPATH=os.pathsep.join([*map(str, own), *installed]))


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_imports_with_nothing_but_the_libs(service):
    others = [other for other in SERVICES if other != service]
    code = f"""
import importlib
assert importlib.import_module("{service}.main").service.name == "{service}"
for other in {others}:
    try:
        importlib.import_module(other)
    except ModuleNotFoundError:
        continue
    raise SystemExit(f"{{other}} could be imported")
"""
    done = alone(service, code)

    assert done.returncode == 0, done.stderr


def test_a_service_that_leans_on_another_does_not_import():
    done = alone("repair", "import repair.model, finance.model")

    assert "No module named 'finance'" in done.stderr
