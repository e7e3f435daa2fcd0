"""The generator and the comparer of the contracts are tools of the repository: make them importable for these tests."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[3]))
