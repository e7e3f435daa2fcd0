"""The house checks read the source with the same eyes as the tools do: make them importable here."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT))


@pytest.fixture
def plant(tmp_path):
    """Write a file into an empty tree, so that a check can be shown to fail on it."""

    def write(path, text):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return tmp_path

    return write
