"""B12: the same files in every service; whoever knows one knows five."""

import pytest
from tools.source import ROOT

NINE = {"model", "rules", "decide", "handlers", "storage", "api", "consumers", "main", "settings"}
BESIDE = {"__init__.py", "py.typed", "policy.json", "migrations", "web"}
# A service whose department has more than the nine questions, and why.
ALLOWED = {
    "finance": {
        "jurisdictions",  # one port with an adapter per tax regime
        "ledger",  # what people add to the books: tables of their own
        "views",  # worklists, previews, statements, reports: reads for people
        "exports",  # the files for the general ledger
    },
}


def differences(root):
    """Say what each service has too much or too little; a file may have become a folder of its name."""
    for package in sorted(root.glob("services/*/src/*")):
        if package.suffix or package.name.startswith((".", "_")):
            continue
        here = {p.name for p in package.iterdir() if p.name != "__pycache__"}
        stems = {name.removesuffix(".py") for name in here}
        yield from (f"{package.name}: {name} is missing" for name in sorted(NINE - stems))
        yield from (
            f"{package.name}: {name} is missing"
            for name in ("__init__.py", "py.typed", "policy.json")
            if name not in here
        )
        known = {*NINE, *BESIDE, *(b.removesuffix(".py") for b in BESIDE), *ALLOWED.get(package.name, ())}
        yield from (f"{package.name}: {name} is not of the nine" for name in sorted(stems - known))
        if not list(package.glob("migrations/versions/0001_*.py")) or not (package / "migrations/env.py").exists():
            yield f"{package.name}: its first migration is missing"


def test_every_service_has_the_same_files():
    assert list(differences(ROOT)) == []
    assert {path.name for path in (ROOT / "services").iterdir() if path.is_dir()} == {
        "intake",
        "rma",
        "inspection",
        "repair",
        "finance",
    }


def whole(plant):
    for name in (*NINE, "__init__", "migrations/env", "migrations/versions/0001_cases"):
        plant(f"services/rma/src/rma/{name}.py", "")
    plant("services/rma/src/rma/py.typed", "")
    return plant("services/rma/src/rma/policy.json", "{}")


def test_a_whole_service_is_taken(plant):
    assert list(differences(whole(plant))) == []


def test_a_folder_may_stand_for_a_file(plant):
    root = whole(plant)
    (root / "services/rma/src/rma/rules.py").unlink()
    plant("services/rma/src/rma/rules/window.py", "")

    assert list(differences(root)) == []


def test_a_tenth_file_is_found(plant):
    whole(plant)

    assert list(differences(plant("services/rma/src/rma/utils.py", ""))) == ["rma: utils is not of the nine"]


@pytest.mark.parametrize("gone", ["decide.py", "policy.json", "py.typed", "__init__.py"])
def test_a_missing_file_is_found(plant, gone):
    root = whole(plant)
    (root / "services/rma/src/rma" / gone).unlink()

    assert list(differences(root)) == [f"rma: {gone if gone != 'decide.py' else 'decide'} is missing"]


def test_a_missing_migration_is_found(plant):
    root = whole(plant)
    (root / "services/rma/src/rma/migrations/versions/0001_cases.py").unlink()

    assert list(differences(root)) == ["rma: its first migration is missing"]
